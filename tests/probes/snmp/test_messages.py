"""Messages against those of pysnmp and pyasn1, and against arbitrary bytes."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as some
from pyasn1.codec.ber import decoder, encoder
from pysnmp.proto import api
from pysnmp.proto.rfc1902 import (
    Counter32,
    Counter64,
    Gauge32,
    Integer32,
    IpAddress,
    ObjectIdentifier,
    OctetString,
    TimeTicks,
)

from monitor.probes.snmp.ber import BerError, arcs, dotted, oid
from monitor.probes.snmp.messages import GET, GET_BULK, LEAST_NUMBER, MOST_BINDINGS, Numbers, read_header, request

v2c = api.PROTOCOL_MODULES[api.SNMP_VERSION_2C]
numbers = some.integers(0, 2**32 - 1)
oids = some.lists(numbers, max_size=20).map(lambda rest: ".".join(map(str, (1, 3, 6, *rest))))
numbers = some.integers(LEAST_NUMBER, 2**31 - 1)  # as we number our questions
request_ids = some.integers(0, 2**31 - 1)
values = some.one_of(
    some.integers(-(2**31), 2**31 - 1).map(Integer32),
    some.binary(max_size=300).map(OctetString),
    numbers.map(Counter32),
    numbers.map(Gauge32),
    numbers.map(TimeTicks),
    some.integers(0, 2**64 - 1).map(Counter64),
    some.binary(min_size=4, max_size=4).map(IpAddress),
    oids.map(ObjectIdentifier),
)


def theirs(pdu: object, community: bytes) -> bytes:
    """pysnmp's message with that PDU."""
    message = v2c.Message()
    v2c.apiMessage.set_defaults(message)
    v2c.apiMessage.set_community(message, community)
    v2c.apiMessage.set_pdu(message, pdu)
    return bytes(encoder.encode(message))


@given(numbers, some.lists(oids, max_size=30), some.binary(min_size=1, max_size=40))
def test_a_question_is_byte_for_byte_pysnmps(request_id: int, names: list[str], community: bytes) -> None:
    pdu = v2c.GetRequestPDU()
    v2c.apiPDU.set_defaults(pdu)
    v2c.apiPDU.set_request_id(pdu, request_id)
    v2c.apiPDU.set_varbinds(pdu, [(name, v2c.null) for name in names])

    assert request(GET, community, request_id, map(oid, names)) == theirs(pdu, community)


@given(numbers, oids, some.integers(1, 100))
def test_a_bulk_question_is_byte_for_byte_pysnmps(request_id: int, name: str, repetitions: int) -> None:
    pdu = v2c.GetBulkRequestPDU()
    v2c.apiBulkPDU.set_defaults(pdu)
    v2c.apiBulkPDU.set_request_id(pdu, request_id)
    v2c.apiBulkPDU.set_non_repeaters(pdu, 0)
    v2c.apiBulkPDU.set_max_repetitions(pdu, repetitions)
    v2c.apiBulkPDU.set_varbinds(pdu, [(name, v2c.null)])

    assert request(GET_BULK, b"public", request_id, [oid(name)], repetitions) == theirs(pdu, b"public")


@given(request_ids, some.integers(0, 18), some.lists(some.tuples(oids, values), max_size=20))
def test_an_answer_says_what_pysnmp_put_into_it(
    request_id: int, status: int, bindings: list[tuple[str, object]]
) -> None:
    pdu = v2c.GetResponsePDU()
    v2c.apiPDU.set_defaults(pdu)
    v2c.apiPDU.set_request_id(pdu, request_id)
    v2c.apiPDU.set_error_status(pdu, status)
    v2c.apiPDU.set_varbinds(pdu, bindings)

    answer = read_header(theirs(pdu, b"public"))
    said = answer.bindings()

    assert (answer.community, answer.number, answer.status) == (b"public", request_id, status)
    assert [dotted(name) for name, _ in said] == [name for name, _ in bindings]
    for (_, found), (_, meant) in zip(said, bindings, strict=True):
        if isinstance(found, bytes):
            assert found == meant.asOctets()  # type: ignore[attr-defined]
        elif isinstance(found, str):
            assert found == str(meant)
        else:
            assert found == int(meant)  # type: ignore[call-overload]


@given(some.binary(max_size=400))
def test_arbitrary_bytes_are_refused_in_words(data: bytes) -> None:
    with pytest.raises(BerError):
        read_header(data).bindings()


@given(some.data())
def test_an_answer_that_was_damaged_is_read_or_refused_and_nothing_else(data: some.DataObject) -> None:
    pdu = v2c.GetResponsePDU()
    v2c.apiPDU.set_defaults(pdu)
    v2c.apiPDU.set_varbinds(pdu, [("1.3.6.1.2.1.1.5.0", OctetString(b"name")), ("1.3.6.1.2.1.1.3.0", TimeTicks(7))])
    whole = bytearray(theirs(pdu, b"public"))
    for _ in range(data.draw(some.integers(1, 8))):
        whole[data.draw(some.integers(0, len(whole) - 1))] = data.draw(some.integers(0, 255))
    with suppress(BerError):
        read_header(bytes(whole[: data.draw(some.integers(0, len(whole)))])).bindings()


@given(oids)
def test_an_identifier_survives_its_encoding(name: str) -> None:
    assert dotted(oid(name)) == name
    assert decoder.decode(encoder.encode(ObjectIdentifier(name)))[0].prettyPrint() == name
    assert len(arcs(oid(name))) == name.count(".")


def test_a_counter_without_its_leading_zero_is_what_was_meant() -> None:
    name = bytes([0x06, 8]) + oid("1.3.6.1.2.1.1.3.0")
    binding = bytes([0x30, len(name) + 6]) + name + bytes([0x41, 4, 0xFF, 0xFF, 0xFF, 0xFE])
    pdu = bytes([2, 1, 1, 2, 1, 0, 2, 1, 0, 0x30, len(binding)]) + binding
    message = bytes([2, 1, 1, 4, 1, 0x70, 0xA2, len(pdu)]) + pdu

    answer = read_header(bytes([0x30, len(message)]) + message)

    assert answer.bindings() == [(oid("1.3.6.1.2.1.1.3.0"), 2**32 - 2)]


def test_numbers_are_random_of_four_bytes_and_never_one_that_is_taken() -> None:
    numbers = Numbers()
    drawn = {numbers.draw(()) for _ in range(5_000)}

    assert len(drawn) > 4_990
    assert all(LEAST_NUMBER <= number < 2**31 for number in drawn)
    assert all(any(number >> bit & 1 for number in drawn) for bit in range(31))
    one = numbers.draw(())
    assert one not in {numbers.draw({one}) for _ in range(2_000)}


def test_an_answer_without_end_is_refused() -> None:
    pdu = v2c.GetResponsePDU()
    v2c.apiPDU.set_defaults(pdu)
    v2c.apiPDU.set_varbinds(pdu, [("1.3.6", v2c.null)] * (MOST_BINDINGS + 1))
    with pytest.raises(BerError, match="too many"):
        read_header(theirs(pdu, b"public")).bindings()
