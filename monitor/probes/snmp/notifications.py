"""Decode traps and informs of SNMPv2c and v3 (RFC 3416, 4.2.6 and 4.2.7). Pure but for `InformEngine`.

A notification only causes a reading; its contents change no state.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from monitor.probes.snmp.ber import (
    INTEGER,
    OBJECT_ID,
    OCTETS,
    SEQUENCE,
    BerError,
    expect,
    integer,
    oid,
    read,
    read_integer,
    tagged,
)
from monitor.probes.snmp.keys import Credential, Keys, keys_for
from monitor.probes.snmp.messages import MOST_BYTES, RESPONSE, V2C, Binding, read_pdu
from monitor.probes.snmp.usm import (
    AUTH,
    PRIV,
    REPORT,
    REPORTABLE,
    STATS,
    WINDOW_S,
    Engine,
    Envelope,
    is_signed_by,
    read_scoped,
    scoped,
    seal,
)

INFORM, TRAP = 0xA6, 0xA7
TRAP_OID = oid("1.3.6.1.6.3.1.1.4.1.0")  # snmpTrapOID.0
NAMES = {
    "1.3.6.1.6.3.1.1.5.1": "coldStart",
    "1.3.6.1.6.3.1.1.5.2": "warmStart",
    "1.3.6.1.6.3.1.1.5.3": "linkDown",
    "1.3.6.1.6.3.1.1.5.4": "linkUp",
    "1.3.6.1.2.1.158.0.1": "dot3OamThresholdEvent",
    "1.3.6.1.2.1.158.0.2": "dot3OamNonThresholdEvent",
    "1.3.6.1.2.1.33.2.1": "upsTrapOnBattery",
    "1.3.6.1.2.1.33.2.3": "upsTrapAlarmEntryAdded",
    "1.3.6.1.2.1.33.2.4": "upsTrapAlarmEntryRemoved",
    "1.3.6.1.4.1.318.0.5": "upsOnBattery (APC)",
    "1.3.6.1.4.1.318.0.9": "powerRestored (APC)",
    "1.3.6.1.4.1.2011.6.128.1.1.2.46.0.1": "dying gasp of an ONU (Huawei)",
}
OAM_TYPE = oid("1.3.6.1.2.1.158.1.6.1.4")  # dot3OamEventLogType (RFC 4878), of a notification about a link's other end
OAM_TYPES = {256: "link fault", 257: "dying gasp", 258: "critical link event"}
NOT_IN_TIME, UNKNOWN_ENGINE = 2, 4


class Notification(NamedTuple):
    """A trap or inform. ``name``: the notification's name or object identifier.

    ``reply``: the response to an inform.
    """

    name: str
    reply: bytes = b""

    def __repr__(self) -> str:
        return f"<notification {self.name}>"  # the reply bears the community


def version(data: bytes) -> int:
    """Return the SNMP version of a datagram; raises BerError."""
    if len(data) > MOST_BYTES:
        raise BerError("too long")
    at, end = expect(data, 0, len(data), SEQUENCE)
    return read_integer(data, at, end)[0]


def read_v2c(data: bytes, community: bytes) -> Notification | None:
    """Decode the notification in a v2c message; None when the community is another. Raises BerError."""
    at, end = expect(data, 0, len(data), SEQUENCE)
    found, at = read_integer(data, at, end)
    if found != V2C:
        raise BerError(f"SNMP version {found} where {V2C} (v2c) was expected")
    begins, at = expect(data, at, end, OCTETS)
    if data[begins:at] != community:
        return None
    kind, begins, ends = read(data, at, end)
    if kind not in {INFORM, TRAP}:
        raise BerError("neither a trap nor an inform")
    bindings = read_pdu(data, begins, ends)[3]
    reply = b""
    if kind == INFORM:  # the same PDU, as a response (RFC 3416, 4.2.7)
        answer = tagged(RESPONSE, data[begins:ends])
        reply = tagged(SEQUENCE, tagged(INTEGER, bytes((V2C,))) + tagged(OCTETS, community) + answer)
    return Notification(name_of(bindings), reply)


def name_of(bindings: list[Binding]) -> str:
    """Return the notification's name, from snmpTrapOID; raises BerError without one."""
    said = next((value for name, value in bindings if name == TRAP_OID and isinstance(value, str)), None)
    if said is None:
        raise BerError("a notification without snmpTrapOID")
    details = [OAM_TYPES[value] for name, value in bindings if name.startswith(OAM_TYPE) and value in OAM_TYPES]
    return ": ".join([NAMES.get(said, said), *details[:1]])


@dataclass
class InformEngine:
    """Our own engine, which v3 informs are addressed to. Its ``id`` must not change, its ``boots`` must only grow."""

    id: bytes
    boots: int
    _salt: int = field(default=0, init=False)

    def take(self, envelope: Envelope, credential: Credential, age_s: int) -> tuple[Notification | None, bytes]:
        """Return (the inform's contents, the message to send back); ``age_s``: seconds since the start.

        Raises BerError. A request for our engine id is answered unsigned, as RFC 3414 section 4 requires.
        """
        own = Engine(self.id, self.boots, age_s)
        if envelope.engine.id != self.id:
            asks = envelope.level & REPORTABLE
            return None, self._report(envelope.number, own, UNKNOWN_ENGINE, b"", _NO_KEYS) if asks else b""
        keys = keys_for(credential, self.id)
        level = (AUTH if keys.digest else 0) | (PRIV if keys.cipher else 0)
        if envelope.user != credential.user.encode() or envelope.level & (AUTH | PRIV) != level:
            return None, b""
        if level & AUTH:
            if not is_signed_by(envelope, keys):
                return None, b""
            if envelope.engine.boots != self.boots or abs(envelope.engine.time_s - age_s) > WINDOW_S:
                signed = keys._replace(cipher=None, priv=b"")
                return None, self._report(envelope.number, own, NOT_IN_TIME, envelope.user, signed)
        said = read_scoped(envelope, keys)
        if said.kind != INFORM:
            return None, b""
        notification = Notification(name_of(said.bindings))
        answer = scoped(said.engine, tagged(RESPONSE, said.raw), said.context)  # in the context that was addressed
        return notification, self._seal(envelope.number, own, envelope.user, keys, answer)

    def _report(self, number: int, own: Engine, stat: int, user: bytes, keys: Keys) -> bytes:
        counter = tagged(OBJECT_ID, STATS + bytes((stat, 0))) + tagged(0x41, b"\x01")
        pdu = tagged(REPORT, integer(number) + integer(0) + integer(0) + tagged(SEQUENCE, tagged(SEQUENCE, counter)))
        return self._seal(number, own, user, keys, scoped(own.id, pdu))

    def _seal(self, number: int, own: Engine, user: bytes, keys: Keys, content: bytes) -> bytes:
        self._salt += 1
        return seal(number, own, user, keys, content, self._salt, asks=False)


_NO_KEYS = Keys(None, b"", None, b"")
