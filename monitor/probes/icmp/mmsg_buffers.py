"""Lay out the buffers of ``sendmmsg`` and ``recvmmsg``, allocated once and used for every batch.

A system call per packet is most of what probing costs, and Python code per packet most of the rest. So what differs
from packet to packet is written, and what arrives is read, by strided copies of whole batches.
"""

import ctypes
import errno
import socket
import struct
from array import array
from collections.abc import Iterable, Iterator, Sequence
from ctypes import addressof, sizeof
from typing import NamedTuple

from monitor.domain.clock import NS_PER_S
from monitor.probes.icmp.packets import BATCH, PACKET_BYTES, Requests, answer_to
from monitor.probes.mmsg import Iovec, Mmsghdr, Msghdr, column_of, fill_headers, fill_vectors, recvmmsg, sendmmsg

MOST_PAYLOAD_BYTES = 9_000
ARRIVALS = 2 * BATCH  # more than one batch, so that taking in its answers needs no second call to find the end
NAME_BYTES = 32
DATA_BYTES = 640  # our replies are 28 bytes and zeros; an error quotes at most 576 (RFC 1812)
CONTROL_BYTES = 128
IP_HEADER_BYTES = 20
WORD_BYTES = 4
VARYING_WORDS = (1, 4, 5, 6)  # of a request: see `Requests.words`
OTHERS_ERRORS = 16  # so many in a row are not about other packets any more

# Control data that asks when a packet left; the answer comes by the error queue (linux/net_tstamp.h).
SO_TIMESTAMPING, TX_SOFTWARE = 37, 1 << 1
STAMP_IT = struct.pack("@NiiI4x", 20, socket.SOL_SOCKET, SO_TIMESTAMPING, TX_SOFTWARE)

Record = tuple[bytes, int, int, int, int, int]
Arrival = tuple[int, int, int, Record]


class Datagram(NamedTuple):
    """A received datagram: raw bytes, source, and the kernel's receive time (CLOCK_REALTIME, ns).

    ``length``: bytes on the wire, of which ``data`` keeps at most `DATA_BYTES`.
    """

    data: bytes
    source: bytes
    stamp_ns: int
    length: int


class QueuedError(NamedTuple):
    """An ICMP error in the socket's error queue: destination, ICMP type and code, and the packet that was sent."""

    data: bytes
    destination: bytes
    kind: int
    code: int


class SentStamp(NamedTuple):
    """A transmit timestamp in the error queue: when the kernel handed a packet to the device (CLOCK_REALTIME, ns)."""

    stamp_ns: int


def _address_words(*, v6: bool) -> range:
    """Return which words of a sockaddr are the address."""
    return range(2, 6) if v6 else range(1, 2)


class AddressBatch:
    """The addresses of a batch (4 or 16 bytes each), laid out to be copied over its packets' socket addresses."""

    def __init__(self, addresses: Sequence[bytes], scopes: Iterable[int]) -> None:
        self.count = len(addresses)
        joined = memoryview(b"".join(addresses)).cast("I")
        step = len(addresses[0]) // WORD_BYTES
        self.words = [joined[word::step] for word in range(step)]
        if step > 1:  # sockaddr_in6 ends with the interface's number, in native order
            self.words.append(memoryview(array("I", scopes)))


class Outgoing:
    """Echo requests for ``sendmmsg``."""

    def __init__(self, requests: Requests, *, v6: bool) -> None:
        name = (struct.pack("=H26x", socket.AF_INET6) if v6 else struct.pack("=H14x", socket.AF_INET)) * BATCH
        self._data = ctypes.create_string_buffer(requests.packet(0) * BATCH, BATCH * PACKET_BYTES)
        self._names = ctypes.create_string_buffer(name, len(name))
        self._zeros = ctypes.create_string_buffer(MOST_PAYLOAD_BYTES)
        self._control = ctypes.create_string_buffer(CONTROL_BYTES)
        self._vectors = (Iovec * (2 * BATCH))()
        self._headers = (Mmsghdr * BATCH)()
        name_bytes = len(name) // BATCH
        fill_vectors(self._vectors, (addressof(self._data), PACKET_BYTES, PACKET_BYTES), (addressof(self._zeros), 0))
        fill_headers(
            self._headers,
            self._vectors,
            (addressof(self._names), name_bytes, name_bytes),
            (addressof(self._control) + len(STAMP_IT), 0, 0),
        )
        ctypes.memmove(self._control, STAMP_IT, len(STAMP_IT))
        self._requests = requests
        self._packet_words = memoryview(self._data).cast("B").cast("I")
        self._name_words = memoryview(self._names).cast("B").cast("I")
        self._packet_step, self._name_step = PACKET_BYTES // WORD_BYTES, name_bytes // WORD_BYTES
        self._first_address_word = _address_words(v6=v6).start
        self._looks: tuple[int, bytes] = (0, b"")
        self._first_is_dated = False
        self._set_control_data(*self._looks)
        # What the right answers will have, a column each: type, code and checksum (which an IPv6 kernel has verified
        # already); the words after those; the address.
        self.answers = [
            memoryview(answer_to(requests.packet(0), v6=v6)[: 2 if v6 else 4] * BATCH).cast("H" if v6 else "I"),
            *(self._packet_words[place :: self._packet_step] for place in range(1, self._packet_step)),
            *(self._name_words[place :: self._name_step] for place in _address_words(v6=v6)),
        ]

    def load(self, batch: int, address_batch: AddressBatch, zeros: int = 0, control: bytes = b"") -> None:
        """Build the batch's packets: one to each address, with ``zeros`` bytes of padding and that control data."""
        count, step = address_batch.count, self._packet_step
        end = count * step
        for place, column in zip(VARYING_WORDS, self._requests.words(batch), strict=True):
            self._packet_words[place:end:step] = memoryview(column).cast("I")[:count]
        end, step = count * self._name_step, self._name_step
        for place, word in enumerate(address_batch.words, self._first_address_word):
            self._name_words[place:end:step] = word
        if self._looks != (zeros, control):
            self._set_control_data(zeros, control)

    def _set_control_data(self, zeros: int, control: bytes) -> None:
        self._looks = (zeros, control)
        ctypes.memmove(addressof(self._control) + len(STAMP_IT), control, len(control))
        for column, value in (
            (column_of(self._vectors, Iovec.length.offset)[1::2], zeros),
            (column_of(self._headers, Msghdr.iovlen.offset), 2 if zeros else 1),
            (column_of(self._headers, Msghdr.controllen.offset), len(control)),
        ):
            column[:] = memoryview(array("L", [value]) * BATCH)
        self._request_first_departure(self._first_is_dated)

    def request_first_departure(self, wanted: bool) -> None:
        """Request, or not, a transmit timestamp for the first packet of a batch."""
        if wanted != self._first_is_dated:
            self._request_first_departure(wanted)

    def _request_first_departure(self, wanted: bool) -> None:
        self._first_is_dated = wanted
        header, asked = self._headers[0].header, len(STAMP_IT) if wanted else 0
        header.control = addressof(self._control) + len(STAMP_IT) - asked
        header.controllen = len(self._looks[1]) + asked

    def send(self, fd: int, start: int, end: int) -> list[tuple[int, int]]:
        """Send the packets from ``start`` up to ``end`` of the loaded batch.

        Returns (index, errno) of each that the kernel refused; a refusal does not keep the others back.
        """
        refused: list[tuple[int, int]] = []
        done, tries, address, size = start, 0, addressof(self._headers), sizeof(Mmsghdr)
        while done < end:
            sent = sendmmsg(fd, address + done * size, end - done, 0)
            if sent > 0:
                done, tries = done + sent, 0
                continue
            number = ctypes.get_errno()
            if number == errno.EINTR:
                continue
            # Each ICMP error about another packet stands on the socket until some call reports it, and the next may
            # come at once: only an answer that stays the same is about this packet.
            tries += 1
            if tries < OTHERS_ERRORS and number not in {errno.EAGAIN, errno.ENOBUFS}:
                continue
            refused.append((done, number))
            done, tries = done + 1, 0
        return refused


class Incoming:
    """Datagrams as ``recvmmsg`` leaves them: read as records of a valid reply's layout, or whole."""

    def __init__(self, *, v6: bool, with_ip_header: bool) -> None:
        self._slots = ctypes.create_string_buffer(ARRIVALS * (NAME_BYTES + DATA_BYTES))
        self._controls = ctypes.create_string_buffer(ARRIVALS * CONTROL_BYTES)
        self._overflow = ctypes.create_string_buffer(MOST_PAYLOAD_BYTES)  # counted, not looked at
        self._vectors = (Iovec * (2 * ARRIVALS))()
        self._headers = (Mmsghdr * ARRIVALS)()
        slots, slot_bytes = addressof(self._slots), NAME_BYTES + DATA_BYTES
        overflow = (addressof(self._overflow), MOST_PAYLOAD_BYTES)
        fill_vectors(self._vectors, (slots + NAME_BYTES, slot_bytes, DATA_BYTES), overflow)
        control = (addressof(self._controls), CONTROL_BYTES, CONTROL_BYTES)
        fill_headers(self._headers, self._vectors, (slots, slot_bytes, NAME_BYTES), control)
        self._fresh = bytes(self._headers)  # the kernel overwrites lengths: each call begins from this copy
        skipped = IP_HEADER_BYTES if with_ip_header else 0
        source = "8x16s8x" if v6 else "4x4s24x"
        self._record = struct.Struct(f"!{source}{skipped}xQQIII{DATA_BYTES - skipped - PACKET_BYTES}x")
        self.plain_bytes = skipped + PACKET_BYTES
        self._source = slice(8, 24) if v6 else slice(4, 8)
        self._slots_view = memoryview(self._slots).cast("B")
        words = self._slots_view.cast("I")
        step, first = (NAME_BYTES + DATA_BYTES) // WORD_BYTES, (NAME_BYTES + skipped) // WORD_BYTES
        self.columns = [  # as `Outgoing.answers`
            self._slots_view.cast("H")[first * 2 :: step * 2] if v6 else words[first::step],
            *(words[place::step] for place in range(first + 1, first + PACKET_BYTES // WORD_BYTES)),
            *(words[place::step] for place in _address_words(v6=v6)),
        ]
        first, step = Mmsghdr.length.offset // WORD_BYTES, sizeof(Mmsghdr) // WORD_BYTES
        self._lengths = memoryview(self._headers).cast("B").cast("I")[first::step]
        control_words = memoryview(self._controls).cast("B").cast("q")
        # one control message, SO_TIMESTAMPING or SO_TIMESTAMPNS: 16 bytes of header, then seconds and nanoseconds
        self._seconds, self._nanoseconds = (control_words[place :: CONTROL_BYTES // 8] for place in (2, 3))

    def receive(self, fd: int) -> int:
        """Receive what has arrived; return the number of datagrams. Fewer than `ARRIVALS`: there are no more."""
        ctypes.memmove(self._headers, self._fresh, len(self._fresh))
        for _ in range(OTHERS_ERRORS):
            count: int = recvmmsg(fd, self._headers, ARRIVALS, socket.MSG_DONTWAIT, None)
            if count >= 0:
                return count
            if ctypes.get_errno() == errno.EAGAIN:
                break
            # An ICMP error, which stands in the error queue too, is reported here once: behind it are replies.
        return 0

    def records(self, count: int) -> Iterator[Arrival]:
        """Yield (length, s, ns, (source, ICMP header, cookie, token, ~token, ~sequence and padding)) of each datagram.

        A record is only meaningful for a datagram of `plain_bytes`; for any other read `datagram`.
        """
        return zip(
            self._lengths[:count].tolist(),
            self._seconds[:count].tolist(),
            self._nanoseconds[:count].tolist(),
            self._record.iter_unpack(self._slots_view[: count * (NAME_BYTES + DATA_BYTES)]),
            strict=True,
        )

    def mirrors(self, outgoing: Outgoing, count: int) -> bool:
        """Return whether these are, bit for bit and in order, the replies to the last batch's first packets."""
        return self._lengths[:count].tolist() == [self.plain_bytes] * count and all(
            here[:count] == there[:count] for here, there in zip(self.columns, outgoing.answers, strict=True)
        )

    def stamps(self, count: int, wall_to_mono_ns: int) -> list[int]:
        """Return the kernel's receive times, converted to the monotonic clock (ns)."""
        seconds, nanoseconds = self._seconds[:count].tolist(), self._nanoseconds[:count].tolist()
        if seconds.count(seconds[0]) == count:  # as nearly always
            start_ns = seconds[0] * NS_PER_S + wall_to_mono_ns
            return [start_ns + rest for rest in nanoseconds]
        return [second * NS_PER_S + rest + wall_to_mono_ns for second, rest in zip(seconds, nanoseconds, strict=True)]

    def datagram(self, index: int) -> Datagram:
        """Return one of the datagrams of the last call."""
        start = index * (NAME_BYTES + DATA_BYTES)
        length = self._lengths[index]
        slot = self._slots_view[start : start + NAME_BYTES + min(length, DATA_BYTES)]
        stamp_ns = self._seconds[index] * NS_PER_S + self._nanoseconds[index]
        return Datagram(bytes(slot[NAME_BYTES:]), bytes(slot[self._source]), stamp_ns, length)
