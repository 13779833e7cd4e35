"""Read what a daemon needs that takes shards over from another one, and record the time for which nobody held them."""

from collections.abc import Collection, Mapping, Set
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, select

from monitor.domain.leases import shard_of as shard_number
from monitor.judging.baseline import Usual
from monitor.judging.health import State
from monitor.judging.shards import part_of, shard_of
from monitor.judging.stored_state import StoredState
from monitor.settings.fleet import Fleet
from monitor.store import board_state
from monitor.store.models import AffectedSite, LeaseRow, Outage, SiteState
from monitor.store.session import Session


class TakenUp(NamedTuple):
    """What is stored of the sites of some shards, those that this configuration has no more among them."""

    known: StoredState
    usual_times: Mapping[str, Usual]


def take_up(session: Session, fleet: Fleet, shards: Collection[int]) -> TakenUp:
    """Read it; behind the proof of the shards' leases, so that it is what the holder before stored last."""
    part = part_of(fleet, shards)
    known = board_state.load_state(session, part.sites).only(lambda site: shard_of(fleet, site) in shards)
    return TakenUp(known, board_state.usual_times(session, part.devices.keys()))


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


class SeenElsewhere(NamedTuple):
    """What other daemons have stored of the sites that they judge: their states, and the root of those affected.

    ``watchers``: the name of the daemon that holds each shard, but for those that nobody holds.
    """

    states: Mapping[str, State]
    roots: Mapping[str, str]
    watchers: Mapping[int, str]


NOTHING_ELSEWHERE = SeenElsewhere({}, {}, {})


def seen_elsewhere(session: Session, sites: Set[str]) -> SeenElsewhere:
    """Read what is stored of ``sites``; on a server.

    It is asked every other second for all sites of an installation: their ids come as one text a state, not in a row
    each.
    """
    ids = func.aggregate_strings(SiteState.site, " ")
    states: dict[str, State] = {}
    for state, in_it in session.execute(select(SiteState.state, ids).group_by(SiteState.state)):
        states |= dict.fromkeys(sites & {*in_it.split(" ")}, State(state))
    behind = select(AffectedSite.site, Outage.site).join(Outage).where(AffectedSite.until_utc.is_(None))
    roots = {site: root for site, root in session.execute(behind) if site in sites}
    held = select(LeaseRow.name, LeaseRow.holder).where(LeaseRow.until > func.clock_timestamp())
    watchers = {
        shard: holder.rpartition("/")[0]
        for name, holder in session.execute(held)
        if (shard := shard_number(name)) is not None
    }
    return SeenElsewhere(states, roots, watchers)
