"""Commands about offices: the tree, --office, and a new office that is whole at once."""

import json
import re
import tempfile
from functools import partial
from pathlib import Path

import pytest

from monitor.configuration import load_installation
from monitor.new_office import another_office
from tests.cli.typed import typed
from tests.desk import Desk, shipped_office
from tests.settings import many_offices
from tests.settings.many_offices import change
from tests.store.migrated import new_store

NEW = ["--under", "meherpur", "--name-bn", "মুজিবনগর", "--name-en", "Mujibnagar", "--prefix", "MUJ"]


@pytest.fixture
def offices(tmp_path: Path) -> Path:
    """The home of an installation of three offices."""
    many_offices.installation(tmp_path)
    return tmp_path


def test_the_tree_is_listed_from_its_root_down(offices: Path) -> None:
    lines = typed(offices, "--lang", "en", "offices", "list").stdout.splitlines()
    assert [line.split()[0] for line in lines] == [
        "Place",
        "Khulna",
        "Kushtia",
        "Bheramara",
        "Mirpur",
        "Meherpur",
        "Gangni",
    ]
    mirpur = next(line for line in lines if "Mirpur" in line)
    assert mirpur.split() == ["Mirpur", "mirpur", "MIR", "2"]
    found = json.loads(typed(offices, "offices", "list", "--json").stdout)
    assert [each["id"] for each in found if each["parent"] == "kushtia"] == ["bheramara", "mirpur"]


def test_a_place_is_shown_with_its_way_from_the_root(offices: Path) -> None:
    shown = typed(offices, "--lang", "en", "offices", "show", "mirpur").stdout
    assert "Khulna › Kushtia › Mirpur" in shown
    assert "office: Upazila Office, Mirpur" in shown
    assert "offices: bheramara, mirpur" in typed(offices, "--lang", "en", "offices", "show", "kushtia").stdout
    wrong = typed(offices, "--lang", "en", "offices", "show", "mirpurr")
    assert (wrong.returncode, wrong.stderr) == (2, "there is no office 'mirpurr'. Did you mean 'mirpur'?\n")


def test_a_command_is_about_the_office_that_is_said(offices: Path) -> None:
    charter = typed(offices, "--lang", "en", "--office", "mirpur", "charter").stdout
    assert "Upazila Office, Mirpur" in charter
    wrong = typed(offices, "--lang", "en", "--office", "mirpurr", "charter")
    assert (wrong.returncode, wrong.stderr) == (2, "--office: there is no office 'mirpurr'. Did you mean 'mirpur'?\n")
    # The next command of the same process is about none again.
    assert "Bheramara, Kushtia" in typed(offices, "--lang", "en", "charter").stdout


def test_check_counts_all_offices_and_names_whose_fault_it_is(offices: Path) -> None:
    change(offices / "config/offices/mirpur/charter.toml", 'email = "mirpur@example.org"\n', "")
    done = typed(offices, "--lang", "en", "check")
    assert done.returncode == 0
    assert "3 offices: " in done.stdout
    assert "warning: mirpur: no e-mail address for officers.responsible" in done.stdout
    assert json.loads(typed(offices, "check", "--json").stdout)["sites"] == len(
        load_installation(offices / "config").host.fleet.sites
    )


def test_a_new_office_is_whole_and_its_first_site_is_itself(offices: Path) -> None:
    done = typed(offices, "--lang", "en", "offices", "add", "mujibnagar", *NEW, "--address", "127.77.210.1")
    assert done.returncode == 0, done.stderr
    assert "charter.toml" in done.stdout
    found = load_installation(offices / "config")
    assert found.tree.path("mujibnagar") == ("khulna", "meherpur", "mujibnagar")
    office = found.offices["mujibnagar"]
    assert (office.charter.office.ticket_prefix, list(office.fleet.sites)) == ("MUJ", ["mujibnagar.office"])
    assert office.fleet.unions == {}
    assert not office.charter.office.officers_confirmed
    # Nothing of another office's officer, who would get its letters.
    assert office.charter.officers["responsible"].email == ""
    again = typed(offices, "--lang", "en", "offices", "add", "mujibnagar", *NEW, "--address", "127.77.210.1")
    assert again.returncode == 2


def test_a_district_needs_no_folder(offices: Path) -> None:
    words = ["--kind", "district", "--under", "khulna", "--name-bn", "যশোর", "--name-en", "Jashore"]
    assert typed(offices, "offices", "add", "jashore", *words).returncode == 0
    assert load_installation(offices / "config").tree.nodes["jashore"].kind == "district"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--address", "127.77.200.1"], "--address: 127.77.200.1 is already the address of mirpur.pop/gateway"),
        (["--address", "127.77.210.1", "--prefix", "MIR"], "--prefix: MIR already is the prefix of 'mirpur'"),
        (
            ["--address", "127.77.210.1", "--under", "mirpur"],
            "--under: the kind 'upazila' does not belong to the kind 'upazila'",
        ),
        (["--address", "127.77.210.1", "--kind", "village"], "--kind: Expected one of: district, division, upazila"),
        ([], "--address: is missing"),
        (["--kind", "district", "--under", "khulnaa"], "--under: no office 'khulnaa'. Did you mean 'khulna'?"),
    ],
)
def test_what_would_spoil_the_installation_is_refused_and_nothing_is_written(
    offices: Path, words: list[str], expected: str
) -> None:
    before = {path: path.read_bytes() for path in sorted((offices / "config").rglob("*")) if path.is_file()}
    done = typed(offices, "--lang", "en", "offices", "add", "mujibnagar", *NEW, *words)
    assert done.returncode == 2
    assert expected in done.stderr
    assert str(offices) in done.stderr or done.stderr.startswith("--")
    assert {path: path.read_bytes() for path in sorted((offices / "config").rglob("*")) if path.is_file()} == before
    assert not (offices / "config/offices/mujibnagar").exists()


@pytest.mark.parametrize(
    "id_", ["মুজিবনগর", "a b", "A", "", "a.b", "x" * 64, 'a"]\n', "../../another", "/{home}/another"]
)
@pytest.mark.parametrize("kind", ["upazila", "district"])
def test_what_is_no_id_is_refused_before_anything_is_written_or_taken_away(
    offices: Path, id_: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The copy in which a new office is checked lies in a folder for temporary files; '..' led out of it."""
    (temporary := offices / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    (temporary / "another").mkdir()
    (temporary / "another/precious").write_text("old")
    before = {path for path in offices.rglob("*") if path.is_file()}
    words = ["--kind", kind, "--under", "khulna", "--address", "127.77.210.1", *NEW[2:]]
    done = typed(offices, "--lang", "en", "offices", "add", id_.format(home=offices), *words)
    assert done.returncode == 2
    assert re.match(r"ID: .* is no id\. Expected up to 63 small letters, digits and '-'", done.stderr)
    assert {path for path in offices.rglob("*") if path.is_file()} == before
    with pytest.raises(ValueError, match="is no id"):
        another_office.NewPlace(id_.format(home=offices), "upazila", "kushtia", "ক", "K")


def test_an_office_that_stands_alone_is_told_how_a_tree_begins(home: Path) -> None:
    done = typed(home, "--lang", "en", "offices", "add", "mirpur", *NEW, "--address", "127.77.210.1")
    assert done.returncode == 2
    assert done.stderr.endswith("offices.toml: there is no tree of offices yet. docs/offices.md begins one\n")
    assert "bheramara" in typed(home, "--lang", "en", "offices", "list").stdout


def stored_alone(home: Path) -> None:
    """An outage and its ticket, from before there were others."""
    settings = load_installation(home / "config").host
    store = new_store(settings.state)
    desk = Desk(shipped_office(), store)
    desk.goes_down("backbone-north")
    desk.wait(days=3)
    store.close()


def test_an_office_that_stood_alone_is_told_which_of_several_it_is_once(offices: Path) -> None:
    stored_alone(offices)
    other = typed(offices, "--lang", "en", "offices", "adopt", "mirpur")
    assert (other.returncode, "Expected plain_ids = true" in other.stderr) == (2, True)
    done = typed(offices, "--lang", "en", "offices", "adopt", "bheramara")
    assert (done.returncode, "are bheramara's now" in done.stdout) == (0, True), done.stderr
    again = typed(offices, "--lang", "en", "offices", "adopt", "bheramara")
    assert (again.returncode, "there is nothing for bheramara" in again.stderr) == (3, True)
    assert "nothing altered" in typed(offices, "--lang", "en", "audit", "verify").stdout


def test_a_user_and_a_token_are_given_a_place_of_the_tree(offices: Path) -> None:
    (offices / "var").mkdir(exist_ok=True)
    new_store(offices / "var").close()
    typed_en = partial(typed, offices, "--lang", "en", "--office", "mirpur")
    wrong = typed_en("user", "add", "rahim", "--role", "officer", "--node", "kushtiya")
    assert (wrong.returncode, wrong.stderr) == (2, "--node: no office 'kushtiya'. Did you mean 'kushtia'?\n")
    added = typed_en("user", "add", "rahim", "--role", "officer", "--node", "kushtia")
    assert added.stdout.startswith("User rahim: officer, kushtia; invited."), added.stderr
    assert typed_en("user", "change", "rahim", "--node", "mirpur").returncode == 0
    assert json.loads(typed_en("user", "list", "--json").stdout)[0]["node"] == "mirpur"
    assert typed_en("user", "change", "rahim", "--node", "").stdout == "User rahim: officer, all sites; invited.\n"
    given = typed_en("token", "add", "program", "--scope", "status:read", "--node", "gangni", "--json")
    assert json.loads(given.stdout)["node"] == "gangni"
    assert typed_en("token", "add", "other", "--scope", "status:read", "--node", "nowhere").returncode == 2


def test_a_change_is_said_of_one_office_and_is_that_offices(offices: Path) -> None:
    (offices / "var").mkdir(exist_ok=True)
    new_store(offices / "var").close()
    words = ["notes", "add", "gangni.udc", "Key at the shop"]
    refused = typed(offices, "--lang", "en", *words)
    assert (refused.returncode, refused.stderr) == (
        2,
        "there are several offices. Expected --office ID before the command\n",
    )
    assert typed(offices, "--office", "gangni", *words).returncode == 0
    listed = ["notes", "list", "gangni.udc"]
    assert "Key at the shop" in typed(offices, "--office", "gangni", *listed).stdout
    assert "Key at the shop" not in typed(offices, "--office", "mirpur", *listed).stdout


def test_what_lies_in_the_configuration_is_in_no_other_folder_while_a_new_office_is_checked(
    offices: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A command that is killed leaves that folder behind."""
    (offices / "config" / "page.key").write_text("canary")
    seen: list[Path] = []

    def looked(directory: Path) -> None:
        assert (directory / "page.key").exists()
        seen.extend(path for path in directory.rglob("*") if path.is_file() and not path.is_symlink())
        load_installation(directory)

    monkeypatch.setattr(another_office, "load_installation", looked)
    assert typed(offices, "offices", "add", "mujibnagar", *NEW, "--address", "127.77.210.1").returncode == 0
    assert {(path.parent.name, path.name) for path in seen} == {
        ("config", "offices.toml"),
        ("mujibnagar", "charter.toml"),
        ("mujibnagar", "sites.toml"),
    }
