"""One connection that nobody can hold longer than its deadline, whatever it waits in."""

import socket
import ssl
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from monitor.net import tls
from monitor.net.deadline import Cancellation, Cancelled, Deadline, DeadlinePassed
from monitor.net.stream import CUTTER, Stream, TooMuch
from tests.lab.authority import Issuer
from tests.lab.waiting import patient
from tests.net.bad_servers import HOST, Answering, drips, floods, says, server


def silent(connection: socket.socket, _: str) -> None:
    while connection.recv(65_536):
        pass


@pytest.mark.alone
@pytest.mark.parametrize("secured", [False, True], ids=["plain", "TLS"])
def test_what_waits_where_nobody_asks_for_the_deadline_is_cut_off_from_outside(tmp_path: Path, secured: bool) -> None:
    root = Issuer.root()
    with server(silent, root.server(tmp_path, 90) if secured else None) as running:
        stream = Stream.open(HOST, running.port, Deadline.after(0.5), 1000)
        waiting: socket.socket = stream._socket
        if secured:
            waiting = stream.start_tls(tls.client_context(root.file(tmp_path)), HOST)
        waiting.settimeout(None)  # as deep inside OpenSSL, which has no such thing
        begun_s = time.monotonic()
        try:
            ended = waiting.recv(1) == b""
        except OSError:
            ended = True
        assert ended
        assert time.monotonic() - begun_s < patient(2)
        stream.close()


def reads(stream: Stream) -> None:
    stream.makefile().read(1000)


def sends(stream: Stream) -> None:
    stream.sendall(bytes(30_000_000))


def shakes_hands(stream: Stream) -> None:
    stream.start_tls(tls.client_context(), HOST)


@pytest.mark.alone
@pytest.mark.parametrize(
    ("doing", "answer"),
    [
        (reads, drips(b"", b"a", 0.1)),
        (sends, lambda *_: time.sleep(3)),
        (shakes_hands, drips(b"", b"\x16\x03\x03\x40", 0.1)),
    ],
    ids=["reading", "sending", "TLS"],
)
def test_each_step_keeps_what_is_left_of_the_whole_by_itself(
    doing: Callable[[Stream], None], answer: Answering, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CUTTER, "watch", lambda _: None)  # nobody from outside helps
    with server(answer, reads=False) as running:
        begun_s = time.monotonic()
        with Stream.open(HOST, running.port, Deadline.after(0.6), 10_000) as stream:
            time.sleep(0.3)
            with pytest.raises((DeadlinePassed, ssl.SSLError)):
                doing(stream)
    assert time.monotonic() - begun_s < patient(0.8)


def test_no_more_is_read_than_was_allowed() -> None:
    with server(floods(b"", b"x" * 65_536), reads=False) as running:
        stream = Stream.open(HOST, running.port, Deadline.after(10), 100_000)
        with stream, stream.makefile() as reader, pytest.raises(TooMuch, match="longer than 97 KiB"):
            reader.read(1_000_000)


def test_who_cancels_ends_what_is_under_way_and_nothing_is_left_behind() -> None:
    cancellation = Cancellation()

    def answer(connection: socket.socket, path: str) -> None:
        connection.recv(1)
        cancellation.cancel()
        silent(connection, path)

    with server(answer, reads=False) as running:
        stream = Stream.open(HOST, running.port, Deadline.after(30, cancellation), 1000)
        stream.sendall(b"x")
        with stream, stream.makefile() as reader, pytest.raises(Cancelled):
            reader.read(1)
        assert stream not in CUTTER._ends_mono_ns
        assert not cancellation._cuts
        with pytest.raises(Cancelled):
            Stream.open(HOST, running.port, Deadline.after(30, cancellation), 1000)
        stream.cut()  # also after it was closed


def test_a_connection_after_tls_is_closed_for_good(tmp_path: Path) -> None:
    root = Issuer.root()
    with server(says(b"x"), root.server(tmp_path, 90)) as running:
        with Stream.open(HOST, running.port, Deadline.after(5), 1000) as stream:
            secured = stream.start_tls(tls.client_context(root.file(tmp_path)), HOST)
            assert [each.subject for each in tls.chain(secured)] == [HOST, "test authority"]
        assert secured.fileno() == -1
        assert stream._handle.fileno() == -1


def test_one_context_serves_until_a_file_changes(tmp_path: Path) -> None:
    file = Issuer.root().file(tmp_path)
    first = tls.client_context(file)
    assert tls.client_context(file) is first
    assert first.verify_mode == ssl.CERT_REQUIRED
    Issuer.root("another authority").file(tmp_path).rename(file)
    again = tls.client_context(file)
    assert again is not first
    assert "another authority" in str(again.get_ca_certs())


def test_the_public_way_to_a_chain_is_taken_where_python_has_one_and_none_is_no_fault(tmp_path: Path) -> None:
    root = Issuer.root()
    with (
        server(says(b"x"), root.server(tmp_path, 90)) as running,
        Stream.open(HOST, running.port, Deadline.after(5), 1000) as stream,
    ):
        secured = stream.start_tls(tls.client_context(root.file(tmp_path)), HOST)
        beneath = tls._others(secured, verified=True)
    newer = cast("ssl.SSLSocket", SimpleNamespace(get_verified_chain=lambda: beneath, get_unverified_chain=lambda: []))
    older = cast("ssl.SSLSocket", SimpleNamespace())
    assert len(beneath) == 2
    assert tls._others(newer, verified=True) == beneath
    assert tls._others(newer, verified=False) == []
    assert tls._others(older, verified=True) == []
