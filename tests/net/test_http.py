"""The one HTTP client against servers without limits: none takes longer than its deadline or more than its bytes."""

import gzip
import socket
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from monitor.net import http
from monitor.net.deadline import Cancellation, Deadline
from tests.lab.waiting import patient
from tests.net.bad_servers import HOST, Answering, drips, floods, page, says, server

OK = b"HTTP/1.1 200 OK\r\n"
TIMEOUT_S = 0.6


def get(url: str, **options: object) -> http.Answer:
    return http.request("GET", url, Deadline.after(TIMEOUT_S), **options)  # type: ignore[arg-type]


def silent(connection: socket.socket, _: str) -> None:
    while connection.recv(65_536):
        pass


@pytest.mark.parametrize(
    "answer",
    [
        silent,
        drips(b"HTTP/1.1 200 O"),
        drips(OK + b"X: "),
        drips(OK, b"X: y\r\n"),
        drips(OK + b"Content-Length: 100000\r\n\r\n"),
        drips(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n"),
        drips(OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X: y\r\n"),
        drips(b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0.1),
        drips(b"HTTP/1.1 103 Early Hints\r\n", b"Link: </a>\r\n"),
        drips(b"HTTP/1.1 302 Found\r\nLocation: /there\r\n", b"X: y\r\n"),
    ],
    ids=[
        "says nothing",
        "status",
        "a header",
        "headers",
        "body",
        "chunks",
        "trailers",
        "interim answers",
        "an interim header",
        "a redirect's headers",
    ],
)
def test_a_server_that_drips_is_left_at_the_deadline(answer: Answering) -> None:
    with server(answer) as running:
        begun_s = time.monotonic()
        with pytest.raises(http.TooSlow, match=r"no whole answer within 0\.6 s"):
            get(running.url(), redirects=5)
        assert time.monotonic() - begun_s < patient(TIMEOUT_S + 0.5)


@pytest.mark.parametrize("port_speaks", [drips(b"", b"\x16"), drips(b"\x16\x03\x03\x40\x00"), silent])
def test_a_handshake_that_drips_is_left_at_the_deadline(port_speaks: Answering) -> None:
    with server(port_speaks, reads=False) as running:
        begun_s = time.monotonic()
        with pytest.raises((http.TooSlow, http.TlsFailed)):
            get(running.url().replace("http:", "https:"))
        assert time.monotonic() - begun_s < patient(TIMEOUT_S + 0.5)


@pytest.mark.parametrize(
    "answer",
    [
        floods(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        floods(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"),
        floods(OK, b"X: " + b"y" * 60_000 + b"\r\n"),
        floods(OK + b"X: ", b"y" * 65_536),
        floods(b"HTTP/1.1 200 ", b"O" * 65_536),
        floods(OK + b"Transfer-Encoding: chunked\r\n\r\n1;", b"x=" + b"y" * 65_000),
        floods(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1;" + b"x" * 60_000 + b"\r\na\r\n"),
        floods(OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X: " + b"y" * 60_000 + b"\r\n"),
        floods(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"-1\r\n"),
    ],
    ids=[
        "interim answers",
        "hints",
        "headers",
        "one header",
        "a status",
        "a chunk's extension",
        "chunks' extensions",
        "trailers",
        "chunks of less than nothing",
    ],
)
def test_what_has_no_end_is_not_read_to_the_deadline(answer: Answering) -> None:
    with server(answer) as running:
        begun_s = time.monotonic()
        with pytest.raises((http.TooLong, http.NotHttp, http.Unreachable)):
            http.request("GET", running.url(), Deadline.after(20))
        assert time.monotonic() - begun_s < patient(5)


def test_a_body_without_end_is_read_up_to_the_limit() -> None:
    with server(floods(OK + b"\r\n", b"x" * 65_536)) as running:
        answer = http.request("GET", running.url(), Deadline.after(20), most_bytes=100_000)
    assert (len(answer.body), answer.is_whole) == (100_000, False)


@contextmanager
def memory(most_bytes: int) -> Iterator[None]:
    """Fails if Python's own memory grows by more meanwhile."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < most_bytes
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("body", [floods, drips])
def test_the_body_of_a_redirect_is_not_read(body: Callable[[bytes, bytes], Answering]) -> None:
    endless = body(b"HTTP/1.1 302 Found\r\nLocation: /there\r\n\r\n", b"x" * 65_536)

    def answer(connection: socket.socket, path: str) -> None:
        if path == "/there":
            connection.sendall(page(b"here"))
        else:
            endless(connection, path)

    with server(answer) as running, memory(1_000_000):
        assert get(running.url(), redirects=5, most_bytes=10**9).body == b"here"
    with server(answer) as running, memory(3_000_000):
        assert http.request("GET", running.url(), Deadline.after(20), most_bytes=100_000).status == 302


@pytest.mark.parametrize(
    ("coding", "pack"),
    [
        ("gzip", gzip.compress),
        ("x-gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", lambda data: zlib.compress(data)[2:-4]),
        ("gzip, gzip", lambda data: gzip.compress(gzip.compress(data))),
        ("gzip", lambda data: gzip.compress(data[:5]) + gzip.compress(data[5:])),
    ],
)
def test_what_is_packed_is_unpacked_and_grows_no_larger_than_the_limit(
    coding: str, pack: Callable[[bytes], bytes]
) -> None:
    header = f"Content-Encoding: {coding}"
    with server(says(page(pack("নাগরিক সেবা".encode()), header))) as running:
        assert get(running.url()).body.decode() == "নাগরিক সেবা"
        assert "accept-encoding: identity" in running.asked[0].lower()
    bomb = pack(bytes(20_000_000))
    with server(says(page(bomb, header))) as running, memory(3_000_000):
        answer = http.request("GET", running.url(), Deadline.after(20), most_bytes=100_000)
    assert (len(answer.body), answer.is_whole) == (100_000, False)


@pytest.mark.parametrize(
    ("coding", "pack"), [("chunked ", bytes), ("Chunked,", bytes), ("gzip, chunked", gzip.compress)]
)
def test_a_body_in_pieces_is_put_together_however_that_is_said(coding: str, pack: Callable[[bytes], bytes]) -> None:
    piece = pack(b"all is well")
    answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: %s\r\n\r\n%x\r\n%s\r\n0\r\n\r\n"
    with server(says(answer % (coding.encode(), len(piece), piece))) as running:
        assert get(running.url()).body == b"all is well"


def test_members_without_end_in_a_packed_page_are_not_all_unpacked() -> None:
    bomb = gzip.compress(bytes(900_000)) * 20
    with server(says(page(bomb, "Content-Encoding: gzip"))) as running, memory(4_000_000):
        answer = http.request("GET", running.url(), Deadline.after(20), most_bytes=100_000)
    assert (len(answer.body), answer.is_whole) == (100_000, False)


def test_a_page_that_is_packed_without_end_is_told() -> None:
    header = "Content-Encoding: " + ", ".join(["gzip"] * 4)
    with server(says(page(b"", header))) as running, pytest.raises(http.NotHttp, match="packed 4 times"):
        get(running.url())


def test_a_page_in_a_packing_that_we_do_not_know_is_told() -> None:
    with (
        server(says(page(b"?", "Content-Encoding: br"))) as running,
        pytest.raises(http.NotHttp, match="packed as 'br'"),
    ):
        get(running.url())


def test_interim_answers_come_before_the_one_that_counts() -> None:
    hints = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n"
    with server(says(hints + b"HTTP/1.1 100 Continue\r\n\r\n" + hints + page(b"ok"))) as running:
        answer = get(running.url())
    assert (answer.status, answer.body, answer.is_whole) == (200, b"ok", True)


def test_twenty_interim_answers_are_read_and_no_more() -> None:
    # Not up to the size cap: thousands of them cost more of the interpreter than any other answer of that size.
    interim = b"HTTP/1.1 100 Continue\r\n\r\n"
    with server(says(20 * interim + page(b"ok"))) as running:
        assert get(running.url()).status == 200
    with server(says(21 * interim + page(b"ok"))) as running, pytest.raises(http.NotHttp, match="20 interim"):
        get(running.url())


def test_redirects_are_followed_with_cookies_and_each_hop_is_told() -> None:
    def answer(connection: socket.socket, path: str) -> None:
        where = {"/": "/a?x=1#y", "/a?x=1": "b"}.get(path)
        if where:
            connection.sendall(
                page(b"", f"Location: {where}", f"Set-Cookie: seen{len(path)}=yes; Path=/", status="302 Found")
            )
        else:
            connection.sendall(page(b"there"))

    with server(answer) as running:
        found = get(running.url(), redirects=5)
        assert found.body == b"there"
        assert [hop.status for hop in found.hops] == [302, 302, 200]
        assert [head.split()[1] for head in running.asked] == ["/", "/a?x=1", "/b"]
        assert "seen1=yes" in running.asked[2]
        assert "seen6=yes" in running.asked[2]


@pytest.mark.parametrize(
    ("location", "told"),
    [
        ("file:///etc/passwd", "leads to 'file:///etc/passwd', which is not the address of a page"),
        ("ftp://127.0.0.1/", "leads to 'ftp://127.0.0.1/'"),
        ("http://[::1/", "leads to"),
        ("http://127.0.0.1:0/", "leads to"),
        ("http://127.0.0.1:99999/", "leads to"),
        ("javascript:alert(1)", "leads to"),
        ("/", "redirects more than 3 times"),
        ("http://127.1/", "neither a name nor an address"),
        ("http://a..b/", "neither a name nor an address"),
    ],
)
def test_a_redirect_to_no_page_or_in_a_circle_is_told(location: str, told: str) -> None:
    with server(says(page(b"", f"Location: {location}", status="301 Moved"))) as running:
        with pytest.raises(http.HttpError, match=told.replace("(", r"\(")):
            get(running.url(), redirects=3)
        assert get(running.url()).status == 301  # unless it is not followed


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (b"", "closed the connection without an answer"),
        (b"220 mail.example ESMTP\r\n", "no HTTP: it begins with '220 mail"),
        (b"HTTP/1.1 abc\r\n\r\n", "no HTTP"),
        (b"HTTP/9 200 OK\r\n\r\n", "no HTTP"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", "breaks off after 3 bytes"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "no HTTP"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500 + b"\r\n", "no HTTP"),
    ],
)
def test_what_is_no_answer_is_told_in_words(answer: bytes, told: str) -> None:
    with server(says(answer)) as running, pytest.raises(http.HttpError, match=told):
        get(running.url())


def test_nobody_there_and_no_such_name_are_told_in_words() -> None:
    with socket.create_server((HOST, 0)) as listening:
        port = listening.getsockname()[1]
    with pytest.raises(http.Unreachable, match=r"^connection refused$"):
        get(f"http://{HOST}:{port}/")
    for name in ("a..b", "1.2", "x" * 64 + ".example", "no such.example", "xn--\u09ad.\u09ad\u200d\u200d"):
        with pytest.raises(http.HttpError, match=r"name|address"):
            get(f"http://{name}/")


def test_who_stops_waits_for_no_answer() -> None:
    cancellation = Cancellation()

    def answer(connection: socket.socket, path: str) -> None:
        cancellation.cancel()
        silent(connection, path)

    with server(answer) as running:
        begun_s = time.monotonic()
        for _ in range(2):  # under way, then one that has not begun
            with pytest.raises(http.Unreachable, match="the program stops"):
                http.request("GET", running.url(), Deadline.after(30, cancellation))
        assert time.monotonic() - begun_s < patient(2)


def test_a_post_sends_its_body_whole_even_if_no_socket_takes_it_at_once() -> None:
    taken: list[int] = []

    def answer(connection: socket.socket, _: str) -> None:
        size = 0
        while size < 7_900_000:  # the rest came with the head
            size += len(connection.recv(20_000))
        taken.append(size)
        connection.sendall(page(b"ok"))

    with server(answer) as running:
        found = http.request("POST", running.url(), Deadline.after(20), body=b"x" * 8_000_000)
    assert found.body == b"ok"
    assert taken[0] >= 7_900_000


def test_who_does_not_read_our_request_is_left_at_the_deadline() -> None:
    def never_reads(connection: socket.socket, _: str) -> None:
        time.sleep(3)

    with server(never_reads, reads=False) as running:
        begun_s = time.monotonic()
        with pytest.raises(http.TooSlow):
            http.request("POST", running.url(), Deadline.after(TIMEOUT_S), body=b"x" * 30_000_000)
        assert time.monotonic() - begun_s < patient(TIMEOUT_S + 0.5)


def test_who_says_no_before_he_has_read_all_is_heard() -> None:
    def answer(connection: socket.socket, _: str) -> None:
        connection.recv(100)
        connection.sendall(page(b"too much", status="413 Too Large"))

    with server(answer, reads=False) as running:
        for _ in range(5):
            found = http.request("POST", running.url(), Deadline.after(20), body=b"x" * 8_000_000)
            assert (found.status, found.body) == (413, b"too much")
