"""Call ``sendmmsg`` and ``recvmmsg``, which Python does not name, and lay out their structures by whole columns."""

import ctypes
import sys
from array import array
from ctypes import addressof, c_int, c_size_t, c_uint, c_uint32, c_void_p, sizeof
from typing import Any


class Iovec(ctypes.Structure):
    """A piece of memory: struct iovec."""

    _fields_ = (("base", c_void_p), ("length", c_size_t))


class Msghdr(ctypes.Structure):
    """A message: struct msghdr."""

    _fields_ = (
        ("name", c_void_p),
        ("namelen", c_uint32),
        ("iov", c_void_p),
        ("iovlen", c_size_t),
        ("control", c_void_p),
        ("controllen", c_size_t),
        ("flags", c_int),
    )


class Mmsghdr(ctypes.Structure):
    """A message and how many bytes of it were sent or received: struct mmsghdr."""

    _fields_ = (("header", Msghdr), ("length", c_uint))


_libc = ctypes.CDLL(None, use_errno=True)
sendmmsg, recvmmsg = _libc.sendmmsg, _libc.recvmmsg
sendmmsg.argtypes = (c_int, c_void_p, c_uint, c_int)
recvmmsg.argtypes = (c_int, c_void_p, c_uint, c_int, c_void_p)


def column_of(structures: ctypes.Array[Any], offset: int) -> memoryview:
    """Return the native words at ``offset`` of every structure in an array of them: assigned to as a whole."""
    step, word = sizeof(structures) // len(structures), sizeof(c_size_t)
    return memoryview(structures).cast("B").cast("L")[offset // word :: step // word]


def _steps(start: int, step: int, count: int) -> "memoryview[int]":
    return memoryview(array("L", range(start, start + step * count, step) if step else [start] * count))


def fill_vectors(vectors: "ctypes.Array[Iovec]", data: tuple[int, int, int], rest: tuple[int, int]) -> None:
    """Fill two vectors per message: ``data`` (first address, step, length), then ``rest`` (address, length)."""
    for first, (base, step, length) in enumerate((data, (rest[0], 0, rest[1]))):
        for offset, start, by in ((Iovec.base.offset, base, step), (Iovec.length.offset, length, 0)):
            column = column_of(vectors, offset)[first::2]
            column[:] = _steps(start, by, len(column))


def fill_headers(
    headers: "ctypes.Array[Mmsghdr]",
    vectors: "ctypes.Array[Iovec]",
    names: tuple[int, int, int],
    controls: tuple[int, int, int],
) -> None:
    """Fill the headers of all messages; ``names`` and ``controls``: first address, step, length."""
    count = len(headers)
    for offset, (start, step, length), length_offset in (
        (Msghdr.name.offset, names, Msghdr.namelen.offset),
        (Msghdr.iov.offset, (addressof(vectors), 2 * sizeof(Iovec), 2), Msghdr.iovlen.offset),
        (Msghdr.control.offset, controls, Msghdr.controllen.offset),
    ):
        column_of(headers, offset)[:] = _steps(start, step, count)
        # namelen has 4 bytes, which padding makes a word; on a 64-bit big-endian machine they are its upper half
        is_upper = length_offset == Msghdr.namelen.offset and sys.byteorder == "big" and sizeof(c_size_t) == 8
        column_of(headers, length_offset)[:] = _steps(length << 32 if is_upper else length, 0, count)
