"""All sites at once: samples in, decisions out. Holds what is known, touches nothing, reads no clock.

A site is down when its gateway (first device) is down, and degraded when its gateway is degraded or another of its
devices is down or degraded. A site that is down gets an outage of its own, unless a site on the way to it is down:
then it is ``unreachable`` and hangs on that outage.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from monitor.judging.states import Health, Row, Rules, State, Transition, doubt, judge
from monitor.judging.topology import Blame, OnTheWay, blame
from monitor.sample import Sample, Verdict
from monitor.settings.fleet import Fleet


@dataclass(frozen=True, slots=True)
class OutageOpened:
    """The site is down for certain, by its own fault, since its first failed round."""

    site: str
    started_utc: datetime
    confirmed_utc: datetime
    last_good: Sample | None
    reason: str


@dataclass(frozen=True, slots=True)
class OutageClosed:
    """The outage is over: ``reason`` is 'recovered', or why it ends otherwise ('removed', 'readdressed')."""

    site: str
    ended_utc: datetime
    reason: str = "recovered"


@dataclass(frozen=True, slots=True)
class Affected:
    """The site is silent behind ``root``'s outage."""

    site: str
    root: str
    since_utc: datetime


@dataclass(frozen=True, slots=True)
class NoLongerAffected:
    """The site answers again, or is judged anew because the outage before it ended."""

    site: str
    until_utc: datetime


@dataclass(frozen=True, slots=True)
class SiteChanged:
    """The site's state is now ``state``, truly since ``since_utc``."""

    site: str
    state: State
    since_utc: datetime


Decision = OutageOpened | OutageClosed | Affected | NoLongerAffected | SiteChanged


def describe(decision: Decision) -> str:
    """A decision as one line of a log; times in UTC."""
    match decision:
        case OutageOpened(site, started, _, _, reason):
            return f"{site}: outage since {started:%Y-%m-%d %H:%M:%S}Z ({reason or 'no answer'})"
        case OutageClosed(site, ended, reason):
            return f"{site}: outage over since {ended:%Y-%m-%d %H:%M:%S}Z ({reason})"
        case Affected(site, root, since):
            return f"{site}: silent behind {root} since {since:%Y-%m-%d %H:%M:%S}Z"
        case NoLongerAffected(site, until):
            return f"{site}: judged by itself again since {until:%Y-%m-%d %H:%M:%S}Z"
        case SiteChanged(site, state, since):
            return f"{site}: {state} since {since:%Y-%m-%d %H:%M:%S}Z"


@dataclass
class Board:
    """What is known of every device and site.

    ``open_outages`` (site → start) and ``affected`` (site → root) are what the store remembers from before a restart.
    """

    fleet: Fleet
    rules: Rules
    open_outages: dict[str, datetime] = field(default_factory=dict)
    affected: dict[str, str] = field(default_factory=dict)
    states: dict[str, State] = field(default_factory=dict)
    _health: dict[str, Health] = field(default_factory=dict)
    _last: dict[str, Sample] = field(default_factory=dict)
    _last_good: dict[str, Sample] = field(default_factory=dict)
    _pending: dict[str, Transition] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for site in [*self.open_outages, *self.affected]:
            if site in self.fleet.sites:
                since = self.open_outages.get(site)
                self._health[self._gateway(site)] = Health(State.DOWN, since, failed=Row(self.rules.down_after, since))

    def health(self, device: str) -> Health:
        """The device's health; unknown before its first sample."""
        return self._health.get(device, _UNJUDGED)

    def last(self, device: str) -> Sample | None:
        """The device's latest sample that was not ``unknown``."""
        return self._last.get(device)

    def state(self, site: str) -> State:
        """The site's state, derived from its devices and from what lies before it."""
        devices = self.fleet.sites[site].devices
        gateway = self.health(devices[0].id).state
        if site in self.affected:
            return State.UNREACHABLE
        if gateway is State.UP and any(self.health(d.id).state in _POOR for d in devices[1:]):
            return State.DEGRADED
        return gateway

    def observe(self, sample: Sample) -> list[Decision]:
        """Takes one sample in and says what follows from it."""
        device = self.fleet.devices.get(sample.device)
        if device is None or sample.verdict is Verdict.UNKNOWN:
            return []
        before = self._health.get(sample.device, _UNJUDGED)
        health, transition = judge(before, sample, self.rules)
        self._last[sample.device] = sample
        if sample.verdict is Verdict.OK:
            self._last_good[sample.device] = sample
        if health is before:
            return []
        self._health[sample.device] = health
        decisions: list[Decision] = []
        if transition is not None and sample.device == self._gateway(device.site):
            decisions += self._gateway_changed(device.site, transition)
        if device.site in self.fleet.children:  # its children may have waited for what is now known of it
            decisions += self._settle(list(self._pending), sample.started_utc)
        elif transition is not None and device.site in self._pending:
            decisions += self._settle([device.site], sample.started_utc)
        if transition is not None:
            decisions += self._site_changed(device.site, transition.since_utc)
        return decisions

    def _gateway_changed(self, site: str, transition: Transition) -> Iterator[Decision]:
        if transition.new is State.DOWN:
            self._pending[site] = transition
            return
        self._pending.pop(site, None)
        if self.affected.pop(site, None) is not None:
            yield NoLongerAffected(site, transition.since_utc)
        if self.open_outages.pop(site, None) is not None:
            yield OutageClosed(site, transition.since_utc)
            yield from self._judge_again_behind(site, transition.since_utc)

    def _judge_again_behind(self, root: str, at_utc: datetime) -> Iterator[Decision]:
        """Each site that was silent behind ``root`` must now prove by its own rounds that it is down."""
        for site in [site for site, its_root in self.affected.items() if its_root == root]:
            del self.affected[site]
            yield NoLongerAffected(site, at_utc)
            gateway = self._gateway(site)
            if self.health(gateway).state is State.DOWN:
                self._health[gateway] = doubt(self.health(gateway))
                yield from self._site_changed(site, at_utc)

    def _settle(self, sites: Iterable[str], now_utc: datetime) -> Iterator[Decision]:
        """Decides the sites that are down for certain and wait for the judgement on their parents."""
        depth = {site: sum(1 for _ in self.fleet.ancestors(site)) for site in sites}
        for site in sorted(depth, key=depth.__getitem__):  # parents first: their outage explains their children
            transition = self._pending[site]
            finding = blame(
                OnTheWay(a, self.health(self._gateway(a)), a in self.open_outages) for a in self.fleet.ancestors(site)
            )
            if finding.blame is Blame.WAIT:
                continue
            del self._pending[site]
            if finding.root is None:
                self.open_outages[site] = transition.since_utc
                gateway = self._gateway(site)
                yield OutageOpened(
                    site, transition.since_utc, now_utc, self._last_good.get(gateway), self._last[gateway].reason
                )
            else:
                self.affected[site] = finding.root
                yield Affected(site, finding.root, transition.since_utc)
            yield from self._site_changed(site, transition.since_utc)

    def _site_changed(self, site: str, since_utc: datetime) -> Iterator[Decision]:
        state = self.state(site)
        if self.states.get(site) is not state:
            self.states[site] = state
            yield SiteChanged(site, state, since_utc)

    def _gateway(self, site: str) -> str:
        return self.fleet.sites[site].gateway.id

    def replace_fleet(self, fleet: Fleet, rules: Rules, now_utc: datetime) -> list[Decision]:
        """Goes over to a new configuration; sites that are gone or have moved end their outages with that reason."""
        decisions: list[Decision] = []
        old, self.fleet, self.rules = self.fleet, fleet, rules
        for device in old.devices.values():
            successor = fleet.devices.get(device.id)
            if successor is None or successor.address != device.address:
                for known in (self._health, self._last, self._last_good):
                    known.pop(device.id, None)
        for site in list(self.open_outages):
            reason = _why_ended(old, fleet, site)
            if reason:
                del self.open_outages[site]
                decisions.append(OutageClosed(site, now_utc, reason))
                decisions += self._judge_again_behind(site, now_utc)
        for site in list(self.affected):
            if _why_ended(old, fleet, site):
                del self.affected[site]
                decisions.append(NoLongerAffected(site, now_utc))
        for known_site in [site for site in self._pending if _why_ended(old, fleet, site)]:
            del self._pending[known_site]
        self.states = {site: state for site, state in self.states.items() if site in fleet.sites}
        return decisions


def _why_ended(old: Fleet, new: Fleet, site: str) -> str:
    if site not in new.sites:
        return "removed"
    known = old.sites.get(site)
    return "readdressed" if known and known.gateway.address != new.sites[site].gateway.address else ""


_UNJUDGED = Health()
_POOR = frozenset({State.DOWN, State.DEGRADED})
