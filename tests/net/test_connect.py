"""Which address of a name is taken: the first that answers (RFC 8305). Black holes live in the lab."""

import socket
import time

import pytest

from monitor.net.connect import _fault, interleaved, race
from monitor.net.deadline import Deadline
from monitor.net.names import Address
from tests.lab.waiting import patient

V4, V6 = socket.AF_INET, socket.AF_INET6


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def test_families_take_turns_beginning_with_the_best_address() -> None:
    six = [Address(V6, (f"fd00::{number}", 1, 0, 0)) for number in (1, 2, 3)]
    four = [Address(V4, (f"127.0.0.{number}", 1)) for number in (1, 2)]
    assert interleaved([*six, *four]) == [six[0], four[0], six[1], four[1], six[2]]
    assert interleaved([four[0], *six, four[0]]) == [four[0], six[0], six[1], six[2]]
    assert interleaved([]) == []


@pytest.mark.alone
def test_an_address_that_refuses_gives_way_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        good = Address(V4, listening.getsockname())
        refusing = [Address(V4, (f"127.0.0.{number}", free_port())) for number in (2, 3, 4)]
        begun_s = time.monotonic()
        with race([*refusing, good], Deadline.after(10)).socket as made:
            assert made.getpeername() == listening.getsockname()
    assert time.monotonic() - begun_s < patient(0.2)


def test_what_is_written_is_sent_at_once_whatever_is_not_acknowledged_yet() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listening,
        race([Address(V4, listening.getsockname())], Deadline.after(5)).socket as made,
    ):
        assert made.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_if_all_refuse_the_reason_is_told() -> None:
    refusing = Address(V4, ("127.0.0.1", free_port()))
    with pytest.raises(ConnectionRefusedError):
        race([refusing], Deadline.after(5))
    with pytest.raises(OSError, match="no address"):
        race([], Deadline.after(5))


def test_a_socket_that_reached_itself_reached_nobody() -> None:
    """Linux connects a socket to itself when it happens to be given the port that it wants."""
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        made.connect(made.getsockname())
        fault = _fault(made)
    assert isinstance(fault, ConnectionRefusedError)
