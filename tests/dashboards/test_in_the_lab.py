"""Every question of every panel, variable and rule, put to a real Prometheus that reads a real daemon in the lab.

Three times: while nothing is wrong, with planted outages, and after the daemon is gone.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import yaml

from dashboards.generator.reading import dashboards, filled, named, queries, variables
from monitor.i18n.languages import BOTH, lookup
from tests.dashboards.asking import Answer, answers, choices
from tests.dashboards.equipment import MINUTES_LEFT, WEAK_DBM
from tests.dashboards.office import DEAD_LAB, DEAD_LINK, DEGRADED, OfficeInLab, office_in_lab
from tests.dashboards.prometheus import Series
from tests.lab.waiting import until
from tests.places import DASHBOARDS

BOARDS = dashboards()
SITES = (DEAD_LINK, "office-ict", "lab-model")
"""The dashboard 'Site' is asked about one that is down, one with equipment and services, one with workstations."""

OFFICE = "bheramara"
WHERE = {"office": OFFICE, "monitor": OFFICE, "router": ".*"}
"""Of an office that stands alone it is the monitor's own."""

NAMES = {
    "bn": {DEAD_LINK: "উত্তর ব্যাকবোন সংযোগ (উদাহরণ)"},
    "en": {DEAD_LINK: "Northern backbone link (example)"},
}
BRIEF = {lookup(lang, "Morning brief") for lang in BOTH}
PLANTED = {DEAD_LINK, DEAD_LAB}
ARRIVES_WITH_THE_BRIEF = {"A": "upazila_brief_last_sent_timestamp_seconds", "W": "upazila_brief_missed"}
"""What its panel asks for; it says so while the daemon has no such metric, or has sent none."""

INSTEAD = re.compile(r'label_replace\([^"]+, "(\w+)", "([^"]+)", "", ""\)')

Answers = dict[str, list[Answer]]


@dataclass(frozen=True)
class Seen:
    """What was answered: by dashboard ('en/morning'), for 'Site' also by site ('en/site office-ict')."""

    quiet: Answers
    broken: Answers
    gone: Answers
    offered: dict[str, dict[str, str]]
    alarms: dict[str, str]
    rules: dict[str, list[Series]]
    metrics: set[str]


def everything(office: OfficeInLab) -> Answers:
    found = {}
    for name, board in BOARDS.items():
        if name.endswith("/site"):
            for site in SITES:
                found[f"{name} {site}"] = list(answers(office.prometheus, board, {"site": site}))
        else:
            found[name] = list(answers(office.prometheus, board, {}))
    return found


def offered(office: OfficeInLab) -> Iterator[tuple[str, dict[str, str]]]:
    for name, board in BOARDS.items():
        for variable in variables(board):
            yield f"{name} {variable['name']}", choices(office.prometheus, variable, WHERE)


def rules(office: OfficeInLab) -> dict[str, list[Series]]:
    found = {}
    for path in (DASHBOARDS / "prometheus" / "rules").glob("*.yml"):
        for group in yaml.safe_load(path.read_text(encoding="utf-8"))["groups"]:
            for rule in group["rules"]:
                found[rule.get("record") or rule["alert"]] = office.prometheus.now(rule["expr"])
    return found


pytestmark = pytest.mark.long  # the lab plays a day of everything


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    home = tmp_path_factory.mktemp("office")
    with office_in_lab(home) as office:
        ask = office.prometheus.now
        for expr in ("upazila_ups_on_battery", "upazila_mikrotik_optical_rx_power_dbm", "upazila_lab_workstations"):
            until(lambda expr=expr: ask(expr), expr, 30)  # type: ignore[misc]
        until(lambda: ask("rate(ifHCInOctets[10s]) > 0"), "traffic of the router", 30)
        quiet = everything(office)
        office.break_things()
        until(lambda: len(ask('upazila_site_state{state="down"} == 1')) == 2, "two sites down", 30)
        until(lambda: {one.labels["site"] for one in ask("upazila_outage_open")} == PLANTED, "both outages", 30)
        until(lambda: len(ask('upazila_site_state{state="degraded"} == 1')), "one degraded", 30)
        office.damage.up(DEAD_LAB)
        until(lambda: ask("upazila_charter_time_to_resolve_seconds"), "a settled outage", 40)
        until(lambda: ask('upazila_charter_targets{target="missed", service="citizen:10"} > 0'), "a missed target", 30)
        broken, rule_answers, choices_offered = everything(office), rules(office), dict(offered(office))
        alarms = {one.labels["alertname"]: one.labels["alertstate"] for one in ask("ALERTS")}
        metrics = set(office.prometheus.values("__name__", '{__name__=~"upazila_.*"}'))
        office.daemon.stop()
        until(lambda: ask('up{job="upazila-monitor"} == 0'), "a failed scrape", 10)
        return Seen(quiet, broken, everything_at_once(office), choices_offered, alarms, rule_answers, metrics)


def everything_at_once(office: OfficeInLab) -> Answers:
    """The instant questions alone, with what was chosen before: there is nothing to choose from any more."""
    wanted = {**WHERE, "offices": OFFICE, "site": DEAD_LINK, "port": ".*"}
    return {
        name: [
            Answer(query, asked, office.prometheus.now(asked))
            for query in queries(board)
            if query.instant and (asked := filled(query.expr, wanted))
        ]
        for name, board in BOARDS.items()
    }


def of_panel(found: list[Answer], *titles: str) -> dict[str, list[Series]]:
    """The answers of one panel by query; the panel is known by its title in either language."""
    return {answer.query.ref: answer.series for answer in found if answer.query.title in titles}


def says_nothing(answer: Answer, series: Series) -> bool:
    """Whether a series only says that there is nothing."""
    labels = {name: value for name, value in series.labels.items() if name != "__name__"}
    return labels in [{label: words} for label, words in INSTEAD.findall(answer.asked)]


def tells(answer: Answer) -> bool:
    """Whether an answer holds a true value."""
    return any(
        any(not math.isnan(value) for _, value in series.points) and not says_nothing(answer, series)
        for series in answer.series
    )


def test_nothing_is_empty_while_nothing_is_wrong(seen: Seen) -> None:
    empty = [(name, a.query.title, a.asked) for name, found in seen.quiet.items() for a in found if not a.series]
    assert empty == []


def test_nothing_is_empty_while_something_is_wrong(seen: Seen) -> None:
    empty = [(name, a.query.title, a.asked) for name, found in seen.broken.items() for a in found if not a.series]
    assert empty == []


def test_every_question_is_answered_with_values_in_an_office_that_has_everything(seen: Seen) -> None:
    told: dict[tuple[str, str, str], bool] = {}
    for name, found in seen.broken.items():
        for answer in found:
            key = (name.partition(" ")[0], answer.query.title, answer.query.ref)
            told[key] = told.get(key, False) or tells(answer)
    silent = [(name, title, ref) for (name, title, ref), is_told in told.items() if not is_told]
    expected = {ref for ref, metric in ARRIVES_WITH_THE_BRIEF.items() if metric not in seen.metrics}
    assert [one for one in silent if one[1] not in BRIEF or one[2] not in expected] == []


@pytest.mark.parametrize("lang", ["bn", "en"])
def test_the_morning_shows_the_planted_outage(seen: Seen, lang: str) -> None:
    found = seen.broken[f"{lang}/morning"]
    (down,) = of_panel(found, lookup(lang, "Down now"))["A"]
    assert down.last == 1
    (left,) = of_panel(found, lookup(lang, "Next deadline"))["A"]
    assert left.last < 0
    table = of_panel(found, lookup(lang, "What is down now, and since when"))
    assert [series.labels[f"name_{lang}"] for series in table["A"]] == [NAMES[lang][DEAD_LINK]]
    (behind,) = table["D"]
    assert behind.last > 5
    states = {series.labels["site"]: series.last for series in of_panel(found, lookup(lang, "Map"))["A"]}
    assert (states[DEAD_LINK], states[DEGRADED], states["backbone-south"]) == (5, 1, 0)
    for title in ("Today's outages", "This week's outages"):
        worst = {
            series.labels["site"]: max(value for _, value in series.points)
            for series in of_panel(found, lookup(lang, title))["A"]
            if "site" in series.labels
        }
        assert worst == dict.fromkeys(PLANTED, 5)
    (minutes,) = of_panel(found, lookup(lang, "Power: UPSes"))["B"]
    assert minutes.last == MINUTES_LEFT


@pytest.mark.parametrize("lang", ["bn", "en"])
def test_the_quiet_morning_says_that_nothing_is_down(seen: Seen, lang: str) -> None:
    found = seen.quiet[f"{lang}/morning"]
    (down,) = of_panel(found, lookup(lang, "Down now"))["A"]
    assert down.last == 0
    (row,) = of_panel(found, lookup(lang, "What is down now, and since when"))["A"]
    assert row.labels == {f"name_{lang}": lookup(lang, "Nothing is down")}


def test_the_backbone_shows_the_dead_link_the_traffic_the_weak_light_and_the_closed_port(seen: Seen) -> None:
    found = seen.broken["en/backbone"]
    states = {series.labels["site"]: series.last for series in of_panel(found, "Links now")["A"]}
    assert states == {"backbone-bheramara": 0, DEAD_LINK: 5, "backbone-south": 0}
    traffic = {series.labels["ifName"]: series.last for series in of_panel(found, "Traffic against capacity")["A"]}
    assert traffic["hosts0"] > 1_000  # the lab's own cable, by snmpd
    full = {series.labels["ifName"]: series.last for series in of_panel(found, "How full")["A"]}
    assert 0.2 < full["sfp1"] < 1
    (light,) = [series for series in of_panel(found, "Optical power")["A"] if "site" in series.labels]
    assert light.last == WEAK_DBM
    assert [series.labels["ifName"] for series in of_panel(found, "Ports that are down")["A"]] == ["ether2"]


def test_the_charter_shows_broken_promises_and_what_is_settled(seen: Seen) -> None:
    found = seen.broken["en/charter"]
    (missed,) = of_panel(found, "Targets missed in 7 days")["A"]
    assert missed.last == 2
    rows = of_panel(found, "Service by service")
    by_service = {series.labels["service"]: series.last for series in rows["B"]}
    assert (by_service["citizen:10"], by_service["citizen:6"], by_service["citizen:8"]) == (1, 1, 0)
    took = {series.labels["service"]: series.last for series in rows["E"]}
    assert took["citizen:6"] > 1
    assert math.isnan(took["citizen:10"])
    burning = {one.labels.get("service"): one.last for one in of_panel(found, "How fast the allowance burns")["A"]}
    assert burning["citizen:10"] > 1


def test_a_table_has_the_same_rows_in_every_column(seen: Seen) -> None:
    for moment in (seen.quiet, seen.broken):
        for name, found in moment.items():
            for title in {answer.query.title for answer in found if answer.query.kind == "table"}:
                columns = [
                    {tuple(sorted(series.labels.items())) for series in answer.series}
                    for answer in found
                    if answer.query.title == title
                ]
                assert all(column == columns[0] for column in columns), (name, title)


def test_every_series_has_a_name(seen: Seen) -> None:
    for name, found in seen.broken.items():
        for answer in found:
            for series in answer.series:
                if answer.query.legend:
                    assert named(answer.query.legend, series.labels), (name, answer.query.title, series.labels)


def test_no_panel_looks_well_once_the_monitor_is_gone(seen: Seen) -> None:
    """Tables and numbers are empty then, and say that there is no answer."""
    excepted = {"Alarms now", "চলমান সতর্কতা", "Was up", "সচল ছিল"}  # of Prometheus itself, and of the past
    shown = [
        (name, answer.query.title, answer.asked)
        for name, found in seen.gone.items()
        for answer in found
        if answer.series and answer.query.title not in excepted
    ]
    assert shown == []


def test_the_reader_chooses_sites_by_name_and_ports_by_router(seen: Seen) -> None:
    offices = {name: list(values) for name, values in seen.offered.items() if name.endswith((" office", " offices"))}
    assert offices == {f"{name} office{'s' if name.endswith('/itself') else ''}": [OFFICE] for name in BOARDS}
    monitors = {name: list(values) for name, values in seen.offered.items() if name.endswith(" monitor")}
    assert monitors == {f"{name} monitor": [OFFICE] for name in BOARDS}
    assert seen.offered["en/site site"][NAMES["en"][DEAD_LINK]] == DEAD_LINK
    assert seen.offered["bn/site site"][NAMES["bn"][DEAD_LINK]] == DEAD_LINK
    assert len(seen.offered["bn/site site"]) == 31
    assert list(seen.offered["en/backbone router"]) == ["office-ict"]
    assert {"hosts0", "sfp1", "ether2"} <= set(seen.offered["en/backbone port"])


def test_the_rules_fire_for_what_was_planted(seen: Seen) -> None:
    at_once = {"Watchdog", "BackboneDown", "BatteryLow"}
    assert {name: seen.alarms[name] for name in at_once} == dict.fromkeys(at_once, "firing")
    after_a_while = {"TargetMissed", "OnBattery", "ManyDown", "LinkErrors"}
    assert after_a_while <= seen.alarms.keys()  # pending, or firing where the machine was slow
    calm = {"MonitorDown", "MailStuck", "StoreUnreadable", "ClockSuspect", "ForgedReplies", "LinkFull"}
    assert calm & seen.alarms.keys() == set()


def test_every_recording_rule_records(seen: Seen) -> None:
    assert [name for name, found in seen.rules.items() if ":" in name and not found] == []
