"""One question over UDP: only its answer ends the waiting, besides the deadline and a stop."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from monitor.net import datagram
from monitor.net.deadline import Cancellation, Cancelled, Deadline, DeadlinePassed
from monitor.net.names import Address
from tests.lab.waiting import patient

HOST = "127.0.0.1"
STRAYS = [b"", b"stray", b"stray"]


class Server:
    """Sends what it is given to whoever asks."""

    def __init__(self, line: socket.socket, answers: list[bytes]) -> None:
        self._line, self._answers = line, answers
        self.address = Address(socket.AF_INET, line.getsockname())
        self.asked: list[bytes] = []

    def serve(self) -> None:
        with suppress(OSError):
            while True:
                question, asker = self._line.recvfrom(100)
                if not question:
                    return  # shut down
                self.asked.append(question)
                for answer in self._answers:
                    self._line.sendto(answer, asker)


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.bind((HOST, 0))
        made = Server(line, request.param)
        threading.Thread(target=made.serve, daemon=True).start()
        yield made
        with suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)


def ask(address: Address, deadline: Deadline) -> str:
    return datagram.ask(address, b"question", deadline, lambda found: found.decode() if found[:2] == b"ok" else None)


@pytest.mark.parametrize("server", [[*STRAYS, b"ok 1", b"ok 2"]], indirect=True)
def test_what_is_no_answer_is_passed_over(server: Server) -> None:
    assert ask(server.address, Deadline.after(5)) == "ok 1"
    assert server.asked == [b"question"]


@pytest.mark.parametrize("server", [[], STRAYS], ids=["silence", "strays"], indirect=True)
def test_the_deadline_ends_it_whatever_came(server: Server) -> None:
    begun_s = time.monotonic()
    with pytest.raises(DeadlinePassed):
        ask(server.address, Deadline.after(0.4))
    assert 0.4 <= time.monotonic() - begun_s < patient(1.5)


@pytest.mark.parametrize("server", [[]], indirect=True)
def test_a_stop_waits_for_no_answer(server: Server) -> None:
    cancellation = Cancellation()
    threading.Timer(0.1, cancellation.cancel).start()
    begun_s = time.monotonic()
    with pytest.raises(Cancelled):
        ask(server.address, Deadline.after(30, cancellation))
    assert time.monotonic() - begun_s < patient(2)


def test_a_closed_port_is_told_at_once() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.bind((HOST, 0))
        address = Address(socket.AF_INET, line.getsockname())
    with pytest.raises(ConnectionRefusedError):
        ask(address, Deadline.after(5))


def test_what_comes_from_elsewhere_is_not_even_seen() -> None:
    """The asked one is silent, and another one sends to the asking socket."""
    seen: list[bytes] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        asked.bind((HOST, 0))

        def forge() -> None:
            _, asker = asked.recvfrom(100)
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
                other.sendto(b"ok forged", asker)

        threading.Thread(target=forge, daemon=True).start()
        with pytest.raises(DeadlinePassed):
            datagram.ask(Address(socket.AF_INET, asked.getsockname()), b"question", Deadline.after(0.4), seen.append)
    assert seen == []
