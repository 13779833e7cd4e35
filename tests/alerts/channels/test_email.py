"""Real SMTP over loopback: what arrives, what is proof, and what is tried again."""

import email
import socket
from collections.abc import Iterator
from dataclasses import replace
from email import policy
from email.header import decode_header, make_header
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts.channels.base import (
    AttachedFile,
    ChannelUnavailable,
    PermanentFailure,
    Recipient,
    Rendered,
    TemporaryFailure,
)
from monitor.alerts.channels.email import EmailChannel, compose
from monitor.alerts.channels.registry import channels_of
from monitor.charter.office import Office
from monitor.configuration import load
from monitor.settings.monitor_file import Mail
from tests.alerts.channels.mails import OFFICER, WORDS, channel, letter
from tests.lab.mail import Certificate, MailCatcher
from tests.places import SHIPPED


def listener() -> socket.socket:
    return socket.create_server(("127.0.0.1", 0))


@pytest.fixture
def catcher() -> Iterator[MailCatcher]:
    with MailCatcher(listener()) as running:
        yield running


def port_of(catcher: MailCatcher) -> int:
    return int(catcher._listener.getsockname()[1])


def test_a_mail_arrives_whole_and_the_servers_answer_is_the_proof(catcher: MailCatcher, tmp_path: Path) -> None:
    proof = channel(port_of(catcher), tmp_path).deliver(letter(), OFFICER, WORDS)
    (mail,) = catcher.mails
    assert proof == "250 2.0.0 Ok: queued as LAB000001"
    assert mail.recipients == ("officer@example.org",)
    assert mail.header("Subject") == WORDS.subject
    # As RFC 2047 reads it: blanks between two encoded words do not count.
    to = email.message_from_bytes(mail.content)["To"]
    assert str(make_header(decode_header(to))) == "জনাব মো: আলমগীর হোসেন <officer@example.org>"
    assert mail.text().strip() == "বিচ্ছিন্ন"
    assert mail.header("Auto-Submitted") == "auto-generated"
    assert mail.content.isascii()  # passes servers without 8BITMIME or SMTPUTF8


def test_files_arrive_byte_for_byte_beside_the_words(catcher: MailCatcher, tmp_path: Path) -> None:
    files = (
        AttachedFile("report.pdf", "application/pdf", bytes(range(256)) * 500),
        AttachedFile("b.json", "application/json", b"{}"),
    )
    channel(port_of(catcher), tmp_path).deliver(replace(letter(), files=files), OFFICER, WORDS)
    (mail,) = catcher.mails
    assert mail.message.get_content_type() == "multipart/mixed"
    found = [
        (each.get_filename(), each.get_content_type(), each.get_payload(decode=True))
        for each in mail.message.iter_attachments()
    ]
    assert found == [(each.filename, each.media, each.content) for each in files]
    assert mail.text() == WORDS.text
    assert mail.header("Message-ID") == letter().message_id


def test_later_mails_of_a_ticket_stand_in_the_thread_of_its_first(catcher: MailCatcher, tmp_path: Path) -> None:
    channel(port_of(catcher), tmp_path).deliver(letter("resolved"), OFFICER, WORDS)
    (mail,) = catcher.mails
    assert mail.header("In-Reply-To") == mail.header("References") == letter().message_id
    assert mail.header("Message-ID") == letter("resolved").message_id


def test_starttls_and_login_are_used_where_configured(tmp_path: Path) -> None:
    certificate = Certificate.made_in(tmp_path, "127.0.0.1")
    (tmp_path / "password").write_text("সোনার বাংলা\n", encoding="utf-8")
    secure = {"security": "starttls", "ca_file": certificate.certificate, "username": "u", "password_file": "password"}
    with (
        MailCatcher(listener(), certificate, ("u", "secret")) as server,
        pytest.raises(TemporaryFailure, match="ASCII"),
    ):
        channel(port_of(server), tmp_path, **secure).deliver(letter(), OFFICER, WORDS)
    (tmp_path / "password").write_bytes("secret\n".encode("utf-16"))
    with (
        MailCatcher(listener(), certificate, ("u", "secret")) as server,
        pytest.raises(TemporaryFailure, match=r"mail\.password_file: is no text"),
    ):
        channel(port_of(server), tmp_path, **secure).deliver(letter(), OFFICER, WORDS)
    (tmp_path / "password").write_text("not the secret\n")
    with MailCatcher(listener(), certificate, ("u", "secret")) as wrong:
        with pytest.raises(TemporaryFailure, match=r"login was refused: 535"):
            channel(port_of(wrong), tmp_path, **secure).deliver(letter(), OFFICER, WORDS)
        assert wrong.mails == []
    (tmp_path / "password").write_text("secret\n")
    with MailCatcher(listener(), certificate, ("u", "secret")) as right:
        channel(port_of(right), tmp_path, **secure).deliver(letter(), OFFICER, WORDS)
        assert (right.mails[0].over_tls, right.mails[0].login) == (True, "u")


def test_a_certificate_that_nobody_vouches_for_gets_neither_mail_nor_password(tmp_path: Path) -> None:
    certificate = Certificate.made_in(tmp_path, "127.0.0.1")
    with MailCatcher(listener(), certificate) as impostor:
        with pytest.raises(TemporaryFailure, match="certificate: self-signed certificate"):
            channel(port_of(impostor), tmp_path, security="starttls").deliver(letter(), OFFICER, WORDS)
        assert impostor.mails == []


def test_a_recipient_whom_the_server_does_not_know_is_final(catcher: MailCatcher, tmp_path: Path) -> None:
    catcher.forget("officer@example.org")
    with pytest.raises(PermanentFailure, match="550"):
        channel(port_of(catcher), tmp_path).deliver(letter(), OFFICER, WORDS)
    somebody_else = Recipient("কেউ", "somebody@example.org")
    assert channel(port_of(catcher), tmp_path).deliver(letter(), somebody_else, WORDS).startswith("250")


@pytest.mark.parametrize("answer", ["451 4.3.0 Try again later", "550 5.7.1 Sender refused"])
def test_a_server_that_refuses_our_sender_is_away_for_all_letters(
    catcher: MailCatcher, tmp_path: Path, answer: str
) -> None:
    catcher.refuse(answer)
    with pytest.raises(ChannelUnavailable, match=answer[:3]):
        channel(port_of(catcher), tmp_path).deliver(letter(), OFFICER, WORDS)


def test_nobody_listening_is_tried_again(tmp_path: Path) -> None:
    closed = listener()
    port = int(closed.getsockname()[1])
    closed.close()
    with pytest.raises(TemporaryFailure, match="refused"):
        channel(port, tmp_path).deliver(letter(), OFFICER, WORDS)


def test_a_server_that_accepts_and_never_speaks_is_left_in_time(tmp_path: Path) -> None:
    with listener() as mute, pytest.raises(TemporaryFailure, match="no whole answer within"):
        channel(int(mute.getsockname()[1]), tmp_path, timeout_s=0.2).deliver(letter(), OFFICER, WORDS)


def test_without_a_mail_server_or_an_address_the_mail_is_written_to_one_file(tmp_path: Path) -> None:
    unset = EmailChannel(Mail(), tmp_path / "outbox", tmp_path)
    for _ in range(2):
        assert unset.deliver(letter(), OFFICER, WORDS) == "file BHR-2026-000001.opened.responsible.eml"
    with_server = channel(1, tmp_path)  # nobody listens there: an attempt to send would fail
    assert with_server.deliver(letter(), Recipient("কেউ", None), WORDS).startswith("file")
    (path,) = (tmp_path / "outbox").iterdir()
    assert email.message_from_bytes(path.read_bytes(), policy=policy.default)["Subject"] == WORDS.subject


def test_a_folder_that_cannot_be_made_is_tried_again_and_a_letter_is_no_strangers_to_read(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("a file in the place of the folder")
    unset = EmailChannel(Mail(), tmp_path / "outbox", tmp_path)
    with pytest.raises(TemporaryFailure, match="File exists"):
        unset.deliver(letter(), OFFICER, WORDS)
    (tmp_path / "outbox").unlink()
    unset.deliver(letter(), OFFICER, WORDS)
    (path,) = (tmp_path / "outbox").iterdir()
    assert path.stat().st_mode & 0o007 == 0


@given(subject=st.text(), name=st.text(), body=st.text(max_size=300))
def test_no_text_can_break_a_header_or_add_one(subject: str, name: str, body: str) -> None:
    body = body.replace("\r", "")
    message = compose(letter(), Recipient(name, "o@example.org"), Rendered(subject, body, body), Mail())
    parsed = email.message_from_bytes(message.as_bytes(), policy=policy.default)
    assert sorted(parsed.keys()) == sorted(message.keys())
    assert [address.addr_spec for address in parsed["To"].addresses] == ["o@example.org"]


def test_a_line_break_in_a_name_adds_no_header() -> None:
    name = "Rahima\r\nBcc: everybody@example.org"
    mail = compose(letter(), Recipient(name, "o@example.org"), Rendered("subject", "", ""), Mail())
    assert mail["To"] == '"Rahima Bcc: everybody@example.org" <o@example.org>'


def test_the_joiners_of_bangla_stay_in_headers() -> None:
    name = "\u09b0\u200d\u09cd\u09af\u09be\u09ac"  # 'RAB': without its joiner it reads as another letter
    mail = compose(letter(), Recipient(name, "a@b.example"), Rendered(name, "", ""), Mail())
    assert [str(make_header(decode_header(mail[header]))) for header in ("Subject", "To")] == [
        name,
        f"{name} <a@b.example>",
    ]


@pytest.mark.parametrize("confirmed", [False, True])
def test_mails_go_to_files_until_the_office_has_confirmed_its_officers(
    confirmed: bool, catcher: MailCatcher, tmp_path: Path
) -> None:
    office = Office.of(load(SHIPPED))
    mail = Mail(host="127.0.0.1", port=port_of(catcher), security="none", sender="monitor@example.org", timeout_s=2)
    charter = replace(office.charter, officers_confirmed=confirmed)
    office = replace(office, mail=mail, charter=charter)
    proof = channels_of(office, tmp_path, tmp_path)["email"].deliver(letter(), OFFICER, WORDS)

    written = list((tmp_path / "outbox").glob("*.eml"))
    assert (len(catcher.mails), len(written)) == ((1, 0) if confirmed else (0, 1))
    assert proof.startswith("250" if confirmed else "file ")


def test_another_offices_officers_are_not_confirmed_by_what_is_shipped() -> None:
    assert not Office.of(load(SHIPPED)).sends_mail
    assert not load(SHIPPED).charter.office.officers_confirmed
