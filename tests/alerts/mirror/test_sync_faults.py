"""Help desks that misbehave, and a mirror that is killed: nothing lost, nothing told twice, nobody held up."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts.facts.case import CaseFacts
from monitor.alerts.mirror import messages, queue
from monitor.alerts.mirror.sync import Outcome
from monitor.domain.ticket_states import S
from monitor.store.postgresql import PostgresStore
from tests.alerts.mirrored import Mirrored
from tests.lab.desks import Misbehaviour, PlayedDesk
from tests.lab.zammad import Zammad
from tests.places import ROOT

Faulty = tuple[Mirrored, PlayedDesk]
MAKING = {"zammad": "/tickets", "glpi": "/Ticket"}
WRITING = {"zammad": "/ticket_articles", "glpi": "/ITILFollowup"}


@pytest.mark.parametrize("how", ["mute", "cut", "500"])
def test_a_ticket_is_made_once_even_if_nobody_learns_that_it_was(faulty: Faulty, how: Misbehaviour) -> None:
    both, place = faulty
    place.misbehave(how, "POST", MAKING[place.kind], times=1, after=True)
    both.here.goes_down("backbone-north")
    both.here.look()
    both.settle()
    number = both.here.tickets()[0][0]
    assert both.totals().pending == 1
    both.later(minutes=11)
    assert len(place.tickets(number)) == 1
    assert both.told(number) == both.ours(number)
    assert both.totals().pending == 0


@pytest.mark.parametrize("how", ["mute", "500"])
def test_a_remark_is_written_once_even_if_nobody_learns_that_it_was(faulty: Faulty, how: Misbehaviour) -> None:
    both, place = faulty
    number, _ = both.opened()
    place.misbehave(how, "POST", WRITING[place.kind], times=1, after=True)
    for words in ("one", "two", "three"):
        both.here.act(number, "comment", words)
    both.settle()
    both.later(minutes=11)
    assert both.told(number) == both.ours(number)
    assert both.totals().pending == 0


@pytest.mark.parametrize("how", ["mute", "500"])
def test_a_status_whose_setting_nobody_noted_is_no_change_of_theirs(faulty: Faulty, how: Misbehaviour) -> None:
    both, place = faulty
    number, id_ = both.opened()
    place.misbehave(how, "PUT", times=1, after=True)
    both.here.act(number, "start")
    both.settle()
    both.here.act(number, "resolve")
    both.later(minutes=11)
    assert both.stands_at(id_, S.RESOLVED)
    assert both.state(number) == S.RESOLVED


@pytest.mark.parametrize("how", ["drip headers", "503"])
def test_a_desk_that_is_out_of_order_is_left_alone_and_then_told_all(faulty: Faulty, how: Misbehaviour) -> None:
    both, place = faulty
    number, id_ = both.opened()
    place.misbehave(how)
    both.here.act(number, "comment", "while it is out of order")
    assert both.settle() is Outcome.AWAY
    asked = len(place.requests)
    # It is not asked again before its pause is over.
    assert both.later(seconds=5) is Outcome.IDLE
    assert len(place.requests) == asked
    place.behave()
    both.later(minutes=11)
    assert both.told(number) == both.ours(number)
    assert place.tickets(number) == [id_]


@pytest.mark.parametrize("how", ["500", "huge"])
def test_one_ticket_that_always_fails_holds_up_no_other(faulty: Faulty, how: Misbehaviour) -> None:
    both, place = faulty
    bad, bad_id = both.opened()
    place.misbehave(how, path=f"{MAKING[place.kind]}/{bad_id}")
    both.here.act(bad, "comment", "will not arrive")
    good, good_id = both.opened("backbone-bheramara")
    both.here.act(good, "ack")
    both.settle()
    assert both.stands_at(good_id, S.ACKNOWLEDGED)
    assert both.told(good) == both.ours(good)
    found = both.totals()
    assert (found.pending, found.refused) == (1, 1)
    assert found.last_error
    place.behave()
    both.later(hours=3)
    assert both.told(bad) == both.ours(bad)


def test_a_ticket_that_hangs_lets_the_others_pass(faulty: Faulty) -> None:
    both, place = faulty
    bad, bad_id = both.opened()
    place.misbehave("mute", path=f"{MAKING[place.kind]}/{bad_id}")
    both.here.act(bad, "comment", "will not arrive")
    both.here.goes_down("backbone-bheramara")
    both.here.look()
    for _ in range(4):
        both.later(minutes=11)
    good = both.here.tickets()[-1][0]
    assert both.told(good) == both.ours(good)


def test_a_refused_token_is_told_and_tried_slowly(faulty: Faulty) -> None:
    both, place = faulty
    place.misbehave("401")
    both.here.goes_down("backbone-north")
    both.here.look()
    assert both.mirror.next() is Outcome.REFUSED
    asked = len(place.requests)
    assert both.later(minutes=4) is Outcome.IDLE
    assert len(place.requests) == asked
    assert "401" in str(both.totals().last_error)
    place.behave()
    both.later(minutes=11)
    assert both.totals().pending == 0


def test_a_clock_that_was_years_ahead_for_a_while_stops_nothing(faulty: Faulty) -> None:
    both, place = faulty
    _, id_ = both.opened()
    right_utc = both.here.clock.now_utc
    both.here.clock.now_utc = right_utc.replace(year=2031)
    both.settle()
    both.here.clock.now_utc = right_utc
    place.person_writes(id_, "heard?")
    both.settle()
    assert [text for _, _, text in both.done_there()] == ["heard?"]


def test_a_ticket_that_cannot_be_told_is_noted_and_holds_up_no_other(
    faulty: Faulty, monkeypatch: pytest.MonkeyPatch
) -> None:
    both, place = faulty
    for site in ("backbone-north", "backbone-bheramara"):
        both.here.goes_down(site)
    both.here.look()
    number = both.here.tickets()[0][0]
    words = messages.subject

    def without_words(facts: CaseFacts) -> str:
        if facts.number == number:
            raise KeyError("pigeon")
        return words(facts)

    monkeypatch.setattr(messages, "subject", without_words)
    both.settle()
    assert len(place.tickets(both.here.tickets()[1][0])) == 1
    assert "unforeseen: KeyError: 'pigeon'" in str(both.totals().last_error)


def test_a_ticket_that_was_deleted_there_is_not_made_again(faulty: Faulty) -> None:
    both, place = faulty
    number, id_ = both.opened()
    place.forget(id_)
    both.here.act(number, "comment", "is it gone?")
    both.settle()
    both.later(hours=3)
    assert place.tickets(number) == []
    assert "404" in str(both.totals().last_error)


def test_a_queue_that_is_not_there_is_named(faulty: Faulty) -> None:
    both, place = faulty
    place.queue = "elsewhere" if place.kind == "zammad" else "99"
    both.here.goes_down("backbone-north")
    both.here.look()
    both.settle()
    assert {"zammad": "No lookup value found for 'group'", "glpi": "ERROR_GLPI_ADD"}[place.kind] in (
        str(both.totals().last_error)
    )


def test_a_status_that_the_desk_does_not_take_is_told(faulty: Faulty) -> None:
    both, place = faulty
    number, id_ = both.opened()
    # It says yes and does nothing, as one whose workflow forbids it.
    place._update = lambda *_: None  # type: ignore[attr-defined]
    both.here.act(number, "ack")
    both.settle()
    assert f"ticket {id_} did not become" in str(both.totals().last_error)


@pytest.mark.parametrize("method", ["create", "comment", "set_status"])
def test_a_kill_between_doing_and_noting_does_nothing_twice(both: Mirrored, tmp_path: Path, method: str) -> None:
    both.here.goes_down("backbone-north")
    both.here.look()
    number = both.here.tickets()[0][0]
    both.here.act(number, "ack", "on the way")
    both.here.act(number, "comment", "আরও")
    section = tmp_path / "section.json"
    section.write_text(both.section.model_dump_json(), encoding="utf-8")
    module = ["-m", "tests.alerts.mirror.killed", str(tmp_path / "state"), str(section)]
    words = [*module, both.here.office.charter.ticket_prefix, both.here.clock.utc().isoformat(), method]
    if isinstance(both.here.store, PostgresStore):
        words.append(both.here.store.server.url)
    done = subprocess.run([sys.executable, *words], cwd=ROOT, capture_output=True, timeout=120, check=False)
    assert done.returncode == -9, done.stderr.decode()
    # What it had done stands there, and nobody noted it.
    assert len(both.place.tickets(number)) == 1
    assert both.totals().pending == 1
    both.settle()
    assert len(both.place.tickets(number)) == 1
    assert both.told(number) == both.ours(number)
    assert both.stands_at(both.id_of(number), S.ACKNOWLEDGED)
    assert both.done_there() == []


@given(st.integers(1, 200), st.floats(0, 1), st.booleans())
def test_pauses_grow_to_a_bound_and_are_spread(attempts: int, jitter: float, away: bool) -> None:
    longest = queue.LONGEST_AWAY if away else queue.LONGEST_REFUSED
    found = queue.backoff_after(attempts, jitter, away=away)
    assert queue.backoff_after(1, 0, away=away) <= found <= longest
    assert queue.backoff_after(attempts, 0, away=away) * 2 >= found


def test_an_index_that_lags_behind_makes_no_second_ticket(faulty: Faulty) -> None:
    both, place = faulty
    if not isinstance(place, Zammad):
        return
    place.lag = True
    place.misbehave("mute", "POST", "/tickets", times=1, after=True)
    both.here.goes_down("backbone-north")
    both.here.look()
    both.settle()
    both.later(minutes=11)
    assert len(place.tickets(both.here.tickets()[0][0])) == 1
