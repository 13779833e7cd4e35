"""What a browser shows as right, the check calls right; what it warns of, the check tells. Real servers on loopback."""

import os
import socket
import ssl
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

import pytest

from monitor.domain.reasons import ReasonCode, reason
from monitor.domain.sample import Verdict
from monitor.net.deadline import Deadline
from monitor.probes.checks.base import CheckKind, Outcome
from monitor.probes.checks.checks import CHECKS, outcome_of
from monitor.probes.checks.http import HTTP, HttpCheck
from monitor.probes.checks.tcp import TcpCheck
from tests.lab.authority import Issuer
from tests.net.bad_servers import floods, page, says, server
from tests.told import words

OK = b"HTTP/1.1 200 OK\r\n"
COMPOSED, DECOMPOSED = "ভে\u09dcামারা", "ভে\u09a1\u09bcামারা"  # the two spellings of ড়


def checked(url: str, **wanted: object) -> Outcome:
    return outcome_of(HttpCheck.model_validate({"url": url, **wanted}), Deadline.after(5))


def soon(days: int) -> str:
    return f"{datetime.now(UTC) + timedelta(days=days, hours=1):%Y-%m-%d}"


@pytest.mark.parametrize(
    ("answer", "body", "wanted"),
    [
        ("text/html; charset=utf-8", COMPOSED.encode(), DECOMPOSED),
        ("text/html; charset=utf-8", DECOMPOSED.encode(), COMPOSED),
        ("text/html; charset=utf-16", "মারা".encode("utf-16"), "মারা"),
        ("text/html; charset=UTF-16BE", "মারা".encode("utf-16-be"), "মারা"),
        ("text/html; charset=iso-8859-1", "Café “x”".encode("cp1252"), "Café “x”"),
        ("text/html; charset='windows-1252'", "Café".encode("cp1252"), "Café"),
        ("text/plain", "\ufeffমারা".encode(), "মারা"),
        ("text/html; charset=iso-8859-1", "\ufeffমারা".encode(), "মারা"),  # the mark counts more than the header
        ("text/html", b'<meta charset="windows-1252">' + "Café".encode("cp1252"), "Café"),
        ("text/html", "মারা".encode(), "মারা"),
        ("text/html; charset=unicode", "মারা".encode("utf-16-le"), "মারা"),
        ("text/html; charset=iso-10646-ucs-2", "মারা".encode("utf-16-le"), "মারা"),
        ("text/html; charset=utf-32", "মারা".encode("utf-32"), "মারা"),
        ("text/html; charset=x-sjis", "日本①".encode("cp932"), "日本①"),
        ("text/html; charset=iso-8859-9", "“İ”".encode("cp1254"), "“İ”"),
        ("text/html; charset=iso-8859-8-i", "שלום".encode("iso8859_8"), "שלום"),
        ("text/html; charset=x-cp1251", "Привет".encode("cp1251"), "Привет"),
        ("text/html; xcharset=latin1; charset=utf-8", "মারা".encode(), "মারা"),
        ("text/html; charset=nosuch", "মারা".encode(), "মারা"),
        ("text/html", b"Births &amp; deaths, &#2477;&#x9be;", "Births & deaths, ভা"),
        ("text/html", b"Births & deaths", "Births & deaths"),
        ("text/html", "র\u200d্যাব".encode(), "র\u200d্যাব"),
    ],
)
def test_a_page_is_read_as_it_says_that_it_is_written(answer: str, body: bytes, wanted: str) -> None:
    with server(says(page(body, f"Content-Type: {answer}"))) as running:
        assert words(checked(running.url(), body=wanted).reason) == ""


@pytest.mark.parametrize(("body", "wanted"), [("Portal", "portal"), ("র\u200d্যাব", "র্যাব"), ("মারা", "মারি")])
def test_case_and_joiners_count(body: str, wanted: str) -> None:
    with server(says(page(body.encode()))) as running:
        assert words(checked(running.url(), body=wanted).reason) == f"the page does not say '{wanted}'"


def test_interim_answers_are_not_the_answer() -> None:
    hints = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"
    with server(says(hints + hints + page(b"ok"))) as running:
        assert words(checked(running.url(), status=200, body="ok").reason) == ""


def test_a_page_where_nobody_listens_has_the_reason_that_a_port_there_has() -> None:
    with server(says(page(b""))) as running:
        url = running.url()
    found = checked(url).reason
    assert found == outcome_of(TcpCheck(host="127.0.0.1", port=urlsplit(url).port), Deadline.after(5)).reason
    assert found == reason(ReasonCode.OS_ERROR, error="ECONNREFUSED")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_that_is_expected_is_not_followed(status: int) -> None:
    with server(says(page(b"", "Location: http://127.0.0.1:1/nobody", status=f"{status} Moved"))) as running:
        assert words(checked(running.url(), status=status).reason) == ""
        assert words(checked(running.url()).reason) == "connection refused"
        assert words(checked(running.url(), status=200).reason) == "connection refused"


def test_a_redirect_is_followed_when_a_page_is_expected() -> None:
    def answer(connection: socket.socket, path: str) -> None:
        moved = page(b"", "Location: /there", status="302 Found")
        connection.sendall(moved if path == "/" else page(b"here", status="404 No"))

    with server(answer) as running:
        assert words(checked(running.url(), status=404, body="here").reason) == ""


def test_a_certificate_that_ages_is_told_wherever_on_the_way_it_is(tmp_path: Path) -> None:
    root = Issuer.root()
    ca_file = str(root.file(tmp_path))
    with (
        server(says(page(b"ok")), root.server(tmp_path, 3)) as ageing,
        server(says(page(b"ok")), root.server(tmp_path, 300)) as good,
        server(says(page(b"", f"Location: {ageing.url()}", status="302 Found"))) as from_plain,
        server(
            says(page(b"", f"Location: {ageing.url()}", status="302 Found")), root.server(tmp_path, 300)
        ) as from_tls,
        server(says(page(b"", f"Location: {good.url()}", status="302 Found")), root.server(tmp_path, 5)) as to_good,
    ):
        assert words(checked(ageing.url(), ca_file=ca_file).poor) == f"the certificate expires {soon(3)}"
        assert words(checked(good.url(), ca_file=ca_file).poor) == ""
        for way in (from_plain, from_tls):
            assert words(checked(way.url(), ca_file=ca_file).poor) == f"the certificate of 127.0.0.1 expires {soon(3)}"
        assert words(checked(to_good.url(), ca_file=ca_file).poor) == f"the certificate expires {soon(5)}"
        # Also of those whom nobody trusts.
        assert words(checked(ageing.url(), verify=False).poor) == f"the certificate expires {soon(3)}"


@pytest.mark.parametrize("verify", [True, False])
def test_an_issuer_that_expires_before_its_certificate_is_told(tmp_path: Path, verify: bool) -> None:
    root = Issuer.root()
    middle = root.intermediate("regional authority", 4)
    with server(says(page(b"ok")), middle.server(tmp_path, 300)) as running:
        found = checked(running.url(), ca_file=str(root.file(tmp_path)), verify=verify)
    assert words(found.poor) == f"the issuer's certificate 'regional authority' expires {soon(4)}"
    assert str(found.details["certificate_expires"]).startswith(soon(4))


def test_the_certificate_is_that_of_the_connection_which_brought_the_page(tmp_path: Path) -> None:
    root = Issuer.root()
    context = root.server(tmp_path, 300)
    connections = 0

    def once(connection: socket.socket, _: str) -> None:
        nonlocal connections
        connections += 1
        if connections % 2 == 0:
            return  # every second connection is refused a handshake
        with context.wrap_socket(connection, server_side=True) as secured:
            secured.recv(65_536)
            secured.sendall(page(b"ok"))

    with server(once, reads=False) as running:
        found = checked(running.url().replace("http:", "https:"), ca_file=str(root.file(tmp_path)))
    assert (words(found.reason), connections) == ("", 1)


def test_trouble_with_tls_is_told_in_words_of_tls(tmp_path: Path) -> None:
    root = Issuer.root()
    ca_file = str(root.file(tmp_path))
    wants_ours, old = (root.server(tmp_path, 90) for _ in range(2))
    wants_ours.verify_mode = ssl.CERT_REQUIRED
    wants_ours.load_verify_locations(ca_file)
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1 is deprecated"):
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1
    answer = says(page(b"ok"))

    def hangs_up(connection: socket.socket, _: str) -> None:
        connection.recv(65_536)

    def speaks_plainly(connection: socket.socket, _: str) -> None:
        connection.recv(65_536)
        connection.sendall(page(b"ok", status="400 Bad Request"))

    told: list[str] = []
    with server(speaks_plainly, reads=False) as running:
        told.append(words(checked(f"https://127.0.0.1:{running.port}/", ca_file=ca_file).reason))
    for context in (wants_ours, old):
        with server(answer, context) as running:
            told.append(words(checked(f"https://127.0.0.1:{running.port}/", ca_file=ca_file).reason))
    with server(hangs_up, reads=False) as running:
        told.append(words(checked(f"https://127.0.0.1:{running.port}/", ca_file=ca_file).reason))
    with server(answer, root.server(tmp_path, 90, host="127.0.0.2")) as running:
        told.append(words(checked(running.url(), ca_file=ca_file).reason))
    with server(answer, root.server(tmp_path, -1)) as running:
        told.append(words(checked(running.url(), ca_file=ca_file).reason))
    with server(answer, root.server(tmp_path, 90)) as running:
        told.append(words(checked(running.url()).reason))
    assert told == [
        "TLS: the server answers without TLS",
        "TLS: the server asks for a certificate of ours",
        "TLS: the server speaks only versions of TLS that are no longer safe",
        "TLS: the server closed the connection in the middle",
        "certificate: it is for another address",
        "certificate: certificate has expired",
        "certificate: its issuer is not trusted here",
    ]
    assert not any(os.strerror(number).lower() in " ".join(told) for number in range(1, 40))


def test_the_machines_trust_store_counts_besides_the_file(tmp_path: Path) -> None:
    """In a process of its own, because OpenSSL reads where the machine's store is once."""
    machines, own = Issuer.root("the machine's"), Issuer.root("the office's")
    store, ca_file = machines.file(tmp_path), own.file(tmp_path)
    program = (
        "import sys; from monitor.net.deadline import Deadline; from monitor.probes.checks.checks import outcome_of\n"
        "from monitor.probes.checks.http import HttpCheck\n"
        "for url in sys.argv[2:]:\n"
        "    wanted = HttpCheck(url=url, ca_file=sys.argv[1] or None)\n"
        "    from tests.told import words; print(words(outcome_of(wanted, Deadline.after(5)).reason) or 'ok')"
    )
    with (
        server(says(page(b"ok")), machines.server(tmp_path, 90)) as by_machine,
        server(says(page(b"ok")), own.server(tmp_path, 90)) as by_own,
    ):
        told = [
            subprocess.run(
                [sys.executable, "-c", program, file, by_machine.url(), by_own.url()],
                env={**os.environ, "SSL_CERT_FILE": str(store), "REQUESTS_CA_BUNDLE": "/dev/null"},
                capture_output=True,
                text=True,
                timeout=30,
                check=True,
            ).stdout.splitlines()
            for file in ("", str(ca_file))
        ]
    assert told == [["ok", "certificate: its issuer is not trusted here"], ["ok", "ok"]]


def test_a_file_of_authorities_that_cannot_be_used_is_our_own_fault_and_named(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("nothing")
    for name in ("nowhere.pem", "empty.pem"):
        found = checked("https://127.0.0.1:1/", ca_file=str(tmp_path / name))
        assert found.verdict == "unknown"
        assert name in words(found.own_fault)


def test_neither_a_proxy_nor_a_bundle_of_the_environment_plays_a_part(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    with server(says(page(b"ok"))) as running:
        assert words(checked(running.url()).reason) == ""


async def test_checks_that_hang_are_bounded_and_what_we_could_not_ask_is_unknown() -> None:
    import asyncio

    from monitor.probes.checks.checks import ServiceChecks

    never = threading.Event()

    def hangs(_: socket.socket, __: str) -> None:
        never.wait(10)

    checks = ServiceChecks(threads=2)
    with server(hangs) as running:
        wanted = HttpCheck(url=running.url())
        found = await asyncio.gather(*(checks.run(wanted, 0.5) for _ in range(6)))
    never.set()
    verdicts = [str(each.verdict) for each in found]
    assert verdicts.count("failed") == 2
    assert verdicts.count("unknown") == 4
    assert any("too many checks are under way" in words(each.own_fault) for each in found)
    checks.close()


def test_an_endless_page_is_searched_up_to_a_mebibyte() -> None:
    with server(floods(OK + b"\r\nhere", b"x" * 65_536)) as running:
        assert words(checked(running.url(), body="here").reason) == ""
        assert words(checked(running.url(), body="gone").reason) == "the page does not say 'gone' in its first 1024 KiB"


def test_a_certificate_of_an_unheard_of_version_keeps_no_page_from_being_seen(tmp_path: Path) -> None:
    context = Issuer.root().server(tmp_path, days=90)
    (file,) = tmp_path.glob("*.pem")
    key, _, rest = file.read_text().partition("-----BEGIN CERTIFICATE-----")
    der = ssl.PEM_cert_to_DER_cert("-----BEGIN CERTIFICATE-----" + rest)
    file.write_text(key + ssl.DER_cert_to_PEM_cert(der.replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x06", 1)))
    context.load_cert_chain(file)
    with server(says(page(b"all is well")), context) as running:
        found = checked(running.url(), verify=False)
    assert (found.verdict, found.details) == (Verdict.OK, {"status": 200})


def test_a_certificate_that_has_expired_is_not_said_to_expire(tmp_path: Path) -> None:
    with server(says(page(b"")), Issuer.root().server(tmp_path, days=-1)) as running:
        assert words(checked(running.url(), verify=False).poor).startswith("the certificate expired ")


def test_a_fault_of_ours_is_neither_the_servers_nor_the_end_of_checking(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: HttpCheck, __: Deadline) -> Outcome:
        raise LookupError("oh")

    monkeypatch.setitem(cast("dict[str, CheckKind[HttpCheck]]", CHECKS), "http", replace(HTTP, check=broken))
    found = checked("http://127.0.0.1:1/")
    assert (found.verdict, words(found.own_fault)) == (
        Verdict.UNKNOWN,
        "a fault of this program: LookupError: oh",
    )
