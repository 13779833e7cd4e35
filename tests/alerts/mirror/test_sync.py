"""A ticket in two places: made once, told once, moved from either side, and never in a circle.

Zammad and GLPI are played from their documents; with --long, the same is done with the real Request Tracker.
"""

import json
from datetime import timedelta

from monitor.alerts.mirror.sync import Outcome
from monitor.domain.ticket_states import S
from tests.alerts.mirrored import Mirrored
from tests.logs.written import written


def test_the_check_names_what_was_found(both: Mirrored) -> None:
    assert both.place.queue in both.desk.check()


def test_a_ticket_stands_there_once_and_every_later_event_is_told_once_in_order(both: Mirrored) -> None:
    number, id_ = both.opened()
    both.here.act(number, "ack", "an engineer is told")
    both.here.act(number, "comment", "<b>তার কাটা</b> & \"quoted\" 'text'")
    both.settle()
    for _ in range(3):
        both.later(seconds=61)
    # The opening is the first message; all the rest came as remarks, once each.
    assert both.told(number) == both.ours(number)
    assert len(both.told(number)) == 3
    assert both.place.tickets(number) == [id_]
    assert any("তার কাটা" in text for _, text in both.place.remarks(id_))
    assert both.stands_at(id_, S.ACKNOWLEDGED)
    assert both.totals().pending == 0


def test_what_somebody_writes_there_is_heard_here_once(both: Mirrored) -> None:
    number, id_ = both.opened()
    both.place.person_writes(id_, "<p>The pole at the bazar <i>fell</i>.</p><script>alert(1)</script>")
    for _ in range(3):
        both.later(seconds=61)
    (comment,) = both.done_there()
    assert comment[:2] in {("helpdesk/karim", "comment"), ("helpdesk/Karim", "comment")}
    assert "The pole at the bazar fell." in comment[2]
    # Neither markup nor a script comes over, and what came from there is not told there again.
    assert "<" not in comment[2]
    assert "alert" not in comment[2]
    assert both.told(number) == both.ours(number)


def test_who_resolves_it_there_resolves_it_here_and_everybody_hears_of_it(both: Mirrored) -> None:
    number, id_ = both.opened()
    both.place.person_sets(id_, both.desk.wants[S.RESOLVED])
    both.later(seconds=61)
    assert both.state(number) == S.RESOLVED
    assert [(actor.lower(), kind) for actor, kind, _ in both.done_there()] == [("helpdesk/karim", "resolved")]
    assert {recipient for kind, recipient in both.here.notices() if kind == "resolved"} == {"responsible", "grievance"}
    before = both.place.remarks(id_)
    for _ in range(3):
        both.later(seconds=61)
    # No echo: nothing more is written there, and nothing more happens here.
    assert both.place.remarks(id_) == before
    assert len(both.done_there()) == 1


def test_what_is_done_there_is_in_the_log_here_once_without_its_words(both: Mirrored) -> None:
    number, id_ = both.opened()
    with written("json", "debug") as log:
        both.place.person_writes(id_, "a secret of the office")
        both.place.person_sets(id_, both.desk.wants[S.RESOLVED])
        for _ in range(3):
            both.later(seconds=61)
    found = [json.loads(line) for line in log.getvalue().splitlines()]
    assert [each["event"] for each in found if each.get("ticket") == number] == ["ticket_changed", "ticket_resolved"]
    assert "secret" not in log.getvalue()


def test_work_there_is_work_here(both: Mirrored) -> None:
    number, id_ = both.opened()
    both.place.person_sets(id_, both.desk.wants[S.IN_PROGRESS])
    both.later(seconds=61)
    assert both.state(number) == S.ACKNOWLEDGED
    both.place.person_sets(id_, both.desk.wants[S.WAITING])
    both.later(seconds=61)
    assert both.state(number) == S.WAITING
    both.place.person_sets(id_, both.desk.wants[S.IN_PROGRESS])
    both.later(seconds=61)
    assert both.state(number) == S.IN_PROGRESS


def test_waiting_and_going_on_here_is_so_there(both: Mirrored) -> None:
    number, id_ = both.opened()
    for action, state in (
        ("start", S.IN_PROGRESS),
        ("wait", S.WAITING),
        ("start", S.IN_PROGRESS),
        ("resolve", S.RESOLVED),
    ):
        both.here.act(number, action, "for the operator")
        both.settle()
        assert both.stands_at(id_, state)
    both.here.act(number, "close")
    both.settle()
    assert both.stands_at(id_, S.CLOSED)
    assert both.told(number) == both.ours(number)


def test_a_recovery_here_resolves_it_there_and_going_down_again_reopens_it(both: Mirrored) -> None:
    number, id_ = both.opened()
    both.here.comes_back("backbone-north")
    both.later(minutes=11)
    assert both.stands_at(id_, S.RESOLVED)
    both.here.goes_down("backbone-north")
    both.later(seconds=61)
    assert both.state(number) == S.OPEN
    assert both.stands_at(id_, S.OPEN)
    both.later(seconds=61)
    assert both.told(number) == both.ours(number)
    assert both.done_there() == []


def test_who_reopens_it_there_reopens_it_here(both: Mirrored) -> None:
    number, id_ = both.opened()
    both.here.act(number, "resolve", "mended")
    both.settle()
    assert both.stands_at(id_, S.RESOLVED)
    both.place.person_sets(id_, both.desk.wants[S.ACKNOWLEDGED])
    both.later(seconds=61)
    assert both.state(number) == S.ACKNOWLEDGED
    assert [kind for _, kind, _ in both.done_there()] == ["reopened", "ack"]


def test_if_both_moved_the_one_further_along_is_followed(both: Mirrored) -> None:
    number, id_ = both.opened()
    both.here.act(number, "ack")
    both.place.person_sets(id_, both.desk.wants[S.RESOLVED])
    both.later(seconds=61)
    assert both.state(number) == S.RESOLVED
    assert both.stands_at(id_, S.RESOLVED)


def test_that_it_is_down_again_outweighs_that_it_was_called_solved_there(both: Mirrored) -> None:
    number, id_ = both.opened()
    both.here.comes_back("backbone-north")
    both.here.act(number, "resolve")
    both.here.goes_down("backbone-north")
    both.place.person_sets(id_, both.desk.wants[S.RESOLVED])
    both.later(seconds=61)
    both.later(seconds=61)
    assert both.state(number) == S.OPEN
    assert both.stands_at(id_, S.OPEN)
    # What was said there is not lost: the history has it.
    assert [(kind, "here it stays: open" in text) for _, kind, text in both.done_there()] == [("comment", True)]


def test_a_day_without_the_desk_loses_nothing_and_doubles_nothing(both: Mirrored) -> None:
    first, first_id = both.opened()
    both.place.go_away()
    both.here.act(first, "comment", "the desk is away")
    assert both.settle() is Outcome.AWAY
    both.here.goes_down("backbone-bheramara")
    for hour in range(24):
        both.here.act(first, "comment", f"hour {hour}")
        both.later(hours=1)
    both.here.comes_back("backbone-bheramara")
    assert both.later(minutes=11) is Outcome.AWAY
    second = both.here.tickets()[-1][0]
    assert both.state(second) == S.RESOLVED
    waiting = both.totals()
    assert waiting.pending == 2
    assert waiting.oldest_utc is not None
    assert both.here.clock.utc() - waiting.oldest_utc > timedelta(hours=24)
    both.place.come_back()
    both.later(minutes=11)
    # One that opened and ended meanwhile stands there with its whole story; the old one has every word, in order.
    assert both.told(first) == both.ours(first)
    assert both.told(second) == both.ours(second)
    assert both.stands_at(both.id_of(second), S.RESOLVED)
    assert both.place.tickets(first) == [first_id]
    assert both.totals().pending == 0


def test_what_opened_and_ended_while_nobody_mirrored_is_told_all_the_same(both: Mirrored) -> None:
    both.opened()
    both.here.goes_down("backbone-bheramara")
    both.here.look()
    number = both.here.tickets()[-1][0]
    both.here.act(number, "resolve", "mended at once")
    both.settle()
    assert both.stands_at(both.id_of(number), S.RESOLVED)
    assert both.told(number) == both.ours(number)


def test_what_was_over_before_the_desk_came_is_not_put_there(both: Mirrored) -> None:
    both.here.goes_down("backbone-north")
    both.here.look()
    old = both.here.tickets()[0][0]
    both.here.act(old, "resolve")
    both.settle()
    assert both.place.tickets(old) == []
    both.opened("backbone-bheramara")
    assert both.place.tickets(old) == []
    # Once it is reopened it belongs there.
    both.here.act(old, "reopen")
    both.settle()
    assert both.stands_at(both.id_of(old), S.OPEN)
