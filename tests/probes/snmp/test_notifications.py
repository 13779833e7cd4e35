"""What a notification says has happened, in a word that an officer knows, or by its number."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from monitor.probes.snmp.ber import BerError, Value, oid
from monitor.probes.snmp.messages import Binding
from monitor.probes.snmp.notifications import TRAP_OID, name_of

OAM_EVENT = "1.3.6.1.2.1.158.0.2"
OAM_TYPE = oid("1.3.6.1.2.1.158.1.6.1.4.12.3")


@pytest.mark.parametrize(
    ("claimed", "name"),
    [
        ("1.3.6.1.6.3.1.1.5.1", "coldStart"),
        ("1.3.6.1.6.3.1.1.5.2", "warmStart"),
        ("1.3.6.1.6.3.1.1.5.3", "linkDown"),
        ("1.3.6.1.6.3.1.1.5.4", "linkUp"),
        ("1.3.6.1.2.1.33.2.1", "upsTrapOnBattery"),
        ("1.3.6.1.4.1.99999.0.7", "1.3.6.1.4.1.99999.0.7"),
    ],
)
def test_a_notification_is_named(claimed: str, name: str) -> None:
    uptime: Binding = (oid("1.3.6.1.2.1.1.3.0"), 7)

    assert name_of([uptime, (TRAP_OID, claimed)]) == name


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (257, "dot3OamNonThresholdEvent: dying gasp"),
        (256, "dot3OamNonThresholdEvent: link fault"),
        (99, "dot3OamNonThresholdEvent"),
        (b"\x01\x01", "dot3OamNonThresholdEvent"),
    ],
)
def test_a_dying_gasp_is_told_from_other_events_of_a_link(value: Value, name: str) -> None:
    assert name_of([(TRAP_OID, OAM_EVENT), (OAM_TYPE, value)]) == name


@given(some.lists(some.tuples(some.binary(max_size=12), some.one_of(some.none(), some.integers(), some.binary()))))
def test_who_does_not_say_what_has_happened_is_refused(bindings: list[Binding]) -> None:
    with pytest.raises(BerError):
        name_of(bindings)
