"""The mail catcher is a real server: what a real client hands over arrives whole, and what it refuses does not."""

import sys
from pathlib import Path

import pytest

from tests.lab.mail import MAIL_HOST, MAIL_PORT, Certificate, Mail, MailCatcher
from tests.lab.network import Lab

SEND = """
import smtplib, ssl, sys
host, port, certificate, login, password = sys.argv[1:]
letter = sys.stdin.buffer.read().replace(b"\\n", b"\\r\\n")
with smtplib.SMTP(host, int(port), timeout=1) as client:
    if certificate:
        client.starttls(context=ssl.create_default_context(cafile=certificate if certificate != "none" else None))
    if login:
        client.login(login, password)
    client.sendmail("monitor@office.example", ["officer@office.example", "second@office.example"], letter)
"""

LETTER = """\
From: monitor@office.example
To: officer@office.example
Subject: =?utf-8?b?4Kam4Ka+4Kaq4KeN4Kak4Kaw4Ka/4KaV?= [BHR-1]
Message-ID: <one@office.example>
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

জুনিয়াদহ is down.
.
"""


def send(lab: Lab, certificate: Path | str = "", login: str = "", password: str = "") -> str:
    """Hands the letter over from the monitor's side; returns the error that ended it, or nothing."""
    words = [sys.executable, "-c", SEND, MAIL_HOST, str(MAIL_PORT), str(certificate), login, password]
    lines = lab.monitor.run(words, text=LETTER, check=False).stderr.strip().splitlines()
    return lines[-1] if lines else ""


def test_a_mail_arrives_whole_with_its_envelope_and_time(lab: Lab, mails: MailCatcher) -> None:
    error = send(lab)

    assert not error
    (mail,) = mails.wait_for(1, within_s=5)
    assert mail.sender == "monitor@office.example"
    assert mail.recipients == ("officer@office.example", "second@office.example")
    assert mail.header("Subject") == "দাপ্তরিক [BHR-1]"
    assert mail.header("Message-ID") == "<one@office.example>"
    assert mail.text() == "জুনিয়াদহ is down.\n.\n"
    assert (mail.over_tls, mail.login) == (False, None)
    assert mail.arrived_utc.tzname() == "UTC"


def test_with_starttls_and_a_login_only_who_knows_the_password_is_heard(lab: Lab, tmp_path: Path) -> None:
    certificate = Certificate.made_in(tmp_path)
    with MailCatcher.on(lab.hosts, certificate, ("office", "secret")) as mails:
        assert "Must issue a STARTTLS" in send(lab)
        assert "Authentication required" in send(lab, certificate.certificate)
        assert "535" in send(lab, certificate.certificate, "office", "guess")
        assert "CERTIFICATE_VERIFY_FAILED" in send(lab, "none", "office", "secret")
        assert mails.mails == []

        assert not send(lab, certificate.certificate, "office", "secret")

        (mail,) = mails.wait_for(1, within_s=5)
        assert (mail.over_tls, mail.login) == (True, "office")


def test_what_is_refused_does_not_arrive_and_the_next_one_does(lab: Lab, mails: MailCatcher) -> None:
    mails.refuse("451 4.3.0 Try again later")
    assert "451" in send(lab)
    assert mails.mails == []

    mails.accept()
    assert not send(lab)
    assert len(mails.wait_for(1, within_s=5)) == 1
    assert mails.tries == 2


def test_the_mail_server_can_be_cut_off_like_any_other_host(lab: Lab, mails: MailCatcher) -> None:
    lab.down(MAIL_HOST)
    assert "timed out" in send(lab)

    lab.up(MAIL_HOST)
    assert not send(lab)


def test_someone_is_told_of_each_mail_at_once(lab: Lab) -> None:
    heard: list[Mail] = []
    with MailCatcher.on(lab.hosts, on_mail=heard.append) as mails:
        send(lab)

        assert [str(mail) for mail in heard] == ["to officer@office.example, second@office.example: দাপ্তরিক [BHR-1]"]
        assert heard == mails.mails


def test_waiting_for_a_mail_that_never_comes_says_so(mails: MailCatcher) -> None:
    with pytest.raises(AssertionError, match=r"2 mails.*not within 0\.[13] s"):
        mails.wait_for(2, within_s=0.1)
