"""An installation of several offices: what each gets of the base, and every fault with its file and line."""

import pickle
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.charter.downtimes import covered
from monitor.charter.office import Office
from monitor.configuration import KINDS, load, load_installation
from monitor.judging.shards import shard_of
from monitor.settings import in_force
from monitor.settings.in_force import InForce
from tests.places import SHIPPED
from tests.settings.many_offices import SITES, change, faults, offices

__all__ = ["offices"]


def test_an_office_that_stands_alone_is_the_whole_installation_under_its_own_id() -> None:
    found = load_installation(SHIPPED)
    assert not found.several
    assert found.offices == {"bheramara": found.host}
    assert found.offices["bheramara"] is found.host
    assert (found.tree.offices, found.tree.root.id, found.host.office) == (("bheramara",), "bheramara", "")
    assert {site.office for site in found.host.fleet.sites.values()} == {""}
    assert load(SHIPPED).fleet == found.host.fleet


def test_sites_are_named_by_their_office_but_those_of_the_office_that_stood_alone_keep_their_ids(offices: Path) -> None:
    found = load_installation(offices)
    assert found.several
    assert list(found.offices) == ["bheramara", "mirpur", "gangni"]
    plain = load(SHIPPED).fleet.sites
    assert set(found.offices["bheramara"].fleet.sites) == set(plain)
    assert list(found.offices["mirpur"].fleet.sites) == ["mirpur.pop", "mirpur.udc"]
    assert set(found.host.fleet.sites) == {*plain, "mirpur.pop", "mirpur.udc", "gangni.pop", "gangni.udc"}
    udc = found.host.fleet.sites["mirpur.udc"]
    assert (udc.parent, udc.gateway.id, udc.office) == ("mirpur.pop", "mirpur.udc/gateway", "mirpur")
    assert {site.office for site in found.offices["bheramara"].fleet.sites.values()} == {"bheramara"}
    # A site is one object, in its office's fleet and in the fleet that is probed.
    assert found.offices["mirpur"].fleet.sites["mirpur.udc"] is udc


def test_an_office_says_what_differs_and_has_the_rest_of_the_base_without_another_copy(offices: Path) -> None:
    found = load_installation(offices)
    base, mirpur = found.host.charter, found.offices["mirpur"].charter
    assert mirpur.citizen is base.citizen
    assert mirpur.stages is base.stages
    assert (mirpur.office.id, mirpur.office.ticket_prefix, mirpur.office.lang) == ("mirpur", "MIR", "bn")
    assert mirpur.office.dated == base.office.dated
    assert set(mirpur.officers) == set(base.officers)


def test_nothing_of_another_offices_person_or_confirmation_is_inherited(offices: Path) -> None:
    change(offices / "charter.toml", "officers_confirmed = false", "officers_confirmed = true")
    mirpur = load_installation(offices).offices["mirpur"].charter
    base = load(SHIPPED).charter
    # Else the letters of one office would go to the officers of another.
    assert not mirpur.office.officers_confirmed
    assert mirpur.office.website == ""
    officer = mirpur.officers["responsible"]
    assert (officer.title_en, officer.email) == (base.officers["responsible"].title_en, "mirpur@example.org")
    assert (officer.phone, officer.office_bn, officer.printed_email) == ("", "", ())


def test_unions_and_feeders_of_one_name_in_two_offices_are_two(offices: Path) -> None:
    found = load_installation(offices)
    assert found.offices["mirpur"].fleet.union_name("sadar").en == "Mirpur Sadar"
    assert found.offices["gangni"].fleet.union_name("sadar").en == "Gangni Sadar"
    assert found.host.fleet.on_feeder_of("mirpur.udc") == ("mirpur.udc",)


def test_a_parent_may_stand_in_another_office(offices: Path) -> None:
    change(offices / "offices/gangni/sites.toml", 'parent = "pop"', 'parent = "mirpur.udc"')
    change(
        offices / "offices/mirpur/sites.toml",
        'name_en = "Pop of Mirpur"',
        'name_en = "P"\nparent = "bheramara.backbone-bheramara"',
    )
    found = load_installation(offices)
    way = ["mirpur.udc", "mirpur.pop", "backbone-bheramara"]
    assert list(found.host.fleet.ancestors("gangni.udc")) == way
    # The office's own fleet knows the way too, and has none of these sites.
    own = found.offices["gangni"].fleet
    assert list(own.ancestors("gangni.udc")) == way
    assert set(own.sites) == {"gangni.pop", "gangni.udc"}
    assert own.site("mirpur.udc").name_en == "UDC of Mirpur"
    assert "gangni.udc" in own.descendants("backbone-bheramara")


def test_each_offices_sites_are_in_the_shards_of_the_whole_whatever_links_join_elsewhere(
    offices: Path, tmp_path: Path
) -> None:
    secret = tmp_path / "community"
    secret.write_text("public\n")
    secret.chmod(0o600)
    change(offices / "offices/gangni/sites.toml", 'parent = "pop"', 'parent = "mirpur.udc"')
    file = offices / "offices/mirpur/sites.toml"
    link = 'link = { device = "pop", interface = "ether1" }'
    hill = f'[sites.hill]\nkind = "backbone"\nname_bn = "পাহাড়"\nname_en = "Hill"\nunion = "sadar"\n{link}\n'
    hill += 'address = "127.77.200.9"\n\n[unions.sadar]'
    change(file, "[unions.sadar]", hill)
    change(file, 'address = "127.77.200.1"', 'devices = { gateway = { address = "127.77.200.1", snmp = "core" } }')
    change(
        offices / "monitor.toml", "# [snmp.v3.core]", f'[snmp.v2c.core]\ncommunity_file = "{secret}"\n# [snmp.v3.core]'
    )
    found = load_installation(offices)
    assert found.host.fleet.roots["gangni.udc"] == "mirpur.hill"  # the least root of the trees that a link joins
    for office in found.offices.values():
        for site in office.fleet.sites:
            assert shard_of(office.fleet, site) == shard_of(found.host.fleet, site), site


def test_planned_work_of_an_office_is_of_its_own_sites_alone_in_the_whole_as_well(offices: Path) -> None:
    work = '[maintenance.{}]\ntext = "Work"\n{}\nbegins = 2026-12-01T22:00:00\nends = 2026-12-02T02:00:00\n'
    (offices / "offices/mirpur/monitor.toml").write_text(
        work.format("all", "") + work.format("union", 'unions = ["Sadar"]') + work.format("behind", 'behind = "udc"')
    )
    found = load_installation(offices)
    for settings in (found.host, found.offices["mirpur"]):
        office = Office.of(settings)
        sites = {name: covered(office, window) for name, window in office.maintenance.items()}
        assert sites == {
            "mirpur.all": ["mirpur.pop", "mirpur.udc"],
            "mirpur.union": ["mirpur.pop", "mirpur.udc"],
            "mirpur.behind": ["mirpur.udc"],
        }
    assert found.offices["gangni"].monitor.maintenance == {}


def test_the_installations_own_file_names_sites_of_any_office(offices: Path) -> None:
    with (offices / "monitor.toml").open("a") as file:
        file.write('\n[vantage.main]\nreferences = ["127.77.250.1"]\nbehind = "mirpur.pop"\n')
        file.write('\n[acknowledged.known]\ntext = "T"\nuntil = 2026-12-05T17:00:00\n')
        file.write('sites = ["bheramara.backbone-bheramara", "gangni.udc"]\n')
    found = load_installation(offices)
    assert set(found.host.fleet.uplinks) == {"mirpur.udc"}
    assert found.host.monitor.acknowledged["known"].sites == ["backbone-bheramara", "gangni.udc"]
    assert found.offices["gangni"].monitor.acknowledged == found.host.monitor.acknowledged


def test_an_offices_monitor_file_says_its_sender_readers_and_help_desk_over_the_installations(offices: Path) -> None:
    (offices / "offices/mirpur/monitor.toml").write_text(
        '[mail]\nsender = "mirpur@example.org"\n[notices]\nmost_per_hour = 9\n'
        '[recipients.uno]\nemail = "uno@example.org"\n[reports]\nlang = "en"\n'
    )
    found = load_installation(offices)
    mirpur, gangni = found.offices["mirpur"].monitor, found.offices["gangni"].monitor
    assert (mirpur.mail.sender, gangni.mail.sender) == ("mirpur@example.org", found.host.monitor.mail.sender)
    assert mirpur.notices == gangni.notices.model_copy(update={"most_per_hour": 9})
    assert (set(mirpur.recipients), set(gangni.recipients)) == ({"uno"}, set())
    assert (mirpur.reports.lang, gangni.reports.lang) == ("en", "bn")
    assert mirpur.probing == found.host.monitor.probing


def test_orders_of_the_nation_and_of_the_office_hold_together(offices: Path) -> None:
    order = '\n[[closed]]\ndate = {}\nbn = "বন্ধ"\nen = "Closed"\norder = "1"\ndated = 2026-01-01\n'
    change(offices / "calendar.toml", "\nclosed = []", "")
    with (offices / "calendar.toml").open("a") as file:
        file.write(order.format("2026-05-05"))
    (offices / "offices/mirpur/calendar.toml").write_text(order.format("2026-06-06"))
    found = load_installation(offices)
    days = {id_: [str(each.date) for each in office.calendar.closed] for id_, office in found.offices.items()}
    assert days["gangni"][-1:] == ["2026-05-05"]
    assert days["mirpur"] == [*days["gangni"], "2026-06-06"]
    assert found.offices["gangni"].calendar is found.host.calendar


def test_it_is_whole_after_a_pipe_and_as_a_daemon_keeps_it_for_commands(offices: Path) -> None:
    sources: dict[str, bytes] = {}
    found = load_installation(offices, sources)
    assert pickle.loads(pickle.dumps(found)) == found
    assert {"offices.toml", "offices/mirpur/sites.toml", "charter.toml"} <= set(sources)
    files = in_force.without_secrets(sources)
    kept = in_force.installation_of(InForce(str(offices.absolute()), files, "", 1, "", 0), offices, KINDS)
    assert kept == found


def test_addresses_with_secrets_in_an_offices_file_are_cut_as_in_the_installations(offices: Path) -> None:
    sources = {"monitor.toml": b"", "offices/x/monitor.toml": b'[a]\nurl = "https://me:pa55@desk.example/x"\n'}
    assert in_force.without_secrets(sources)["offices/x/monitor.toml"] == '[a]\nurl = "https://desk.example/x"\n'


def _sites_beside(directory: Path) -> None:
    (directory / "sites.toml").write_text(SITES.format(name="X", number=1))


def _no_folder(directory: Path) -> None:
    (directory / "offices/gangni").rename(directory / "offices/.gangni")


def _another_folder(directory: Path) -> None:
    (directory / "offices/mirpurr").mkdir()


def _at(file: str, old: str, new: str) -> Callable[[Path], None]:
    return lambda directory: change(directory / file, old, new)


def _text(file: str, text: str) -> Callable[[Path], None]:
    def spoil(directory: Path) -> None:
        (directory / file).write_text(text)

    return spoil


KNOWN = '[acknowledged.known]\ntext = "T"\nuntil = 2026-12-05T17:00:00\n'
MIRPUR, GANGNI = "offices/mirpur/sites.toml", "offices/gangni/sites.toml"


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (
            _sites_beside,
            ["sites.toml: is not read beside offices.toml. Expected its sites in offices/OFFICE/sites.toml"],
        ),
        (
            _no_folder,
            [
                "offices.toml:31: offices.gangni: has no folder offices/gangni. "
                "Expected one with sites.toml and charter.toml in it"
            ],
        ),
        (_another_folder, ["offices/mirpurr: offices.toml has no office 'mirpurr'. Did you mean 'mirpur'?"]),
        (
            _at("offices/mirpur/charter.toml", '"MIR"', '"GNG"'),
            [
                "offices/gangni/charter.toml:4: office.ticket_prefix: GNG already is the prefix of 'mirpur'. "
                "Expected one of its own"
            ],
        ),
        (
            _at("offices/mirpur/charter.toml", "ticket_prefix", 'id = "mirpr"\nticket_prefix'),
            ["offices/mirpur/charter.toml:4: office.id: the folder is that of 'mirpur'. Expected this id, or none"],
        ),
        (
            _at("offices/mirpur/charter.toml", 'ticket_prefix = "MIR"\n', ""),
            [
                "offices/mirpur/charter.toml:1: office.ticket_prefix: is missing. "
                "Expected 'ticket_prefix = …' in [office]"
            ],
        ),
        (
            _at(MIRPUR, 'parent = "pop"', 'parent = "gangni.popp"'),
            [f"{MIRPUR}:14: sites.udc.parent: no site 'popp'. Did you mean 'pop'?"],
        ),
        (
            _at(MIRPUR, 'parent = "pop"', 'parent = "gangny.pop"'),
            [f"{MIRPUR}:14: sites.udc.parent: no office 'gangny'. Did you mean 'gangni'?"],
        ),
        (
            _at(MIRPUR, 'parent = "pop"', 'parent = "popp"'),
            [f"{MIRPUR}:14: sites.udc.parent: no site 'popp'. Did you mean 'pop'?"],
        ),
        (
            _at(GANGNI, "127.77.201.2", "127.77.200.1"),
            [
                f"{GANGNI}:15: sites.udc.address: 127.77.200.1 is already the address of mirpur.pop/gateway. "
                "Expected an address of its own"
            ],
        ),
        (
            _at("offices/bheramara/charter.toml", "[officers.responsible]", "[[stages]]\nlevel = 2\n[officers.x]"),
            ["offices/bheramara/charter.toml:6: stages.0.holder: is missing. Expected 'holder = …' in [stages.0]"],
        ),
        (
            _text("offices/mirpur/monitor.toml", "[probing]\ninterval_s = 5\n"),
            [
                "offices/mirpur/monitor.toml:1: probing: unknown key. Expected one of: acknowledged, helpdesk, mail, "
                "maintenance, notices, recipients, reports"
            ],
        ),
        (
            _text("offices/mirpur/monitor.toml", '[mail]\nsender = "nobody"\n'),
            [
                "offices/mirpur/monitor.toml:2: mail.sender: this text is not an e-mail address. "
                "Expected one such as officer@example.org, or nothing"
            ],
        ),
        (
            _text("offices/mirpur/monitor.toml", '[notices]\nmorning = ["responsibel"]\n'),
            [
                "offices/mirpur/monitor.toml:2: notices.morning: there is no officer or recipient 'responsibel'. "
                "Did you mean 'responsible'?"
            ],
        ),
        (
            _text("offices/mirpur/monitor.toml", KNOWN + 'sites = ["gangni.pop"]\n'),
            [
                "offices/mirpur/monitor.toml:4: acknowledged.known.sites: sites.toml has no site of that name. "
                "Expected one of: pop, udc"
            ],
        ),
    ],
)
def test_a_fault_is_told_once_where_it_stands(
    offices: Path, spoil: Callable[[Path], None], expected: list[str]
) -> None:
    spoil(offices)
    found = faults(offices)
    if "stages.0" in expected[0]:  # of which more is missing
        found = [each for each in found if ".holder:" in each]
    assert found == expected


def test_a_fault_of_the_base_is_told_once_though_every_office_has_it(offices: Path) -> None:
    change(offices / "charter.toml", "[vision]", "[vison]")
    assert {each.split(": ")[1] for each in faults(offices)} == {"vison", "vision"}
    assert {each.split(":")[0] for each in faults(offices)} == {"charter.toml"}


def test_a_day_that_the_nation_closes_already_is_told_in_the_offices_file(offices: Path) -> None:
    order = '[[closed]]\ndate = 2026-05-05\nbn = "বন্ধ"\nen = "Closed"\norder = "1"\ndated = 2026-01-01\n'
    change(offices / "calendar.toml", "\nclosed = []", "")
    with (offices / "calendar.toml").open("a") as file:
        file.write("\n" + order)
    (offices / "offices/mirpur/calendar.toml").write_text(order)
    (found,) = faults(offices)
    assert found.startswith("offices/mirpur/calendar.toml:1: closed: 2026-05-05 stands twice")


def test_a_circle_of_parents_across_offices_is_found(offices: Path) -> None:
    change(offices / MIRPUR, 'name_en = "Pop of Mirpur"', 'name_en = "P"\nparent = "gangni.udc"')
    change(offices / GANGNI, 'parent = "pop"', 'parent = "mirpur.udc"')
    chain = "mirpur.pop → gangni.udc → mirpur.udc → mirpur.pop"
    assert faults(offices) == [f"{MIRPUR}:5: sites.pop.parent: a circle of parents: {chain}. Expected a tree"]


def test_names_of_planned_work_that_two_files_use_are_refused(offices: Path) -> None:
    for file in ("monitor.toml", "offices/mirpur/monitor.toml"):
        with (offices / file).open("a") as opened:
            opened.write(f"\n{KNOWN}")
    assert faults(offices) == [
        "offices/mirpur/monitor.toml:2: acknowledged.known: monitor.toml of the installation has it already. "
        "Expected a name of its own"
    ]


def test_somebody_at_a_place_sees_the_offices_below_it_and_nothing_where_it_is_not_there_any_more(
    offices: Path,
) -> None:
    found = load_installation(offices)
    assert found.seen_from("") is found
    assert list(found.seen_from("khulna").offices) == ["bheramara", "mirpur", "gangni"]
    assert found.seen_from("mirpur").offices == {"mirpur": found.offices["mirpur"]}
    gone = found.seen_from("gone")
    assert (gone.offices, gone.tree.nodes, gone.several) == ({}, {}, True)
    alone = load_installation(SHIPPED)
    assert not alone.seen_from("bheramara").several
    assert alone.seen_from("kushtia").offices == {}


def test_readers_of_a_place_s_report_are_recipients_of_the_installation_alone(offices: Path) -> None:
    with (offices / "monitor.toml").open("a") as file:
        file.write('\n[recipients.duty]\nemail = "duty@example.org"\n')
    wants = 'monthly_report = true\nreport_readers = ["{}"]\n\n[offices.meherpur]'
    change(offices / "offices.toml", "[offices.meherpur]", wants.format("duty"))
    assert load_installation(offices).tree.nodes["kushtia"].report_readers == ("duty",)
    (offices / "offices/mirpur/monitor.toml").write_text('[recipients.duty]\nemail = "mirpur@example.org"\n')
    assert faults(offices) == [
        "offices/mirpur/monitor.toml:1: recipients.duty: offices.toml has reports of places go to the installation's. "
        "Expected a name of its own"
    ]
    change(offices / "offices.toml", '["duty"]', '["nobody"]')
    (fault,) = faults(offices)
    assert fault.startswith("offices.toml:13: offices.kushtia.report_readers: no recipient of that name.")
