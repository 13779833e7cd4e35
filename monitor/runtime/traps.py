"""Receive traps and informs. One from a known device makes it be probed and read at once; it changes no state."""

import asyncio
import hashlib
import logging
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from monitor.domain.clock import NS_PER_S, Clock
from monitor.domain.event_kinds import EventKind
from monitor.domain.log_events import LogEvent
from monitor.domain.reasons import ReasonCode, reason
from monitor.judging.decisions import DeviceEvent
from monitor.logs.emit import emit
from monitor.probes.snmp.agents import Agents
from monitor.probes.snmp.ber import BerError
from monitor.probes.snmp.messages import MOST_BYTES, V2C
from monitor.probes.snmp.notifications import TRAP, InformEngine, Notification, name_of, read_v2c, version
from monitor.probes.snmp.usm import V3, read_envelope
from monitor.runtime.live import RuntimeState
from monitor.runtime.part import Part
from monitor.runtime.sink import Sink
from monitor.settings.fleet import Device, Fleet
from monitor.settings.load import Settings

log = logging.getLogger(__name__)

AT_A_TIME = 64
RECEIVE_BUFFER = 1024 * 1024
BURST, PER_S = 5, 1.0  # notifications of one device that are looked at
BOOTS_COUNT_FROM = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class _Bucket:
    left: float
    at_ns: int


class TrapReceiver(Part):
    """The receiver; counts each notification by its outcome in ``live``, and calls ``look_at`` with its device.

    ``agents``: returns the sessions' clients in force.
    """

    name = "traps"

    def __init__(
        self,
        clock: Clock,
        live: RuntimeState,
        settings: Settings,
        agents: Callable[[], Agents],
        sink: Sink,
        look_at: Sequence[Callable[[str], None]],
    ) -> None:
        self._clock, self._settings, self._agents = clock, settings, agents
        self._counted, self._sink, self._look_at = live.traps, sink, look_at
        self._socket: socket.socket | None = None
        self._listens = ""
        self._buckets: dict[str, _Bucket] = {}
        self._devices: dict[str, Device] = {}

    async def open(self) -> None:
        """Listen as configured; a port that cannot be bound is logged, and only traps are lost."""
        self._listen()

    def _listen(self) -> None:
        settings = self._settings
        self._know(settings.fleet)
        # Counting starts by the minute instead of storing them: it only has to grow from one start to the next.
        boots = int((self._clock.utc() - BOOTS_COUNT_FROM).total_seconds() // 60)
        self._informed = InformEngine(engine_id(settings), max(boots, 1))
        self._started_ns = self._clock.mono_ns()
        self._listens = settings.monitor.snmp.traps
        if not self._listens:
            return
        host, _, port = self._listens.rpartition(":")
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        made = socket.socket(family, socket.SOCK_DGRAM)
        try:
            made.setblocking(False)
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
            made.bind((host.strip("[]"), int(port)))
        except OSError as error:
            made.close()
            text = "no traps can be received on %s: %s"
            emit(log, LogEvent.TRAPS_OFF, text, self._listens, error.strerror, address=self._listens)
            return
        self._socket = made
        asyncio.get_running_loop().add_reader(made, self._take_in, made)

    async def close(self) -> None:
        """Stop listening."""
        self._listen_no_more()

    def _listen_no_more(self) -> None:
        if self._socket is not None:
            asyncio.get_running_loop().remove_reader(self._socket)
            self._socket.close()
            self._socket = None

    def reconfigure(self, settings: Settings) -> None:
        """Apply other devices, and another address to listen on."""
        self._settings = settings
        in_vain = self._socket is None and self._listens  # a port that could not be had may be free by now
        if settings.monitor.snmp.traps == self._listens and not in_vain:
            self._know(settings.fleet)
            return
        self._listen_no_more()
        self._listen()

    def watch(self, fleet: Fleet) -> None:
        """Take in the traps of another part of the fleet."""
        self._settings = replace(self._settings, fleet=fleet)
        self._know(fleet)

    def _know(self, fleet: Fleet) -> None:
        """Index the fleet's SNMP devices by their addresses."""
        devices = [device for device in fleet.devices.values() if device.snmp]
        self._devices = {str(own): device for device in devices for own in (device.address, device.snmp_source) if own}
        self._buckets = {id_: bucket for id_, bucket in self._buckets.items() if id_ in fleet.devices}

    def _take_in(self, made: socket.socket) -> None:
        for _ in range(AT_A_TIME):
            try:
                data, source = made.recvfrom(MOST_BYTES + 1)
            except BlockingIOError:
                return
            except OSError:
                continue
            device = self._devices.get(str(source[0]).removeprefix("::ffff:"))
            if device is None:
                self._counted["unknown_sender"] += 1
            elif not self._has_room(device.id):
                self._counted["rate_limited"] += 1
            else:
                self._arrived(device, data, made, source)

    def _arrived(self, device: Device, data: bytes, made: socket.socket, source: tuple[str, int]) -> None:
        try:
            notification, reply = self._read(device, data)
        except BerError:
            self._counted["malformed"] += 1
            return
        if reply:
            try:
                made.sendto(reply, source)
            except OSError as error:
                text = "%s: its inform could not be answered: %s"
                emit(log, LogEvent.TRAP_UNANSWERED, text, device.id, error, site=device.site, device=device.id)
        if notification is not None:
            self._counted["accepted"] += 1
            why = reason(ReasonCode.TRAP, name=notification.name)
            self._sink.decided([DeviceEvent(device.site, device.id, EventKind.TRAP, why, self._clock.utc())])
            for look_at in self._look_at:
                look_at(device.id)
        elif not reply:
            self._counted["wrong_credentials"] += 1

    def _read(self, device: Device, data: bytes) -> tuple[Notification | None, bytes]:
        """Return (the notification, the response); None unless it is proven to be the device's. Raises BerError."""
        found = version(data)
        if found == V2C:
            community = self._agents().community(device.snmp)
            notification = read_v2c(data, community.reveal().encode()) if community else None
            return notification, notification.reply if notification else b""
        if found != V3:
            raise BerError(f"SNMP version {found}")
        client = self._agents().v3(device.snmp)
        if client is None:
            return None, b""
        envelope = read_envelope(data)
        said = client.notification(device.address, device.snmp_port, envelope)
        if said is not None:
            return (Notification(name_of(said.bindings)), b"") if said.kind == TRAP else (None, b"")
        age_s = (self._clock.mono_ns() - self._started_ns) // NS_PER_S
        return self._informed.take(envelope, client.credential, age_s)

    def _has_room(self, device: str) -> bool:
        """Return whether the device's token bucket has room; else its notification is dropped."""
        now_ns = self._clock.mono_ns()
        bucket = self._buckets.setdefault(device, _Bucket(BURST, now_ns))
        bucket.left = min(BURST, bucket.left + (now_ns - bucket.at_ns) / NS_PER_S * PER_S)
        bucket.at_ns = now_ns
        if bucket.left < 1:
            return False
        bucket.left -= 1
        return True


def engine_id(settings: Settings) -> bytes:
    """Return our engine's id (RFC 3411, 5): the same after every start, another for each installation."""
    text = hashlib.sha256(f"{socket.gethostname()} {settings.directory.resolve()}".encode()).digest()[:8]
    return b"\x80\x00\x00\x00\x05" + text  # 5: octets of our own choice
