"""Know what this daemon says of itself to others on the same database: its clock, its configuration, what it sees."""

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from monitor.domain.leases import shard_name
from monitor.domain.log_events import LogEvent
from monitor.domain.message import Said
from monitor.judging.shards import shards_behind
from monitor.logs.emit import emit
from monitor.runtime.live import RuntimeState
from monitor.settings.fleet import Fleet
from monitor.store.leases import RELOADED_WITHIN, DaemonLook

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Condition:
    """``fit``: its clock is trusted. ``watches``: the digest of its configuration's sites and offices.

    ``sees`` and ``lost``: the uplinks beyond which something answers, and those beyond which nothing does. ``unseen``:
    each shard with a site behind a lost one, by its lease's name, with all uplinks that it lies behind. ``away``: while
    it sends the letters, why channels cannot be reached.
    """

    fit: bool = True
    watches: str = ""
    sees: frozenset[str] = frozenset()
    lost: frozenset[str] = frozenset()
    unseen: Mapping[str, frozenset[str]] = field(default_factory=dict)
    away: Mapping[str, Said] = field(default_factory=dict)

    @property
    def said(self) -> tuple[bool, str, frozenset[str], frozenset[str], Mapping[str, Said]]:
        """Return what others are told."""
        return self.fit, self.watches, self.sees, self.lost, self.away


class OwnCondition:
    """The condition of this daemon, when it is called; for any thread."""

    def __init__(self, live: RuntimeState) -> None:
        self._live = live
        self._unseen: tuple[Fleet, frozenset[str], Mapping[str, frozenset[str]]] | None = None

    def __call__(self) -> Condition:
        live, uplinks = self._live, self._live.board.uplinks
        lost = frozenset(dict(uplinks.blind))  # the board may change it meanwhile
        return Condition(
            *(not live.clock_suspect, live.verdict.watches, uplinks.seen(), lost, self._behind(lost)),
            dict(live.mail_trouble) if live.sends else {},
        )

    def _behind(self, lost: frozenset[str]) -> Mapping[str, frozenset[str]]:
        if not lost:
            return {}
        fleet, known = self._live.fleet, self._unseen
        if known is None or known[0] is not fleet or known[1] != lost:
            self._unseen = known = fleet, lost, unseen(fleet, lost)
        return known[2]


def unseen(fleet: Fleet, lost: Iterable[str]) -> Mapping[str, frozenset[str]]:
    """Return the shards behind lost uplinks as `Condition.unseen` has them."""
    behind = {uplink: shards_behind(fleet, uplink) for uplink in fleet.groups}
    concerned = {shard for uplink in lost for shard in behind.get(uplink, ())}
    return {
        shard_name(shard): frozenset(uplink for uplink, shards in behind.items() if shard in shards)
        for shard in concerned
    }


def differing(living: Sequence[DaemonLook], holder: str) -> Collection[str]:
    """Return the holders of the daemons that have had another configuration than ``holder``'s for too long."""
    own = next((each for each in living if each.holder == holder), None)
    return () if own is None else {each.holder for each in living if _differ(own, each)}


def _differ(one: DaemonLook, other: DaemonLook) -> bool:
    known = bool(one.watches and other.watches)  # an older version does not say
    return known and one.watches != other.watches and min(one.watches_for, other.watches_for) > RELOADED_WITHIN


class Comparison:
    """Logs when other daemons begin and end to have another configuration than this one."""

    def __init__(self) -> None:
        self._names: frozenset[str] = frozenset()

    def look(self, living: Sequence[DaemonLook], holder: str) -> None:
        """Compare them as they last said."""
        before, holders = self._names, differing(living, holder)
        self._names = frozenset(each.name for each in living if each.holder in holders)
        if new := self._names - before:
            text = "the sites or offices of another daemon's configuration are others: %s"
            emit(log, LogEvent.CONFIG_DIFFERS, text, ", ".join(sorted(new)))
        elif before and not self._names:
            emit(log, LogEvent.CONFIG_AGREES, "all daemons have the same configuration again")
