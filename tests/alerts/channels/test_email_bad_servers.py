"""Mail servers that misbehave: what becomes of the letter, and for how long the worker is held up."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.alerts.channels.base import (
    ChannelUnavailable,
    DeliveryFailure,
    PermanentFailure,
    Recipient,
    TemporaryFailure,
)
from monitor.alerts.channels.email import EmailChannel
from monitor.net import smtp
from monitor.net.deadline import Deadline
from tests.alerts.channels.mails import OFFICER, WORDS, channel, letter, mail_at
from tests.lab.bad_mail import BadMailServer, Mode, listening
from tests.lab.waiting import patient

TIMEOUT_S = 0.4


@pytest.fixture
def server() -> Iterator[BadMailServer]:
    with BadMailServer(listening()) as running:
        yield running


@pytest.mark.parametrize(
    ("mode", "failure", "says"),
    [
        ("mute", ChannelUnavailable, "no whole answer within"),
        ("drip", ChannelUnavailable, "no whole answer within"),
        ("drip_lines", ChannelUnavailable, "no whole answer within"),
        ("endless", ChannelUnavailable, "more than 100 lines"),
        ("endless_line", ChannelUnavailable, "more than 2048 bytes"),
        ("no_smtp", ChannelUnavailable, r"does not speak SMTP: it says 'HTTP/1.1 400 Bad Request'"),
        ("full", ChannelUnavailable, "421"),
        ("broken_tls", ChannelUnavailable, "TLS: "),
        ("busy", TemporaryFailure, "452"),
        ("leaves", TemporaryFailure, "left before it answered"),
    ],
)
def test_a_server_that_misbehaves_holds_the_worker_up_for_a_bounded_time_and_loses_nothing(
    server: BadMailServer, tmp_path: Path, mode: Mode, failure: type[DeliveryFailure], says: str
) -> None:
    server.mode, server.drip_s = mode, 0.05
    security = "starttls" if mode == "broken_tls" else "none"
    begun = time.monotonic()
    with pytest.raises(failure, match=says) as caught:
        channel(server.port, tmp_path, timeout_s=TIMEOUT_S, security=security).deliver(letter(), OFFICER, WORDS)
    # The fate of one letter and that of the whole channel are told apart.
    assert type(caught.value) is failure
    assert failure is TemporaryFailure or f"127.0.0.1:{server.port}: " in str(caught.value)
    assert server.said_bytes < 8_000_000  # what the kernel took off its hands
    assert time.monotonic() - begun < patient(4 * TIMEOUT_S)


def test_five_hundred_fifty_for_one_recipient_of_three_is_that_ones_fate_alone(
    server: BadMailServer, tmp_path: Path
) -> None:
    server.mode, server.unknown = "strict", frozenset({"second@example.org"})
    mail = channel(server.port, tmp_path)
    fates = []
    for number, name in enumerate(("first", "second", "third")):
        try:
            mail.deliver(letter(number=number), Recipient(name, f"{name}@example.org"), WORDS)
            fates.append("sent")
        except PermanentFailure as failure:
            fates.append(str(failure))
    assert fates == ["sent", "550 5.1.1 no such user", "sent"]


def test_a_server_that_never_says_goodbye_does_not_keep_the_letter_from_being_noted(
    server: BadMailServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "GOODBYE_S", 0.1)
    server.mode = "no_goodbye"
    begun = time.monotonic()
    assert channel(server.port, tmp_path, timeout_s=60).deliver(letter(), OFFICER, WORDS).startswith("250 ")
    assert time.monotonic() - begun < patient(5)


def test_a_question_about_the_password_that_makes_no_sense_is_told_in_words(server: BadMailServer) -> None:
    server.mode = "odd_login"
    with (
        smtp.talk("127.0.0.1", server.port, "none", Deadline.after(5)) as conversation,
        pytest.raises(smtp.NoSmtp, match="question about the password cannot be read"),
    ):
        conversation.log_in("user", "secret")


def test_a_name_that_nobody_can_resolve_is_the_channels_fault(tmp_path: Path) -> None:
    mail = mail_at(25).model_copy(update={"host": "mail..example.org"})  # told before any resolver is asked
    with pytest.raises(ChannelUnavailable, match="is neither a name nor an address"):
        EmailChannel(mail, tmp_path / "outbox", tmp_path).deliver(letter(), OFFICER, WORDS)
