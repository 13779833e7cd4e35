"""Encode and decode SNMPv2c messages (RFC 1901) and the PDUs of all versions (RFC 3416). Pure."""

import os
from array import array
from collections.abc import Container, Iterable
from functools import lru_cache
from typing import NamedTuple

from monitor.probes.snmp.ber import (
    INTEGER,
    MOST_OID_BYTES,
    OBJECT_ID,
    OCTETS,
    SEQUENCE,
    BerError,
    Oid,
    Value,
    expect,
    integer,
    read,
    read_integer,
    tagged,
    value,
)

V2C = 1
GET, GET_NEXT, RESPONSE, GET_BULK = 0xA0, 0xA1, 0xA2, 0xA5
MOST_BYTES = 65_507  # the longest datagram of IPv4: a response with 48 values may be that long
MOST_BINDINGS = 2_000
LEAST_NUMBER = 2**30
NO_ERROR = b"\x02\x01\x00\x02\x01\x00"  # error-status and error-index 0

Binding = tuple[Oid, Value]


class Header(NamedTuple):
    """A response whose bindings are not read yet: those of `whole` from ``begins`` to ``ends``.

    ``status``: the error status of RFC 3416 (0: none). ``error_index``: the binding it is about, from 1.
    """

    community: bytes
    number: int
    status: int
    error_index: int
    begins: int
    ends: int
    whole: bytes

    def __repr__(self) -> str:
        return f"<response {self.number}, status {self.status}>"  # a community is nothing to print

    def bindings(self) -> list[Binding]:
        """Decode its bindings; raises BerError."""
        return read_bindings(self.whole, self.begins, self.ends)


@lru_cache(maxsize=4_096)
def _asked(oids: tuple[Oid, ...]) -> bytes:
    """Encode a request's bindings; cached, because agents are asked the same repeatedly."""
    return tagged(SEQUENCE, b"".join(tagged(SEQUENCE, tagged(OBJECT_ID, oid) + b"\x05\x00") for oid in oids))


def request(kind: int, community: bytes, request_id: int, oids: Iterable[Oid], repetitions: int = 0) -> bytes:
    """Encode a GET, GETNEXT or GETBULK for ``oids``; ``repetitions`` are GETBULK's, ``request_id`` one of `Numbers`."""
    before, after = _around_the_number(kind, community, tuple(oids), repetitions)
    return before + request_id.to_bytes(4) + after


@lru_cache(maxsize=4_096)
def _around_the_number(kind: int, community: bytes, oids: tuple[Oid, ...], repetitions: int) -> tuple[bytes, bytes]:
    """Encode a request around its number; cached, because agents are asked the same repeatedly."""
    asked = pdu(kind, LEAST_NUMBER, oids, repetitions)
    whole = tagged(SEQUENCE, integer(V2C) + tagged(OCTETS, community) + asked)
    at = len(whole) - len(asked) + asked.index(LEAST_NUMBER.to_bytes(4))
    return whole[:at], whole[at + 4 :]


class Numbers:
    """Random request numbers, all of four bytes; drawn by the thousand, because each draw is a system call."""

    def __init__(self) -> None:
        self._drawn: list[int] = []

    def draw(self, taken: Container[int]) -> int:
        """Return a number that is not ``taken``."""
        while True:
            if not self._drawn:
                self._drawn = [number & 2**30 - 1 | LEAST_NUMBER for number in array("I", os.urandom(4_096))]
            number = self._drawn.pop()
            if number not in taken:
                return number


def pdu(kind: int, request_id: int, oids: Iterable[Oid], repetitions: int = 0) -> bytes:
    """Encode the PDU alone, which is the same in SNMPv3."""
    return tagged(kind, integer(request_id) + integer(0) + integer(repetitions) + _asked(tuple(oids)))


def version_of(data: bytes) -> int:
    """Return the version that a message says it is of, where a well-formed one says it; V2C for what has none."""
    at = 4 if len(data) < 2 or data[1] < 0x80 else 4 + (data[1] & 0x7F)
    return data[at] if at < len(data) else V2C


def read_header(data: bytes) -> Header:
    """Decode the response in a datagram up to its bindings; raises BerError for anything else."""
    if len(data) > MOST_BYTES:
        raise BerError("too long")
    at, end = expect(data, 0, len(data), SEQUENCE)
    version, at = read_integer(data, at, end)
    if version != V2C:
        raise BerError(f"SNMP version {version} where {V2C} (v2c) was expected")
    begins, at = expect(data, at, end, OCTETS)
    community = data[begins:at]
    at, end = expect(data, at, end, RESPONSE)
    return Header(community, *_read_pdu_header(data, at, end), data)


def read_pdu(data: bytes, at: int, end: int) -> tuple[int, int, int, list[Binding]]:
    """Return (request-id, error status, error index, bindings) of a PDU's content; raises BerError."""
    request_id, status, index, at, end = _read_pdu_header(data, at, end)
    return request_id, status, index, read_bindings(data, at, end)


def _read_pdu_header(data: bytes, at: int, end: int) -> tuple[int, int, int, int, int]:
    """Return (request-id, error status, error index, begin and end of the bindings); raises BerError."""
    if at + 12 <= end and data[at] == INTEGER and data[at + 1] == 4 and data[at + 6 : at + 12] == NO_ERROR:
        request_id, status, index = int.from_bytes(data[at + 2 : at + 6], signed=True), 0, 0  # as nearly all are
        at += 12
    else:
        request_id, at = read_integer(data, at, end)
        status, at = read_integer(data, at, end)
        index, at = read_integer(data, at, end)
    at, end = expect(data, at, end, SEQUENCE)
    return request_id, status, index, at, end


def read_bindings(data: bytes, at: int, end: int) -> list[Binding]:
    """Decode the bindings between ``at`` and ``end``; raises BerError.

    This loop is most of what a walk costs, so the common form, in which every length is one byte, is read in place: a
    longer one cannot end where its binding does.
    """
    bindings: list[Binding] = []
    for _ in range(MOST_BINDINGS + 1):
        if at >= end:
            return bindings
        first = at + 4
        if first < end and data[at] == SEQUENCE and data[at + 2] == OBJECT_ID and (size := data[at + 1]) < 0x80:
            last, stop = first + data[at + 3], at + 2 + size
            if stop <= end and last + 2 <= stop and last + 2 + data[last + 1] == stop:
                name, tag, content = data[first:last], data[last], data[last + 2 : stop]
            else:
                name, tag, content, stop = _binding(data, at, end)
        else:
            name, tag, content, stop = _binding(data, at, end)
        if not name or name[-1] >= 0x80 or len(name) > MOST_OID_BYTES:
            raise BerError("an object identifier that is empty, cut off or too long")
        if tag == OCTETS:
            bindings.append((name, content))
        elif tag == INTEGER and len(content) == 1:
            bindings.append((name, content[0] if content[0] < 0x80 else content[0] - 0x100))
        else:
            bindings.append((name, value(tag, content)))
        at = stop
    raise BerError("too many bindings")


def _binding(data: bytes, at: int, end: int) -> tuple[bytes, int, bytes, int]:
    """Return (name, type and content of the value, its end) of any binding; raises BerError."""
    begins, stop = expect(data, at, end, SEQUENCE)
    first, last = expect(data, begins, stop, OBJECT_ID)
    tag, start, ends = read(data, last, stop)
    return data[first:last], tag, data[start:ends], stop
