"""Encode and decode BER as far as SNMP uses it (X.690; RFC 3417 section 8): definite lengths, types of RFC 2578. Pure.

An object identifier is kept as its encoded bytes: whether one lies below another is then a comparison of prefixes,
since no arc is encoded as the beginning of another one.
"""

from enum import Enum
from functools import lru_cache

INTEGER, OCTETS, NULL, OBJECT_ID, SEQUENCE = 0x02, 0x04, 0x05, 0x06, 0x30
IP_ADDRESS, COUNTER32, GAUGE32, TICKS, OPAQUE, COUNTER64 = 0x40, 0x41, 0x42, 0x43, 0x44, 0x46
MOST_UNSIGNED = {COUNTER32: 2**32 - 1, GAUGE32: 2**32 - 1, TICKS: 2**32 - 1, COUNTER64: 2**64 - 1}
MOST_UNSIGNED_BYTES = {COUNTER32: 5, GAUGE32: 5, TICKS: 5, COUNTER64: 9}
MOST_OID_BYTES = 640  # 128 arcs (RFC 2578) of five bytes


class Missing(Enum):
    """Why an agent returned no value (RFC 3416)."""

    NO_OBJECT = 0x80
    NO_INSTANCE = 0x81
    END = 0x82


Oid = bytes
Value = int | bytes | str | Missing | None  # a str is an object identifier with dots

MISSING = {missing.value: missing for missing in Missing}


class BerError(ValueError):
    """These bytes are not valid BER of the expected kind; the message says why."""


@lru_cache(maxsize=4_096)
def oid(dotted_: str) -> Oid:
    """Encode '1.3.6.1'; cached, because the same ones recur."""
    first, second, *others = map(int, dotted_.split("."))
    return b"".join(map(_arc, (40 * first + second, *others)))


@lru_cache(maxsize=4_096)
def dotted(encoded: Oid) -> str:
    """Decode an object identifier; cached, because the same ones recur."""
    first, *others = arcs(encoded)
    top = min(first // 40, 2)
    return ".".join(map(str, (top, first - 40 * top, *others)))


def arcs(encoded: bytes) -> tuple[int, ...]:
    """Return the numbers in encoded arcs (the first two of an identifier count as one); raises BerError."""
    if not encoded or encoded[-1] & 0x80 or len(encoded) > MOST_OID_BYTES:
        raise BerError("an object identifier that is empty, cut off or too long")
    found, number = [], 0
    for byte in encoded:
        number = number << 7 | byte & 0x7F
        if byte < 0x80:
            found.append(number)
            number = 0
    return tuple(found)


def _arc(number: int) -> bytes:
    low, rest = bytes([number & 0x7F]), number >> 7
    while rest:
        low, rest = bytes([rest & 0x7F | 0x80]) + low, rest >> 7
    return low


def tagged(tag: int, content: bytes) -> bytes:
    """Return tag, length, content."""
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes((tag, 0x80 | len(length))) + length + content


def integer(number: int) -> bytes:
    """Encode an INTEGER."""
    return tagged(INTEGER, number.to_bytes(number.bit_length() // 8 + 1, signed=True))


def read(data: bytes, at: int, end: int) -> tuple[int, int, int]:
    """Return (tag, start of content, end of content) of the element at ``at``; raises BerError."""
    if at + 2 > end:
        raise BerError("cut off")
    return data[at], *expect(data, at, end, data[at])


def expect(data: bytes, at: int, end: int, tag: int) -> tuple[int, int]:
    """Return (start of content, end of content) of an element that must have this tag; raises BerError.

    A message is some dozens of such elements, so nothing here is a call that need not be one.
    """
    begins = at + 2
    if begins > end:
        raise BerError("cut off")
    size = data[at + 1]
    if size >= 0x80:
        digits = size & 0x7F
        if not 1 <= digits <= 4 or begins + digits > end:
            raise BerError("a length that is indefinite, too long or cut off")
        size = int.from_bytes(data[begins : begins + digits])
        begins += digits
    ends = begins + size
    if ends > end:
        raise BerError("an element that is longer than what holds it")
    if data[at] != tag:
        raise BerError(f"an element of type {data[at]:#04x} where {tag:#04x} was expected")
    return begins, ends


def read_integer(data: bytes, at: int, end: int) -> tuple[int, int]:
    """Return (number, its end); raises BerError."""
    begins, ends = expect(data, at, end, INTEGER)
    if not 1 <= ends - begins <= 8:
        raise BerError("an integer of no size or too long")
    return int.from_bytes(data[begins:ends], signed=True), ends


def value(tag: int, content: bytes) -> Value:
    """Decode the value of an element; raises BerError.

    An unsigned number that an agent wrote without its leading zero is read as unsigned.
    """
    most = MOST_UNSIGNED.get(tag)
    if most is not None:
        if not 1 <= len(content) <= MOST_UNSIGNED_BYTES[tag]:
            raise BerError("a counter of no size or too long")
        return int.from_bytes(content) & most
    if tag == OCTETS:
        return content
    if tag == INTEGER:
        if not 1 <= len(content) <= 8:
            raise BerError("an integer of no size or too long")
        return int.from_bytes(content, signed=True)
    if tag == OBJECT_ID:
        return dotted(content)
    if tag in {IP_ADDRESS, OPAQUE}:
        return content
    if tag in MISSING:
        return MISSING[tag]
    if tag == NULL:
        return None
    raise BerError(f"a value of the unknown type {tag:#04x}")
