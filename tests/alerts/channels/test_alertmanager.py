"""A real Alertmanager: one alert a ticket, firing until the ticket is resolved."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.alerts import letters
from monitor.alerts.channels.alertmanager import AlertmanagerChannel
from monitor.alerts.channels.base import ChannelAway, Recipient
from monitor.alerts.office import Office
from monitor.alerts.outbox import Letter
from monitor.store.session import open_store
from tests.alerts.conftest import Desk
from tests.lab.alertmanager import alertmanager, alerts
from tests.lab.waiting import until


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with alertmanager(tmp_path_factory.mktemp("alertmanager")) as url:
        yield url


@pytest.fixture
def story(office: Office, tmp_path: Path) -> list[Letter]:
    """A link's outage up to its end; the clock of the story is the machine's, because Alertmanager has no other."""
    from datetime import UTC, datetime

    from monitor.clock import VirtualClock

    store = open_store(tmp_path)
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
    return AlertmanagerChannel().deliver(letter, Recipient("Alertmanager", server, "both", 5), letters.render(letter))


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
    with pytest.raises(ChannelAway, match="connection refused"):
        deliver("http://127.0.0.1:1", story[0])
