"""The forger reaches the monitor's side: what it forges arrives there as it was meant."""

import socket
import struct

import pytest

from tests.lab.forger import FORGERIES, Forger, checksum, the_truth
from tests.lab.network import Lab

VICTIM = "10.77.3.5"
REQUEST = bytes([8, 0, 0, 0, 0x12, 0x34, 0, 7]) + b"cookie of this run"


def overheard(lab: Lab, forgery: str, within_s: float = 3) -> tuple[str, bytes]:
    """Source and content of what comes back when the victim is dead and somebody forges."""
    make = FORGERIES.get(forgery, the_truth)
    lab.down(VICTIM)
    with (
        lab.monitor.open_socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as pinger,
        Forger(lab, VICTIM, make) as forger,
    ):
        pinger.settimeout(within_s)
        pinger.sendto(REQUEST[:2] + struct.pack("!H", checksum(REQUEST)) + REQUEST[4:], (VICTIM, 0))
        packet, source = pinger.recvfrom(2_048)
    assert forger.sent == 1
    return source[0], packet[20:]


@pytest.mark.parametrize("forgery", ["the truth", "late"])
def test_a_reply_that_is_right_in_everything_is_the_request_turned_round(lab: Lab, forgery: str) -> None:
    source, reply = overheard(lab, forgery)

    assert source == VICTIM
    assert (reply[0], reply[4:], checksum(reply)) == (0, REQUEST[4:], 0)


def test_a_reply_from_a_wrong_source_is_right_in_all_but_that(lab: Lab) -> None:
    source, reply = overheard(lab, "wrong source")

    assert source == "10.77.99.99"
    assert (reply[4:], checksum(reply)) == (REQUEST[4:], 0)


def test_a_reply_with_a_wrong_cookie_knows_identifier_and_sequence(lab: Lab) -> None:
    source, reply = overheard(lab, "wrong cookie")

    assert source == VICTIM
    assert (reply[4:8], checksum(reply)) == (REQUEST[4:8], 0)
    assert reply[8:] != REQUEST[8:]


def test_a_reply_with_a_bad_checksum_has_that_alone_wrong(lab: Lab) -> None:
    source, reply = overheard(lab, "bad checksum")

    assert source == VICTIM
    assert reply[4:] == REQUEST[4:]
    assert checksum(reply) != 0
