"""A real Alertmanager: one alert a ticket, firing until the ticket is resolved."""

import re
import socket
import time
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.alerts.channels.alertmanager import AlertmanagerChannel, AlertmanagerRecipient
from monitor.alerts.channels.base import ChannelUnavailable, Letter, Recipient, TemporaryFailure
from monitor.alerts.notices import render
from monitor.charter.office import Office
from tests.desk import Desk
from tests.lab.alertmanager import alertmanager, alerts
from tests.lab.waiting import patient, until
from tests.net.bad_servers import Answering, drips, floods, page, says
from tests.net.bad_servers import server as bad_server
from tests.store.migrated import new_store


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with alertmanager(tmp_path_factory.mktemp("alertmanager")) as url:
        yield url


@pytest.fixture
def story(office: Office, tmp_path: Path) -> list[Letter]:
    """A link's outage up to its end; the clock of the story is the machine's, because Alertmanager has no other."""
    from datetime import UTC, datetime

    from monitor.domain.clock import VirtualClock

    store = new_store(tmp_path)
    desk = Desk(office, store, VirtualClock(datetime.now(UTC)))
    desk.goes_down("backbone-north")
    desk.look()
    first = desk.send_all()
    desk.comes_back("backbone-north")
    desk.wait(minutes=11)
    found = [*first, *desk.send_all()]
    store.close()
    return found


def deliver(server: str, letter: Letter) -> str:
    return AlertmanagerChannel().deliver(letter, Recipient("Alertmanager", server, "both", 5), render.render(letter))


def test_a_password_in_its_address_is_sent_and_never_told(story: list[Letter]) -> None:
    def repeats(connection: socket.socket, _: str) -> None:
        proof = re.search(r"Authorization: Basic (\S+)", odd.asked[-1])
        assert proof
        told = f"{b64decode(proof[1]).decode()} ({proof[1]}) may not"
        connection.sendall(page(told.encode(), status="403 Forbidden"))

    entry = AlertmanagerRecipient.model_validate({"url": "http://am:canary@127.0.0.1:9093/"})
    assert entry.shown_address == "http://127.0.0.1:9093/"
    with (
        bad_server(repeats) as odd,
        pytest.raises(TemporaryFailure, match=r"403 Forbidden: \*\*\* \(\*\*\*\) may not"),
    ):
        deliver(f"http://am:canary@127.0.0.1:{odd.port}", story[0])
    with pytest.raises(ChannelUnavailable, match="connection refused") as away:
        deliver(f"http://am:canary@127.0.0.1:{odd.port}", story[0])
    assert "canary" not in str(away.value)


def test_a_ticket_is_one_alert_however_many_letters_there_are_and_ends_with_it(
    server: str, story: list[Letter]
) -> None:
    opened = next(letter for letter in story if letter.kind == "opened")
    resolved = next(letter for letter in story if letter.kind == "resolved")
    assert deliver(server, opened).startswith("200")
    deliver(server, opened)  # a letter may come twice
    (alert,) = until(lambda: alerts(server), "the alert", 10)
    assert alert["labels"]["ticket"] == opened.facts["number"]
    assert alert["labels"]["site"] == "backbone-north"
    assert alert["annotations"]["summary"].startswith(f"[{opened.facts['number']}]")
    deliver(server, resolved_now(resolved))
    until(lambda: not alerts(server), "the alert to be over", 10)


def resolved_now(letter: Letter) -> Letter:
    """The story's clock is eleven minutes ahead; an end in the future would not be one yet."""
    from dataclasses import replace
    from datetime import UTC, datetime

    return replace(letter, created_utc=datetime.now(UTC))


def test_nobody_there_is_the_channels_fault(story: list[Letter]) -> None:
    with pytest.raises(ChannelUnavailable, match="connection refused"):
        deliver("http://127.0.0.1:1", story[0])


@pytest.mark.parametrize(
    "answer",
    [
        drips(b"HTTP/1.1 200 OK\r\nX: "),
        drips(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"),
        drips(b"HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n"),
    ],
    ids=["headers", "body", "chunks"],
)
def test_an_answer_that_drips_is_left_at_the_recipients_time_out(story: list[Letter], answer: Answering) -> None:
    with bad_server(answer) as running:
        begun_s = time.monotonic()
        recipient = Recipient("Alertmanager", running.url(), "both", 1)
        with pytest.raises(ChannelUnavailable, match="no whole answer within 1 s"):
            AlertmanagerChannel().deliver(story[0], recipient, render.render(story[0]))
        assert time.monotonic() - begun_s < patient(2.5)


def test_an_answer_without_end_is_not_read_and_nobody_sends_us_elsewhere(story: list[Letter]) -> None:
    with bad_server(floods(b"HTTP/1.1 500 No\r\n\r\n", b"\x1b[2J" * 16_384)) as running:
        with pytest.raises(TemporaryFailure) as caught:
            deliver(running.url(), story[0])
        assert len(str(caught.value)) < 300
        assert "\x1b" not in str(caught.value)
    moved = page(b"", "Location: http://127.0.0.1:1/", status="307 Moved")
    with bad_server(says(moved)) as running, pytest.raises(TemporaryFailure, match="307 Moved"):
        deliver(running.url(), story[0])


def test_a_stop_waits_for_no_answer(story: list[Letter]) -> None:
    channel = AlertmanagerChannel()

    def answer(connection: socket.socket, path: str) -> None:
        channel.abort()
        drips(b"HTTP/1.1 200 OK\r\nX: ")(connection, path)

    with bad_server(answer) as running:
        begun_s = time.monotonic()
        with pytest.raises(ChannelUnavailable, match="the program stops"):
            channel.deliver(story[0], Recipient("A", running.url(), "both", 60), render.render(story[0]))
        assert time.monotonic() - begun_s < patient(2)
