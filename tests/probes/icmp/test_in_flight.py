"""Which echo a datagram answers, and why all others answer none. No sockets: bytes and times only."""

import asyncio
import struct
from dataclasses import dataclass
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.probes.base import Shape, Target
from monitor.probes.icmp.counters import Counters
from monitor.probes.icmp.in_flight import Group, InFlightEchoes
from monitor.probes.icmp.mmsg_buffers import Datagram, QueuedError
from monitor.probes.icmp.packets import BATCH, HEADER, Rejected, Requests, answer_to, checksum
from tests.told import said

MS = 1_000_000
HOST, OTHER = ip_address("10.77.1.1").packed, ip_address("10.77.1.2").packed
IP_HEADER = bytes([0x45]) + bytes(19)


@dataclass
class Wire:
    """What the flights need to know of a socket."""

    has_ip_header: bool = False
    v6: bool = False
    identifier: int = 77


class Air:
    """Echoes under way to one host, on a clock that the test turns. Wall and monotonic time differ by an hour."""

    WALL_AHEAD_NS = 3_600_000 * MS

    def __init__(self, kind: str = "ping", echoes: int = 3) -> None:
        self.wire = Wire(kind == "raw")
        self.counters = Counters()
        self.in_flight = InFlightEchoes(self.wire, self.counters, 1_000 * MS)
        self.group = Group([Target.of("site/gateway", ip_address("10.77.1.1"))], echoes, asyncio.Event())
        self.tokens: list[int] = []

    @property
    def rtts_ns(self) -> list[int | None]:
        return [rtts[0] for rtts in self.group.rtts_ns]

    @property
    def answered(self) -> int:
        return len(self.rtts_ns) - self.rtts_ns.count(None)

    def send(self, at_ms: float) -> int:
        number = self.in_flight.start(self.group, len(self.tokens))
        self.in_flight.departed(number, [round(at_ms * MS)])
        self.tokens.append(number * BATCH)
        return self.tokens[-1]

    def data(self, token: int, cookie: bytes | None = None) -> bytes:
        made = Requests(v6=False, identifier=self.wire.identifier, cookie=cookie or self.in_flight.cookie)
        return answer_to(made.packet(token), v6=False)

    def arrives(
        self, data: bytes, at_ms: float, *, read_ms: float | None = None, source: bytes = HOST, stepped_ms: float = 0
    ) -> None:
        """``read_ms``: when our loop got round to it; ``stepped_ms``: the wall clock's step before that."""
        wire = IP_HEADER + data if self.wire.has_ip_header else data
        read_ns = round((at_ms if read_ms is None else read_ms) * MS)
        stamp_ns = round(at_ms * MS) + self.WALL_AHEAD_NS
        self.in_flight.arrived(
            Datagram(wire, source, stamp_ns, len(wire)), -self.WALL_AHEAD_NS - round(stepped_ms * MS), read_ns
        )

    @property
    def rejected(self) -> dict[str, int]:
        return {reason: count for reason, count in self.counters.rejected().items() if count}


def test_a_reply_counts_with_the_time_at_which_the_kernel_got_it() -> None:
    air = Air()
    air.arrives(air.data(air.send(10)), at_ms=14, read_ms=900)
    assert air.rtts_ns == [4 * MS, None, None]
    assert air.rejected == {}


def test_a_reply_that_waited_while_our_loop_stood_still_is_not_late() -> None:
    air = Air()
    air.arrives(air.data(air.send(0)), at_ms=5, read_ms=60_000)
    assert air.answered == 1


@pytest.mark.parametrize("kind", ["ping", "raw"])
def test_replies_of_all_echoes_complete_the_round(kind: str) -> None:
    air = Air(kind)
    for at in (0, 10, 20):
        air.arrives(air.data(air.send(at)), at_ms=at + 1)
    assert not air.group.unanswered
    assert air.group.news.is_set()


@pytest.mark.parametrize(("kind", "expected"), [("raw", {"bad_checksum": 1})])
def test_a_bad_checksum_is_found_where_the_kernel_does_not_look(kind: str, expected: dict[str, int]) -> None:
    air = Air(kind)
    data = bytearray(air.data(air.send(0)))
    data[-1] ^= 1
    air.arrives(bytes(data), at_ms=1)
    assert (air.answered, air.rejected) == (0, expected)


def test_the_right_answer_from_the_wrong_address_is_forged() -> None:
    air = Air()
    air.arrives(air.data(air.send(0)), at_ms=1, source=OTHER)
    assert (air.answered, air.rejected) == (0, {"forged_source": 1})


def test_the_right_address_with_a_guessed_cookie_is_forged() -> None:
    air = Air()
    air.arrives(air.data(air.send(0), cookie=b"guessed!"), at_ms=1)
    assert (air.answered, air.rejected) == (0, {"forged_cookie": 1})


def test_a_second_answer_is_a_duplicate_and_changes_nothing() -> None:
    air = Air()
    token = air.send(0)
    air.arrives(air.data(token), at_ms=1)
    air.arrives(air.data(token), at_ms=500)
    assert (air.rtts_ns[0], air.rejected) == (MS, {"duplicate": 1})


def test_an_answer_after_the_time_out_is_late_whenever_it_is_read() -> None:
    air = Air()
    air.arrives(air.data(air.send(0)), at_ms=1_001)
    assert (air.answered, air.rejected) == (0, {"late": 1})


def test_an_answer_to_a_round_that_is_over_is_late_and_does_not_touch_the_next() -> None:
    air = Air()
    token = air.send(0)
    air.in_flight.end(air.group)
    air.arrives(air.data(token), at_ms=5)
    assert air.rejected == {"late": 1}


def test_a_number_that_was_never_given_is_forged_even_with_our_cookie() -> None:
    air = Air()
    token = air.send(0)
    air.arrives(air.data((token + 5 * BATCH) % 2**32), at_ms=1)
    assert air.rejected == {"forged_sequence": 1}


@given(st.sampled_from([-3_600_000.0, -5_000.0, 5_000.0, 3_600_000.0]), st.floats(0.1, 900))
def test_a_step_of_the_wall_clock_makes_no_answer_late_negative_or_early(step_ms: float, rtt_ms: float) -> None:
    air = Air()
    air.arrives(air.data(air.send(0)), at_ms=rtt_ms, read_ms=rtt_ms + 1, stepped_ms=step_ms)
    rtt_ns = air.rtts_ns[0]
    assert rtt_ns is not None
    assert abs(rtt_ns - rtt_ms * MS) <= 1.01 * MS  # by the time of reading, at worst


def test_an_icmp_error_names_the_reason_and_an_answer_still_counts() -> None:
    air = Air()
    token = air.send(0)
    air.in_flight.queued_error(
        QueuedError(Requests(v6=False, identifier=77, cookie=b"x" * 8).packet(token), HOST, 3, 1)
    )
    assert air.group.errors == {0: said("host unreachable")}
    air.arrives(air.data(token), at_ms=9)
    assert air.answered == 1


def test_an_error_about_another_host_or_an_old_echo_is_nobodys() -> None:
    air = Air()
    token = air.send(0)
    quoted = Requests(v6=False, identifier=77, cookie=b"x" * 8)
    air.in_flight.queued_error(QueuedError(quoted.packet(token), OTHER, 3, 1))
    air.in_flight.queued_error(QueuedError(quoted.packet(token - 9 * BATCH), HOST, 3, 1))
    assert air.group.errors == {}
    assert air.counters.errors_by_reason[said("host unreachable")] == 2


def test_what_is_neither_reply_nor_error_is_passed_over() -> None:
    air = Air("raw")
    air.arrives(HEADER.pack(13, 0, checksum(HEADER.pack(13, 0, 0, 1, 1)), 1, 1), at_ms=1)
    assert air.rejected == {}


@given(st.lists(st.sampled_from(["send", "answer", "again", "forge", "wrong", "late"]), max_size=40))
def test_in_every_history_answers_are_counted_once_and_everything_else_by_its_reason(history: list[str]) -> None:
    air = Air(echoes=40)
    expected = dict.fromkeys(("accepted", *Rejected), 0)
    open_tokens: list[int] = []
    answered: list[int] = []
    for at, what in enumerate(history):
        if what == "send":
            open_tokens.append(air.send(at))
        elif what == "answer" and open_tokens:
            answered.append(open_tokens.pop())
            air.arrives(air.data(answered[-1]), at_ms=at + 0.5)
            expected["accepted"] += 1
        elif what == "again" and answered:
            air.arrives(air.data(answered[-1]), at_ms=at + 0.5)
            expected[Rejected.DUPLICATE] += 1
        elif what == "forge" and open_tokens:
            air.arrives(air.data(open_tokens[-1], cookie=b"guessed!"), at_ms=at + 0.5)
            expected[Rejected.FORGED_COOKIE] += 1
        elif what == "wrong" and open_tokens:
            air.arrives(air.data(open_tokens[-1]), at_ms=at + 0.5, source=OTHER)
            expected[Rejected.FORGED_SOURCE] += 1
        elif what == "late" and open_tokens:
            air.arrives(air.data(open_tokens[-1]), at_ms=at + 5_000)
            expected[Rejected.LATE] += 1
    assert {"accepted": air.counters.accepted, **air.counters.rejected()} == expected
    assert air.answered == expected["accepted"]


@pytest.mark.parametrize(
    ("payload_bytes", "accepted", "rejected"), [(None, 1, {}), (20, 1, {}), (100, 0, {"truncated": 1})]
)
def test_the_quick_ways_too_find_an_answer_that_is_shorter_than_its_echo(
    payload_bytes: int | None, accepted: int, rejected: dict[str, int]
) -> None:
    air = Air(echoes=1)
    shape = Shape(payload_bytes=payload_bytes)
    air.group = Group([Target.of("site/gateway", ip_address("10.77.1.1"), shape)], 1, asyncio.Event())
    data = air.data(air.send(0))
    whole = Datagram(data, HOST, MS, len(data))
    record = (HOST, *struct.unpack("!QQIII", data))
    air.in_flight.take_in([(len(data), 0, MS, record)], lambda _: whole, len(data), 0, 2 * MS)
    assert (air.counters.accepted, air.rejected) == (accepted, rejected)


@pytest.mark.parametrize(
    ("cookie", "source", "rejected"), [(b"guessed!", HOST, "forged_cookie"), (None, OTHER, "forged_source")]
)
def test_the_quick_way_too_takes_no_guessed_cookie_and_no_other_address(
    cookie: bytes | None, source: bytes, rejected: str
) -> None:
    air = Air(echoes=1)
    data = air.data(air.send(0), cookie)
    data = data[:2] + air.data(air.tokens[0])[2:4] + data[4:]  # whoever guesses can make the checksum that is right
    whole = Datagram(data, source, MS, len(data))
    record = (source, *struct.unpack("!QQIII", data))
    air.in_flight.take_in([(len(data), 0, MS, record)], lambda _: whole, len(data), 0, 2 * MS)
    assert (air.counters.accepted, air.rejected) == (0, {rejected: 1})


@pytest.mark.parametrize(("payload_bytes", "taken"), [(None, True), (100, False)])
def test_a_whole_batch_is_taken_in_at_once_only_where_no_zeros_would_have_to_be_there(
    payload_bytes: int | None, taken: bool
) -> None:
    air = Air(echoes=1)
    shape = Shape(payload_bytes=payload_bytes)
    air.group = Group([Target.of("site/gateway", ip_address("10.77.1.1"), shape)], 1, asyncio.Event())
    air.send(0)
    assert air.in_flight.mirrored(air.group.batches[0], [MS], 2 * MS) is taken
    assert air.counters.accepted == taken


@pytest.mark.parametrize(
    ("stamp_ms", "read_ms", "taken"), [(1, 2, True), (1_001, 1_002, False), (-2, 2, False), (3, 2, False)]
)
def test_a_whole_batch_is_taken_in_at_once_only_where_every_answer_was_in_time_and_after_its_echo(
    stamp_ms: int, read_ms: int, taken: bool
) -> None:
    air = Air(echoes=1)
    air.group = Group(
        [Target.of(f"site/{place}", ip_address("10.77.1.1") + place) for place in range(3)], 1, asyncio.Event()
    )
    number = air.in_flight.start(air.group, 0)
    air.in_flight.departed(number, [0, 10, 20])

    assert air.in_flight.mirrored(number, [MS, MS, stamp_ms * MS], read_ms * MS) is taken
    assert air.group.rtts_ns == ([[MS, MS - 10, MS - 20]] if taken else [[None] * 3])
