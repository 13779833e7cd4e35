"""The mail server is gone through from greeting to recipient, against real servers that misbehave; no mail is sent."""

import socket
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.doctor.installation import Installation
from tests.lab.authority import HOST, Issuer
from tests.lab.bad_mail import BadMailServer
from tests.lab.mail import Certificate, MailCatcher


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server((HOST, 0)) as made:
        yield made


def confirmed(office: Installation) -> None:
    """Give each officer an address, and say that they are the office's own."""
    office.configure("charter.toml", "office", officers_confirmed=True)
    for role in office.settings().charter.officers:
        office.configure("charter.toml", f"officers.{role}", email=f"{role}@example.org")


def served(office: Installation, listener: socket.socket, **keys: object) -> None:
    port = listener.getsockname()[1]
    wanted = {"host": HOST, "port": port, "sender": "monitor@example.org", "security": "none", "timeout_s": 2, **keys}
    office.configure("monitor.toml", "mail", **wanted)


def test_a_server_that_takes_all_is_well_and_got_no_mail(office: Installation, listener: socket.socket) -> None:
    confirmed(office)
    served(office, listener)
    with MailCatcher(listener) as catcher:
        examined = office.examined("mail")
        assert catcher.mails == []
    (finding,) = examined.findings
    assert finding.kind.code == "mail.ok"
    officers = {each.email for each in office.settings().charter.officers.values()}
    assert finding.values["count"] == len(officers)


def test_each_recipient_that_it_does_not_know_is_named_with_its_words(
    office: Installation, listener: socket.socket
) -> None:
    confirmed(office)
    served(office, listener)
    port = listener.getsockname()[1]
    with MailCatcher(listener) as catcher:
        catcher.forget("responsible@example.org")
        (finding,) = office.examined("mail").findings
    assert finding.kind.code == "mail.recipient-refused"
    said = f"{HOST}:{port} refuses the recipient responsible@example.org: 550 5.1.1 No such user"
    assert str(finding.text) == said


def test_until_the_officers_are_confirmed_nobody_but_our_own_sender_is_asked_for(
    office: Installation, listener: socket.socket
) -> None:
    served(office, listener)
    with MailCatcher(listener) as catcher:
        for officer in office.settings().charter.officers.values():
            catcher.forget(officer.email)
        assert office.found("mail") == ["ok"]


def test_a_sender_that_is_refused_is_named(office: Installation, listener: socket.socket) -> None:
    confirmed(office)
    served(office, listener)
    with MailCatcher(listener) as catcher:
        catcher.refuse("550 5.7.1 Not from you")
        (finding,) = office.examined("mail").findings
    assert finding.kind.code == "mail.sender-refused"
    assert finding.values["why"] == "550 5.7.1 Not from you"


def test_a_wrong_password_is_told_from_a_server_that_is_away(office: Installation, listener: socket.socket) -> None:
    confirmed(office)
    certificate = Certificate.made_in(office.home, HOST)
    password = office.secret("password", "wrong")
    served(office, listener, security="starttls", ca_file=str(certificate.certificate), username="monitor")
    office.configure("monitor.toml", "mail", password_file=password.name)
    with MailCatcher(listener, certificate, ("monitor", "right")):
        assert office.found("mail") == ["login-refused"]
        office.secret("password", "right")
        office.clock.now_utc = datetime.now(UTC)
        assert office.found("mail") == ["certificate", "ok"], "it is good for two days only"
        password.unlink()
        assert office.found("mail") == ["no-password"]


def test_a_certificate_that_has_expired_is_said(office: Installation, listener: socket.socket) -> None:
    confirmed(office)
    issuer = Issuer.root()
    served(office, listener, security="starttls", ca_file=str(issuer.file(office.home)))
    with MailCatcher(listener, issuer.server(office.home, days=-1)):
        (finding,) = office.examined("mail").findings
    assert finding.kind.code == "mail.away"
    assert "expired" in str(finding.text)


@pytest.mark.parametrize("mode", ["mute", "no_smtp", "full", "endless_line"])
def test_what_is_no_good_mail_server_is_left_in_time(office: Installation, listener: socket.socket, mode: str) -> None:
    confirmed(office)
    served(office, listener, timeout_s=1)
    with BadMailServer(listener, mode):  # type: ignore[arg-type]  # one of its modes
        assert office.found("mail") == ["away"]


def test_where_nothing_listens_that_is_said(office: Installation, listener: socket.socket) -> None:
    confirmed(office)
    served(office, listener)
    listener.close()
    (finding,) = office.examined("mail").findings
    assert "refused" in str(finding.text).lower()


def test_without_a_server_nothing_is_asked(office: Installation) -> None:
    assert office.found("mail") == ["none"]
