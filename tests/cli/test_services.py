"""`probe tcp`, `probe http`, `probe dns` against real servers on loopback: http.server, its TLS, dnsmasq."""

import json
import signal
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.cli.typed import PROGRAM, Done, do
from tests.lab.waiting import patient, until

HOST = "127.0.0.1"


def probe(*words: str) -> Done:
    return do("probe", *words)


def facts(*words: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(probe(*words, "--json").stdout)
    return found


class Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/slow":
            threading.Event().wait(5)
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/")
            self.end_headers()
            return
        self.send_response(200 if self.path in {"/", "/slow", "/endless"} else 404)
        self.end_headers()
        self.wfile.write("নাগরিক সেবা".encode())
        if self.path == "/endless":
            while True:
                self.wfile.write(bytes(65_536))

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serving(context: ssl.SSLContext | None = None) -> Iterator[int]:
    server = ThreadingHTTPServer((HOST, 0), Page)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # clients hang up here on purpose
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def page() -> Iterator[str]:
    with serving() as port:
        yield f"http://{HOST}:{port}"


def certificate(folder: Path, days: int) -> Path:
    """A certificate for loopback that is good for so many days from now, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "portal.example")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=60))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{days}.pem"
    pem = serialization.Encoding.PEM
    plain = serialization.NoEncryption()
    file.write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain) + made.public_bytes(pem))
    return file


@contextmanager
def secure(file: Path) -> Iterator[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    with serving(context) as port:
        yield f"https://{HOST}:{port}/"


def free_port(kind: socket.SocketKind) -> int:
    with socket.socket(socket.AF_INET, kind) as held:
        held.bind((HOST, 0))
        return int(held.getsockname()[1])


def test_an_open_port_is_told_from_a_closed_one(page: str) -> None:
    there = facts("tcp", page.removeprefix("http://"))
    nobody = facts("tcp", f"{HOST}:{free_port(socket.SOCK_STREAM)}")

    assert (there["verdict"], there["reason"]) == ("ok", "")
    assert isinstance(there["rtt_ms"], float)
    assert (nobody["verdict"], nobody["reason"], nobody["rtt_ms"]) == ("failed", "connection refused", None)


@pytest.mark.parametrize(
    ("path", "words", "verdict", "reason"),
    [
        ("/", (), "ok", ""),
        ("/moved", (), "ok", ""),
        ("/nope", (), "failed", "status 404"),
        ("/nope", ("--status", "404"), "ok", ""),
        ("/", ("--status", "204"), "failed", "status 200"),
        ("/", ("--body", "নাগরিক"), "ok", ""),
        ("/", ("--body", "বিদায়"), "failed", "the page does not say 'বিদায়'"),
        ("/endless", ("--body", "নাগরিক"), "ok", ""),
        ("/slow", ("--timeout", "0.5"), "failed", "timeout"),
    ],
)
def test_a_page_is_judged_by_its_status_and_what_it_says(
    page: str, path: str, words: tuple[str, ...], verdict: str, reason: str
) -> None:
    found = facts("http", page + path, *words)

    assert (found["verdict"], found["reason"]) == (verdict, reason)


def test_a_certificate_is_good_ages_expires_or_is_not_trusted(tmp_path: Path) -> None:
    good, old, dead = (certificate(tmp_path, days) for days in (90, 5, -1))
    with secure(good) as url:
        assert (facts("http", url, "--ca-file", str(good))["verdict"]) == "ok"
        untrusted = facts("http", url)
        assert untrusted["verdict"] == "failed"
        assert "self-signed certificate" in str(untrusted["reason"])
        assert facts("http", url, "--insecure")["verdict"] == "ok"
    with secure(old) as url:
        ageing = probe("http", url, "--ca-file", str(old))
        assert ageing.returncode == 1
        assert "the certificate expires" in ageing.stdout
        assert facts("http", url, "--ca-file", str(old), "--certificate-days", "3")["poor"] == ""
    with secure(dead) as url:
        assert "certificate has expired" in str(facts("http", url, "--ca-file", str(dead))["reason"])


def ended_or_answers(process: "subprocess.Popen[bytes]", server: str) -> str:
    if process.poll() is not None:
        return "ended"
    answers = probe("dns", "portal.example", "--server", server, "--timeout", "0.5").returncode == 0
    return "answers" if answers else ""


@pytest.fixture(scope="module")
def names() -> Iterator[str]:
    """dnsmasq that knows one name; yields ADDRESS:PORT."""
    words = ["--no-daemon", f"--listen-address={HOST}", "--bind-interfaces", "--no-hosts", "--no-resolv"]
    words += ["--conf-file=/dev/null", "--host-record=portal.example,10.77.1.2", "--local=/example/"]
    words += ["--txt-record=portal.example,one,two"]
    for _ in range(5):  # a port that is free for UDP may be taken for TCP
        port = free_port(socket.SOCK_DGRAM)
        process = subprocess.Popen(
            ["/usr/sbin/dnsmasq", *words, f"--port={port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        server = f"{HOST}:{port}"
        try:
            if until(partial(ended_or_answers, process, server), "dnsmasq", 15) == "answers":
                yield server
                return
        finally:
            process.kill()
            process.wait()
    raise AssertionError("dnsmasq found no port")


@pytest.mark.parametrize(
    ("name", "words", "reason"),
    [
        ("portal.example", (), ""),
        ("portal.example", ("--expect", "10.77.1.2"), ""),
        ("portal.example", ("--expect", "10.77.1.3"), "answers 10.77.1.2 and not 10.77.1.3"),
        ("portal.example", ("--type", "txt"), ""),
        ("portal.example", ("--type", "mx"), "no MX record"),
        ("nowhere.example", (), "NXDOMAIN"),
    ],
)
def test_a_name_is_judged_by_what_its_server_answers(
    names: str, name: str, words: tuple[str, ...], reason: str
) -> None:
    assert facts("dns", name, "--server", names, *words)["reason"] == reason


def test_a_name_server_that_is_not_there_is_a_failure() -> None:
    server = f"{HOST}:{free_port(socket.SOCK_DGRAM)}"

    assert facts("dns", "portal.example", "--server", server, "--timeout", "0.5")["verdict"] == "failed"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("tcp", "127.0.0.1"), "Expected HOST:PORT"),
        (("tcp", "127.0.0.1:70000"), "port: found 70000"),
        (("tcp", "[::1"), "Expected HOST:PORT"),
        (("tcp", "127.0.0.1:8_0"), "Expected HOST:PORT"),
        (("tcp", "a..b:80"), "this text is not a host"),
        (("tcp", "127.1:80"), "'127.1' is not a host. Expected a name or an address"),
        (("http", "http://127.1/"), "Expected http://… or https://…"),
        (("http", "http://0x7f000001/"), "Expected http://… or https://…"),
        (("tcp", "[fe80::1]:80"), "'fe80::1' is a link-local address. Expected it with its zone"),
        (("http", "http://[fe80::1]/"), "is a link-local address. Expected it with its zone"),
        (("dns", "portal.example", "--server", "fe80::1"), "is a link-local address. Expected it with its zone"),
        (("tcp", "[ff02::1%lo]:80"), "is nobody's address"),
        (("tcp", "\u09be.example:80"), "is not a host"),
        (("http", "http://" + "ক" * 70 + ".example/"), "Expected http://… or https://…"),
        (("dns", "127.1", "--server", "127.0.0.1"), "'127.1' is not a name"),
        (("dns", "portal.example", "--server", "127.1"), "'127.1' is not an address"),
        (("http", "http://a..b/"), "Expected http://… or https://…"),
        (("http", "http://127.0.0.1:1/\r\nX: y"), "Expected http://… or https://…"),
        (("http", "https://127.0.0.1:1/", "--ca-file", "nosuch"), "--ca-file: nosuch is not a file"),
        (("dns", "a..b", "--server", "127.0.0.1"), "this text is not a name"),
        (("dns", "portal.example", "--server", "localhost"), "this text is not an address"),
        (("http", "ftp://127.0.0.1/"), "Expected http://… or https://…"),
        (("http", "http://[::1/"), "Expected http://… or https://…"),
        (("dns", "portal.example", "--type", "XYZ"), "type: found another text"),
    ],
)
def test_what_cannot_be_asked_is_bad_input(words: tuple[str, ...], expected: str) -> None:
    done = probe(*words)

    assert done.returncode == 2
    assert expected in done.stderr


@contextmanager
def mute() -> Iterator[str]:
    """Somebody who takes what is said, over TCP and UDP, and never answers; yields ADDRESS:PORT."""
    with socket.create_server((HOST, 0)) as listening, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.bind(listening.getsockname())
        yield f"{HOST}:{listening.getsockname()[1]}"


KINDS = [("http", "http://{}/"), ("http", "https://{}/"), ("dns", "portal.example", "--server", "{}")]


@pytest.mark.parametrize("words", KINDS, ids=["http", "https", "dns"])
def test_a_check_by_hand_is_over_in_its_time(words: tuple[str, ...]) -> None:
    with mute() as place:
        begun_s = time.monotonic()
        probe("tcp", place)  # what starting the program takes on this machine
        plain_s = time.monotonic() - begun_s
        begun_s = time.monotonic()
        assert "timeout" in probe(*(word.format(place) for word in words), "--timeout", "1").stdout
        assert time.monotonic() - begun_s < patient(plain_s + 1 + 2)


@pytest.mark.parametrize("words", KINDS, ids=["http", "https", "dns"])
def test_ctrl_c_ends_a_check_at_once(words: tuple[str, ...]) -> None:
    with mute() as place:
        check = [PROGRAM, "probe", *(word.format(place) for word in words), "--timeout", "60"]
        # Whoever runs the tests in the background has SIGINT ignored, and passes that on.
        command = ["/usr/bin/env", "--default-signal=INT", *check]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        until(lambda: _has_a_socket(process.pid), "its question", 30)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=10)
    assert process.returncode == 130
    assert "Traceback" not in said


def _has_a_socket(pid: int) -> bool:
    try:
        return any("socket:" in str(descriptor.readlink()) for descriptor in Path(f"/proc/{pid}/fd").iterdir())
    except OSError:
        return False
