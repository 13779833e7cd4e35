"""Judge a device's SNMP readings: links down or poor, UPSes on battery, restarts, refused credentials.

Trouble with SNMP itself is an event of the timeline: it never makes a device down.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from monitor.domain.clock import NS_PER_S
from monitor.domain.event_kinds import EventKind
from monitor.domain.reasons import Reason, ReasonCode, reason
from monitor.domain.sample import Sample, Verdict
from monitor.domain.text import same_key
from monitor.judging.board import Board
from monitor.judging.decisions import Decision, DeviceEvent
from monitor.judging.health import State
from monitor.judging.links import Finding, LinkRules, Passage, Rates, Row, find, rates, utilisation
from monitor.judging.power import UpsReading
from monitor.judging.restarts import Uptime, restarted
from monitor.probes.snmp.modules import Series
from monitor.probes.snmp.reading import Reading, feeds_from_battery
from monitor.probes.snmp.walking import MOST_ROWS
from monitor.settings.fleet import Device, Link


@dataclass(frozen=True, slots=True)
class SnmpState:
    """The result of one SNMP reading: outcome, reason of a failure, or what was read."""

    outcome: Literal["ok", "silent", "credentials", "error"]
    why: Reason | None = None
    reading: Reading | None = None
    series: Sequence[Series] = ()


PROBE = "snmp"
AGENT_RESTARTED, READ_AGAIN = reason(ReasonCode.AGENT_RESTARTED), reason(ReasonCode.READ_AGAIN)
OUT_OF_SIGHT = 3  # failed readings in a row, after which a link's interface takes no part in judging
NAMES, STATUS = ("ifName", "ifDescr"), ("ifAdminStatus", "ifOperStatus")
EVENTS = {
    "credentials": EventKind.SNMP_CREDENTIALS,
    "silent": EventKind.SNMP_SILENT,
    "error": EventKind.SNMP_ERROR,
    "ok": EventKind.SNMP_OK,
}


class SnmpJudge:
    """Compare each device's readings with the ones before. Not thread-safe: on the event loop only.

    ``record`` gets the sample of each link, ``measured`` what passed its interface, and each reading of a UPS.
    """

    def __init__(
        self,
        board: Board,
        rules: LinkRules,
        record: Callable[[Sample], None],
        measured: Callable[[Passage | UpsReading], None] = lambda _: None,
    ) -> None:
        self.rules, self.record, self.measured = rules, record, measured
        self.restarts: Counter[str] = Counter()
        self.used: dict[str, float] = {}
        self._board = board
        self._ages: dict[str, tuple[Uptime, int]] = {}
        self._rows: dict[str, tuple[Row, int]] = {}
        self._failures: Counter[str] = Counter()
        self._outcomes: dict[str, str] = {}
        self._batteries: dict[str, tuple[str, bool]] = {}
        self._cut: set[str] = set()
        self._unread: dict[str, tuple[str, ...]] = {}
        self._unseen: set[str] = set()

    def forget(self, kept: Mapping[str, Device]) -> None:
        """Drop what is known of devices that are not in ``kept``."""
        for known in (self._ages, self._failures, self._outcomes, self._unread):
            for id_ in [id_ for id_ in known if id_ not in kept]:
                del known[id_]
        links = {link.id for device in kept for link in self._board.fleet.links.get(device, ())}
        self._rows = {id_: row for id_, row in self._rows.items() if id_ in links}
        own = {link.site for device in kept for link in self._board.fleet.links.get(device, ())}
        self.used = {site: share for site, share in self.used.items() if site in own}
        self._unseen &= links
        self._cut &= set(kept)
        sites = {site for site, _ in self._batteries.values()}
        self._batteries = {id_: known for id_, known in self._batteries.items() if id_ in kept}
        for site in sites - {site for site, on_battery in self._batteries.values() if on_battery}:
            self._board.power.on_mains(site)  # no UPS is left there that reports being on battery

    def suspect(self, device: str) -> bool:
        """Return whether a link of this device is suspect, so that it should be read again soon."""
        return any(self._board.health(link.id).suspect for link in self._board.fleet.links.get(device, ()))

    def of(self, device: Device, state: SnmpState, at_utc: datetime, mono_ns: int) -> list[Decision]:
        """Judge one attempt to read ``device``, begun at that time."""
        decisions = self._outcome(device, state, at_utc)
        if state.reading is None:
            self._failures[device.id] += 1
            if self._failures[device.id] >= OUT_OF_SIGHT:
                for link in self._board.fleet.links.get(device.id, ()):
                    self._rows.pop(link.id, None)
                    self.used.pop(link.site, None)
                    decisions += self._board.mark_unread(link.id, at_utc)
            return decisions
        self._failures.pop(device.id, None)
        agent_restarted = self._restarted(device, state.reading, mono_ns)
        if agent_restarted:
            self.restarts[device.id] += 1
            decisions.append(DeviceEvent(device.site, device.id, EventKind.RESTARTED, AGENT_RESTARTED, at_utc))
        feeds = _feeds_from_battery(state.reading, state.series)
        if feeds is not None:
            self.measured(UpsReading(device.id, at_utc, feeds, _charge(state.reading)))
        decisions += self._ups(device, feeds, at_utc)
        decisions += self._left_out(device, state, at_utc)
        decisions += self._timed_out(device, state.reading.unread, at_utc)
        for link in self._board.fleet.links.get(device.id, ()):
            decisions += self._link(link, state.reading, at_utc, mono_ns, restarted_=agent_restarted)
        return decisions

    def _outcome(self, device: Device, state: SnmpState, at_utc: datetime) -> list[Decision]:
        """Return an event when the device begins or ceases to be readable; none for a first success."""
        before = self._outcomes.get(device.id, "ok")
        self._outcomes[device.id] = state.outcome
        if state.outcome == before:
            return []
        return [DeviceEvent(device.site, device.id, EVENTS[state.outcome], state.why or READ_AGAIN, at_utc)]

    def _restarted(self, device: Device, reading: Reading, mono_ns: int) -> bool:
        ticks = reading.system.get("sysUpTime_ticks")
        age = Uptime(ticks if isinstance(ticks, int) else None, reading.engine_time_s)
        before, before_mono_ns = self._ages.get(device.id, (age, mono_ns))
        self._ages[device.id] = (age, mono_ns)
        return restarted(before, age, (mono_ns - before_mono_ns) / NS_PER_S)

    def _ups(self, device: Device, feeds: bool | None, at_utc: datetime) -> list[Decision]:
        if feeds is None:
            return []
        self._batteries[device.id] = (device.site, feeds)
        any_ = any(on_battery for site, on_battery in self._batteries.values() if site == device.site)
        return self._board.ups(device.site, at_utc, on_battery=any_)

    def _left_out(self, device: Device, state: SnmpState, at_utc: datetime) -> list[Decision]:
        """Return an event when a device has more rows than are read."""
        rows = Counter(series.metric.name for series in state.series)
        tables = [name for name, count in rows.items() if count >= MOST_ROWS]
        if state.reading is not None and state.reading.cut:
            tables = ["interfaces", *tables]
        if not tables:
            self._cut.discard(device.id)
            return []
        if device.id in self._cut:
            return []
        self._cut.add(device.id)
        why = reason(ReasonCode.ROWS_LEFT_OUT, rows=MOST_ROWS, tables=tuple(tables))
        return [DeviceEvent(device.site, device.id, EventKind.SNMP_CUT, why, at_utc)]

    def _timed_out(self, device: Device, unread: tuple[str, ...], at_utc: datetime) -> list[Decision]:
        """Return an event when a device begins to time out for some objects: they are not read."""
        before, self._unread[device.id] = self._unread.get(device.id, ()), unread
        if not unread or set(unread) <= set(before):
            return []
        why = reason(ReasonCode.OBJECTS_UNREAD, objects=unread)
        return [DeviceEvent(device.site, device.id, EventKind.SNMP_UNREAD, why, at_utc)]

    def _link(
        self, link: Link, reading: Reading, at_utc: datetime, mono_ns: int, *, restarted_: bool
    ) -> list[Decision]:
        found = _named(reading.ports, link.interface.strip())
        if len(found) != 1 and any(name in reading.unread for name in NAMES):
            return self._board.mark_unread(link.id, at_utc)  # it may be there under the name that was not read
        if len(found) != 1:
            self.used.pop(link.site, None)
            return [*self._not_found(link, len(found), at_utc), *self._board.mark_unread(link.id, at_utc)]
        row = found[0]
        if any(name in reading.unread and name not in row for name in STATUS):
            return self._board.mark_unread(link.id, at_utc)
        self._unseen.discard(link.id)
        before, before_mono_ns = self._rows.get(link.id, (row, mono_ns))
        self._rows[link.id] = (row, mono_ns)
        seconds = (mono_ns - before_mono_ns) / NS_PER_S
        counters_reset = restarted_ or before.get("ifIndex") != row.get("ifIndex")  # other counters under the same name
        passed = rates(before, row, seconds, restarted=counters_reset) if seconds else Rates()
        if passed.in_bps is not None or passed.out_bps is not None:
            self.measured(Passage(link.id, at_utc, seconds, passed))
        if (used := utilisation(row, passed)) is not None:
            self.used[link.site] = used
        finding = find(link.interface.strip(), row, passed, link.speed_mbps, self.rules)
        sample = _sample(link, finding, at_utc, mono_ns)
        self.record(sample)
        was = self._board.health(link.id).state
        return [*self._board.observe(sample), *self._quality(link, was, finding, at_utc)]

    def _quality(self, link: Link, was: State, finding: Finding, at_utc: datetime) -> list[Decision]:
        """Return an event when a link becomes degraded or recovers from that; a link that is down is an outage."""
        state = self._board.health(link.id).state
        if state is State.DEGRADED is not was:
            return [DeviceEvent(link.site, link.device, EventKind.LINK_POOR, finding.poor, at_utc)]
        if was is State.DEGRADED and state is State.UP:
            well = reason(ReasonCode.INTERFACE_WELL, interface=link.interface)
            return [DeviceEvent(link.site, link.device, EventKind.LINK_WELL, well, at_utc)]
        return []

    def _not_found(self, link: Link, count: int, at_utc: datetime) -> list[Decision]:
        """Return an event when a link's interface is missing (misspelt, removed) or ambiguous."""
        if link.id in self._unseen:
            return []
        self._unseen.add(link.id)
        if count:
            why = reason(ReasonCode.INTERFACE_AMBIGUOUS, interface=link.interface, count=count)
        else:
            why = reason(ReasonCode.INTERFACE_MISSING, interface=link.interface)
        return [DeviceEvent(link.site, link.device, EventKind.NO_INTERFACE, why, at_utc)]


def _feeds_from_battery(reading: Reading, series: Sequence[Series]) -> bool | None:
    """Return whether the UPS is on battery by the standard MIB, else by its maker's; None where neither says so."""
    said = [one.value in one.metric.on_battery for one in series if one.metric.on_battery]
    feeds = feeds_from_battery(reading.ups)
    return any(said) if feeds is None and said else feeds


def _charge(reading: Reading) -> int | None:
    """Return the charge of its battery in per cent; None where it says none, or none that can be."""
    said = reading.ups.get("upsEstimatedChargeRemaining")
    return said if isinstance(said, int) and 0 <= said <= 100 else None


def _named(ports: Sequence[Row], name: str) -> list[Row]:
    """Return the rows with that ifName, else with that ifDescr: names that are not unique are disambiguated there.

    Where none matches exactly, compare as a reader would (`same_key`): people type what they read.
    """
    for is_it in (_is, same_key):
        for column in NAMES:
            if found := [port for port in ports if is_it(str(port.get(column, "")), name)]:
                return found
    return []


def _is(found: str, name: str) -> bool:
    return found.strip() == name


def _sample(link: Link, finding: Finding, at_utc: datetime, mono_ns: int) -> Sample:
    verdict = Verdict.FAILED if finding.down else Verdict.OK
    return Sample(link.id, PROBE, at_utc, mono_ns, verdict, reason=finding.down, poor=finding.poor)
