"""Samples replayed through the daemon's judging, on the shipped charter: compared with a plain reference."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.configuration import load
from monitor.domain.reasons import TIMEOUT
from monitor.domain.sample import Sample, Verdict
from monitor.runtime.virtual.replay import replay
from monitor.settings.load import Settings
from tests.cli.typed import typed
from tests.places import SHIPPED

T0 = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)  # a Tuesday, ten in the morning in Dhaka
LINK, BEHIND, LAB = "backbone-bheramara", "backbone-north", "lab-bheramara-pilot"
DOWN_AFTER, UP_AFTER = 3, 2


@pytest.fixture(scope="module")
def shipped() -> Settings:
    return load(SHIPPED)


def sample(site: str, minute: float, letter: str, loss: float = 0.0) -> Sample:
    verdict = {"o": Verdict.OK, "x": Verdict.FAILED, "u": Verdict.UNKNOWN}[letter]
    received = round(100 * (1 - loss)) if letter == "o" else 0
    return Sample(
        f"{site}/gateway", "icmp", at(minute), 0, verdict, 100, received, (), TIMEOUT if letter == "x" else None
    )


def at(minute: float) -> datetime:
    return T0 + timedelta(minutes=minute)


def told(transitions: Sequence[dict[str, object]], *kinds: str) -> list[tuple[object, ...]]:
    keys = ("t", "kind", "site", "started", "ended", "ticket", "stage", "recipient", "affected")
    return [tuple(one.get(key) for key in keys if key in one) for one in transitions if one["kind"] in kinds]


def local(minute: float) -> str:
    return (at(minute) + timedelta(hours=6)).replace(tzinfo=None).isoformat() + "+06:00"


def intervals(letters: str) -> list[tuple[int, int | None]]:
    """(minute of the first failed round, minute of the first answered one) of each outage, written down plainly."""
    found: list[tuple[int, int | None]] = []
    down, row, first = False, 0, 0
    for minute, letter in enumerate(letters):
        if letter == "u":
            continue
        against = letter == ("o" if down else "x")
        if against and row == 0:
            first = minute
        row = row + 1 if against else 0
        if row == (UP_AFTER if down else DOWN_AFTER):
            if down:
                found[-1] = (found[-1][0], first)
            else:
                found.append((first, None))
            down, row = not down, 0
    return found


@pytest.mark.long
@settings(deadline=None, max_examples=40)
@given(letters=st.text("ooxxxu", max_size=80))
def test_outages_begin_and_end_as_the_reference_says(shipped: Settings, letters: str) -> None:
    found = list(replay(shipped, (sample(LINK, minute, letter) for minute, letter in enumerate(letters))))

    expected = intervals(letters)
    assert [(one["site"], one["started"]) for one in found if one["kind"] == "outage_opened"] == [
        (LINK, local(began)) for began, _ in expected
    ]
    assert [(one["started"], one["ended"]) for one in found if one["kind"] == "outage_closed"] == [
        (local(began), local(ended)) for began, ended in expected if ended is not None
    ]


def story(*lines: tuple[str, int, int, str]) -> Iterator[Sample]:
    """(site, first minute, last minute, letter), minute by minute."""
    for minute in range(max(last for _, _, last, _ in lines) + 1):
        for site, first, last, letter in lines:
            if first <= minute <= last:
                yield sample(site, minute, letter)


def test_a_link_that_is_promised_at_once_gets_its_ticket_with_its_confirmation(shipped: Settings) -> None:
    found = list(replay(shipped, story((LINK, 0, 4, "o"), (LINK, 5, 20, "x"), (LINK, 21, 60, "o"))))

    assert told(found, "outage_opened", "ticket_opened", "stage_raised", "outage_closed", "ticket_resolved") == [
        (local(7), "outage_opened", LINK, local(5)),
        (local(7), "ticket_opened", LINK, local(5), "BHR-2026-000001"),
        (local(7), "stage_raised", LINK, "BHR-2026-000001", 1, "grievance"),
        (local(22), "outage_closed", LINK, local(5), local(21)),
        (local(31), "ticket_resolved", LINK, local(5), local(21), "BHR-2026-000001"),
    ]
    assert [one["recipient"] for one in found if one["kind"] == "notice"][:2] == ["responsible", "grievance"]


def test_time_goes_on_after_the_last_sample_as_far_as_is_asked_for(shipped: Settings) -> None:
    samples = list(story((LINK, 0, 10, "x")))
    months = list(replay(shipped, samples, at(60 * 24 * 170)))

    raised = [(one["stage"], str(one["t"])[:10]) for one in months if one["kind"] == "stage_raised"]
    assert [stage for stage, _ in raised] == [1, 2, 3]
    assert raised[0][1] == "2026-11-24"
    assert raised[1][1] >= "2026-12-24"
    assert not [one for one in replay(shipped, samples) if one.get("stage") == 2]


def test_who_is_behind_is_listed_when_the_outage_ends(shipped: Settings) -> None:
    lines = ((LINK, 0, 9, "x"), (BEHIND, 0, 9, "x"), (LINK, 10, 15, "o"), (BEHIND, 10, 15, "o"))
    found = list(replay(shipped, story(*lines)))

    assert [one["site"] for one in found if one["kind"] == "outage_opened"] == [LINK]
    assert [one["affected"] for one in found if one["kind"] == "outage_closed"] == [[BEHIND]]


def test_who_falls_silent_behind_it_twice_is_listed_once(shipped: Settings) -> None:
    lines = ((LINK, 0, 19, "x"), (BEHIND, 0, 5, "x"), (BEHIND, 6, 9, "o"), (BEHIND, 10, 19, "x"), (LINK, 20, 25, "o"))
    found = list(replay(shipped, story(*lines)))

    assert [one["affected"] for one in found if one["kind"] == "outage_closed"] == [[BEHIND]]


def test_a_lab_that_is_silent_at_night_gets_its_outage_in_the_morning(shipped: Settings) -> None:
    lab = next(site.id for site in shipped.fleet.sites.values() if site.kind == "lab")
    parents = list(shipped.fleet.ancestors(lab))
    evening = 60 * 7  # 17:00 in Dhaka
    lines = [(lab, evening, evening + 18 * 60, "x"), *((parent, evening, evening + 18 * 60, "o") for parent in parents)]
    found = list(replay(shipped, story(*lines)))

    (opened,) = [one for one in found if one["kind"] == "outage_opened"]
    assert opened["started"] == "2026-11-25T10:00:00+06:00"
    assert opened["t"] == "2026-11-25T10:00:00+06:00"
    assert "outside the hours of service (school)" in opened["reason"]


def test_planned_work_is_excused_and_what_outlasts_it_is_not(shipped: Settings) -> None:
    window = {"text": "new cable", "sites": [LINK], "begins": at(0), "ends": at(30)}
    planned = shipped.monitor.model_validate(
        {**shipped.monitor.model_dump(exclude_defaults=True), "maintenance": {"cable": window}}
    )
    found = list(replay(replace(shipped, monitor=planned), story((LINK, 1, 40, "x"))))

    (opened,) = [one for one in found if one["kind"] == "outage_opened"]
    assert (opened["t"], opened["started"]) == (local(30), local(30))
    assert "planned work 'cable' (new cable)" in opened["reason"]


def test_loss_makes_a_site_degraded_and_its_end_restores_it(shipped: Settings) -> None:
    rounds = [sample(LINK, minute, "o", loss=0.2 if 2 <= minute < 8 else 0.0) for minute in range(14)]

    assert told(list(replay(shipped, rounds)), "site_degraded", "site_restored") == [
        (local(4), "site_degraded", LINK, local(2)),
        (local(9), "site_restored", LINK, local(8)),
    ]


GOOD = {"t": "2026-11-24T10:00:00+06:00", "device": f"{LINK}/gateway", "verdict": "ok", "rtt_ms": 1.5, "loss": 0}


def test_the_command_prints_lines_or_objects(tmp_path: Path) -> None:
    file = tmp_path / "samples.jsonl"
    times = [(T0 + timedelta(minutes=minute)).isoformat() for minute in range(3)]
    file.write_text("".join(json.dumps({**GOOD, "t": t, "verdict": "failed"}) + "\n" for t in times))
    objects = typed(SHIPPED.parent, "replay", str(file), "--config", str(SHIPPED), "--json")
    lines = typed(SHIPPED.parent, "replay", str(file))

    assert [json.loads(line)["kind"] for line in objects.stdout.splitlines()][:2] == ["outage_opened", "ticket_opened"]
    assert lines.stdout.splitlines()[0].split()[:4] == ["2026-11-24", "10:02:00", LINK, "outage"]


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        ('{"t": ', "no JSON"),
        ("[1]", "Expected an object"),
        (json.dumps({**GOOD, "t": None}), "t: found None"),
        (json.dumps({**GOOD, "t": "2026-11-24T11:00:00"}), "has no offset"),
        (json.dumps({**GOOD, "t": "2026-11-24T09:00:00+06:00"}), "is before the line above"),
        (json.dumps({**GOOD, "device": "backbone-bheramera"}), "Did you mean"),
        (json.dumps({**GOOD, "verdict": "dead"}), "verdict: found 'dead'. Expected ok, failed or unknown"),
        (json.dumps({**GOOD, "loss": 1.5}), "loss: found 1.5"),
        (json.dumps({**GOOD, "rtt_ms": "fast"}), "rtt_ms: found 'fast'"),
        (json.dumps({"t": GOOD["t"]}), "device: is missing"),
        (json.dumps({**GOOD, "t": "9999-12-31T23:59:59-12:00"}), "Expected a year from 2000 to 2100"),
        (json.dumps({**GOOD, "device": ["x"]}), "device: no device"),
        (json.dumps({**GOOD, "loss": float("nan")}), "loss: found nan"),
        ("[" * 100_000, "no JSON"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(tmp_path: Path, second: str, expected: str) -> None:
    file = tmp_path / "samples.jsonl"
    file.write_text(f"{json.dumps(GOOD)}\n{second}\n")
    done = typed(SHIPPED.parent, "replay", str(file))

    assert done.returncode == 2
    assert f"{file}:2: " in done.stderr
    assert expected in done.stderr
    assert "Traceback" not in done.stderr
