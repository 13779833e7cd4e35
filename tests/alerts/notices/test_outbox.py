"""Notices: owed once, leased by one, in order, tried again, given up, sent once more."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text

from monitor.alerts.channels.base import Letter
from monitor.alerts.notices import lease, outbox
from monitor.domain.message import message
from monitor.i18n.catalogue import render
from monitor.store import notice_queries, notice_rows
from monitor.store.documents import notice_document
from monitor.store.models import Notice
from tests.desk import Desk


def two_letters(desk: Desk) -> tuple[Letter, Letter]:
    desk.goes_down("backbone-north")
    desk.look()
    first, second = desk.lease(), desk.lease()
    assert first is not None
    assert second is not None
    return first, second


def test_what_is_leased_is_not_leased_again_until_the_lease_runs_out(desk: Desk) -> None:
    first, second = two_letters(desk)
    assert {first.recipient, second.recipient} == {"responsible", "grievance"}
    assert desk.lease() is None
    desk.clock.advance(lease.LEASE.total_seconds() + 1)
    again = desk.lease()
    # The same letter under the same Message-ID: a reader's mail program shows it once.
    assert again is not None
    assert again.message_id == first.message_id
    assert again.attempts == 2


def test_a_restart_frees_the_leases_of_the_run_before(desk: Desk) -> None:
    two_letters(desk)
    with desk.store.write() as session:
        notice_rows.release_leases(session)
    assert desk.lease() is not None


def test_a_recovery_is_told_in_the_thread_of_its_problem(desk: Desk) -> None:
    first, second = two_letters(desk)
    desk.sent(first)
    desk.sent(second)
    desk.comes_back("backbone-north")
    desk.wait(minutes=11)
    later = desk.lease()
    assert later is not None
    assert later.kind == "resolved"
    assert later.thread_id == first.message_id
    assert later.message_id != first.message_id


def test_a_recovery_is_not_told_while_its_problem_is_under_way(desk: Desk) -> None:
    two_letters(desk)
    desk.comes_back("backbone-north")
    with desk.store.write() as session:
        for notice in session.scalars(select(Notice)):
            notice.leased_until_utc = desk.clock.utc() + timedelta(hours=1)
    desk.wait(minutes=11)
    assert desk.lease() is None


@given(attempts=st.integers(1, 60), jitter=st.floats(0, 1))
def test_the_pause_before_another_try_doubles_up_to_an_hour_give_or_take_a_quarter(
    attempts: int, jitter: float
) -> None:
    pause_s = outbox.backoff_after(attempts, 30, jitter).total_seconds()
    plain_s = min(30 * 2.0 ** (attempts - 1), 3_600)
    assert 0.75 * plain_s - 0.001 <= pause_s <= 1.25 * plain_s + 0.001


def test_a_failed_letter_is_due_again_after_its_pause_and_says_why(desk: Desk) -> None:
    first, second = two_letters(desk)
    desk.sent(second)
    with desk.store.write() as session:
        outbox.mark_failed(desk.work(session), first, "451 later", jitter=0.5)
    assert desk.lease() is None
    desk.clock.advance(30)
    again = desk.lease()
    assert again is not None
    assert again.id == first.id
    with desk.store.read() as session:
        assert session.get_one(Notice, first.id).last_error == "451 later"


def test_a_letter_whose_channel_is_away_is_not_counted_as_tried(desk: Desk) -> None:
    first, _ = two_letters(desk)
    with desk.store.write() as session:
        outbox.put_back(desk.work(session), first, "nobody listens")
    again = desk.lease()
    assert again is not None
    assert (again.id, again.attempts) == (first.id, 1)


def test_a_letter_that_nobody_takes_is_never_given_up_but_tried_once_a_day_when_it_is_old(desk: Desk) -> None:
    first, second = two_letters(desk)
    desk.sent(second)
    desk.clock.advance(timedelta(days=400).total_seconds())
    with desk.store.write() as session:
        outbox.mark_failed(desk.work(session), replace(first, attempts=40), "451 later", jitter=0.5)
    with desk.store.read() as session:
        notice = session.get_one(Notice, first.id)
        assert notice.dead_utc is None
        assert notice.due_utc == desk.clock.utc() + timedelta(days=1)
    desk.clock.advance(timedelta(days=1).total_seconds())
    again = desk.lease()
    assert again is not None
    assert again.id == first.id


def test_what_we_cannot_write_waits_alone_and_is_due_at_every_start(desk: Desk) -> None:
    first, second = two_letters(desk)
    desk.sent(second)
    with desk.store.write() as session:
        outbox.hold(desk.work(session), first, "KeyError: 'site'", jitter=0.5)
    assert desk.lease() is None
    with desk.store.read() as session:
        notice = session.get_one(Notice, first.id)
        assert (notice.dead_utc, notice.fault, notice.last_error) == (None, "KeyError: 'site'", "")
    # Others of its thread do not wait for it.
    desk.comes_back("backbone-north")
    desk.clock.advance(660)
    desk.look()
    with desk.store.write() as session:
        session.get_one(Notice, first.id).due_utc = desk.clock.utc() + timedelta(hours=1)
    assert {(letter.kind, letter.recipient) for letter in desk.send_all()} == {
        ("resolved", "responsible"),
        ("resolved", "grievance"),
    }
    # The next start, perhaps of another version, tries it at once.
    with desk.store.write() as session:
        notice_rows.release_leases(session)
    again = desk.lease()
    assert again is not None
    assert again.id == first.id
    desk.sent(again)
    with desk.store.read() as session:
        assert session.get_one(Notice, first.id).fault == ""


def test_a_dead_letter_is_sent_once_more_when_somebody_asks_under_its_old_name(desk: Desk) -> None:
    first, second = two_letters(desk)
    desk.sent(second)
    with desk.store.write() as session:
        outbox.mark_dead(desk.work(session), first, "550 no such user")
    assert desk.lease() is None
    with desk.store.write() as session:
        assert outbox.resend(desk.work(session, "an officer"), first.id) is not None
        assert outbox.resend(desk.work(session, "an officer"), 999_999) is None
    again = desk.lease()
    assert again is not None
    assert (again.message_id, again.attempts) == (first.message_id, 1)
    # The ticket's history tells who wanted it.
    assert "resent" in desk.history("BHR-2026-000001")


REFUSED = message("{url}: {fault}", url="mail.example.org:587", fault=message("Connection refused"))


@pytest.mark.parametrize("mark", [outbox.put_back, outbox.mark_dead, partial(outbox.mark_failed, jitter=0.5)])
def test_why_a_letter_did_not_go_is_kept_for_a_reader_of_any_language(mark: Callable[..., None], desk: Desk) -> None:
    letter, _ = two_letters(desk)
    with desk.store.write() as session:
        mark(desk.work(session), letter, REFUSED)
    with desk.store.read() as session:
        (view,) = (each for each in notice_queries.listed(session) if each.id == letter.id)
    assert render(view.last_error, "bn") == "mail.example.org:587: সংযোগ নেওয়া হয়নি"
    assert notice_document(view)["last_error"] == str(REFUSED)


@pytest.mark.parametrize(("stored", "said"), [(None, "of before"), ("{", "{"), ('{"text": 1}', '{"text": 1}')])
def test_an_error_of_an_older_version_or_a_damaged_one_is_shown_as_the_text_that_it_is(
    stored: str | None, said: str, desk: Desk
) -> None:
    two_letters(desk)
    with desk.store.write() as session:
        session.execute(text("UPDATE notices SET last_error = 'of before', why = :stored"), {"stored": stored})
    with desk.store.read() as session:
        assert {each.last_error for each in notice_queries.listed(session)} == {said}
