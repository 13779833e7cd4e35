"""What must be good once, tried by twelve at one moment: on a server these are twelve transactions side by side."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence

import pytest

from monitor.accounts import (
    first_user,
    links,
    log_in,
    passwords,
    second_factor,
    second_factors,
    sessions,
    tokens,
    users,
)
from monitor.accounts.links import Purpose
from monitor.accounts.log_in import Answer, Typed
from monitor.accounts.tokens import Wanted
from monitor.accounts.users import Profile
from monitor.alerts.cases.refusals import BadInput, NotAllowed, Seen, StaleVersion
from monitor.domain.roles import Role
from monitor.store import user_rows
from monitor.store.models import UserSession
from monitor.store.work import Work
from tests.accounts.people import HERE, PASSWORD, acting, acts, add, code_of, enter, hash_of, with_second_factor
from tests.at_one_moment import at_one_moment
from tests.desk import Desk


def doing(desk: Desk, job: Callable[[Work], object]) -> Callable[[], object]:
    """The job in a transaction of its own; nothing but its errors is told."""

    def done() -> None:
        with acting(desk) as work:
            job(work)

    return done


def doing_for_each(desk: Desk, names: Sequence[str], job: Callable[[Work, str], object]) -> list[Callable[[], object]]:
    """The job for each name, each in a transaction of its own."""

    def for_one(name: str) -> Callable[[], object]:
        return doing(desk, lambda work: job(work, name))

    return [for_one(name) for name in names]


def test_a_one_time_code_is_taken_once(desk: Desk) -> None:
    with acting(desk) as work:
        code = links.give_out(work, Purpose.SETUP)
    taken = at_one_moment(doing(desk, lambda work: links.take(work, Purpose.SETUP, code)))
    assert taken == {None: 1, NotAllowed: 11}


def test_there_is_one_first_user(desk: Desk) -> None:
    with acting(desk) as work:
        code = first_user.new_code(work)
    names = [f"boss{number}" for number in range(12)]
    sets_up = doing_for_each(desk, names, lambda work, name: first_user.set_up(work, code, name, hash_of(), Profile()))
    added = at_one_moment(*sets_up)
    assert added == {None: 1, NotAllowed: 11}
    with desk.store.read() as session:
        assert len(user_rows.users(session)) == 1


def test_daemons_that_start_at_once_leave_one_code_for_the_first_user(desk: Desk) -> None:
    codes: list[str] = []
    at_one_moment(doing(desk, lambda work: codes.append(first_user.new_code(work))))
    with desk.store.read() as session:
        good = [code for code in codes if links.find(session, Purpose.SETUP, code, desk.clock.utc())]
    assert len(good) == 1


@pytest.mark.parametrize("name", ["rahim", "RAHIM"])
def test_a_name_is_given_once(desk: Desk, name: str) -> None:
    """Also one that a reader takes for it, of which the database knows nothing."""
    names = ["rahim", name] * 6
    adds = doing_for_each(desk, names, lambda work, one: users.add(work, one, Profile(Role.VIEWER)))
    added = at_one_moment(*adds)
    assert added == {None: 1, BadInput: 11}


def test_two_administrators_cannot_disable_each_other(desk: Desk) -> None:
    for name in ("first", "second"):
        add(desk, name, Role.ADMIN)
    disables = doing_for_each(desk, ["first", "second"], users.disable)
    disabled = at_one_moment(*disables)
    assert disabled == {None: 1, NotAllowed: 1}


def test_of_twelve_who_change_a_user_as_they_saw_it_eleven_are_told_that_it_is_another_now(desk: Desk) -> None:
    add(desk)
    with desk.store.read() as session:
        seen = Seen(users.find(session, "rahim").version)

    def changes(number: int) -> Callable[[], object]:
        return doing(desk, lambda work: users.change(work, "rahim", Profile(phone=f"01700-00000{number}"), seen=seen))

    assert at_one_moment(*map(changes, range(12))) == {None: 1, StaleVersion: 11}


def test_a_code_of_the_second_factor_is_good_once(desk: Desk) -> None:
    add(desk)
    secret = with_second_factor(desk, "rahim")
    code = code_of(desk, secret)
    assert used_at_one_moment(desk, code) == {True: 1, False: 11}


def test_a_recovery_code_is_good_once(desk: Desk) -> None:
    add(desk)
    with_second_factor(desk, "rahim")
    with acting(desk, "rahim") as work:
        code, *_ = second_factors.renew_recovery_codes(work, "rahim")
    assert used_at_one_moment(desk, code) == {True: 1, False: 11}
    assert acts(desk).count(("user.recovery_code", "rahim", "boss")) == 1


def used_at_one_moment(desk: Desk, code: str) -> Counter[object]:
    def uses() -> object:
        with acting(desk) as work:
            return second_factors.use(work, users.find(work.session, "rahim"), code)

    return at_one_moment(uses)


def test_a_code_lets_one_log_in_in(desk: Desk) -> None:
    add(desk)
    secret = with_second_factor(desk, "rahim")
    code = code_of(desk, secret)
    assert at_one_moment(lambda: enter(desk, "rahim", code=code).answer)[Answer.IN] == 1


def test_the_second_factor_is_turned_on_once(desk: Desk) -> None:
    """Whoever gets recovery codes can use them."""
    add(desk)
    secret = second_factor.new_secret()
    code = code_of(desk, secret)
    turned = at_one_moment(doing(desk, lambda work: second_factors.turn_on(work, "rahim", secret, code)))
    assert turned == {None: 1, NotAllowed: 11}


def test_a_log_in_by_the_password_of_before_outlives_no_change_of_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log-in has found the password right when the other one begins, and ends after it if it is not waited for."""
    add(desk)
    changed, begin, threads = threading.Event(), sessions.begin, list[threading.Thread]()
    another = hash_of("another one altogether, this")

    def changes() -> None:
        doing(desk, lambda work: users.set_password(work, "rahim", another))()
        changed.set()

    def begins(*given: object, **named: object) -> str:
        threads.append(threading.Thread(target=changes))
        threads[0].start()
        changed.wait(0.5)
        return begin(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(sessions, "begin", begins)
    assert enter(desk, "rahim").answer is Answer.IN
    threads[0].join()
    with desk.store.read() as session:
        assert not session.query(UserSession).all()


def test_the_password_of_before_proves_nothing_after_a_change_of_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(desk)
    token = enter(desk, "rahim").token
    with desk.store.read() as session:
        row = sessions.find(session, token, desk.clock.utc())
        assert row is not None
        id_ = row.id
    matches = passwords.matches

    def changed_meanwhile(known: str, password: str) -> bool:
        with acting(desk) as work:
            users.set_password(work, "rahim", hash_of("another one altogether, this"), keep_session=id_)
        return matches(known, password)

    monkeypatch.setattr(passwords, "matches", changed_meanwhile)
    typed = Typed("rahim", PASSWORD, "", HERE)
    assert log_in.prove(desk.store, desk.office, id_, typed, desk.clock.utc()).answer is Answer.WRONG


def test_a_token_s_name_is_given_once_and_a_token_is_revoked_once(desk: Desk) -> None:
    given = at_one_moment(doing(desk, lambda work: tokens.give_out(work, Wanted("display", ["status:read"]))))
    assert given == {None: 1, BadInput: 11}
    at_one_moment(doing(desk, lambda work: tokens.revoke(work, "display")))
    assert acts(desk).count(("token.revoke", "display", "boss")) == 1
