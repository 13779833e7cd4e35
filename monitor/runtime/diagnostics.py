"""Add observations to confirmed outages: the hour before, the last SNMP reading, and the route as far as it answers.

The first two are at hand and go with the outage; the route takes seconds to trace, one at a time, off the loop.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from monitor.domain.clock import Clock
from monitor.domain.evidence import Evidence, Port, SnmpSaid, Way
from monitor.domain.log_events import LogEvent
from monitor.domain.text import clean
from monitor.judging.decisions import Decision, OutageOpened, OutageUpdated
from monitor.logs.emit import emit
from monitor.probes.snmp.mibs import OPER_STATUS
from monitor.probes.snmp.reading import feeds_from_battery
from monitor.runtime.last_hour import summary
from monitor.runtime.live import RuntimeState
from monitor.runtime.part import Part
from monitor.runtime.tracing import Hops, NoTrace, traced
from monitor.settings.fleet import Device, Site
from monitor.settings.load import Settings

log = logging.getLogger(__name__)

LAST_WORD = timedelta(hours=1)  # what SNMP said before that is no evidence of an outage
MOST_WAITING = 20  # outages whose way is still to be traced: more at once are one fault, and the first ones show it
PAUSE_S = 2.0


class Diagnostics(Part):
    """The part that adds them. ``decided``: takes what is found later; ``traces``: whether routes are traced."""

    name = "diagnostics"

    def __init__(
        self, clock: Clock, live: RuntimeState, decided: Callable[[Sequence[Decision]], None], *, traces: bool
    ) -> None:
        self._clock, self._live, self._decided = clock, live, decided
        self._waiting: deque[str] = deque(maxlen=MOST_WAITING)
        self._has_work = asyncio.Event()
        self._may_trace = traces

    def reconfigure(self, settings: Settings) -> None:
        """Trace routes or not, as configured."""
        self._may_trace = settings.monitor.judging.trace

    def beside(self, decisions: Sequence[Decision]) -> list[Decision]:
        """Return the decisions, with what is at hand added to outages."""
        return [self._with_evidence(one) if isinstance(one, OutageOpened) else one for one in decisions]

    def _with_evidence(self, opened: OutageOpened) -> OutageOpened:
        site = self._live.fleet.sites.get(opened.site)
        if site is None:
            return opened
        if self._may_trace:
            self._waiting.append(opened.site)
            self._has_work.set()
        hour = self._live.hours.get(site.gateway.id)
        silent_utc = opened.silent_since_utc or opened.started_utc
        hour_before = None if hour is None else summary(hour.before(silent_utc.timestamp()))
        said = tuple(each for each in self._snmp(site) if each is not None)
        return replace(opened, evidence=Evidence(hour=hour_before, snmp=said))

    def _snmp(self, site: Site) -> Iterator[SnmpSaid | None]:
        """Yield the last SNMP readings of the site's devices, and of the one that carries its link."""
        for device in site.devices:
            yield self._said(device, device.name)
        carrier = self._live.fleet.devices.get(site.link.device) if site.link else None
        if carrier is not None and carrier.site != site.id:
            yield self._said(carrier, carrier.id)

    def _said(self, device: Device, name: str) -> SnmpSaid | None:
        """Return a device's last SNMP reading, interfaces that carry links first; None when there is nothing to report.

        With the time of the reading, if the device has not answered since.
        """
        at_utc, reading = self._live.snmp_said.get(device.id, (None, None))
        if at_utc is None or reading is None or self._clock.utc() - at_utc > LAST_WORD:
            return None
        ticks = reading.system.get("sysUpTime_ticks")
        not_up = [port for port in reading.ports if port.get("ifAdminStatus") == 1 and port.get("ifOperStatus") != 1]
        links = {link.interface for link in self._live.fleet.links.get(device.id, ())}
        not_up.sort(key=lambda port: links.isdisjoint((port.get("ifName"), port.get("ifDescr"))))
        minutes = reading.ups.get("upsEstimatedMinutesRemaining", -1)
        state = SnmpSaid(
            device=name,
            uptime_s=ticks // 100 if isinstance(ticks, int) else None,
            ports=tuple(
                Port(
                    name=clean(str(port.get("ifName") or port.get("ifDescr"))),
                    status=OPER_STATUS.get(int(port.get("ifOperStatus", 4)), "unknown"),
                )
                for port in not_up[:5]
            ),
            on_battery=bool(feeds_from_battery(reading.ups)),
            battery_minutes=minutes if isinstance(minutes, int) and minutes >= 0 else None,  # -1: it does not know
        )
        if state == SnmpSaid(device=name):
            return None
        return replace(state, at=at_utc) if self._live.snmp[device.id].reading is None else state

    async def run(self) -> None:
        """Trace what is queued, until cancelled."""
        while True:
            await self._has_work.wait()
            self._has_work.clear()
            while self._waiting and self._may_trace:
                site = self._waiting.popleft()
                ways = await self._ways(site)
                if ways:
                    self._decided([OutageUpdated(site, evidence=Evidence(ways=ways))])
                await asyncio.sleep(PAUSE_S)

    async def _ways(self, site: str) -> tuple[Way, ...]:
        """Return the routes to the site's gateway and to its parent's."""
        fleet = self._live.fleet
        if site not in fleet.sites:
            return ()
        parent = fleet.sites[site].parent
        wanted = [fleet.sites[site].gateway, *([fleet.sites[parent].gateway] if parent else [])]
        found: list[Way] = []
        for device in wanted:
            hops = await self._traced(str(device.address))
            if hops is None:
                break
            is_reached = bool(hops) and hops[-1][1] == str(device.address)
            found.append(Way(device=device.id, hops=tuple(hops), reached=is_reached))
        return tuple(found)

    async def _traced(self, address: str) -> Hops | None:
        """Trace a route; None when no route can be traced from here, which is logged once."""
        try:
            return await traced(address)
        except NoTrace as error:
            emit(log, LogEvent.TRACE_OFF, "no paths are traced: %s", str(error))
            self._may_trace = False
            return None
