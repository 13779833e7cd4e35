"""One conversation with a mail server: how it is reached, who we say we are, and whom we trust."""

import smtplib
import socket
import time
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from monitor.alerts.channels.base import ChannelUnavailable
from monitor.net.deadline import Cancellation, Cancelled, Deadline, DeadlinePassed
from monitor.net.names import Address, Names
from monitor.net.smtp import own_name, talk
from tests.alerts.channels.mails import OFFICER, WORDS, channel, letter
from tests.lab.bad_mail import BadMailServer, listening
from tests.lab.mail import Certificate, MailCatcher
from tests.lab.waiting import patient
from tests.net.bad_servers import server


@contextmanager
def black_holes(port: int, *hosts: str) -> Iterator[None]:
    """Addresses of loopback that answer no SYN: the queues of their listeners are full."""
    with ExitStack() as stack:
        for host in hosts:
            full = stack.enter_context(socket.socket())
            full.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            full.bind((host, port))
            full.listen(0)
            for _ in range(4):
                filler = stack.enter_context(socket.socket())
                filler.setblocking(False)
                filler.connect_ex((host, port))
        yield


def names_of(*hosts: str) -> Names:
    """A resolver that gives every name these addresses."""
    return Names(lambda _: [Address(socket.AF_INET, (host, 0)) for host in hosts])


HOST = "mail.example.org"
HOLES = ("127.0.0.11", "127.0.0.12", "127.0.0.13", "127.0.0.14")


def test_a_mail_host_with_silent_addresses_is_reached_by_the_one_that_answers() -> None:
    with BadMailServer(listening()) as server, black_holes(server.port, *HOLES):
        begun = time.monotonic()
        with talk(HOST, server.port, "none", Deadline.after(10), names=names_of(*HOLES, "127.0.0.1")) as smtp:
            assert smtp.noop()[0] == 250
        assert time.monotonic() - begun < patient(3)


def test_a_mail_host_whose_addresses_are_all_silent_is_left_at_the_end_of_one_deadline_for_all() -> None:
    with BadMailServer(listening()) as server, black_holes(server.port, *HOLES):
        begun = time.monotonic()
        with pytest.raises(DeadlinePassed), talk(HOST, server.port, "none", Deadline.after(1), names=names_of(*HOLES)):
            pass
        assert time.monotonic() - begun < patient(2)


def test_a_stop_ends_a_conversation_at_once() -> None:
    cancellation = Cancellation()
    with BadMailServer(listening(), "good") as server:
        with talk(HOST, server.port, "none", Deadline.after(60, cancellation), names=names_of("127.0.0.1")) as smtp:
            cancellation.cancel()
            with pytest.raises((Cancelled, smtplib.SMTPServerDisconnected)):
                smtp.noop()
        with (
            pytest.raises(Cancelled),
            talk(HOST, server.port, "none", Deadline.after(60, cancellation), names=names_of("127.0.0.1")),
        ):
            pass


def test_who_we_are_to_the_server_stands_in_the_configuration(tmp_path: Path) -> None:
    with BadMailServer(listening()) as server:
        channel(server.port, tmp_path, helo="monitor.example.org").deliver(letter(), OFFICER, WORDS)
    assert server.helos == ["monitor.example.org"]


@pytest.mark.parametrize(
    ("machine", "address", "name"),
    [
        ("monitor.example.org", "127.0.0.1", "monitor.example.org"),
        ("monitor", "192.0.2.7", "[192.0.2.7]"),
        ("monitor", "2001:db8::7", "[IPv6:2001:db8::7]"),
        ("monitor", "fe80::7%eth0", "[IPv6:fe80::7]"),
        ("monitor", "::ffff:192.0.2.7", "[192.0.2.7]"),
        ("কম্পিউটার.local", "192.0.2.7", "[192.0.2.7]"),
    ],
)
def test_without_one_we_are_this_machines_full_name_or_its_address(
    machine: str, address: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: machine)
    assert own_name(address) == name


@contextmanager
def secured(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """A mail server with STARTTLS: its port, and the certificate that vouches for it."""
    folder = tmp_path / "certificate"
    folder.mkdir()
    certificate = Certificate.made_in(folder, "127.0.0.1")
    listener = listening()
    with MailCatcher(listener, certificate):
        yield int(listener.getsockname()[1]), certificate.certificate


def test_the_machines_own_authorities_count_besides_the_configured_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    another = Certificate.made_in(other).certificate
    with secured(tmp_path) as (port, authority):
        for machine, configured in ((authority, another), (another, authority)):
            monkeypatch.setenv("SSL_CERT_FILE", str(machine))
            mail = channel(port, tmp_path, security="starttls", ca_file=str(configured))
            assert mail.deliver(letter(), OFFICER, WORDS).startswith("250")


def test_a_certificate_that_nobody_vouches_for_is_told_in_the_words_of_tls(tmp_path: Path) -> None:
    with secured(tmp_path) as (port, _), pytest.raises(ChannelUnavailable) as caught:
        channel(port, tmp_path, security="starttls").deliver(letter(), OFFICER, WORDS)
    assert str(caught.value) == f"127.0.0.1:{port}: certificate: self-signed certificate"


def test_an_authority_that_is_no_certificate_is_told_with_its_path(tmp_path: Path) -> None:
    (tmp_path / "authority.pem").write_text("rubbish")
    for file, says in (("authority.pem", "holds no certificate in PEM"), ("nowhere.pem", "No such file")):
        with pytest.raises(ChannelUnavailable, match=says):
            channel(1, tmp_path, security="starttls", ca_file=file).deliver(letter(), OFFICER, WORDS)


def test_a_server_without_starttls_is_told_with_what_to_configure(tmp_path: Path) -> None:
    with BadMailServer(listening()) as server, pytest.raises(ChannelUnavailable, match="offers no STARTTLS"):
        channel(server.port, tmp_path, security="starttls").deliver(letter(), OFFICER, WORDS)


def test_a_server_that_repeats_the_password_does_not_bring_it_into_an_error() -> None:
    def repeats(connection: socket.socket, _: str) -> None:
        told = connection.makefile("rb")
        connection.sendall(b"220 odd\r\n")
        for line in told:
            if line.upper().startswith(b"EHLO"):
                connection.sendall(b"250-odd\r\n250 AUTH PLAIN LOGIN\r\n")
            elif line.startswith(b"AUTH LOGIN"):
                connection.sendall(b"334 UGFzc3dvcmQ6\r\n")
            else:
                plain = b64decode(line.split()[-1]).replace(b"\0", b"/")
                connection.sendall(b"535 5.7.8 no: " + line.strip() + b" is " + plain + b"\r\n")

    with (
        server(repeats, reads=False) as odd,
        talk("127.0.0.1", odd.port, "none", Deadline.after(20)) as conversation,
        pytest.raises(smtplib.SMTPAuthenticationError) as caught,
    ):
        conversation.log_in("karim", "canary-of-mail")
    told = repr(caught.value)
    assert "535" in told
    assert "***" in told
    for form in (
        "canary-of-mail",
        b64encode(b"canary-of-mail").decode(),
        b64encode(b"\0karim\0canary-of-mail").decode(),
    ):
        assert form not in told
