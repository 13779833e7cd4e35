"""Keep a page in pieces, and compress each alone: what has not changed since the page before is not compressed again.

A large piece becomes a part of one gzip stream that needs nothing before it (RFC 1951: it begins with an empty window
and ends at a byte). Its checksum is kept beside it, and the stream's is computed from those, as zlib's crc32_combine
does: by multiplying polynomials over GF(2), whose coefficients are the bits of a number, the highest first.

Who asks for the page in plain text gets it unpacked again: no text is kept.
"""

import zlib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

KEPT_FROM_BYTES = 16_384  # smaller ones are compressed together, each time anew
HEAD = b"\x1f\x8b\x08\0\0\0\0\0\x04\xff"  # RFC 1952: deflated, without name and time, fast, from anywhere
END = b"\x03\0"  # an empty last block
POLYNOMIAL = 0xEDB88320
ONE = 1 << 31


class Packed(NamedTuple):
    """A compressed piece. ``checksum``: CRC-32 of its text; ``shift``: x to the power of the text's length in bits."""

    data: bytes
    checksum: int
    length: int
    shift: int


NOTHING = Packed(b"", 0, 0, ONE)


class Piece(ABC):
    """Lines that follow each other on the page; ``packed``: what was compressed of them, None since they changed."""

    __slots__ = ("packed",)

    def __init__(self) -> None:
        self.packed: Packed | None = None

    @property
    @abstractmethod
    def text(self) -> bytes:
        """Write all lines in one."""


class Lines(Piece):
    """A piece whose lines are kept as they were written, a place each source."""

    __slots__ = ("lines",)

    def __init__(self, lines: list[bytes]) -> None:
        super().__init__()
        self.lines = lines

    def put(self, place: int, line: bytes) -> None:
        """Replace the line at a place; b"": there is none."""
        if self.lines[place] != line:
            self.lines[place], self.packed = line, None

    def resize(self, count: int) -> None:
        """Have so many places: new ones are empty, the last ones go."""
        before = len(self.lines)
        if count > before:
            self.lines += [b""] * (count - before)
        elif count < before:
            del self.lines[count:]
            self.packed = None

    @property
    def text(self) -> bytes:
        return b"".join(self.lines)


def all_packed(pieces: Iterable[Piece]) -> Iterator[tuple[Piece | None, Packed]]:
    """Yield each large piece with what is compressed of it; small ones between them are compressed together (None).

    No piece is changed: whoever waits for this may have gone by the time.
    """
    small: list[bytes] = []
    for piece in pieces:
        part = piece.packed
        if part is None:
            text = piece.text
            if not text:
                yield piece, NOTHING
                continue
            if len(text) < KEPT_FROM_BYTES:
                small.append(text)
                continue
            part = packed(text)
        if small:
            yield None, packed(b"".join(small))
            small = []
        yield piece, part
    if small:
        yield None, packed(b"".join(small))


def packed(text: bytes) -> Packed:
    """Compress a piece alone, at the lowest level."""
    packer = zlib.compressobj(1, wbits=-zlib.MAX_WBITS)
    data = packer.compress(text) + packer.flush(zlib.Z_SYNC_FLUSH)
    return Packed(data, zlib.crc32(text), len(text), _shift(len(text)))


def gzip_stream(parts: Sequence[Packed]) -> tuple[bytes, ...]:
    """Return the gzip stream of the parts' texts in a row, in pieces."""
    checksum = 0
    for part in parts:
        checksum = _product(part.shift, checksum) ^ part.checksum
    length = sum(part.length for part in parts) % 2**32
    tail = END + checksum.to_bytes(4, "little") + length.to_bytes(4, "little")
    return (HEAD, *(part.data for part in parts), tail)


def unpacked(stream: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the text of a gzip stream that comes in pieces."""
    unpacker = zlib.decompressobj(16 + zlib.MAX_WBITS)
    for piece in stream:
        if text := unpacker.decompress(piece):
            yield text


def _product(one: int, other: int) -> int:
    """Multiply two polynomials modulo `POLYNOMIAL`."""
    found, place = 0, ONE
    while one:
        if one & place:
            found ^= other
            one ^= place
        place >>= 1
        other = other >> 1 ^ POLYNOMIAL if other & 1 else other >> 1
    return found


def _squares() -> list[int]:
    """Return x to the power of 1, 2, 4 and so on; texts of 2^61 bytes do not occur."""
    found = [ONE >> 1]
    while len(found) < 64:
        found.append(_product(found[-1], found[-1]))
    return found


_SQUARES = _squares()


def _shift(length: int) -> int:
    """Return x to the power of so many bytes' bits."""
    found = ONE
    for place, digit in enumerate(length.to_bytes(8, "little")):
        if digit:
            found = _product(_shift_of_digit(place, digit), found)
    return found


@cache
def _shift_of_digit(place: int, digit: int) -> int:
    return _power(8 * digit << 8 * place)


def _power(exponent: int) -> int:
    """Return x to this power."""
    found = ONE
    for square in _SQUARES[: exponent.bit_length()]:
        if exponent & 1:
            found = _product(square, found)
        exponent >>= 1
    return found
