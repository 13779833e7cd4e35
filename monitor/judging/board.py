"""All sites at once: samples in, decisions out. Holds what is known, touches nothing, reads no clock.

A site is down when its gateway (first device) or the interface of its link is down, and degraded when one of them is
degraded or another of its devices is down or degraded. A site that is down gets an outage of its own, unless a site on
the way to it is down: then it is ``unreachable`` and hangs on that outage.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from monitor.judging.decisions import (
    Affected,
    Decision,
    NoLongerAffected,
    Noticed,
    OutageClosed,
    OutageExplained,
    OutageOpened,
    SiteChanged,
)
from monitor.judging.power import POWER, Power, silent_together
from monitor.judging.states import Health, Row, Rules, State, Transition, doubt, judge
from monitor.judging.topology import Blame, OnTheWay, blame
from monitor.sample import Sample, Verdict
from monitor.settings.fleet import Fleet


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
    power: Power = field(default_factory=Power)
    _health: dict[str, Health] = field(default_factory=dict)
    _last: dict[str, Sample] = field(default_factory=dict)
    _last_good: dict[str, Sample] = field(default_factory=dict)
    _pending: dict[str, Transition] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for site in [*self.open_outages, *self.affected]:
            if site in self.fleet.sites:
                since = self.open_outages.get(site)
                for vital in self.fleet.sites[site].vital:
                    self._health[vital] = Health(State.DOWN, since, failed=Row(self.rules.down_after, since))

    def health(self, device: str) -> Health:
        """The health of a device or of a link's interface; unknown before its first sample."""
        return self._health.get(device, _UNJUDGED)

    def last(self, device: str) -> Sample | None:
        """The device's latest sample that was not ``unknown``."""
        return self._last.get(device)

    def state(self, site: str) -> State:
        """The site's state, derived from its devices and from what lies before it."""
        if site in self.affected:
            return State.UNREACHABLE
        devices = self.fleet.sites[site].devices
        state = self._vital_health(site).state
        if state is State.UP and any(self.health(d.id).state in _POOR for d in devices[1:]):
            return State.DEGRADED
        return state

    def observe(self, sample: Sample) -> list[Decision]:
        """Takes one sample in and says what follows from it."""
        site = self.fleet.judged.get(sample.device)
        if site is None or sample.verdict is Verdict.UNKNOWN:
            return []
        before = self._health.get(sample.device, _UNJUDGED)
        health, transition = judge(before, sample, self.rules)
        self._last[sample.device] = sample
        if sample.verdict is Verdict.OK:
            self._last_good[sample.device] = sample
        if health is before:
            return []
        self._health[sample.device] = health
        return list(self._follow(site, sample.device, transition, sample.started_utc))

    def lose_sight(self, interface: str, at_utc: datetime) -> list[Decision]:
        """The interface of a link cannot be read any more: what was known of it judges nobody from now on."""
        site = self.fleet.judged.get(interface)
        before = self._health.pop(interface, _UNJUDGED)
        if site is None or before.state is State.UNKNOWN:
            return []
        transition = Transition(interface, before.state, State.UNKNOWN, at_utc, at_utc)
        return list(self._follow(site, interface, transition, at_utc))

    def ups(self, site: str, at_utc: datetime, *, on_battery: bool) -> list[Decision]:
        """What the UPS of a site says about its mains."""
        if site not in self.fleet.sites:
            return []
        if not on_battery:
            if not self.power.on_mains(site):
                return []
            return [Noticed(site, "", "on_mains", "the UPS is on mains again", at_utc)]
        if not self.power.on_battery(site, at_utc):
            return []
        told: list[Decision] = [Noticed(site, "", "on_battery", "the UPS feeds from its battery", at_utc)]
        for each in (site, *self._neighbours(site)):
            if each in self.open_outages:
                why = self.power.why(each, self._neighbours(each))
                told.append(OutageExplained(each, cause=POWER, why=why))
        return told

    def _follow(self, site: str, device: str, transition: Transition | None, at_utc: datetime) -> Iterator[Decision]:
        """What a device's new health means for its site and for those behind it."""
        if transition is not None and device in self.fleet.sites[site].vital:
            yield from self._vital_changed(site, device, transition)
        if site in self.fleet.children:  # its children may have waited for what is now known of it
            yield from self._settle(list(self._pending), at_utc)
        elif transition is not None and site in self._pending:
            yield from self._settle([site], at_utc)
        if transition is not None:
            yield from self._site_changed(site, transition.since_utc)

    def _vital_changed(self, site: str, device: str, transition: Transition) -> Iterator[Decision]:
        vital = self.fleet.sites[site].vital
        down_besides = any(self.health(each).state is State.DOWN for each in vital if each != device)
        if transition.new is State.DOWN:
            if not down_besides:
                self._pending[site] = transition
            elif site in self.open_outages:
                yield OutageExplained(site, reason=self._reason(site))
            return
        if down_besides:
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
            if site not in self.fleet.sites:
                continue
            for vital in self.fleet.sites[site].vital:
                if self.health(vital).state is State.DOWN:
                    self._health[vital] = doubt(self.health(vital))
            yield from self._site_changed(site, at_utc)

    def _settle(self, sites: Iterable[str], now_utc: datetime) -> Iterator[Decision]:
        """Decides the sites that are down for certain and wait for the judgement on their parents."""
        depth = {site: sum(1 for _ in self.fleet.ancestors(site)) for site in sites}
        for site in sorted(depth, key=depth.__getitem__):  # parents first: their outage explains their children
            finding = blame(
                OnTheWay(each, self._vital_health(each), each in self.open_outages)
                for each in self.fleet.ancestors(site)
            )
            if finding.blame is Blame.WAIT:
                continue
            transition = self._pending.pop(site)
            if finding.root is None:
                yield from self._open(site, transition.since_utc, now_utc)
            else:
                self.affected[site] = finding.root
                yield Affected(site, finding.root, transition.since_utc)
            yield from self._site_changed(site, transition.since_utc)

    def _open(self, site: str, since_utc: datetime, now_utc: datetime) -> Iterator[Decision]:
        self.open_outages[site] = since_utc
        last_good = self._last_good.get(self._gateway(site))
        neighbours = self._neighbours(site)
        why = self.power.why(site, neighbours)
        silent = {each: self.open_outages[each] for each in neighbours if each in self.open_outages}
        together = silent_together(site, since_utc, silent)
        if together and not why:
            why = f"fell silent together with {', '.join(together)}, on the same feeder"
        yield OutageOpened(site, since_utc, now_utc, last_good, self._reason(site), POWER if why else "", why)
        for each in together:
            yield OutageExplained(each, cause=POWER, why=f"fell silent together with {site}, on the same feeder")

    def _reason(self, site: str) -> str:
        """What was seen; of a link also which side of it is meant."""
        gateway, link = self._gateway(site), self.fleet.sites[site].link
        seen = self._last.get(gateway)
        silence = seen.reason if seen and seen.verdict is Verdict.FAILED else ""
        if link is None:
            return silence
        interface = self._last.get(link.id)
        if interface is not None and interface.verdict is Verdict.FAILED:
            return interface.reason
        return f"the far end is silent: {silence}" if silence else "the far end is silent"

    def _neighbours(self, site: str) -> list[str]:
        """The other sites on the site's feeder."""
        feeder = self.fleet.sites[site].feeder
        return [each for each in self.fleet.feeders[feeder] if each != site] if feeder else []

    def _vital_health(self, site: str) -> Health:
        """The worst of what must be up: down before in doubt before degraded before the gateway's."""
        found = [self.health(each) for each in self.fleet.sites[site].vital]
        if len(found) == 1:
            return found[0]
        for bad in (lambda h: h.state is State.DOWN, lambda h: h.suspect, lambda h: h.state is State.DEGRADED):
            for health in found:
                if bad(health):
                    return health
        return found[0]

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
                self._forget(device.id)
        for interface in set(self._health) - set(fleet.judged):
            self._forget(interface)
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

    def _forget(self, device: str) -> None:
        for known in (self._health, self._last, self._last_good):
            known.pop(device, None)


def _why_ended(old: Fleet, new: Fleet, site: str) -> str:
    if site not in new.sites:
        return "removed"
    known = old.sites.get(site)
    return "readdressed" if known and known.gateway.address != new.sites[site].gateway.address else ""


_UNJUDGED = Health()
_POOR = frozenset({State.DOWN, State.DEGRADED})
