"""Attribute each confirmed loss of contact to an outage of the site, to a site before it, or to planned downtime. Pure.

A site that is confirmed down is *pending* until the fault is attributed. Then it has an outage of its own, is
``affected`` by another site's, or is ``in_downtime``: no outage opens while its own downtime, or that of a site on the
way to it, lasts.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.domain.downtime import Downtime, Downtimes, behind, first_promised, never
from monitor.domain.reasons import Reason, ReasonCode, reason
from monitor.domain.sample import Sample, Verdict
from monitor.domain.states import Cause, DowntimeKind
from monitor.judging.decisions import (
    Affected,
    Decision,
    NoLongerAffected,
    OutageClosed,
    OutageOpened,
    OutageSuppressed,
    OutageUpdated,
    SiteChanged,
    SuppressionEnded,
)
from monitor.judging.health import Health, Rules, State, Transition
from monitor.judging.known import Known
from monitor.judging.power import TOGETHER, Power
from monitor.judging.topology import Blame, OnTheWay, blame
from monitor.judging.touched import Touched
from monitor.settings.fleet import Fleet

# times ``down_after`` failed rounds: so long a site waits for a suspect one on the way to it
WAIT_FACTOR = 2
NO_END = timedelta(hours=1)  # after so long is looked again at a downtime whose end is not known


@dataclass
class OutageAttribution:
    """The state of every device and site, and the outages that follow from it.

    Restored from the store at a start: ``open_outages`` (site → start), ``affected`` (site → root) and ``in_downtime``
    (unreachable sites for which no outage opens, with their downtime). ``silent_since``: start of the first failed
    round of each. ``promised``: for sites in ``in_downtime`` that were unreachable within service hours before it
    began, since when. ``elsewhere``: the last stored state of sites that another daemon judges.
    """

    fleet: Fleet
    rules: Rules
    open_outages: dict[str, datetime] = field(default_factory=dict)
    affected: dict[str, str] = field(default_factory=dict)
    states: dict[str, State] = field(default_factory=dict)
    silent_since: dict[str, datetime] = field(default_factory=dict)
    in_downtime: dict[str, Downtime] = field(default_factory=dict)
    promised: dict[str, datetime] = field(default_factory=dict)
    downtimes: Downtimes = never
    power: Power = field(default_factory=Power)
    elsewhere: Mapping[str, State] = field(default_factory=dict)
    _known: Known = field(default_factory=Known)
    _pending: dict[str, Transition] = field(default_factory=dict)
    _next_look: datetime | None = None
    _ticked_utc: datetime | None = None

    def __post_init__(self) -> None:
        self._restore([*self.open_outages, *self.affected], self.in_downtime)

    def _restore(self, down: Iterable[str], in_downtime: Iterable[str]) -> None:
        """Restore the devices of sites that are down, or unreachable in a downtime, by what was stored of them."""
        for site in down:
            if site in self.fleet.sites:
                since = self.silent_since.get(site) or self.open_outages.get(site)
                for vital in self.fleet.sites[site].vital:
                    self._known.restore_down(vital, since, self.rules)
        for site in in_downtime:
            if site in self.fleet.sites and site in self.silent_since:
                self._known.restore_suspect(self._gateway(site), self.silent_since[site])

    @property
    def touched(self) -> Touched:
        """Return which sites' states may have changed lately."""
        return self._known.touched

    def health(self, device: str) -> Health:
        """Return the health of a device or of a link's interface; UNKNOWN before its first sample."""
        return self._known.health(device)

    def last(self, device: str) -> Sample | None:
        """Return the device's latest sample that was not ``unknown``."""
        return self._known.last.get(device)

    def state(self, site: str) -> State:
        """Return the site's state, derived from its devices and the sites before it.

        Of a site that another daemon judges, its last stored state; UNKNOWN when there is no such site.
        """
        if site in self.affected:
            return State.UNREACHABLE
        if site in self.in_downtime:
            return State.PAUSED
        if (place := self.fleet.sites.get(site)) is None:
            return self.elsewhere.get(site, State.UNKNOWN)
        state = self._known.worst(place.vital).state
        if state is State.UP and place.others and any(self.health(each).state in _POOR for each in place.others):
            return State.DEGRADED
        return state

    def tick(self, now_utc: datetime) -> list[Decision]:
        """Attribute the pending sites whose downtime is over; call it at any interval, each call is cheap."""
        went_back = self._ticked_utc is not None and now_utc < self._ticked_utc
        self._ticked_utc = now_utc
        if self._next_look is None or (now_utc < self._next_look and not went_back):
            return []  # a clock that was stepped back: what was planned by the wrong one counts no more
        decisions = list(self._settle(list(self._pending), now_utc))
        self._next_look = self.next_tick(now_utc)
        return decisions

    def next_tick(self, after_utc: datetime) -> datetime | None:
        """Return when the next known downtime ends and `tick` has work to do; None without any."""
        ends = (downtime.until_utc or after_utc + NO_END for downtime in self.in_downtime.values())
        return min((end for end in ends if end > after_utc), default=None)

    def replan(self, downtimes: Downtimes, now_utc: datetime) -> list[Decision]:
        """Replace the planned downtimes; a site whose downtime no longer applies is attributed as of ``now_utc``."""
        self.downtimes = downtimes
        return list(self._settle(list(self._pending), now_utc))

    def _follow(self, site: str, device: str, transition: Transition | None, at_utc: datetime) -> Iterator[Decision]:
        """Yield what a device's new health changes for its site and for the sites behind it."""
        if transition is not None and device in self.fleet.sites[site].vital:
            yield from self._vital_changed(site, device, transition)
        if site in self.fleet.children:  # its children may have waited for what is now known of it
            yield from self._settle(list(self._pending), at_utc)
        elif site in self._pending:
            yield from self._settle([site], at_utc)
        if transition is not None:
            yield from self._site_changed(site, transition.since_utc)

    def _vital_changed(self, site: str, device: str, transition: Transition) -> Iterator[Decision]:
        vital = self.fleet.sites[site].vital
        down_besides = len(vital) > 1 and any(self.health(each).state is State.DOWN for each in vital if each != device)
        if transition.new is State.DOWN:
            if not down_besides:
                self._pending[site] = transition
            elif site in self.open_outages:
                yield OutageUpdated(site, reason=self._reason(site))
            return
        if down_besides:
            return
        self._pending.pop(site, None)
        yield from self._leave_downtime(site, transition.since_utc)
        if self._pending and transition.old in _NOT_KNOWN_TO_ANSWER:
            yield from self._reset_pending_behind(site, transition.seen_utc)
        if self._no_longer_affected(site):
            yield NoLongerAffected(site, transition.since_utc)
        if self.open_outages.pop(site, None) is not None:
            yield OutageClosed(site, transition.since_utc)
            yield from self._release_affected_by(site, transition.since_utc)
        self.silent_since.pop(site, None)

    def _reset_pending_behind(self, root: str, at_utc: datetime) -> Iterator[Decision]:
        """Reset the pending sites behind a site that answers again: each must fail ``down_after`` rounds once more."""
        for site in [each for each in self._pending if root in self.fleet.ancestors(each)]:
            del self._pending[site]
            self._known.suspect_down(self.fleet.sites[site].vital)
            yield from self._leave_downtime(site, at_utc)
            yield from self._site_changed(site, at_utc)

    def _release_affected_by(self, root: str, at_utc: datetime) -> Iterator[Decision]:
        """Release the sites affected by ``root``: each must fail ``down_after`` rounds of its own to count as down."""
        for site in [site for site, its_root in self.affected.items() if its_root == root]:
            self._no_longer_affected(site)
            yield NoLongerAffected(site, at_utc)
            if site not in self.fleet.sites:
                continue
            self._known.suspect_down(self.fleet.sites[site].vital)
            yield from self._site_changed(site, at_utc)

    def _settle(self, sites: Iterable[str], now_utc: datetime) -> Iterator[Decision]:
        """Attribute the confirmed faults of ``sites``; a site waits while one on the way to it is suspect."""
        depth = {site: sum(1 for _ in self.fleet.ancestors(site)) for site in sites}
        for site in sorted(depth, key=depth.__getitem__):  # parents first: their outage explains their children
            if site in self.in_downtime:
                self._note_promised(site, self._pending[site].since_utc, now_utc)
            on_the_way = [
                OnTheWay(each, self._vital_health(each), each in self.open_outages)
                for each in self.fleet.ancestors(site)
            ]
            # A site may stay suspect: rounds that failed by our own fault ('unknown') confirm nothing.
            finding = blame(
                on_the_way, patient=self._vital_health(site).failed.rounds < WAIT_FACTOR * self.rules.down_after
            )
            if finding.blame is Blame.WAIT:
                if finding.root in self.in_downtime and site in self._pending:
                    yield from self._enter_downtime(site, behind(finding.root, self.in_downtime[finding.root]), now_utc)
                continue
            if finding.root is None and (downtime := self.downtimes(site, now_utc)) is not None:
                yield from self._enter_downtime(site, downtime, now_utc)
                continue
            if finding.root is None and site in self.in_downtime and self._vital_health(site).suspect:
                continue  # the downtime is over, but it has just begun to answer
            transition = self._pending.pop(site)
            downtime = self.in_downtime.get(site)
            if finding.root is None:
                yield from self._open(site, transition.since_utc, now_utc, downtime)
            else:
                yield from self._leave_downtime(site, now_utc)
                self.affected[site], self.silent_since[site] = finding.root, transition.since_utc
                self.touched.add(site)
                yield Affected(site, finding.root, transition.since_utc)
            yield from self._site_changed(site, transition.since_utc)

    def _enter_downtime(self, site: str, downtime: Downtime, now_utc: datetime) -> Iterator[Decision]:
        known, since_utc = self.in_downtime.get(site), self._pending[site].since_utc
        self.silent_since[site] = since_utc
        self._note_promised(site, since_utc, now_utc)
        self.in_downtime[site] = downtime
        self.touched.add(site)
        if known is None or known.why != downtime.why:
            since_utc = since_utc if known is None else now_utc
            yield OutageSuppressed(
                site, since_utc, downtime.kind, downtime.why, downtime.until_utc, now_utc, self.promised.get(site)
            )
        looks = (self._next_look, downtime.until_utc or now_utc + NO_END)
        self._next_look = min(look for look in looks if look is not None)
        yield from self._site_changed(site, since_utc)

    def _note_promised(self, site: str, since_utc: datetime, now_utc: datetime) -> None:
        """Store when a site in downtime was first unreachable within its service hours, by the present plans."""
        if (promised_utc := self._promised(site, since_utc, now_utc)) is not None:
            self.promised[site] = promised_utc

    def _promised(self, site: str, since_utc: datetime, now_utc: datetime) -> datetime | None:
        """Return when a site unreachable since ``since_utc`` was first so within its service hours.

        None when it was not yet.

        Time in downtime is left out; a downtime may have ended sooner than planned.
        """
        if site in self.promised:
            return self.promised[site]
        known = self.in_downtime.get(site)
        if known is not None and known.kind is not DowntimeKind.BEHIND:
            since_utc = max(since_utc, min(known.until_utc or now_utc, now_utc))
        return first_promised(self.downtimes, site, since_utc, now_utc)

    def _no_longer_affected(self, site: str) -> bool:
        """Release the site from another's outage; return whether it was affected by one."""
        was_affected = self.affected.pop(site, None) is not None
        if was_affected:
            self.touched.add(site)
        return was_affected

    def _leave_downtime(self, site: str, at_utc: datetime) -> Iterator[Decision]:
        self.promised.pop(site, None)
        if self.in_downtime.pop(site, None) is not None:
            self.touched.add(site)
            yield SuppressionEnded(site, at_utc)

    def _open(
        self, site: str, silent_utc: datetime, now_utc: datetime, downtime: Downtime | None
    ) -> Iterator[Decision]:
        """Open the site's outage, dated by the first moment at which it was unreachable within its service hours."""
        seen, since_utc = self._reason(site), self._promised(site, silent_utc, now_utc) or now_utc
        if downtime is not None:
            seen = reason(ReasonCode.WAS_EXCUSED, seen=seen, since=silent_utc, excuse=downtime.why)
        ends_utc = now_utc if downtime is None else min(downtime.until_utc or now_utc, now_utc)
        yield from self._leave_downtime(site, max(silent_utc, ends_utc))
        self.open_outages[site], self.silent_since[site] = since_utc, silent_utc
        last_good = self._known.last_good(self._gateway(site))
        neighbours = self._neighbours(site)
        why = self.power.why(site, neighbours)
        together = self.power.note_down(site, silent_utc, neighbours) if neighbours else []
        if together and why is None:
            why = reason(ReasonCode.FELL_SILENT_TOGETHER, sites=tuple(together))
        cause = Cause.POWER if why else None
        yield OutageOpened(site, since_utc, now_utc, last_good, seen, cause, why, silent_since_utc=silent_utc)
        for each in together:
            if each in self.open_outages and abs(self.silent_since[each] - silent_utc) <= TOGETHER:
                with_it = reason(ReasonCode.FELL_SILENT_TOGETHER, sites=(site,))
                yield OutageUpdated(each, cause=Cause.POWER, why=with_it)
        self._prune_power_history((site, *neighbours), now_utc)

    def _prune_power_history(self, fed: Sequence[str], now_utc: datetime) -> None:
        """Drop the power history of a feeder that is older than any outage one of its sites may still get."""
        oldest_utc = [now_utc]
        for site in fed:
            since = (self.silent_since.get(site), self._known.failing_since(self.fleet.sites[site].vital))
            oldest_utc += [each for each in since if each is not None]
            oldest_utc += [self._pending[site].since_utc] if site in self._pending else []
        self.power.forget_before(min(oldest_utc), fed)

    def _reason(self, site: str) -> Reason | None:
        """Return the reason that was observed; for a link also which side of it is meant."""
        gateway, link = self._gateway(site), self.fleet.sites[site].link
        seen = self._known.last.get(gateway)
        observed = seen.reason if seen and seen.verdict is Verdict.FAILED else None
        if link is None:
            return observed
        interface = self._known.last.get(link.id)
        if interface is not None and interface.verdict is Verdict.FAILED:
            return interface.reason
        return reason(ReasonCode.FAR_END_SILENT, seen=observed)

    def _neighbours(self, site: str) -> list[str]:
        """Return the other sites on the site's feeder."""
        return [each for each in self.fleet.on_feeder_of(site) if each != site]

    def _vital_health(self, site: str) -> Health:
        return self._known.worst(self.fleet.sites[site].vital)

    def _site_changed(self, site: str, since_utc: datetime) -> Iterator[Decision]:
        state = self.state(site)
        before = self.states.get(site)
        if before is not state:
            self.states[site] = state
            yield SiteChanged(site, state, since_utc, is_first=before is None)

    def _gateway(self, site: str) -> str:
        return self.fleet.sites[site].gateway.id


_POOR = frozenset({State.DOWN, State.DEGRADED})
_NOT_KNOWN_TO_ANSWER = frozenset({State.DOWN, State.UNKNOWN})
