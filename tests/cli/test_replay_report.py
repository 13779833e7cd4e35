"""The report of a replayed history, counted by hand."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.cli.typed import typed

LINK, NEXT, LAB = "backbone-bheramara", "backbone-north", "lab-juniadaha-girls"
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


def test_without_a_period_it_is_the_month_in_which_the_recording_ends(home: Path) -> None:
    entries = [*rounds(LINK, "2026-11-03T00:00:00", "+" * 5), *rounds(LINK, "2026-11-30T23:58:00", "--+")]
    found = replayed(home, entries, "--until", "2026-12-20T12:00")
    assert found["period"]["code"] == "2026-11"


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


def test_a_clock_that_was_set_ahead_and_is_not_trusted_yet_names_no_month_to_come(home: Path) -> None:
    entries = [
        *rounds(LINK, "2026-11-03T00:00:00", "+" * 5),
        {"t": f"2026-11-03T01:00:00{DHAKA}", "kind": "clock", "to": f"2027-11-03T01:00:00{DHAKA}"},
    ]
    assert replayed(home, entries)["period"]["code"] == "2026-11"
    assert replayed(home, entries, "--until", "2026-11-03T03:00")["period"]["code"] == "2026-11"  # it lies behind
