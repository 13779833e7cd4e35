"""Log-ins through the form: who gets in, who is kept out for how long, and what nobody can tell from the answer."""

import statistics
import threading
import time
from collections import Counter

import pytest

from monitor.accounts import log_in, passwords, second_factors, sessions, users
from monitor.accounts.log_in import Answer, Typed
from monitor.domain.roles import Role
from monitor.store import user_rows
from monitor.store.models import LoginAttempt, UserSession
from monitor.store.opening import DATABASE, open_store
from tests.accounts.people import HERE, PASSWORD, acting, acts, add, code_of, enter, with_second_factor
from tests.desk import Desk
from tests.store.migrated import new_store, on_server


def test_the_right_password_begins_a_session_of_which_only_a_hash_is_stored(desk: Desk) -> None:
    add(desk)
    entered = enter(desk, "RAHIM")
    assert (entered.answer, entered.user) == (Answer.IN, "rahim")
    with desk.store.read() as session:
        (row,) = session.query(UserSession)
        assert len(row.token_hash) == 32
        assert (row.address, row.agent) == (HERE, "Mozilla/5.0")
        found = sessions.find(session, entered.token, desk.clock.utc())
        assert found is not None
        assert found.user.name == "rahim"
        assert sessions.find(session, entered.token[:-1], desk.clock.utc()) is None
        assert sessions.find(session, "", desk.clock.utc()) is None
    stored = (desk.store.state / DATABASE).read_bytes()
    assert entered.token.encode() not in stored
    assert acts(desk)[-1] == ("session.begin", "rahim", "rahim")


def test_a_wrong_name_a_wrong_password_and_a_disabled_user_get_one_answer(desk: Desk) -> None:
    add(desk, "karim", Role.ADMIN)
    add(desk, "rahim")
    add(desk, "guest", password="")
    with acting(desk) as work:
        users.disable(work, "rahim")
    answers = [
        enter(desk, name, password)
        for name, password in (
            ("nobody", PASSWORD),
            ("karim", "wrong"),
            ("rahim", PASSWORD),
            ("guest", ""),
            ("guest", PASSWORD),
        )
    ]
    assert set(answers) == {log_in.LogIn(Answer.WRONG)}


def test_a_wrong_name_takes_as_long_as_a_wrong_password(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is looked at with the same costs; what a clock would measure here is counted instead, exactly."""
    add(desk)
    enter(desk, "warm", "up")
    verified: Counter[str] = Counter()
    verify = passwords._HASHER.verify

    def counted(known: str, password: str) -> bool:
        verified[known.split("$")[3]] += 1
        return verify(known, password)

    monkeypatch.setattr(type(passwords._HASHER), "verify", lambda _self, known, password: counted(known, password))
    for name in ("nobody", "rahim"):
        verified.clear()
        enter(desk, name, "wrong", address=f"192.0.2.{len(name)}")
        assert verified == {"m=19456,t=2,p=1": 1}, name


@pytest.mark.long
def test_by_the_clock_a_wrong_name_takes_as_long_as_a_wrong_password(desk: Desk) -> None:
    add(desk)
    took: dict[str, list[float]] = {"rahim": [], "nobody": []}
    for turn in range(40):
        for name, times in took.items():
            desk.clock.advance(1_000)
            began = time.perf_counter()
            assert enter(desk, name, f"wrong {turn}").answer is Answer.WRONG
            times.append(time.perf_counter() - began)
    known, unknown = (statistics.median(times) for times in took.values())
    assert abs(known - unknown) < 0.2 * max(known, unknown)


def test_five_failures_of_a_name_keep_it_out_for_fifteen_minutes_from_everywhere(desk: Desk) -> None:
    add(desk)
    for _ in range(5):
        assert enter(desk, "rahim", "wrong").answer is Answer.WRONG
    refused = enter(desk, "Rahim", address="198.51.100.9")
    assert (refused.answer, refused.wait_s) == (Answer.THROTTLED, 900)
    desk.clock.advance(899)
    assert enter(desk, "rahim").answer is Answer.THROTTLED
    desk.clock.advance(1)
    assert enter(desk, "rahim").answer is Answer.IN


def test_a_flood_that_is_refused_writes_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would keep the monitor itself from storing what it has found."""
    add(desk)
    for _ in range(5):
        enter(desk, "rahim", "wrong")
    monkeypatch.setattr(type(desk.store), "write", lambda _self: pytest.fail("it began a transaction that writes"))
    assert {enter(desk, "rahim", f"wrong {turn}").answer for turn in range(9)} == {Answer.THROTTLED}


def test_thirty_failures_from_an_address_keep_all_names_out_from_there_alone(desk: Desk) -> None:
    add(desk)
    for turn in range(30):
        assert enter(desk, f"name-{turn}", "wrong").answer is Answer.WRONG
    assert enter(desk, "rahim").answer is Answer.THROTTLED
    assert enter(desk, "rahim", address="198.51.100.9").answer is Answer.IN


def test_the_failures_outlive_a_restart(desk: Desk) -> None:
    add(desk)
    for _ in range(5):
        enter(desk, "rahim", "wrong")
    desk.store.close()
    desk.store = new_store(desk.store.state) if on_server() else open_store(desk.store.state)
    assert enter(desk, "rahim").answer is Answer.THROTTLED


def test_who_gets_in_is_forgiven_the_failures_of_before(desk: Desk) -> None:
    add(desk)
    for _ in range(3):
        for _ in range(4):
            assert enter(desk, "rahim", "wrong").answer is Answer.WRONG
        assert enter(desk, "rahim").answer is Answer.IN


def test_many_log_ins_at_once_are_no_more_tries_than_one_after_another(desk: Desk) -> None:
    add(desk)
    answers: list[Answer] = []
    threads = [
        threading.Thread(target=lambda turn=turn: answers.append(enter(desk, "rahim", f"wrong {turn}").answer))
        for turn in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(answers) == {Answer.WRONG: 5, Answer.THROTTLED: 7}


def test_the_code_is_asked_for_after_the_right_password_alone(desk: Desk) -> None:
    add(desk)
    secret = with_second_factor(desk, "rahim")
    assert enter(desk, "rahim", "wrong").answer is Answer.WRONG
    for _ in range(6):
        assert enter(desk, "rahim").answer is Answer.CODE_WANTED
    assert enter(desk, "rahim", code="000000").answer is Answer.WRONG
    code = code_of(desk, secret)
    assert enter(desk, "rahim", code=code).answer is Answer.IN
    assert enter(desk, "rahim", code=code).answer is Answer.WRONG, "it was used"


def test_a_recovery_code_lets_in_once(desk: Desk) -> None:
    add(desk)
    with_second_factor(desk, "rahim")
    with acting(desk) as work:
        first, *_others = second_factors.renew_recovery_codes(work, "rahim")
    assert enter(desk, "rahim", code=first.upper()).answer is Answer.IN
    assert enter(desk, "rahim", code=first).answer is Answer.WRONG
    assert ("user.recovery_code", "rahim", "rahim") in acts(desk)


def test_the_owner_gets_in_by_password_and_code_while_others_flood_the_name(desk: Desk) -> None:
    add(desk)
    secret = with_second_factor(desk, "rahim")
    for _ in range(40):
        enter(desk, "rahim", "wrong")
    assert enter(desk, "rahim").answer is Answer.THROTTLED
    assert enter(desk, "rahim", code=code_of(desk, secret)).answer is Answer.IN


def test_floods_with_codes_leave_the_owner_a_try_each_second(desk: Desk) -> None:
    add(desk)
    secret = with_second_factor(desk, "rahim")
    for _ in range(40):
        enter(desk, "rahim", "wrong", code="123456")
    desk.clock.advance(1)
    assert enter(desk, "rahim", code=code_of(desk, secret)).answer is Answer.IN


def test_a_name_without_a_second_factor_is_kept_out_whatever_code_is_typed(desk: Desk) -> None:
    add(desk)
    for _ in range(5):
        enter(desk, "rahim", "wrong")
    assert enter(desk, "rahim", code="123456").answer is Answer.THROTTLED


def test_who_knows_the_password_cannot_try_all_codes_but_the_owner_gets_in_within_a_minute(desk: Desk) -> None:
    add(desk)
    secret = with_second_factor(desk, "rahim")
    looked_at = 0
    for turn in range(30):  # a try every seven seconds, for three and a half minutes
        before = _late_codes(desk)
        answer = enter(desk, "rahim", code=_wrong(code_of(desk, secret), turn)).answer
        looked_at += answer is Answer.WRONG or _late_codes(desk) > before
        desk.clock.advance(7)
    assert looked_at <= 5 + 210 // 50 + 1
    for _ in range(12):
        if enter(desk, "rahim", code=code_of(desk, secret)).answer is Answer.IN:
            return
        desk.clock.advance(5)
    pytest.fail("the owner did not get in within a minute")


def _wrong(code: str, turn: int) -> str:
    """A code that is none of now."""
    return f"{(int(code) + 500_000 + turn) % 1_000_000:06}"


def _late_codes(desk: Desk) -> int:
    from monitor.accounts.throttle import keys_of

    with desk.store.read() as session:
        return session.query(LoginAttempt).filter_by(name_hash=keys_of("rahim", HERE).code).count()


def test_the_password_is_hashed_again_when_the_costs_have_changed(desk: Desk) -> None:
    import argon2

    add(desk, password="")
    with desk.store.write() as session:
        user = user_rows.user(session, "rahim")
        assert user is not None
        user.password_hash = argon2.PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
    assert enter(desk, "rahim").answer is Answer.IN
    with desk.store.read() as session:
        user = user_rows.user(session, "rahim")
        assert user is not None
        assert not passwords.is_outdated(user.password_hash)
    assert enter(desk, "rahim").answer is Answer.IN


def test_a_password_that_changes_while_the_old_one_is_looked_at_lets_nobody_in(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(desk)
    looks = passwords.matches

    def changed_meanwhile(known: str, password: str) -> bool:
        with acting(desk) as work:
            users.set_password(work, "rahim", passwords.hashed("another fine long sentence", "rahim"))
        return looks(known, password)

    monkeypatch.setattr(passwords, "matches", changed_meanwhile)
    assert enter(desk, "rahim").answer is Answer.WRONG
    with desk.store.read() as session:
        assert session.query(UserSession).count() == 0


def test_proofs_are_counted_apart_from_log_ins(desk: Desk) -> None:
    add(desk)
    entered = enter(desk, "rahim")
    with desk.store.read() as session:
        row = sessions.find(session, entered.token, desk.clock.utc())
        assert row is not None
        id_ = row.id
    for _ in range(9):
        enter(desk, "rahim", "wrong")
    desk.clock.advance(601)

    def prove(password: str) -> Answer:
        typed = Typed("rahim", password, "", HERE)
        return log_in.prove(desk.store, desk.office, id_, typed, desk.clock.utc()).answer

    with desk.store.read() as session:
        row = sessions.find(session, entered.token, desk.clock.utc())
        assert row is not None
        assert not sessions.is_proved(row, desk.clock.utc())
    assert prove(PASSWORD) is Answer.IN
    with desk.store.read() as session:
        row = sessions.find(session, entered.token, desk.clock.utc())
        assert row is not None
        assert sessions.is_proved(row, desk.clock.utc())
    assert [prove("wrong") for _ in range(6)] == [Answer.WRONG] * 5 + [Answer.THROTTLED]
    assert prove(PASSWORD) is Answer.THROTTLED
