"""The report of a replayed history, counted by hand."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cli.typed import typed

LINK, NEXT, LAB = "backbone-bheramara", "backbone-north", "lab-juniadaha-girls"
CENTRE = "udc-juniadaha"
MINUTE = timedelta(minutes=1)
DHAKA = "+06:00"


def rounds(site: str, first: str, verdicts: str) -> Iterator[dict[str, object]]:
    """A round a minute from then on: '+' is answered, '-' is not."""
    at = datetime.fromisoformat(f"{first}{DHAKA}")
    for number, each in enumerate(verdicts):
        yield {
            "t": (at + number * MINUTE).isoformat(),
            "device": f"{site}/gateway",
            "verdict": "ok" if each == "+" else "failed",
        }


def replayed(home: Path, entries: list[dict[str, object]], *words: str) -> dict[str, Any]:
    """The report of what is replayed, each list of it by its first key."""
    recording, target = home / "recorded.jsonl", home / "report.json"
    entries.sort(key=lambda entry: str(entry["t"]))
    recording.write_text("".join(json.dumps(entry) + "\n" for entry in entries))
    done = typed(home, "replay", str(recording), "--report", str(target), *words)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    found: dict[str, Any] = json.loads(target.read_text(encoding="utf-8"))
    return found


def hours(count: float) -> int:
    return round(count * 3_600_000_000)


def test_a_month_of_a_link_is_counted_as_by_hand(home: Path) -> None:
    found = replayed(
        home,
        [
            *rounds(LINK, "2026-11-03T00:00:00", "+" * 5),  # known from then on
            *rounds(LINK, "2026-11-10T10:00:00", "-" * 5),  # down at ten in the morning
            *rounds(LINK, "2026-11-12T16:00:00", "+" * 5),  # for two days and six hours
            {"t": f"2026-11-20T00:00:00{DHAKA}", "kind": "stopped"},
            {"t": f"2026-11-21T00:00:00{DHAKA}", "kind": "started"},  # nobody watched for a day
        ],
        "--until",
        "2026-12-01T12:00",
        "--month",
        "2026-11",
    )
    (link,) = (site for site in found["sites"] if site["site"] == LINK)
    assert link["promised"] == link["always"] | {"window_us": hours(30 * 24)}
    assert link["promised"]["down_us"] == hours(54)
    assert link["promised"]["unmonitored_us"] == hours(2 * 24 + 24)
    assert link["promised"]["up_us"] == hours(30 * 24 - 54 - 72)
    (outage,) = found["outages"]
    assert outage["started"] == f"2026-11-10T10:00:00{DHAKA}"
    assert outage["ended"] == f"2026-11-12T16:00:00{DHAKA}"
    assert outage["length_us"] == outage["counted_us"] == hours(54)
    assert outage["kept"] is False
    tickets = found["tickets"]["citizen:10"]
    assert (tickets["opened"], tickets["resolved"], tickets["open"]) == (1, 1, 0)
    (row,) = (row for row in found["charter"] if row["service"] == "citizen:10")
    assert (row["kept"], row["missed"]) == (0, 1)
    assert found["generated"] == f"2026-12-01T00:00:00{DHAKA}"


@pytest.mark.long
def test_without_a_period_it_is_the_month_in_which_the_recording_ends(home: Path) -> None:
    entries = [*rounds(LINK, "2026-11-03T00:00:00", "+" * 5), *rounds(LINK, "2026-11-30T23:58:00", "--+")]
    found = replayed(home, entries, "--until", "2026-12-20T12:00")
    assert found["period"]["code"] == "2026-11"


@pytest.mark.long
def test_a_lab_that_stays_down_is_counted_in_school_hours_up_to_the_end(home: Path) -> None:
    found = replayed(
        home,
        [
            *(entry for site in (LINK, NEXT, LAB) for entry in rounds(site, "2026-11-01T00:00:00", "+" * 5)),
            *(entry for site in (LINK, NEXT) for entry in rounds(site, "2026-11-24T12:00:00", "+" * 5)),
            *rounds(LAB, "2026-11-24T12:00:00", "-" * 5),  # a Tuesday
        ],
        "--until",
        "2026-11-26T12:00",
    )
    (lab,) = (site for site in found["sites"] if site["site"] == LAB)
    assert lab["promised"]["down_us"] == hours(4 + 6 + 2)
    assert lab["always"]["down_us"] == hours(48)
    (outage,) = found["outages"]
    assert (outage["ended"], outage["deadline"], outage["kept"]) == (None, f"2026-11-25T17:00:00{DHAKA}", False)


def seen(first: str, *sites: str) -> list[dict[str, object]]:
    """Rounds that all of them answer, from then on."""
    return [entry for site in sites for entry in rounds(site, first, "+" * 5)]


def site_of(report: dict[str, Any], id_: str) -> dict[str, Any]:
    (found,) = (site for site in report["sites"] if site["site"] == id_)
    assert isinstance(found, dict)
    return found


def parts(counted: dict[str, Any]) -> list[float]:
    """Up, down, unmonitored and paused, in hours."""
    return [counted[f"{part}_us"] / hours(1) for part in ("up", "down", "unmonitored", "paused")]


@pytest.mark.long
def test_an_outage_over_a_months_edge_counts_in_each_month_what_lies_in_it(home: Path) -> None:
    story = [
        *seen("2026-11-01T00:00:00", LINK),
        *rounds(LINK, "2026-11-30T23:00:00", "-" * 5),
        *rounds(LINK, "2026-12-01T00:30:00", "+" * 5),
    ]
    # November has 30 days of 24 hours: 720, of which the last is down. At its end the outage goes on.
    november = replayed(home, story, "--until", "2026-12-01T06:00", "--month", "2026-11")
    assert parts(site_of(november, LINK)["promised"]) == [719, 1, 0, 0]
    (outage,) = november["outages"]
    assert (outage["ended"], outage["length_us"], outage["counted_us"]) == (None, hours(1), hours(1))
    # Of December six hours have passed: the first half hour is down. The outage took 90 minutes, a third of them in it.
    december = replayed(home, story, "--until", "2026-12-01T06:00", "--month", "2026-12")
    assert parts(site_of(december, LINK)["promised"]) == [5.5, 0.5, 0, 0]
    (outage,) = december["outages"]
    assert (outage["ended"], outage["length_us"]) == (f"2026-12-01T00:30:00{DHAKA}", hours(1.5))
    assert outage["counted_us"] == hours(0.5)


@pytest.mark.long
def test_a_holiday_within_an_outage_is_paused_and_not_down(home: Path) -> None:
    found = replayed(
        home,
        [
            *seen("2026-12-13T00:00:00", LINK, NEXT, CENTRE),
            *seen("2026-12-15T15:00:00", LINK, NEXT),
            *rounds(CENTRE, "2026-12-15T15:00:00", "-" * 5),  # a Tuesday
            *rounds(CENTRE, "2026-12-17T10:00:00", "+" * 5),  # the Thursday after Victory Day
        ],
        *("--until", "2026-12-18T12:00", "--from", "2026-12-13", "--to", "2026-12-17"),
    )
    # Open from nine to five: Sunday, Monday 8 + 8, Tuesday 8, Wednesday none (holiday), Thursday 8 = 32 of 120 hours.
    # Down: Tuesday from three to five, 2; Thursday from nine to ten, 1. Up: 32 - 3. Paused: 120 - 32.
    assert parts(site_of(found, CENTRE)["promised"]) == [29, 3, 0, 88]
    # At all hours: from Tuesday 15:00 to Thursday 10:00 are 9 + 24 + 10.
    assert parts(site_of(found, CENTRE)["always"]) == [77, 43, 0, 0]
    (outage,) = found["outages"]
    assert (outage["length_us"], outage["counted_us"]) == (hours(43), hours(3))


@pytest.mark.long
def test_the_hours_of_ramadan_are_those_that_count_and_every_day_of_a_quarter_has_24_hours(home: Path) -> None:
    found = replayed(
        home,
        [
            *seen("2026-01-01T00:00:00", LINK, NEXT, CENTRE),
            *seen("2026-02-18T16:00:00", LINK, NEXT),
            *rounds(CENTRE, "2026-02-18T16:00:00", "-" * 5),  # a Wednesday; Ramadan begins on the 19th
            *rounds(CENTRE, "2026-02-22T10:00:00", "+" * 5),  # the Sunday after
        ],
        *("--until", "2026-04-02T00:00", "--quarter", "2026-Q1"),
    )
    centre = site_of(found, CENTRE)
    # Wednesday from four to five, 1; Thursday, in Ramadan, from nine to half past three, 6.5; Friday and Saturday (the
    # 21st is a holiday, too) none; Sunday from nine to ten, 1.
    assert centre["promised"]["down_us"] == hours(1 + 6.5 + 1)
    # 8 hours of Wednesday, three whole days, 10 hours of Sunday. 31 + 28 + 31 days of 24 hours: no summer time.
    assert parts(centre["always"]) == [2160 - 90, 90, 0, 0]
    assert centre["promised"]["window_us"] == hours(90 * 24)


@pytest.mark.long
def test_what_a_sleeping_and_a_stopped_daemon_did_not_see_is_neither_up_nor_down(home: Path) -> None:
    found = replayed(
        home,
        [
            *seen("2026-11-10T00:00:00", LINK),
            *rounds(LINK, "2026-11-10T10:00:00", "-" * 5),
            {"t": f"2026-11-10T14:00:00{DHAKA}", "kind": "standstill", "seconds": 7_200},  # asleep since noon
            *rounds(LINK, "2026-11-10T14:00:30", "-" * 5),  # still down when it wakes
            *rounds(LINK, "2026-11-10T18:00:00", "+" * 5),
            {"t": f"2026-11-10T20:00:00{DHAKA}", "kind": "stopped"},
            {"t": f"2026-11-10T23:00:00{DHAKA}", "kind": "started"},
            *rounds(LINK, "2026-11-10T23:00:30", "+" * 5),
        ],
        *("--until", "2026-11-11T09:00", "--from", "2026-11-10", "--to", "2026-11-10"),
    )
    # Down from ten to six without the two hours of sleep: 6. Unseen: 2 asleep, 3 stopped. Up: 24 - 6 - 5.
    assert parts(site_of(found, LINK)["promised"]) == [13, 6, 5, 0]
    (outage,) = found["outages"]
    assert (outage["length_us"], outage["counted_us"]) == (hours(8), hours(6))
    assert [(each["begins"], each["ends"]) for each in found["unseen"]] == [
        (f"2026-11-10T12:00:00{DHAKA}", f"2026-11-10T14:00:00{DHAKA}"),
        (f"2026-11-10T20:00:00{DHAKA}", f"2026-11-10T23:00:00{DHAKA}"),
    ]


@pytest.mark.long
def test_a_silence_in_planned_work_is_excused_and_paused(home: Path) -> None:
    work = {"text": "A new cable", "sites": [LAB], "begins": "2026-11-24T11:00:00", "ends": "2026-11-24T13:00:00"}
    found = replayed(
        home,
        [
            *seen("2026-11-22T00:00:00", LINK, NEXT, LAB),
            {"t": f"2026-11-23T10:00:00{DHAKA}", "kind": "planned", "name": "cable", "work": work},
            *seen("2026-11-24T11:10:00", LINK, NEXT),
            *rounds(LAB, "2026-11-24T11:10:00", "-" * 5),  # a Tuesday
            *rounds(LAB, "2026-11-24T12:30:00", "+" * 5),
        ],
        *("--until", "2026-11-25T09:00", "--from", "2026-11-24", "--to", "2026-11-24"),
    )
    lab = site_of(found, LAB)
    # School is from ten to four, 6 hours; two of them are planned work. So 4 up, and 24 - 4 paused.
    assert parts(lab["promised"]) == [4, 0, 0, 20]
    # At all hours the 80 minutes of silence are down, though no outage.
    assert lab["always"]["down_us"] == hours(80 / 60)
    assert (found["outages"], lab["outages"]) == ([], 0)
    (excused,) = lab["excused"]
    assert (excused["begins"], excused["ends"]) == (f"2026-11-24T11:10:00{DHAKA}", f"2026-11-24T12:30:00{DHAKA}")


@pytest.mark.long
def test_a_ticket_that_is_opened_again_is_one_ticket_of_two_outages(home: Path) -> None:
    found = replayed(
        home,
        [
            *seen("2026-11-09T00:00:00", LINK),
            *rounds(LINK, "2026-11-09T10:00:00", "-" * 5),  # a Monday
            *rounds(LINK, "2026-11-10T10:00:00", "+" * 60),  # resolved ten minutes later
            *rounds(LINK, "2026-11-10T20:00:00", "-" * 60),  # within a day of it; not so often that it is unstable
            *rounds(LINK, "2026-11-11T08:00:00", "+" * 5),
        ],
        *("--until", "2026-11-30T12:00", "--from", "2026-11-09", "--to", "2026-11-15"),
    )
    first, second = found["outages"]
    assert first["ticket"] == second["ticket"] != ""
    tickets = found["tickets"]["citizen:10"]
    assert (tickets["opened"], tickets["resolved"], tickets["reopened"], tickets["open"]) == (1, 1, 1, 0)
    # 24 hours, then 12, of seven days.
    assert parts(site_of(found, LINK)["promised"]) == [168 - 36, 36, 0, 0]


@pytest.mark.long
def test_a_link_that_loses_packets_is_up_and_has_no_outage(home: Path) -> None:
    poor = [{**entry, "loss": 0.6, "rtt_ms": 900.0} for entry in rounds(LINK, "2026-11-10T10:00:00", "+" * 60)]
    found = replayed(
        home,
        [*seen("2026-11-10T00:00:00", LINK), *poor, *rounds(LINK, "2026-11-10T11:00:00", "+" * 5)],
        *("--until", "2026-11-11T09:00", "--from", "2026-11-10", "--to", "2026-11-10"),
    )
    assert parts(site_of(found, LINK)["promised"]) == [24, 0, 0, 0]
    assert found["outages"] == []


@pytest.mark.long
def test_a_wrong_period_or_suffix_is_refused_before_anything_is_played(home: Path) -> None:
    (home / "recorded.jsonl").write_text("")
    for words, said in (
        (("--report", "x.json", "--month", "never"), "--month: 'never' is no such period."),
        (("--report", "x.docx"), "--report: no format 'docx'."),
        (("--month", "2026-11"), "a period is of a report. Expected --report FILE with it"),
    ):
        done = typed(home, "--lang", "en", "replay", str(home / "recorded.jsonl"), *words)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith(said)


@pytest.mark.long
def test_a_clock_that_was_set_ahead_and_is_not_trusted_yet_names_no_month_to_come(home: Path) -> None:
    entries: list[dict[str, object]] = [
        *rounds(LINK, "2026-11-03T00:00:00", "+" * 5),
        {"t": f"2026-11-03T01:00:00{DHAKA}", "kind": "clock", "to": f"2027-11-03T01:00:00{DHAKA}"},
    ]
    assert replayed(home, entries)["period"]["code"] == "2026-11"
    assert replayed(home, entries, "--until", "2026-11-03T03:00")["period"]["code"] == "2026-11"  # it lies behind
