"""What only GLPI has: sessions that end, and solutions that are no followups."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.charter.office import Office
from monitor.domain.ticket_states import S
from tests.alerts.mirrored import Mirrored, mirrored
from tests.lab.glpi import Glpi


@pytest.fixture
def place() -> Iterator[Glpi]:
    with Glpi() as running:
        yield running


@pytest.fixture
def both(place: Glpi, office: Office, tmp_path: Path) -> Iterator[Mirrored]:
    found = mirrored(place, office, tmp_path)
    yield found
    found.here.store.close()


def test_a_session_that_ran_out_is_opened_anew(both: Mirrored, place: Glpi) -> None:
    number, _ = both.opened()
    sessions = place.asked("GET", "/initSession")
    place.sessions.clear()
    both.here.act(number, "comment", "after it ran out")
    both.settle()
    assert both.told(number) == both.ours(number)
    # One session serves many requests; only the one that ran out was replaced.
    assert place.asked("GET", "/initSession") == sessions + 1


def test_the_words_of_a_solution_are_heard_and_the_ticket_is_resolved(both: Mirrored, place: Glpi) -> None:
    number, id_ = both.opened()
    place.person_solves(id_, "<p>পোল বদলানো হয়েছে</p>")
    for _ in range(3):
        both.later(seconds=61)
    assert both.state(number) == S.RESOLVED
    assert [(actor, kind) for actor, kind, _ in both.done_there()] == [
        ("helpdesk/karim", "comment"),
        ("helpdesk/karim", "resolved"),
    ]
    assert both.done_there()[0][2] == "পোল বদলানো হয়েছে"


def test_what_is_said_here_after_the_end_reopens_nothing_there(both: Mirrored, place: Glpi) -> None:
    number, id_ = both.opened()
    both.here.act(number, "resolve")
    both.settle()
    both.here.act(number, "comment", "thank you")
    both.later(seconds=61)
    both.later(seconds=61)
    assert place.status(id_) == "5"
    assert both.state(number) == S.RESOLVED


def test_a_ticket_in_the_bin_is_left_alone(both: Mirrored, place: Glpi) -> None:
    number, id_ = both.opened()
    place._tickets[int(id_)]["is_deleted"] = 1
    both.here.act(number, "ack")
    both.later(seconds=61)
    assert both.state(number) == S.ACKNOWLEDGED
    assert place.status(id_) == "1"
    assert both.totals().pending == 0
