"""Informs of SNMPv3 are addressed to our own engine: what is not signed for it, by its clock, says nothing."""

import pytest

from monitor.probes.snmp.ber import OBJECT_ID, SEQUENCE, Value, integer, oid, tagged
from monitor.probes.snmp.keys import Credential, Keys, keys_for
from monitor.probes.snmp.messages import GET
from monitor.probes.snmp.notifications import INFORM, TRAP, TRAP_OID, InformEngine, Notification
from monitor.probes.snmp.usm import AUTH, REPORT, STATS, Engine, Scoped, read_envelope, read_scoped, scoped, seal
from monitor.settings.secrets import Secret

US, BOOTS, AGE_S = b"\x80\x00\x00\x00\x05monitor!", 41, 1_000
USER = Credential("monitor", "SHA-256", Secret("a password for signing"), "AES-128", Secret("another to encrypt"))
KEYS = keys_for(USER, US)
NAMELESS = Keys(None, b"", None, b"")


def inform(engine: Engine, kind: int = INFORM, user: bytes = b"monitor", keys: Keys = KEYS) -> bytes:
    """A message that says linkDown."""
    says = tagged(SEQUENCE, tagged(OBJECT_ID, TRAP_OID) + tagged(OBJECT_ID, oid("1.3.6.1.6.3.1.1.5.3")))
    pdu = tagged(kind, integer(7) + integer(0) + integer(0) + tagged(SEQUENCE, says))
    return seal(7, engine, user, keys, scoped(engine.id, pdu), 1)


def taken(message: bytes) -> tuple[Notification | None, bytes]:
    return InformEngine(US, BOOTS).take(read_envelope(message), USER, AGE_S)


def answered(reply: bytes) -> tuple[Engine, int, Scoped]:
    """Whose clock the reply shows, how safe it is, and what it says."""
    envelope = read_envelope(reply)
    return envelope.engine, envelope.level, read_scoped(envelope, KEYS if envelope.level & AUTH else NAMELESS)


def stat(said: Scoped) -> Value:
    (name, _), *_ = said.bindings
    return name[len(STATS)]


@pytest.mark.parametrize("late_s", [-150, 0, 150])
def test_what_is_signed_for_us_by_our_clock_is_heard_and_answered(late_s: int) -> None:
    heard, reply = taken(inform(Engine(US, BOOTS, AGE_S + late_s)))

    assert heard == Notification("linkDown")
    assert read_envelope(reply).engine == Engine(US, BOOTS, AGE_S)


@pytest.mark.parametrize(
    "clock", [(BOOTS - 1, AGE_S), (BOOTS + 1, AGE_S), (BOOTS, AGE_S - 151), (BOOTS, AGE_S + 151), (0, 0)]
)
def test_what_is_signed_by_another_clock_is_told_ours_and_not_heard(clock: tuple[int, int]) -> None:
    heard, reply = taken(inform(Engine(US, *clock)))

    assert heard is None
    ours, level, said = answered(reply)
    assert (ours, bool(level & AUTH), said.kind, stat(said)) == (Engine(US, BOOTS, AGE_S), True, REPORT, 2)


def test_who_asks_for_our_engine_is_told_it_and_not_heard() -> None:
    heard, reply = taken(inform(Engine(b"", 0, 0), GET, b"", NAMELESS))

    assert heard is None
    ours, level, said = answered(reply)
    assert (ours.id, level & AUTH, said.kind, stat(said)) == (US, 0, REPORT, 4)


@pytest.mark.parametrize(
    "message",
    [
        inform(Engine(US, BOOTS, AGE_S), keys=NAMELESS),
        inform(Engine(US, BOOTS, AGE_S), keys=KEYS._replace(cipher=None)),
        inform(Engine(US, BOOTS, AGE_S), keys=KEYS._replace(auth=bytes(32))),
        inform(Engine(US, BOOTS, AGE_S), user=b"another"),
        inform(Engine(US, BOOTS, AGE_S), kind=TRAP),
    ],
    ids=["unsigned", "not encrypted", "another key", "another user", "a trap, whose engine is its sender's"],
)
def test_what_is_not_as_it_should_be_is_neither_heard_nor_answered(message: bytes) -> None:
    assert taken(message) == (None, b"")
