"""Everything that the daemon hears of can be replayed: UPSes, SNMP, traps, people, plans, restarts and standstills."""

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.cli.errors import Failure
from monitor.cli.replay import Recorded
from monitor.configuration import load
from monitor.runtime.virtual.replay import replay
from monitor.runtime.virtual.replay_events import KINDS, ImpossibleError
from monitor.settings.load import Settings
from tests.cli.typed import typed
from tests.places import ROOT, TESTS

OFFICE = TESTS / "runtime" / "virtual" / "office"
T0 = datetime.fromisoformat("2026-11-24T10:00:00+06:00")

SITES = """
[sites.bb]
kind = "backbone"
name_bn = "ক"
name_en = "bb"
link = { device = "host/router", interface = "p0", speed_mbps = 1000 }
[sites.bb.devices.gateway]
address = "127.77.0.1"
[sites.host]
kind = "office"
name_bn = "ক"
name_en = "host"
[sites.host.devices.router]
address = "127.77.0.2"
snmp = "c"
[sites.u1]
kind = "udc"
name_bn = "ক"
name_en = "u1"
feeder = "f"
address = "127.77.0.3"
services.web = { kind = "tcp", port = 80 }
[sites.u2]
kind = "udc"
name_bn = "ক"
name_en = "u2"
feeder = "f"
address = "127.77.0.4"
[sites.lab]
kind = "lab"
name_bn = "ক"
name_en = "lab"
[sites.lab.devices.gateway]
address = "127.77.0.5"
[sites.lab.devices.pc]
address = "127.77.0.6"
role = "workstation"
"""
MONITOR = """
[judging]
trace = false
[snmp.v2c.c]
community_file = "community"
"""
PORT = {"ifIndex": 1, "ifName": "p0", "ifAdminStatus": 1, "ifOperStatus": 1, "ifHighSpeed": 1000}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    config = tmp_path_factory.mktemp("config")
    for name in ("calendar.toml", "holidays.toml"):
        shutil.copy(OFFICE / name, config)
    shutil.copy(OFFICE / "charter-immediate.toml", config / "charter.toml")
    (config / "sites.toml").write_text(SITES, encoding="utf-8")
    (config / "monitor.toml").write_text(MONITOR, encoding="utf-8")
    (config / "community").write_text("public")
    (config / "community").chmod(0o600)
    return load(config)


def iso(second: float) -> str:
    return (T0 + timedelta(seconds=second)).isoformat()


def rounds(device: str, first: int, last: int, verdict: str) -> Iterator[dict[str, Any]]:
    """A round a minute, from one minute to the other."""
    for minute in range(first, last + 1):
        yield {"t": iso(60 * minute), "device": device, "verdict": verdict}


def then(second: float, kind: str, **facts: object) -> dict[str, Any]:
    return {"t": iso(second), "kind": kind, **facts}


def told(
    office: Settings, folder: Path, *lines: Mapping[str, Any], until_s: float | None = None, in_order: bool = True
) -> list[dict[str, Any]]:
    file = folder / "story.jsonl"
    ordered = sorted(lines, key=lambda line: str(line.get("t"))) if in_order else list(lines)
    file.write_text("".join(json.dumps(line) + "\n" for line in ordered))
    until = None if until_s is None else T0 + timedelta(seconds=until_s)
    return list(replay(office, Recorded(file, office.fleet), until))


def of(found: list[dict[str, Any]], *kinds: str) -> list[tuple[str, str]]:
    return [(one["kind"], one["t"]) for one in found if one["kind"] in kinds]


def test_a_ups_on_battery_speaks_for_a_power_failure_of_its_feeder(office: Settings, tmp_path: Path) -> None:
    found = told(
        office,
        tmp_path,
        then(5, "ups", site="u2", on_battery=True),
        *rounds("u1", 1, 3, "failed"),
        then(400, "ups", site="u2", on_battery=False),
    )
    assert of(found, "on_battery", "on_mains") == [("on_battery", iso(5)), ("on_mains", iso(400))]
    assert [one["cause"] for one in found if one["kind"] == "outage_opened"] == ["power"]


def test_readings_by_snmp_make_a_link_down_poor_and_well_again(office: Settings, tmp_path: Path) -> None:
    down, full = {**PORT, "ifOperStatus": 2}, [{**PORT, "ifHCInOctets": 120_000_000 * 60 * turn} for turn in range(4)]
    reads = [PORT, down, down, down, PORT, PORT, *full, PORT, PORT]
    found = told(
        office,
        tmp_path,
        *rounds("bb", 0, 12, "ok"),
        *(then(60 * n + 1, "snmp", device="host/router", ports=[port]) for n, port in enumerate(reads)),
    )
    assert of(found, "outage_opened", "outage_closed", "site_degraded", "site_restored") == [
        ("outage_opened", iso(181)),
        ("outage_closed", iso(301)),
        ("site_degraded", iso(541)),
        ("site_restored", iso(661)),
    ]
    (opened,) = [one for one in found if one["kind"] == "outage_opened"]
    assert opened["reason"] == "interface p0 is down"


def test_a_ups_by_snmp_and_a_device_that_is_silent_to_it_are_lines_of_the_timeline(
    office: Settings, tmp_path: Path
) -> None:
    found = told(
        office,
        tmp_path,
        then(1, "snmp", device="host", ups={"upsOutputSource": 5}),
        then(61, "snmp", device="host", outcome="silent"),
        then(70, "trap", device="host/router", name="linkDown"),
    )
    assert [one["kind"] for one in found] == ["on_battery", "no_interface", "snmp_silent", "trap"]


def test_a_service_that_fails_makes_its_site_degraded(office: Settings, tmp_path: Path) -> None:
    found = told(office, tmp_path, *rounds("u1", 0, 4, "ok"), *rounds("u1/web", 0, 4, "failed"))
    assert of(found, "site_degraded") == [("site_degraded", iso(120))]


def test_a_lab_whose_workstations_fall_silent_is_without_power(office: Settings, tmp_path: Path) -> None:
    found = told(
        office,
        tmp_path,
        *rounds("lab", 0, 9, "ok"),
        *rounds("lab/pc", 0, 1, "ok"),
        *rounds("lab/pc", 2, 5, "failed"),
        *rounds("lab/pc", 6, 9, "ok"),
    )
    assert [one["kind"] for one in found] == ["lab_power_off", "lab_power_on"]


def test_people_act_on_tickets_and_register_requests(office: Settings, tmp_path: Path) -> None:
    number = "BHR-2026-000001"
    found = told(
        office,
        tmp_path,
        *rounds("u1", 0, 2, "failed"),
        then(130, "act", ticket=number, act="ack", by="mina", until=iso(200)),
        then(210, "act", ticket=number, act="wait", by="mina", text="a part is on its way"),
        then(220, "act", ticket=number, act="resolve", by="mina", text="done"),
        then(230, "act", ticket=number, act="reopen", by="mina"),
        then(240, "register", service="citizen:6", site="lab", asker="A teacher", text="It does not start", by="mina"),
    )
    assert [(one["kind"], one.get("act"), one.get("by")) for one in found if one["kind"].startswith("ticket_")] == [
        ("ticket_opened", None, None),
        ("ticket_act", "ack", "mina"),
        ("ticket_act", "ack_over", None),
        ("ticket_act", "wait", "mina"),
        ("ticket_resolved", None, "mina"),
        ("ticket_reopened", None, "mina"),
        ("ticket_registered", None, "mina"),
    ]


def test_a_recorded_act_needs_no_words_and_recorded_work_may_be_over_already(office: Settings, tmp_path: Path) -> None:
    number = "BHR-2026-000001"
    found = told(
        office,
        tmp_path,
        *rounds("u1", 0, 2, "failed"),
        then(210, "act", ticket=number, act="wait", by="mina"),
        then(220, "act", ticket=number, act="comment"),
        then(230, "planned", name="cable", work={"text": "x", "sites": ["u1"], "begins": iso(0), "ends": iso(60)}),
        then(240, "act", ticket=number, act="resolve"),
    )
    assert [one["act"] for one in found if one["kind"] == "ticket_act"] == ["wait", "comment"]
    assert "ticket_resolved" in {one["kind"] for one in found}


def test_work_that_is_planned_by_command_excuses_and_may_be_ended_sooner(office: Settings, tmp_path: Path) -> None:
    work = {"text": "a new cable", "sites": ["u1"], "begins": iso(0), "ends": iso(3_600)}
    found = told(
        office,
        tmp_path,
        then(0, "planned", name="cable", work=work),
        *rounds("u1", 1, 9, "failed"),
        then(600, "planned_ended", name="cable"),
    )
    assert of(found, "paused", "outage_opened") == [("paused", iso(180)), ("outage_opened", iso(600))]
    (opened,) = [one for one in found if one["kind"] == "outage_opened"]
    assert (opened["started"], opened["silent_since"]) == (iso(600), iso(60))


def test_a_restart_forgets_no_outage_and_invents_none(office: Settings, tmp_path: Path) -> None:
    found = told(
        office,
        tmp_path,
        *rounds("u1", 0, 3, "failed"),
        *rounds("u2", 0, 3, "ok"),
        then(190, "stopped"),
        then(900, "started"),
        *rounds("u1", 16, 17, "ok"),
        *rounds("u2", 16, 17, "failed"),
    )
    assert of(found, "outage_opened", "not_running", "outage_closed") == [
        ("outage_opened", iso(120)),
        ("not_running", iso(900)),
        ("outage_closed", iso(1_020)),
    ]


def test_what_falls_due_while_nobody_runs_is_done_at_the_start(office: Settings, tmp_path: Path) -> None:
    found = told(
        office,
        tmp_path,
        *rounds("u1", 0, 2, "failed"),
        *rounds("u1", 3, 4, "ok"),
        then(250, "stopped"),
        then(3_000, "started"),
    )
    assert of(found, "ticket_resolved") == [("ticket_resolved", iso(3_000))]


def comes_and_goes(first: int, turns: int) -> list[dict[str, Any]]:
    """Three failed rounds and two answered ones, again and again."""
    verdicts = [*["failed"] * 3, *["ok"] * 2] * turns
    return [then_round for n, one in enumerate(verdicts) for then_round in rounds("u1", first + n, first + n, one)]


def test_a_ticket_that_was_resolved_while_its_site_flaps_is_reopened_when_it_settles_down_silent(
    office: Settings, tmp_path: Path
) -> None:
    found = told(
        office,
        tmp_path,
        *comes_and_goes(0, 10),
        then(60 * 44 + 30, "act", ticket="BHR-2026-000001", act="resolve", by="mina"),
        *rounds("u1", 50, 90, "failed"),
    )
    turned = of(found, "flapping", "settled", "ticket_opened", "ticket_resolved", "ticket_reopened")
    assert [kind for kind, _ in turned] == [
        "ticket_opened",
        "flapping",
        "ticket_resolved",
        "settled",
        "ticket_reopened",
    ]
    assert turned[-1][1] == turned[-2][1]


def test_a_site_that_flapped_before_a_restart_settles_down_after_it(office: Settings, tmp_path: Path) -> None:
    found = told(
        office,
        tmp_path,
        *comes_and_goes(0, 8),
        then(2_400, "stopped"),
        then(2_410, "started"),
        *rounds("u1", 41, 80, "ok"),
    )
    assert [kind for kind, _ in of(found, "flapping", "settled", "ticket_resolved")] == [
        "flapping",
        "settled",
        "ticket_resolved",
    ]
    assert of(found, "settled") == [("settled", iso(60 * (41 + 20)))]


def test_after_a_standstill_the_next_failed_round_of_each_judges_nobody(office: Settings, tmp_path: Path) -> None:
    found = told(
        office,
        tmp_path,
        *rounds("u1", 0, 0, "ok"),
        *rounds("u1", 1, 1, "failed"),
        then(330, "standstill", seconds=240),
        *rounds("u1", 6, 9, "failed"),
    )
    assert of(found, "stood_still", "outage_opened") == [("stood_still", iso(330)), ("outage_opened", iso(540))]
    (opened,) = [one for one in found if one["kind"] == "outage_opened"]
    assert opened["started"] == iso(420), "minute 6 was not believed, minute 1 was before the standstill"


def test_a_clock_that_leaps_and_comes_back_changes_nothing(office: Settings, tmp_path: Path) -> None:
    leap = timedelta(days=365)
    file = [
        *rounds("u1", 0, 3, "failed"),
        {"t": iso(200), "kind": "clock", "to": (T0 + leap + timedelta(seconds=200)).isoformat()},
        *({**one, "t": (datetime.fromisoformat(one["t"]) + leap).isoformat()} for one in rounds("u1", 4, 6, "ok")),
        {"t": (T0 + leap + timedelta(seconds=400)).isoformat(), "kind": "clock", "to": iso(400)},
        *rounds("u1", 7, 9, "ok"),
    ]
    found = told(office, tmp_path, *file, until_s=1_200, in_order=False)
    assert of(found, "outage_opened", "outage_closed", "clock_suspect", "clock_believed", "ticket_resolved") == [
        ("outage_opened", iso(120)),
        ("clock_suspect", iso(200)),
        ("outage_closed", iso(300)),
        ("clock_believed", iso(400)),
        ("ticket_resolved", iso(840)),
    ]


def test_a_clock_that_stays_where_it_was_set_is_believed_after_an_hour_and_moves_what_it_dated(
    office: Settings, tmp_path: Path
) -> None:
    leap = timedelta(days=1)
    after = [
        {**one, "t": (datetime.fromisoformat(one["t"]) + leap).isoformat()} for one in rounds("u1", 4, 80, "failed")
    ]
    found = told(
        office,
        tmp_path,
        *rounds("u1", 0, 3, "ok"),
        {"t": iso(200), "kind": "clock", "to": (T0 + leap + timedelta(seconds=200)).isoformat()},
        *after,
        in_order=False,
    )
    assert [(one["kind"], one["t"], one.get("moved_s")) for one in found if one["kind"].startswith("clock_")] == [
        ("clock_suspect", iso(200), None),
        ("clock_believed", (T0 + leap + timedelta(seconds=3_800)).isoformat(), 86_400.0),
    ]
    (ticket,) = [one for one in found if one["kind"] == "ticket_opened"]
    assert ticket["started"] == (T0 + leap + timedelta(seconds=240)).isoformat(), "it is dated anew"
    assert ticket["t"] == (T0 + leap + timedelta(seconds=3_800)).isoformat(), "no ticket by a suspect clock"


def test_a_reader_of_many_letters_is_capped_and_told_the_rest_in_a_digest(office: Settings, tmp_path: Path) -> None:
    requests = (
        then(n, "register", service="citizen:6", asker=f"A teacher {n}", text="It does not start") for n in range(40)
    )
    found = told(office, tmp_path, *requests, until_s=3_600)
    assert len([one for one in found if one.get("notice") == "registered"]) == 40
    capped = [one for one in found if one["kind"] == "capped"]
    digests = [one for one in found if one["kind"] == "digest"]
    assert (capped[0]["recipient"], capped[0]["limit"]) == ("responsible", 20)
    assert {one["recipient"] for one in digests} == {"responsible", "grievance"}
    assert all(len(one["tickets"]) <= one["notices"] for one in digests)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (then(0, "quake"), "kind: found 'quake'. Expected one of: ups, snmp"),
        (then(0, "ups", site="u9", on_battery=True), "site: there is no 'u9'"),
        (then(0, "ups", site="u1", on_battery="yes"), "on_battery: found another text. Expected true or false"),
        (then(0, "ups", site="u1"), "on_battery: is missing"),
        (then(0, "ups", site="u1", on_battery=True, colour=1), "colour: is unknown"),
        (then(0, "trap", device="host/rooter", name="x"), "device: there is no 'host/rooter'. Did you mean"),
        (then(0, "act", ticket="BHR-2026-000009", act="ack"), "no ticket BHR-2026-000009"),
        (then(0, "act", ticket="BHR-2026-000009", act="shout"), "act: found 'shout'. Expected one of: ack"),
        (then(0, "register", service="citizen:99", asker="A", text="x"), "service: there is no 'citizen:99'"),
        (then(0, "register", service="citizen:6", asker="A", text="x", email="?"), "email: '?' is not an e-mail"),
        (then(0, "planned", name="a", work={"text": "x"}), "when it is done is not clear"),
        (then(0, "planned_ended", name="a"), "there is no planned work 'a' that lasts"),
        (then(0, "started"), "the daemon runs then"),
        (then(0, "standstill", seconds=-1), "seconds: found -1"),
        ({"t": "2026-11-24T10:00:00", "kind": "stopped"}, "t: '2026-11-24T10:00:00' has no offset"),
        ({"t": "x", "kind": "stopped"}, "t: found 'x'"),
        ({"kind": "stopped"}, "t: is missing"),
        ({"t": iso(0), "kind": ["x"]}, "kind: found"),
    ],
)
def test_what_cannot_have_happened_is_refused(
    office: Settings, tmp_path: Path, line: dict[str, Any], expected: str
) -> None:
    with pytest.raises((Failure, ImpossibleError), match=re.escape(expected)):
        told(office, tmp_path, line)


def test_a_sample_while_the_daemon_is_stopped_is_refused(office: Settings, tmp_path: Path) -> None:
    file = tmp_path / "story.jsonl"
    lines = [then(0, "stopped"), *rounds("u1", 1, 1, "ok")]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    done = typed(tmp_path, "--config", str(office.directory), "replay", str(file))
    assert done.returncode == 2
    assert f"{file}:2: the daemon is stopped then" in done.stderr


def test_the_documentation_shows_an_example_of_each_kind() -> None:
    text = (ROOT / "docs" / "replay.md").read_text(encoding="utf-8")
    assert set(re.findall(r'"kind": "(\w+)"', text)) == set(KINDS)
