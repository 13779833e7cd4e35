"""Pack a day's summaries of one series into some hundred bytes, and unpack them. Pure.

Column by column, 16 bits a slot, low bytes apart from high ones, compressed; then a checksum. ::

    version (1) │ columns (1) │ slots (2) │ zstandard( all low bytes, all high bytes ) │ CRC-32 (4)
"""

import struct
import sys
import zlib
from array import array
from collections.abc import Mapping, Sequence

import zstandard

from monitor.domain.log_scale import NONE

VERSION = 1
LEVEL = 9
MOST_SLOTS = 1_440
_HEAD = struct.Struct(">BBH")
_SUM = struct.Struct(">I")


Columns = Sequence[Sequence[int]]


class Damaged(ValueError):
    """The bytes are not what was packed."""


def pack(slots: Mapping[int, Sequence[int]], columns: int, count: int) -> bytes:
    """Return the packed day of ``count`` slots: each given one has ``columns`` codes, all others none."""
    values = array("H", [NONE]) * (columns * count)
    for slot, codes in slots.items():
        for column, code in enumerate(codes):
            values[column * count + slot] = code
    if sys.byteorder == "big":
        values.byteswap()
    plain = values.tobytes()
    head = _HEAD.pack(VERSION, columns, count)
    body = zstandard.ZstdCompressor(level=LEVEL, write_content_size=False).compress(plain[::2] + plain[1::2])
    return head + body + _SUM.pack(zlib.crc32(head + body))


def unpack(packed: bytes) -> Columns:
    """Return the columns of codes, all as long as the day has slots; an empty slot has NONE in each. Raises Damaged."""
    if not isinstance(packed, bytes) or len(packed) < _HEAD.size + _SUM.size:  # a torn row may have anything
        raise Damaged
    inside, (checksum,) = packed[: -_SUM.size], _SUM.unpack(packed[-_SUM.size :])
    if zlib.crc32(inside) != checksum:
        raise Damaged
    version, columns, count = _HEAD.unpack(inside[: _HEAD.size])
    if version != VERSION or not 0 < count <= MOST_SLOTS or not columns:
        raise Damaged
    size = columns * count
    try:
        halves = zstandard.ZstdDecompressor().decompress(inside[_HEAD.size :], max_output_size=2 * size)
    except zstandard.ZstdError:
        raise Damaged from None
    if len(halves) != 2 * size:
        raise Damaged
    plain = bytearray(2 * size)
    plain[::2], plain[1::2] = halves[:size], halves[size:]
    values = array("H", bytes(plain))
    if sys.byteorder == "big":
        values.byteswap()
    return [values[column * count : (column + 1) * count] for column in range(columns)]


def rows_of(columns: Columns) -> dict[int, tuple[int, ...]]:
    """Return the codes of the slots that are not empty, by their number."""
    return {slot: row for slot, row in enumerate(zip(*columns, strict=True)) if any(code != NONE for code in row)}
