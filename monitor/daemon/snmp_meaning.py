"""What a device's readings by SNMP mean: links that are down or poor, UPSes on battery, restarts, refused credentials.

What goes wrong with SNMP itself is an event about SNMP: it never makes a device down.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime

from monitor.clock import NS_PER_S
from monitor.judging.board import Board
from monitor.judging.decisions import Decision, Noticed
from monitor.judging.interfaces import Finding, LinkRules, Rates, Row, find, rates
from monitor.judging.restarts import Uptime, restarted
from monitor.metrics.live import SnmpState
from monitor.probes.snmp.mibs import ON_BATTERY
from monitor.probes.snmp.reading import Reading
from monitor.sample import Sample, Verdict
from monitor.settings.fleet import Device, Link

PROBE = "snmp"
OUT_OF_SIGHT = 3  # readings in a row that fail, until what was known of a link's interface judges nobody any more
EVENTS = {"credentials": "snmp_credentials", "silent": "snmp_silent", "error": "snmp_error", "ok": "snmp_ok"}


class SnmpMeaning:
    """Remembers of each device what the next reading is compared with."""

    def __init__(self, board: Board, rules: LinkRules, record: Callable[[Sample], None] = lambda _: None) -> None:
        self.rules, self.record = rules, record
        self.restarts: Counter[str] = Counter()
        self._board = board
        self._ages: dict[str, tuple[Uptime, int]] = {}
        self._rows: dict[str, tuple[Row, int]] = {}
        self._failures: Counter[str] = Counter()
        self._outcomes: dict[str, str] = {}

    def forget(self, kept: Mapping[str, Device]) -> None:
        """Drops what is known of devices that are not among these."""
        for known in (self._ages, self._failures, self._outcomes):
            for id_ in [id_ for id_ in known if id_ not in kept]:
                del known[id_]
        links = {link.id for device in kept for link in self._board.fleet.links.get(device, ())}
        self._rows = {id_: row for id_, row in self._rows.items() if id_ in links}

    def suspect(self, device: str) -> bool:
        """Whether a link that this device carries is in doubt, so that it should be read again soon."""
        return any(self._board.health(link.id).suspect for link in self._board.fleet.links.get(device, ()))

    def of(self, device: Device, state: SnmpState, at_utc: datetime, mono_ns: int) -> list[Decision]:
        """What follows from one attempt to read ``device``, begun at that time."""
        decisions = self._outcome(device, state, at_utc)
        if state.reading is None:
            self._failures[device.id] += 1
            if self._failures[device.id] >= OUT_OF_SIGHT:
                for link in self._board.fleet.links.get(device.id, ()):
                    self._rows.pop(link.id, None)
                    decisions += self._board.lose_sight(link.id, at_utc)
            return decisions
        self._failures.pop(device.id, None)
        anew = self._restarted(device, state.reading, mono_ns)
        if anew:
            self.restarts[device.id] += 1
            decisions.append(Noticed(device.site, device.id, "restarted", "its agent started anew", at_utc))
        decisions += self._ups(device, state.reading, at_utc)
        for link in self._board.fleet.links.get(device.id, ()):
            decisions += self._link(link, state.reading, at_utc, mono_ns, restarted_=anew)
        return decisions

    def _outcome(self, device: Device, state: SnmpState, at_utc: datetime) -> list[Decision]:
        """A line of the timeline when it begins or ceases to be readable; a first success is none."""
        before = self._outcomes.get(device.id, "ok")
        self._outcomes[device.id] = state.outcome
        if state.outcome == before:
            return []
        return [Noticed(device.site, device.id, EVENTS[state.outcome], state.why or "it is read again", at_utc)]

    def _restarted(self, device: Device, reading: Reading, mono_ns: int) -> bool:
        ticks = reading.system.get("sysUpTime_ticks")
        age = Uptime(ticks if isinstance(ticks, int) else None, reading.engine_time_s)
        before, before_mono_ns = self._ages.get(device.id, (age, mono_ns))
        self._ages[device.id] = (age, mono_ns)
        return restarted(before, age, (mono_ns - before_mono_ns) / NS_PER_S)

    def _ups(self, device: Device, reading: Reading, at_utc: datetime) -> list[Decision]:
        source = reading.ups.get("upsOutputSource")
        if source is None:
            return []
        return self._board.ups(device.site, at_utc, on_battery=source == ON_BATTERY)

    def _link(
        self, link: Link, reading: Reading, at_utc: datetime, mono_ns: int, *, restarted_: bool
    ) -> list[Decision]:
        row = next((port for port in reading.ports if _name(port) == link.interface), None)
        if row is None:
            return self._board.lose_sight(link.id, at_utc)
        before, before_mono_ns = self._rows.get(link.id, (row, mono_ns))
        self._rows[link.id] = (row, mono_ns)
        seconds = (mono_ns - before_mono_ns) / NS_PER_S
        passed = rates(before, row, seconds, restarted=restarted_) if seconds else Rates()
        finding = find(row, passed, link.speed_mbps, self.rules)
        sample = _sample(link, finding, at_utc, mono_ns)
        self.record(sample)
        return self._board.observe(sample)


def _name(port: Row) -> object:
    return port.get("ifName") or port.get("ifDescr")


def _sample(link: Link, finding: Finding, at_utc: datetime, mono_ns: int) -> Sample:
    verdict = Verdict.FAILED if finding.down else Verdict.OK
    return Sample(link.id, PROBE, at_utc, mono_ns, verdict, reason=finding.down, poor=finding.poor)
