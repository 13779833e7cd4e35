"""Read what a daemon needs that takes shards over from another one, and record the time for which nobody held them."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from monitor.judging.baseline import Usual
from monitor.judging.shards import part_of, shard_of
from monitor.judging.stored_state import StoredState
from monitor.settings.fleet import Fleet
from monitor.store import board_state
from monitor.store.session import Session


class TakenUp(NamedTuple):
    """What is stored of the sites of some shards, those that this configuration has no more among them."""

    known: StoredState
    usual_times: Mapping[str, Usual]


def take_up(session: Session, fleet: Fleet, shards: Collection[int]) -> TakenUp:
    """Read it; behind the proof of the shards' leases, so that it is what the holder before stored last."""
    known = board_state.load_state(session).only(lambda site: shard_of(fleet, site) in shards)
    return TakenUp(known, board_state.usual_times(session, part_of(fleet, shards).devices.keys()))


def note_handover(
    session: Session, unheld: Mapping[int, timedelta | None], now_utc: datetime, longest_unnoticed: timedelta
) -> None:
    """Record for how long nobody held a shard; and that this daemon sees what another one could not.

    ``unheld``: by shard; None for one that nobody ever held.
    """
    board_state.end_blindness(session, unheld.keys(), now_utc)
    for shard, lasted in unheld.items():
        if lasted is not None and lasted > longest_unnoticed:
            board_state.note_unwatched(session, shard, now_utc - lasted, now_utc, longest_unnoticed)
