"""Mail servers checked for real: aiosmtpd in the clear, with STARTTLS, with TLS at once; and servers that misbehave."""

import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.domain.sample import Verdict
from monitor.net.deadline import Deadline
from monitor.probes.checks.base import Outcome
from monitor.probes.checks.checks import outcome_of
from monitor.probes.checks.smtp import SmtpCheck
from tests.cli.typed import do
from tests.lab.authority import HOST, Issuer
from tests.lab.bad_mail import BadMailServer, Mode, listening
from tests.lab.mail import MailCatcher
from tests.lab.waiting import patient
from tests.told import words


@contextmanager
def server(context: ssl.SSLContext | None = None, *, tls_at_once: bool = False) -> Iterator[int]:
    """A real mail server on loopback; its port."""
    listener = listening()
    with MailCatcher(listener, context, tls_at_once=tls_at_once):
        yield listener.getsockname()[1]


def checked(port: int, timeout_s: float = 5, **wanted: Any) -> Outcome:
    return outcome_of(SmtpCheck(host=HOST, port=port, **wanted), Deadline.after(timeout_s))


def test_a_server_with_starttls_says_who_it_is_and_how_long_its_certificate_is_good_for(tmp_path: Path) -> None:
    authority = Issuer.root()
    with server(authority.server(tmp_path, days=90)) as port:
        found = checked(port, ca_file=authority.file(tmp_path))

    assert (found.verdict, words(found.reason), words(found.poor)) == (Verdict.OK, "", "")
    assert str(found.details["banner"]).startswith("mail.lab ")
    assert found.details["starttls"] == "offered"
    expires = datetime.fromisoformat(str(found.details["certificate_expires"]))
    assert abs(expires - datetime.now(UTC) - timedelta(days=90)) < timedelta(hours=2)
    assert found.took_ns is not None


def test_a_certificate_that_ages_is_degraded_and_one_that_is_not_trusted_or_has_expired_is_down(tmp_path: Path) -> None:
    authority = Issuer.root()
    trusted = authority.file(tmp_path)
    with server(authority.server(tmp_path, days=5)) as port:
        ageing, in_time = checked(port, ca_file=trusted), checked(port, ca_file=trusted, certificate_days=3)
        stranger, believed = checked(port), checked(port, verify=False)
    with server(authority.server(tmp_path, days=-1)) as port:
        expired = checked(port, ca_file=trusted)

    assert ageing.verdict is Verdict.OK
    assert words(ageing.poor).startswith("the certificate expires ")
    assert (in_time.verdict, words(in_time.poor)) == (Verdict.OK, "")
    assert (stranger.verdict, believed.verdict) == (Verdict.FAILED, Verdict.OK)
    assert "self-signed" in words(stranger.reason) or "issuer" in words(stranger.reason)
    assert words(expired.reason) == "certificate: certificate has expired"


def test_the_certificate_of_another_host_is_refused(tmp_path: Path) -> None:
    authority = Issuer.root()
    with server(authority.server(tmp_path, days=90, host="127.0.0.9")) as port:
        assert words(checked(port, ca_file=authority.file(tmp_path)).reason).startswith(
            "certificate: it is for another address"
        )


def test_a_server_without_starttls_is_wrong_only_where_it_is_required() -> None:
    with server() as port:
        required, offered, clear = (checked(port, security=each) for each in ("starttls", "if_offered", "none"))

    assert words(required.reason).startswith("the server offers no STARTTLS")
    assert offered.verdict is clear.verdict is Verdict.OK
    assert offered.details["starttls"] == clear.details["starttls"] == "not offered"
    assert "certificate_expires" not in offered.details


def test_where_starttls_is_offered_it_must_work(tmp_path: Path) -> None:
    with server(Issuer.root().server(tmp_path, days=90)) as port:
        assert "certificate" in words(checked(port, security="if_offered").reason)
        clear = checked(port, security="none")
    with BadMailServer(listening(), mode="broken_tls") as broken:
        nonsense = checked(broken.port, security="if_offered")

    assert (clear.verdict, clear.details["starttls"]) == (Verdict.OK, "offered")
    assert words(nonsense.reason).startswith("TLS: ")


def test_tls_at_once_is_spoken_where_it_is_wanted(tmp_path: Path) -> None:
    authority = Issuer.root()
    trusted = authority.file(tmp_path)
    with server(authority.server(tmp_path, days=90), tls_at_once=True) as port:
        found = checked(port, security="tls", ca_file=trusted)
    with server() as port:
        plain = checked(port, security="tls", ca_file=trusted)

    assert found.verdict is Verdict.OK
    assert "certificate_expires" in found.details
    assert "starttls" not in found.details
    assert words(plain.reason) == "TLS: the server answers without TLS"


def test_the_greeting_is_looked_at() -> None:
    with server() as port:
        right, wrong = (checked(port, security="none", banner=each) for each in ("mail.lab", "mail.example.org"))

    assert right.verdict is Verdict.OK
    assert words(wrong.reason) == "the greeting does not say 'mail.example.org'"


@pytest.mark.parametrize(
    ("mode", "reason"),
    [
        ("mute", "timeout"),
        ("drip", "timeout"),
        ("drip_lines", "timeout"),
        ("full", "the server says 421 4.3.2 too many connections"),
        ("endless", "the server's reply has more than 100 lines"),
        ("endless_line", "the server's reply has a line of more than 2048 bytes"),
        ("no_smtp", "the server does not speak SMTP: it says 'HTTP/1.1"),
    ],
)
def test_a_server_that_misbehaves_is_left_in_time_and_told_of(mode: Mode, reason: str) -> None:
    with BadMailServer(listening(), mode=mode, drip_s=0.05) as bad:
        begun_s = time.monotonic()
        found = checked(bad.port, timeout_s=1, security="none")

    assert words(found.reason).startswith(reason)
    assert time.monotonic() - begun_s < patient(2)


def test_a_server_that_never_says_goodbye_is_well() -> None:
    with BadMailServer(listening(), mode="no_goodbye") as bad:
        found = checked(bad.port, timeout_s=1, security="none")

    assert found.verdict is Verdict.OK
    assert found.took_ns is not None
    assert found.took_ns < 900_000_000  # the wait for its goodbye is not its answer's


def test_a_file_of_authorities_that_is_not_there_is_our_own_fault(tmp_path: Path) -> None:
    with server() as port:
        assert checked(port, ca_file=tmp_path / "nosuch.pem").verdict is Verdict.UNKNOWN


def test_the_gateway_of_its_site_is_asked_where_no_host_is_named() -> None:
    assert SmtpCheck().at("127.77.1.1").host == "127.77.1.1"
    assert SmtpCheck(host="mail.example.org").at("127.77.1.1").host == "mail.example.org"


def test_it_can_be_tried_by_hand(tmp_path: Path) -> None:
    authority = Issuer.root()
    with server(authority.server(tmp_path, days=90)) as port:
        done = do("probe", "smtp", f"{HOST}:{port}", "--ca-file", str(authority.file(tmp_path)))
    nowhere = do("probe", "smtp", "a..b")

    assert done.returncode == 0
    assert "STARTTLS offered, certificate expires " in done.stdout
    assert (nowhere.returncode, "this text is not a host" in nowhere.stderr) == (2, True)
