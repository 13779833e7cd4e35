"""What a start takes over from the run before it."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from monitor.domain.clock import VirtualClock
from monitor.runtime.last_run import LastRun
from monitor.runtime.trusted_clock import TrustedClock
from monitor.settings.installation import Installation
from monitor.store.database import Store
from monitor.store.models import Gap
from tests.runtime.built import settings_of
from tests.store.migrated import new_store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return new_store(tmp_path)


def start(store: Store, clock: VirtualClock) -> None:
    """Start the program in the one boot that there is."""
    LastRun(Installation.of(settings_of()), TrustedClock(clock, "this boot", lambda: False), store).load()


def test_the_time_until_a_start_after_a_long_silence_is_unmonitored(store: Store) -> None:
    clock = VirtualClock()
    start(store, clock)
    died_utc = clock.utc()
    clock.advance(3_600)
    start(store, clock)
    with store.read() as session:
        (gap,) = session.scalars(select(Gap))
    store.close()
    assert (gap.started_utc, gap.ended_utc) == (died_utc, died_utc + timedelta(hours=1))


def test_a_quick_start_leaves_no_gap(store: Store) -> None:
    clock = VirtualClock()
    start(store, clock)
    clock.advance(5)
    start(store, clock)
    with store.read() as session:
        assert session.scalars(select(Gap)).all() == []
    store.close()
