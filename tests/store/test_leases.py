"""On a PostgreSQL server: leases that several daemons take from each other, and what each of their rules is for."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError

from monitor.domain.leases import ALL_NAMES, Lease
from monitor.store import leases
from monitor.store.database import Store
from monitor.store.leases import DaemonLook, LeaseLost
from monitor.store.opening import open_store
from tests.lab.waiting import until
from tests.store import servers

TERM = timedelta(minutes=1)
ONE, TWO = "shard/01", "shard/02"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path, servers.migrated_of(tmp_path))
    yield opened
    opened.close()


@pytest.fixture
def engine(store: Store) -> Iterator[Engine]:
    """The connections for leases of one daemon, and all rows made."""
    found = store.for_leases(TERM.total_seconds())
    assert found is not None
    with found.begin() as connection:
        leases.make_rows(connection)
    yield found
    found.dispose()


def take(engine: Engine, holder: str, *names: str) -> dict[Lease, float | None]:
    with engine.begin() as connection:
        return dict(leases.take(connection, names or (ONE,), holder, TERM))


def set_until(engine: Engine, ahead: timedelta, name: str = ONE) -> None:
    """Moves the end of a lease, as a jump of the database's clock does for all of them."""
    with engine.begin() as connection:
        moved = text("UPDATE leases SET until = clock_timestamp() + :ahead WHERE name = :name")
        connection.execute(moved, {"ahead": ahead, "name": name})


def left_s(engine: Engine, name: str = ONE) -> float:
    with engine.begin() as connection:
        left = text("SELECT extract(epoch FROM until - clock_timestamp()) FROM leases WHERE name = :name")
        return float(connection.execute(left, {"name": name}).scalar_one())


def epoch(engine: Engine, name: str = ONE) -> int:
    with engine.begin() as connection:
        return int(connection.execute(text("SELECT epoch FROM leases WHERE name = :n"), {"n": name}).scalar_one())


@contextmanager
def writing(store: Store, *behind: Lease) -> Iterator[Connection]:
    """A transaction of a daemon's, behind its leases."""
    with store.write(behind=behind) as session:
        yield session.connection()


def waits_for_a_lock(store: Store) -> bool:
    with store.read() as session:
        waiting = (
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        return bool(session.execute(text(waiting)).scalar_one())


def test_every_lease_has_one_row_however_often_they_are_made(engine: Engine) -> None:
    with engine.begin() as connection:
        leases.make_rows(connection)
        found = leases.look(connection, TERM)
    assert sorted(found) == list(ALL_NAMES)
    assert all(each.is_free and not each.holder for each in found.values())


def test_a_free_lease_is_taken_by_one_with_the_next_epoch_and_is_free_again_after_its_term(engine: Engine) -> None:
    assert take(engine, "a/1", ONE, TWO) == {Lease(ONE, "a/1", 1): None, Lease(TWO, "a/1", 1): None}
    assert take(engine, "b/2", ONE, TWO) == {}
    set_until(engine, -timedelta(milliseconds=1))
    ((lease, idle_s),) = take(engine, "b/2", ONE, TWO).items()
    assert lease == Lease(ONE, "b/2", 2)
    assert idle_s is not None
    assert 0 <= idle_s < 60


def test_of_many_who_take_at_once_each_lease_is_one_s_alone(engine: Engine, store: Store) -> None:
    engines = [each for _ in range(6) if (each := store.for_leases(60)) is not None]
    begin = threading.Barrier(6)

    def takes(number: int) -> set[str]:
        with engines[number].begin() as connection:
            begin.wait(30)
            return {lease.name for lease in leases.take(connection, ALL_NAMES, f"{number}/x", TERM)}

    with ThreadPoolExecutor(6) as threads:
        taken = list(threads.map(takes, range(6)))
    assert sorted(name for some in taken for name in some) == sorted({name for some in taken for name in some})
    with engine.begin() as connection:
        held = {each.holder for each in leases.look(connection, TERM).values() if not each.is_free}
    assert held == {f"{number}/x" for number, some in enumerate(taken) if some}
    for each in engines:
        each.dispose()


def test_a_transaction_behind_a_lease_keeps_others_from_it_until_it_ends(engine: Engine, store: Store) -> None:
    """A plain SELECT, or FOR KEY SHARE, lets the taker in: a write of the epoch before ends after one of the next."""
    (old,) = take(engine, "a/1")
    set_until(engine, timedelta(0))
    with writing(store, old):  # its term is over, and nobody has it yet: what it writes is right
        assert take(engine, "b/2") == {}, "and who wants it does not wait"
    assert list(take(engine, "b/2")) == [Lease(ONE, "b/2", 2)]
    with pytest.raises(LeaseLost), writing(store, old):
        pass


def test_a_proof_that_waits_for_the_taker_finds_that_the_lease_is_lost(engine: Engine, store: Store) -> None:
    (old,) = take(engine, "a/1")
    set_until(engine, timedelta(0))
    with ThreadPoolExecutor(1) as threads:
        with engine.begin() as connection:
            leases.take(connection, [ONE], "b/2", TERM)
            proof = threads.submit(prove, store, old)
            until(lambda: waits_for_a_lock(store), "the proof to wait", within_s=60)
        assert proof.result(60) == {old}


def prove(store: Store, *behind: Lease) -> frozenset[Lease]:
    """Writes behind these leases; what of them was lost."""
    try:
        with writing(store, *behind):
            return frozenset()
    except LeaseLost as error:
        return error.leases


def test_a_holder_that_connects_again_waits_for_its_own_commit_that_is_still_on_its_way(
    engine: Engine, store: Store
) -> None:
    """FOR SHARE lets it in: it would see nothing of what it wrote, and write it once more."""
    (own,) = take(engine, "a/1")

    def again() -> int:
        with writing(store, own) as connection:
            return int(connection.execute(text("SELECT count(*) FROM set_aside")).scalar_one())

    with ThreadPoolExecutor(1) as threads:
        with writing(store, own) as connection:
            connection.execute(text("INSERT INTO set_aside (at_utc, what, why) VALUES (now(), 'x', 'y')"))
            seen = threads.submit(again)
            until(lambda: waits_for_a_lock(store), "the second connection to wait", within_s=60)
        assert seen.result(60) == 1


def test_a_lease_is_taken_by_the_clock_of_that_moment_however_old_the_transaction_is(engine: Engine) -> None:
    """By `now` a transaction of before takes one for a shorter time, and thinks that one that ran out is held."""
    take(engine, "a/1")
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_sleep(0.3)"))
        set_until(engine, timedelta(0))
        assert list(leases.take(connection, [ONE], "b/2", TERM)) == [Lease(ONE, "b/2", 2)]
        ahead = "SELECT until - now() >= :least AND renewed - now() >= :slept FROM leases WHERE name = :name"
        slept = timedelta(seconds=0.3)
        assert connection.execute(text(ahead), {"least": TERM + slept, "slept": slept, "name": ONE}).scalar_one()
        connection.execute(text("SELECT pg_sleep(0.3)"))
        leases.renew(connection, [ONE], "b/2", TERM)
        assert connection.execute(
            text(ahead), {"least": TERM + 2 * slept, "slept": 2 * slept, "name": ONE}
        ).scalar_one()


def test_a_lease_that_ends_far_ahead_was_written_under_another_clock_and_is_free(engine: Engine) -> None:
    """Without the cap nobody could take a dead daemon's sites for as long as the clock has jumped back."""
    take(engine, "a/1")
    set_until(engine, timedelta(hours=1))
    assert list(take(engine, "b/2")) == [Lease(ONE, "b/2", 2)]
    assert 0 < left_s(engine) <= TERM.total_seconds()


def test_a_released_lease_keeps_its_epoch_and_a_renewal_on_its_way_does_not_bring_it_back(engine: Engine) -> None:
    """A row that was deleted would begin at epoch 1 again: what its first holder still writes would be let in."""
    (first,) = take(engine, "a/1")
    with engine.begin() as connection:
        leases.release(connection, [ONE, TWO], "a/1")
        assert leases.renew(connection, [ONE], "a/1", TERM, waits=True) == frozenset()
    ((second, idle_s),) = take(engine, "b/2").items()
    assert (second, first) == (Lease(ONE, "b/2", 2), Lease(ONE, "a/1", 1))
    assert idle_s is not None
    with engine.begin() as connection:
        leases.release(connection, [ONE], "a/1")  # which it has no more
    assert (take(engine, "a/1"), epoch(engine)) == ({}, 2)


def test_only_the_holder_renews_and_one_that_is_locked_only_who_waits(engine: Engine, store: Store) -> None:
    one, two = take(engine, "a/1", ONE, TWO)
    set_until(engine, timedelta(seconds=1))
    with engine.begin() as connection:
        assert leases.renew(connection, [ONE, TWO], "b/2", TERM, waits=True) == frozenset()
        assert left_s(engine) <= 1
    with writing(store, one):
        with engine.begin() as connection:
            assert leases.renew(connection, [ONE, TWO], "a/1", TERM) == {two}, "it delays no other"
        with engine.connect() as connection:
            connection.execute(text("SET LOCAL lock_timeout = '50ms'"))
            with pytest.raises(OperationalError, match="lock timeout"):
                leases.renew(connection, [ONE], "a/1", TERM, waits=True)
    with engine.begin() as connection:
        assert leases.renew(connection, [ONE, TWO], "a/1", TERM) == {one, two}
    assert left_s(engine) > 1


def test_rows_are_locked_in_the_order_of_their_names_wherever_they_lie(engine: Engine, store: Store) -> None:
    """Or two who lock the same ones would wait for each other, a second each time."""
    one, two = take(engine, "a/1", ONE, TWO)
    set_until(engine, timedelta(0))  # which puts its row behind the other's
    with ThreadPoolExecutor(1) as threads:
        with writing(store, two):
            proof = threads.submit(prove, store, two, one)
            until(lambda: waits_for_a_lock(store), "the proof to wait for the second row", within_s=60)
            assert take(engine, "b/2", ONE) == {}, "the first is locked by then"
        assert proof.result(60) == frozenset()


def test_a_proof_says_which_leases_are_lost_and_nothing_is_written(engine: Engine, store: Store) -> None:
    (mine,) = take(engine, "a/1", ONE)
    take(engine, "b/2", TWO)
    for wrong in (Lease(TWO, "b/2", 2), Lease(TWO, "a/1", 1), Lease(TWO, "b/1", 1), Lease("shard/77", "a/1", 1)):
        assert prove(store, wrong, mine) == {wrong}
        with pytest.raises(LeaseLost), writing(store, mine, wrong) as connection:
            connection.execute(text("UPDATE leases SET epoch = 0"))
    assert prove(store, mine) == frozenset()
    assert epoch(engine) == 1


def test_who_lives_is_known_by_name_and_who_has_not_for_a_day_is_forgotten(engine: Engine, store: Store) -> None:
    one, two = DaemonLook("a/1", "a", "http://a:9786", 3, True), DaemonLook("b/2", "b", "", 0, False)
    with engine.begin() as connection:
        assert leases.say_alive(connection, two, TERM) == [two]
        assert leases.say_alive(connection, one, TERM) == [one, two]
        connection.execute(text("INSERT INTO last_operations VALUES ('a/1', 'x'), ('b/2', 'y')"))
    moved = "UPDATE daemons SET until = clock_timestamp() + :ahead WHERE holder = 'a/1'"
    for ahead in (-timedelta(milliseconds=1), timedelta(hours=1)):  # dead, and dead under a clock that was set back
        with engine.begin() as connection:
            connection.execute(text(moved), {"ahead": ahead})
            assert leases.say_alive(connection, two, TERM) == [two]
            leases.forget_gone(connection)
        with store.read() as session:
            assert list(leases.living(session, TERM)) == ["b/2"], "the letters of one that is dead are another's"
    with engine.begin() as connection:
        connection.execute(text(moved), {"ahead": -leases.FORGET_AFTER})
        leases.forget_gone(connection)
        writers = connection.execute(text("SELECT writer FROM last_operations ORDER BY 1")).scalars().all()
        assert writers == ["b/2", "decisions"]
        leases.leave(connection, "b/2")
        assert leases.say_alive(connection, one, TERM) == [one]


def test_the_connections_of_leases_wait_for_nobody_for_long(engine: Engine) -> None:
    with engine.begin() as connection:
        shown = [
            connection.execute(text(f"SHOW {name}")).scalar_one() for name in ("statement_timeout", "lock_timeout")
        ]
    assert shown == ["30s", "10s"], "a half, and a sixth, of the term"
