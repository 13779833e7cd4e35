"""How long sessions last, against a plain walk through their requests; and what ends them at once."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.accounts import sessions, users
from monitor.accounts.sessions import is_over
from monitor.accounts.users import Profile
from monitor.alerts.cases.refusals import NotAllowed
from monitor.domain.roles import Role
from monitor.store.models import User, UserSession
from monitor.store.session import Session
from tests.accounts.people import acting, acts, add, enter, hash_of, with_second_factor
from tests.desk import Desk

BEGAN = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
MINUTE, HOUR = 60, 3_600


@given(st.sampled_from(list(Role)), st.lists(st.integers(1, HOUR + 60) | st.integers(1, 30 * HOUR), max_size=40))
def test_a_session_lasts_twelve_hours_and_an_hour_after_each_request_a_viewers_seven_days(
    role: Role, pauses: list[int]
) -> None:
    """Requests come after these pauses; the first that finds the session over is the last one."""
    now = seen = BEGAN
    for pause in pauses:
        now += timedelta(seconds=pause)
        age, idle = (now - BEGAN).total_seconds(), (now - seen).total_seconds()
        expected = age >= 7 * 24 * HOUR if role is Role.VIEWER else age >= 12 * HOUR or idle >= HOUR
        assert is_over(role, BEGAN, seen, now) is expected
        if expected:
            return
        seen = now


def test_a_session_from_a_time_that_was_wrong_is_over() -> None:
    assert is_over(Role.VIEWER, BEGAN + timedelta(days=3), BEGAN + timedelta(days=3), BEGAN)
    assert not is_over(Role.VIEWER, BEGAN + timedelta(minutes=4), BEGAN + timedelta(minutes=4), BEGAN)


def find(desk: Desk, session: Session, token: str) -> UserSession | None:
    return sessions.find(session, token, desk.clock.utc())


def lasts(desk: Desk, token: str) -> bool:
    with desk.store.read() as session:
        return find(desk, session, token) is not None


def test_requests_keep_a_session_alive_but_only_one_a_minute_writes(desk: Desk) -> None:
    add(desk)
    token, id_ = enter(desk, "rahim").token, 1
    for _ in range(12):
        desk.clock.advance(59 * MINUTE)
        with desk.store.read() as session:
            row = find(desk, session, token)
            assert row is not None
            assert sessions.is_to_be_seen(row, desk.clock.utc())
            id_ = row.id
        with acting(desk) as work:
            sessions.saw(work, id_)
        with desk.store.read() as session:
            row = find(desk, session, token)
            assert row is not None
            assert not sessions.is_to_be_seen(row, desk.clock.utc() + timedelta(seconds=59))
    assert lasts(desk, token)
    desk.clock.advance(12 * MINUTE)
    assert not lasts(desk, token), "twelve hours are over"
    with acting(desk) as work:
        sessions.saw(work, id_)
    assert not lasts(desk, token), "a late request does not bring it back"


def test_a_user_who_only_looks_around_makes_no_form_about_them_stale(desk: Desk) -> None:
    add(desk)
    enter(desk, "rahim")
    with desk.store.read() as session:
        before = session.query(User).one().version
    desk.clock.advance(90 * MINUTE / 2)
    with acting(desk) as work:
        sessions.saw(work, 1)
    with desk.store.read() as session:
        user = session.query(User).one()
        assert (user.version, user.seen_utc) == (before, desk.clock.utc())


@pytest.mark.parametrize("change", ["role", "scope", "password", "disable", "second factor"])
def test_what_changes_a_users_rights_ends_their_sessions_at_once(desk: Desk, change: str) -> None:
    add(desk)
    add(desk, "karim")
    token, other = enter(desk, "rahim").token, enter(desk, "karim").token
    with acting(desk) as work:
        match change:
            case "role":
                users.change(work, "rahim", Profile(Role.VIEWER))
            case "scope":
                users.change(work, "rahim", Profile(kinds=["lab"]))
            case "password":
                users.set_password(work, "rahim", hash_of())
            case "disable":
                users.disable(work, "rahim")
    if change == "second factor":
        with_second_factor(desk, "rahim")
    assert not lasts(desk, token)
    assert lasts(desk, other)
    assert ("session.end", "rahim") in [(kind, about) for kind, about, _actor in acts(desk)]


def test_a_disabled_user_has_no_session_whatever_is_stored(desk: Desk) -> None:
    add(desk)
    token = enter(desk, "rahim").token
    with desk.store.write() as session:
        row = find(desk, session, token)
        assert row is not None
        row.user.enabled = False
    assert not lasts(desk, token)


def test_other_changes_end_no_session(desk: Desk) -> None:
    add(desk)
    token = enter(desk, "rahim").token
    with acting(desk) as work:
        users.change(work, "rahim", Profile(Role.OFFICER, lang="en", phone="01700-000000", kinds=()))
    assert lasts(desk, token)


def test_who_changes_their_own_password_stays_logged_in_here_alone(desk: Desk) -> None:
    add(desk)
    here, elsewhere = enter(desk, "rahim").token, enter(desk, "rahim").token
    with desk.store.read() as session:
        row = find(desk, session, here)
        assert row is not None
    with acting(desk, "rahim") as work:
        users.set_password(work, "rahim", hash_of(), keep_session=row.id)
    assert lasts(desk, here)
    assert not lasts(desk, elsewhere)


def test_one_session_is_ended_and_nobody_ends_anothers_by_its_number(desk: Desk) -> None:
    add(desk)
    add(desk, "karim")
    token = enter(desk, "rahim").token
    with acting(desk) as work:
        rahim, karim = users.find(work.session, "rahim"), users.find(work.session, "karim")
        (row,) = sessions.of_user(work.session, rahim, work.now_utc)
        with pytest.raises(NotAllowed):
            sessions.end(work, row.id, karim)
        sessions.speak(work, row.id, "en")
        assert row.lang == "en"
        sessions.end(work, row.id, rahim)
        with pytest.raises(NotAllowed):
            sessions.end(work, row.id)
    assert not lasts(desk, token)
