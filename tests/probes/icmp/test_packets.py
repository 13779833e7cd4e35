"""Echo packets as bytes: ours are valid, and nothing else passes for an answer to them."""

import struct

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.probes.icmp.packets import (
    ECHO_REPLY,
    ECHO_REPLY_V6,
    ECHO_REQUEST,
    HEADER,
    PACKET_BYTES,
    ErrorMessage,
    Rejected,
    Reply,
    Requests,
    checksum,
    read_error,
    read_reply,
    without_ip_header,
)

COOKIE = b"a secret"
IDENTIFIER = 0xBEEF
TOKENS = st.integers(0, 2**32 - 1)


def request(token: int, *, v6: bool = False) -> bytes:
    return Requests(v6=v6, identifier=IDENTIFIER, cookie=COOKIE).packet(token)


def reply(token: int, *, v6: bool = False) -> bytes:
    """What an honest host makes of our request: another type, a new checksum, all else as it was."""
    answer = bytes([ECHO_REPLY_V6 if v6 else ECHO_REPLY]) + request(token, v6=v6)[1:]
    plain = answer[:2] + b"\0\0" + answer[4:]
    return answer[:2] + struct.pack("!H", checksum(plain)) + answer[4:]


def read(data: bytes, *, v6: bool = False) -> Reply | Rejected | None:
    return read_reply(data, v6=v6, identifier=IDENTIFIER, cookie=COOKIE)


def slow_checksum(data: bytes) -> int:
    """RFC 1071 word by word, as it stands there."""
    total = 0
    for index in range(0, len(data), 2):
        total += (data[index] << 8) + (data[index + 1] if index + 1 < len(data) else 0)
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


@given(st.binary(max_size=200))
@example(b"\xff")
def test_the_checksum_is_that_of_the_rfc(data: bytes) -> None:
    assert checksum(data) == slow_checksum(data)


@given(TOKENS)
def test_every_request_is_valid_although_its_checksum_is_computed_once(token: int) -> None:
    packet = request(token)
    assert len(packet) == PACKET_BYTES
    assert slow_checksum(packet) == 0
    assert packet[0] == ECHO_REQUEST


@given(TOKENS, st.booleans())
def test_an_honest_reply_names_its_echo(token: int, v6: bool) -> None:
    assert read(reply(token, v6=v6), v6=v6) == Reply(token, token & 0xFFFF)


@given(TOKENS, st.integers(0, PACKET_BYTES * 8 - 1))
def test_no_reply_with_one_bit_changed_is_taken_for_an_honest_one(token: int, bit: int) -> None:
    data = bytearray(reply(token))
    data[bit // 8] ^= 1 << (bit % 8)
    padding = bit // 8 >= PACKET_BYTES - 2  # the only bytes that say nothing
    found = read(bytes(data))
    assert checksum(bytes(data)) != 0
    assert padding or bit // 8 in {2, 3} or not isinstance(found, Reply)


@given(TOKENS, st.integers(0, PACKET_BYTES - 1))
def test_a_truncated_reply_is_none(token: int, length: int) -> None:
    assert read(reply(token)[:length]) is Rejected.TRUNCATED


@pytest.mark.parametrize(
    ("offset", "content", "why"),
    [
        (4, b"\x00\x01", Rejected.FOREIGN),
        (8, b"guessing", Rejected.FORGED_COOKIE),
        (6, b"\x00\x01", Rejected.FORGED_SEQUENCE),
        (16, b"\x00\x00\x00\x01", Rejected.FORGED_SEQUENCE),
    ],
)
def test_what_is_wrong_is_named(offset: int, content: bytes, why: Rejected) -> None:
    data = reply(0x12345678)
    assert read(data[:offset] + content + data[offset + len(content) :]) is why


@given(st.binary(max_size=700), st.booleans())
def test_no_bytes_at_all_raise(data: bytes, v6: bool) -> None:
    read_reply(data, v6=v6, identifier=IDENTIFIER, cookie=COOKIE)
    read_error(data, v6=v6, identifier=IDENTIFIER)
    without_ip_header(data)


@given(st.binary(max_size=300))
def test_nobody_guesses_a_reply(noise: bytes) -> None:
    header = HEADER.pack(ECHO_REPLY, 0, 0, IDENTIFIER, 7)
    assert not isinstance(read(header + noise), Reply)


def ip_header(extra: int = 0) -> bytes:
    return bytes([0x45 + extra]) + bytes(19 + 4 * extra)


@pytest.mark.parametrize(
    ("kind", "code", "words"),
    [(3, 1, "host unreachable"), (3, 13, "administratively prohibited"), (11, 0, "time to live exceeded")],
)
def test_an_error_about_our_echo_is_told_in_words(kind: int, code: int, words: str) -> None:
    for options in (0, 3):
        data = HEADER.pack(kind, code, 0, 0, 0) + ip_header(options) + request(0xABCD1234)[:8]
        assert read_error(data, v6=False, identifier=IDENTIFIER) == ErrorMessage(0x1234, words)


def test_an_error_about_an_echo_of_ours_over_ipv6_is_told_too() -> None:
    data = HEADER.pack(1, 3, 0, 0, 0) + bytes(40) + request(0xABCD1234, v6=True)[:8]
    assert read_error(data, v6=True, identifier=IDENTIFIER) == ErrorMessage(0x1234, "address unreachable")


def test_an_error_about_somebody_elses_echo_is_not_ours() -> None:
    data = HEADER.pack(3, 1, 0, 0, 0) + ip_header() + HEADER.pack(ECHO_REQUEST, 0, 0, 1, 1)
    assert read_error(data, v6=False, identifier=IDENTIFIER) is None
