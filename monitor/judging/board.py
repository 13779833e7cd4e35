"""Judge all sites: samples in, decisions out. Pure; takes time as an argument.

A site is down when its gateway (first device) or the interface of its link is down, and degraded when one of them is
degraded or another of its devices is down or degraded. A site that is down gets an outage of its own, unless a site on
the way to it is down: then it is ``unreachable`` and affected by that outage (`attribution`).
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from monitor.domain.event_kinds import EventKind
from monitor.domain.reasons import ReasonCode, reason
from monitor.domain.sample import Sample, Verdict
from monitor.domain.states import Cause, EndReason
from monitor.judging.attribution import OutageAttribution
from monitor.judging.baseline import Baselines, Usual
from monitor.judging.decisions import (
    Decision,
    DeviceEvent,
    NoLongerAffected,
    OutageClosed,
    OutageUpdated,
    UplinkLost,
)
from monitor.judging.flapping import Flaps
from monitor.judging.health import Rules, State, Transition
from monitor.judging.labs import Count, Labs, count
from monitor.judging.stored_state import StoredState
from monitor.judging.uplinks import UplinkHealth
from monitor.settings.fleet import Fleet, Group
from monitor.settings.fleet_changes import changes_between

MAINS_BACK, BATTERY_FEEDS = reason(ReasonCode.MAINS_BACK), reason(ReasonCode.BATTERY_FEEDS)


@dataclass
class Board(OutageAttribution):
    """Outage attribution together with flapping, labs, uplinks and usual round-trip times."""

    flaps: Flaps = field(default_factory=Flaps)
    labs: Labs = field(default_factory=Labs)
    uplinks: UplinkHealth = field(default_factory=UplinkHealth)
    baselines: Baselines = field(default_factory=Baselines)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.uplinks = UplinkHealth({name: ids(group) for name, group in self.fleet.groups.items()}, self.uplinks.blind)
        self.flaps.restore([*self.open_outages, *self.affected], self.flaps.flapped)

    def observe(self, sample: Sample) -> list[Decision]:
        """Judge one sample and return the decisions that follow."""
        site = self.fleet.judged.get(sample.device)
        if site is None or sample.verdict is Verdict.UNKNOWN or self.is_blind(site):
            return self._observe_reference(sample) if self.uplinks.watches(sample.device) else []
        learns = sample.device in self.fleet.devices and sample.device not in self.fleet.workstations
        before = self._known.health(sample.device)
        slow_ns = self.baselines.take(sample) if learns else None
        health, transition = self._known.take(sample, self.rules, slow_ns)
        if not learns and sample.device in self.fleet.workstations:
            return list(self._lab(site, sample, transition))
        if health is before and not self.flaps.watches(site):
            return []  # by far the commonest case
        if transition is not None and sample.device in self.fleet.sites[site].vital:
            self.flaps.watch(site)
        decisions: list[Decision] = []
        if sample.device == self._gateway(site) and self.flaps.watches(
            site
        ):  # a result of the site, by gateway or link
            state = self._vital_health(site).state
            if state is not State.UNKNOWN:  # a reset site has not changed
                decisions += self.flaps.observe(site, sample.started_utc, up=state is not State.DOWN)
        return [*decisions, *self._follow(site, sample.device, transition, sample.started_utc)]

    def _lab(self, site: str, sample: Sample, transition: Transition | None) -> Iterator[Decision]:
        if sample.verdict is Verdict.OK:
            yield from self.labs.answered(site, sample.started_utc)
        if transition is not None:
            up = self._vital_health(site).state in {State.UP, State.DEGRADED}
            promised = self.downtimes(site, sample.started_utc) is None
            yield from self.labs.judge(site, self.lab(site), sample.started_utc, router_up=up, promised=promised)

    def lab(self, site: str) -> Count | None:
        """Count a lab's answering workstations; None where it has none, or while not all are judged."""
        place = self.fleet.sites.get(site)
        return None if place is None else count([self.health(each) for each in place.workstations])

    def is_blind(self, site: str) -> bool:
        """Return whether an uplink on the way to that site is lost."""
        blind = self.uplinks.blind
        return bool(blind) and any(group in blind for group in self.fleet.uplinks.get(site, ()))

    def _observe_reference(self, sample: Sample) -> list[Decision]:
        """Judge a reference's sample; when its uplink is lost, reset what is unconfirmed behind it."""
        decisions = self.uplinks.observe(sample)
        for decision in decisions:
            if isinstance(decision, UplinkLost):
                for site, groups in self.fleet.uplinks.items():
                    if decision.group in groups:
                        decisions = [*decisions, *self._reset_unconfirmed(site, decision.since_utc)]
        return decisions

    def _reset_unconfirmed(self, site: str, at_utc: datetime) -> Iterator[Decision]:
        waited = self._pending.pop(site, None) is not None
        yield from self._leave_downtime(site, at_utc)
        place = self.fleet.sites[site]
        self._known.reset((*place.vital, *place.others, *place.workstations), also_down=waited)

    def resume_after_stall(self, at_utc: datetime) -> list[Decision]:
        """Reset all unconfirmed failures after a stall of the process.

        Each device must fail ``down_after`` rounds again.

        Sites in downtime stay in it, and must fail again before an outage opens.
        """
        for site in self.in_downtime:
            self._pending.pop(site, None)
            self._known.suspect_down(self.fleet.sites[site].vital)
        sites = [site for site in self.fleet.sites if site not in self.in_downtime]
        return [decision for site in sites for decision in self._reset_unconfirmed(site, at_utc)]

    def mark_unread(self, interface: str, at_utc: datetime) -> list[Decision]:
        """Set a link's interface to UNKNOWN after readings of it have failed; it takes no part in judging from now on.

        A link that is confirmed down stays down until its far end is judged.
        """
        site, before = self.fleet.judged.get(interface), self._known.health(interface)
        if site is not None and before.state is State.DOWN:
            far_end = self._known.health(self._gateway(site))
            if far_end.state is State.UNKNOWN or (far_end.suspect and far_end.state is not State.DOWN):
                return []
        self._known.forget_health(interface)
        if site is None or before.state is State.UNKNOWN:
            return []
        self.flaps.watch(site)
        transition = Transition(interface, before.state, State.UNKNOWN, at_utc, at_utc)
        return list(self._follow(site, interface, transition, at_utc))

    def ups(self, site: str, at_utc: datetime, *, on_battery: bool) -> list[Decision]:
        """Take in whether the site's UPS is on battery, and return what changes."""
        if site not in self.fleet.sites:
            return []
        if not on_battery:
            if not self.power.on_mains(site):
                return []
            return [DeviceEvent(site, "", EventKind.ON_MAINS, MAINS_BACK, at_utc)]
        if not self.power.on_battery(site, at_utc):
            return []
        decisions: list[Decision] = [DeviceEvent(site, "", EventKind.ON_BATTERY, BATTERY_FEEDS, at_utc)]
        for each in (site, *self._neighbours(site)):
            if each in self.open_outages:
                why = self.power.why(each, self._neighbours(each))
                decisions.append(OutageUpdated(each, cause=Cause.POWER, why=why))
        return decisions

    def hold(self, fleet: Fleet, known: StoredState, usual_times: Mapping[str, Usual]) -> None:
        """Judge the sites of another part of the same configuration from now on.

        The others are forgotten without a decision: another daemon judges them. Those that come are ``known`` by what
        was stored of them, sites that are in no configuration any more among them.
        """
        old, self.fleet = self.fleet, fleet
        for each in old.judged.keys() - fleet.judged.keys():
            self._known.forget(each)
            self.baselines.forget(each)
        for site in old.sites.keys() - fleet.sites.keys():
            self._drop(site)
        self.baselines.known |= usual_times
        self.open_outages |= known.open_outages
        self.affected |= known.affected
        self.states |= known.states
        self.silent_since |= known.silent_since
        self.in_downtime |= known.in_downtime
        self.promised |= known.promised
        self.power.went_down |= known.went_down
        down = [*known.open_outages, *known.affected]
        self._restore(down, known.in_downtime)
        self.flaps.keep(fleet.sites)
        self.flaps.restore(down, known.flapping)
        for site in fleet.sites.keys() - old.sites.keys():
            self.touched.add(site)

    def _drop(self, site: str) -> None:
        for dated in (self.open_outages, self.silent_since, self.promised, self.power.batteries):
            dated.pop(site, None)
        for known in (self.affected, self.states, self.in_downtime, self.power.went_down, self._pending):
            known.pop(site, None)
        self.labs.drop(site)
        self.touched.add(site)

    def see_elsewhere(self, states: Mapping[str, State]) -> list[str]:
        """Replace the stored states of the sites that other daemons judge; return those that are in another now."""
        before, self.elsewhere = self.elsewhere, states
        changed = [site for site in before.keys() | states.keys() if before.get(site) is not states.get(site)]
        for site in changed:
            self.touched.add(site)
        return changed

    def replace_fleet(self, fleet: Fleet, rules: Rules, now_utc: datetime) -> list[Decision]:
        """Apply another configuration; outages of sites that were removed or readdressed end with that reason."""
        decisions: list[Decision] = []
        old, self.fleet, self.rules = self.fleet, fleet, rules
        changes = changes_between(old, fleet)
        moved = rerouted(old, fleet, changes.sites)
        self._forget_readdressed(old, changes.devices)
        if fleet.groups != old.groups:
            self.uplinks = UplinkHealth({name: ids(group) for name, group in fleet.groups.items()}, self.uplinks.blind)
        decisions += self.uplinks.drop_gone(now_utc)
        for site in list(self.open_outages):
            ended = _why_ended(old, fleet, site)
            if ended is not None:
                del self.open_outages[site]
                decisions.append(OutageClosed(site, now_utc, ended))
                decisions += self._release_affected_by(site, now_utc)
        for site in list(self.affected):
            if _why_ended(old, fleet, site):
                self._no_longer_affected(site)
                decisions.append(NoLongerAffected(site, now_utc))
            elif self.affected[site] not in fleet.ancestors(site):  # it is reached another way now
                self._no_longer_affected(site)
                self._known.suspect_down(fleet.sites[site].vital)
                decisions.append(NoLongerAffected(site, now_utc))
        decisions += self._reset_rerouted(moved, now_utc)
        for site in [*self._pending, *self.in_downtime]:
            if _why_ended(old, fleet, site):
                self._pending.pop(site, None)
                decisions += self._leave_downtime(site, now_utc)
        for site in [*self.open_outages, *self.affected]:
            decisions += self._with_other_devices(site, now_utc)
        self.flaps.keep(fleet.sites)
        for site in [each for each in self.states if each not in fleet.sites]:
            del self.states[site]
        decisions += self._settle(list(self._pending), now_utc)  # who they waited for may be gone
        return decisions

    def _forget_readdressed(self, old: Fleet, changed: Collection[str]) -> None:
        """Forget what was measured of devices and interfaces that are gone, or have another address."""
        for id_ in changed:
            was, successor = old.devices.get(id_), self.fleet.devices.get(id_)
            if was is not None and (successor is None or successor.address != was.address):
                self._known.forget(id_)
                self.baselines.forget(id_)
        self.baselines.keep(self.fleet.devices, self.fleet.workstations)
        for interface in [each for each in self._known.healths if each not in self.fleet.judged]:
            self._known.forget(interface)

    def _reset_rerouted(self, moved: list[str], now_utc: datetime) -> Iterator[Decision]:
        """Make sites that are reached another way now fail again before they count as down."""
        for site in moved:
            if site not in self.open_outages and site not in self.affected:
                waited = self._pending.pop(site, None) is not None
                self._known.suspect(self.fleet.sites[site].vital)
                if waited:
                    yield from self._leave_downtime(site, now_utc)
                    yield from self._site_changed(site, now_utc)

    def _with_other_devices(self, site: str, now_utc: datetime) -> Iterator[Decision]:
        """Carry a down site's state over to its renamed devices, or end its outage when none of them is down."""
        health = self._vital_health(site)
        if health.state is State.UNKNOWN:
            self._known.restore_down(self._gateway(site), self.open_outages.get(site), self.rules)
        elif health.state is not State.DOWN and self._known.health(self._gateway(site)).state is not State.UNKNOWN:
            if self._no_longer_affected(site):
                yield NoLongerAffected(site, now_utc)
            if self.open_outages.pop(site, None) is not None:
                yield OutageClosed(site, now_utc, EndReason.RECONFIGURED)
                yield from self._release_affected_by(site, now_utc)
            yield from self._site_changed(site, now_utc)


def ids(group: Group) -> tuple[str, ...]:
    """Return the sample ids of a group's references."""
    return tuple(device.id for device in group.references)


def rerouted(old: Fleet, new: Fleet, changed: Collection[str]) -> list[str]:
    """Return the sites of both that are reached another way now: those with another parent, and all behind them.

    ``changed``: as of `changes_between`.
    """
    moved = set()
    for id_ in changed:
        was, site = (fleet.sites.get(id_) or fleet.around.get(id_) for fleet in (old, new))
        if was is not None and site is not None and was.parent != site.parent:
            moved.add(id_)
    moved |= {each for site in list(moved) for each in new.descendants(site)}
    return [site for site in new.sites if site in moved and site in old.sites] if moved else []


def _why_ended(old: Fleet, new: Fleet, site: str) -> EndReason | None:
    if site not in new.sites:
        return EndReason.REMOVED
    known = old.sites.get(site)
    return EndReason.READDRESSED if known and known.gateway.address != new.sites[site].gateway.address else None
