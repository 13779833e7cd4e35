"""Echo packets as bytes: whatever arrives is read without raising, and only an untouched answer is one."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.probes.icmp.packets import (
    BATCH,
    ECHO_REPLY,
    ECHO_REPLY_V6,
    HEADER,
    MOST_BATCHES,
    MOST_TOKENS,
    PACKET_BYTES,
    ErrorMessage,
    Rejected,
    Reply,
    Requests,
    checksum,
    error_reason,
    read_error,
    read_reply,
    without_ip_header,
)

IDENTIFIER = 0xB0A7
COOKIE = bytes.fromhex("0123456789abcdef")

tokens = st.integers(0, MOST_TOKENS - 1)
families = st.booleans()


def request(token: int, *, v6: bool = False) -> bytes:
    return Requests(v6=v6, identifier=IDENTIFIER, cookie=COOKIE).packet(token)


def reply(token: int, *, v6: bool = False) -> bytes:
    """What an honest host makes of our request (RFC 792): another type, the checksum anew, all else as it was."""
    changed = bytes([ECHO_REPLY_V6 if v6 else ECHO_REPLY, 0, 0, 0]) + request(token, v6=v6)[4:]
    return changed[:2] + checksum(changed).to_bytes(2, "big") + changed[4:]


def read(data: bytes, *, v6: bool = False) -> Reply | Rejected | None:
    return read_reply(data, v6=v6, identifier=IDENTIFIER, cookie=COOKIE)


WHOM = {4: bytes([10, 77, 1, 2]), 6: bytes([0xFD, 0x77, *[0] * 13, 9])}


def quoting(kind: int, code: int, quoted: bytes, *, v6: bool = False) -> bytes:
    """An ICMP error about a packet of ours: its own header, our IP header, the beginning of our packet."""
    ip_header = bytes([0x60] + [0] * 23) + WHOM[6] if v6 else bytes([0x45] + [0] * 15) + WHOM[4]
    return HEADER.pack(kind, code, 0, 0, 0) + ip_header + quoted


@given(token=tokens, v6=families)
def test_what_an_honest_host_returns_is_read_as_the_answer(token: int, v6: bool) -> None:
    assert read(reply(token, v6=v6), v6=v6) == Reply(token, token & 0xFFFF)


@given(token=tokens)
@example(0)
@example(0xFFFF)
@example(0x10000)
@example(MOST_TOKENS - 1)
def test_every_request_carries_one_and_the_same_right_checksum(token: int) -> None:
    packet = request(token)

    assert checksum(packet) == 0
    assert packet[:4] == request(0)[:4]
    assert len(packet) == PACKET_BYTES


@given(batch=st.integers(0, MOST_BATCHES - 1))
@example(0)
@example(0x10000 // BATCH - 1)
@example(MOST_BATCHES - 1)
def test_a_batchs_columns_are_the_words_of_its_packets(batch: int) -> None:
    columns = Requests(v6=False, identifier=IDENTIFIER, cookie=COOKIE).words(batch)
    packets = [request(batch * BATCH + place) for place in range(BATCH)]

    assert list(columns) == [b"".join(packet[4 * word : 4 * word + 4] for packet in packets) for word in (1, 4, 5, 6)]


@given(data=st.binary(max_size=200))
def test_the_checksum_is_what_rfc_1071_says(data: bytes) -> None:
    words = [int.from_bytes((data + b"\0")[at : at + 2], "big") for at in range(0, len(data), 2)]
    expected = sum(words) % 0xFFFF  # ones' complement addition is addition modulo 2¹⁶ - 1 …
    if expected == 0 and any(words):
        expected = 0xFFFF  # … with the other zero for whatever is not all zeros

    assert checksum(data) == expected ^ 0xFFFF


@given(
    data=st.one_of(
        st.binary(max_size=1_500),
        st.binary(max_size=60).map(lambda tail: request(7)[:20] + tail),
        st.binary(max_size=60).map(lambda tail: quoting(3, 1, tail)),
        st.binary(max_size=60).map(lambda tail: quoting(1, 0, tail, v6=True)),
    ),
    v6=families,
)
@example(b"", False)
@example(b"\x4f", False)
def test_arbitrary_bytes_never_raise(data: bytes, v6: bool) -> None:
    for message in (data, without_ip_header(data)):
        assert isinstance(read(message, v6=v6), Reply | Rejected | None)
        assert isinstance(read_error(message, v6=v6, identifier=IDENTIFIER), ErrorMessage | None)


@given(data=st.binary(min_size=PACKET_BYTES, max_size=600), v6=families)
def test_nobody_guesses_an_answer(data: bytes, v6: bool) -> None:
    kind = ECHO_REPLY_V6 if v6 else ECHO_REPLY
    made_up = bytes([kind, 0]) + data[2:4] + IDENTIFIER.to_bytes(2, "big") + data[6:]

    assert read(made_up, v6=v6) is Rejected.FORGED_COOKIE


@given(token=tokens)
@example(0)
@example(0xFFFF)
@example(MOST_TOKENS - 1)
def test_an_answer_with_any_single_bit_changed_is_none(token: int) -> None:
    right = reply(token)
    for bit in range(8 * len(right)):
        wrong = bytearray(right)
        wrong[bit // 8] ^= 1 << bit % 8

        # the checksum finds every one of them, and the kernel or the engine looks at it first
        assert checksum(bytes(wrong)) != 0
        # and all but the checksum itself and the padding would be found without it
        if bit // 8 not in {2, 3, 26, 27}:
            assert not isinstance(read(bytes(wrong)), Reply)


@given(token=tokens, v6=families, cut=st.integers(0, PACKET_BYTES - 1))
def test_an_answer_cut_short_is_none(token: int, v6: bool, cut: int) -> None:
    assert read(reply(token, v6=v6)[:cut], v6=v6) is Rejected.TRUNCATED


@given(token=tokens, v6=families)
def test_our_own_request_and_the_other_familys_answer_are_no_answers(token: int, v6: bool) -> None:
    assert read(request(token, v6=v6), v6=v6) is None
    assert read(reply(token, v6=not v6), v6=v6) is None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"identifier": 0xB0A8}, Rejected.FOREIGN),
        ({"cookie": COOKIE[::-1]}, Rejected.FORGED_COOKIE),
    ],
)
def test_each_kind_of_stranger_has_its_reason(change: dict[str, int | bytes], reason: Rejected) -> None:
    facts = {"v6": False, "identifier": IDENTIFIER, "cookie": COOKIE, **change}

    assert read_reply(reply(7), **facts) is reason  # type: ignore[arg-type]


@given(token=tokens, other=tokens)
def test_a_token_without_its_complement_and_sequence_is_forged(token: int, other: int) -> None:
    packet = bytearray(reply(token))
    packet[16:20] = other.to_bytes(4, "big")

    assert (read(bytes(packet)) == Reply(token, token & 0xFFFF)) == (other == token)


@given(token=tokens, v6=families, code=st.integers(0, 255))
def test_an_error_about_our_echo_tells_which_and_why(token: int, v6: bool, code: int) -> None:
    kind = 1 if v6 else 3
    said = error_reason(kind, code, v6=v6)
    message = quoting(kind, code, request(token, v6=v6)[:8], v6=v6)  # RFC 792 quotes no more than eight bytes

    assert said
    expected = ErrorMessage(token & 0xFFFF, WHOM[6 if v6 else 4], said)
    assert read_error(message, v6=v6, identifier=IDENTIFIER) == expected


@pytest.mark.parametrize("v6", [False, True])
def test_an_error_about_somebody_elses_packet_is_none_of_ours(v6: bool) -> None:
    kind = 1 if v6 else 3
    theirs = Requests(v6=v6, identifier=IDENTIFIER ^ 1, cookie=COOKIE).packet(7)
    not_an_echo = bytes([17]) + request(7, v6=v6)[1:]

    for quoted in (theirs, not_an_echo, request(7, v6=v6)[:7], b""):
        assert read_error(quoting(kind, 1, quoted, v6=v6), v6=v6, identifier=IDENTIFIER) is None


@given(kind=st.integers(0, 255), code=st.integers(0, 255))
def test_replies_and_requests_are_never_taken_for_errors(kind: int, code: int) -> None:
    assert (error_reason(kind, code, v6=False) is not None) == (kind in {3, 11, 12})
    assert (error_reason(kind, code, v6=True) is not None) == (kind in {1, 2, 3, 4})
