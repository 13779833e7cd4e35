"""Whole replays, store and virtual clock included, against the plain reference: they agree on every interval."""

from dataclasses import replace
from datetime import datetime

import pytest

from monitor.configuration import load
from monitor.runtime.virtual.replay import replay
from monitor.settings.fleet import Fleet
from monitor.settings.load import Settings
from monitor.settings.maintenance_section import Maintenance
from tests.judging.plays import Play, by_reference, fleet_of, sample_of, story
from tests.places import SHIPPED


@pytest.fixture(scope="module")
def shipped() -> Settings:
    return load(SHIPPED)


def settings_of(shipped: Settings, play: Play) -> Settings:
    """The shipped office with the story's sites, thresholds and planned work."""
    windows = {
        f"{name}-{number}": Maintenance(text="planned", sites=[name], begins=begins, ends=ends)
        for name, spans in play.windows.items()
        for number, (begins, planned) in enumerate(spans)
        if (ends := play.ended.get((name, number), planned)) > begins
    }
    judging = shipped.monitor.judging.model_copy(
        update={"down_after": play.rules.down_after, "up_after": play.rules.up_after}
    )
    monitor = shipped.monitor.model_copy(update={"judging": judging, "maintenance": windows})
    fleet = fleet_of(play)
    fleet = Fleet({name: replace(each, kind="backbone") for name, each in fleet.sites.items()}, fleet.groups)
    return replace(shipped, fleet=fleet, monitor=monitor)


# The board alone is held against the reference in many more stories: see tests/judging/test_reference.py.
SEEDS = [*range(1_000, 1_010), *(pytest.param(seed, marks=pytest.mark.long) for seed in range(1_010, 1_040))]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_replay_says_what_the_reference_says(shipped: Settings, seed: int) -> None:
    play = story(seed)
    samples = (sample_of(*each) for each in play.rounds)
    found = list(replay(settings_of(shipped, play), samples))
    plain = by_reference(play)

    def of(kind: str, *keys: str) -> list[tuple[object, ...]]:
        rows = [one for one in found if one["kind"] == kind]
        return sorted(tuple(_plain(one.get(key)) for key in keys) for one in rows)

    assert of("outage_opened", "site", "started", "t") == sorted((o.site, o.started, o.told) for o in plain.outages)
    assert of("outage_closed", "site", "started", "ended", "affected") == sorted(
        (o.site, o.started, o.ended, tuple(sorted(o.listed))) for o in plain.outages if o.ended is not None
    )
    assert of("vantage_lost", "started") == [(begins,) for begins, _ in plain.blind]
    assert of("vantage_back", "ended") == [(ends,) for _, ends in plain.blind if ends is not None]


def _plain(value: object) -> object:
    if isinstance(value, list) or value is None:
        return tuple(sorted(value or ()))
    try:
        return datetime.fromisoformat(str(value))
    except ValueError:
        return value
