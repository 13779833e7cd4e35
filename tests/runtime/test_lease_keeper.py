"""A daemon's leases in a database of a real server: held, renewed, lost, given away and given back."""

import asyncio
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from sqlalchemy import text

from monitor.domain.clock import Clock, SystemClock, VirtualClock
from monitor.domain.leases import ALL_NAMES, ALL_SHARDS, SHARDS, Duty, Lease, shard_name
from monitor.domain.message import message
from monitor.runtime.condition import Condition
from monitor.runtime.lease_keeper import MARGIN, LeaseKeeper, leases_of
from monitor.runtime.leases import LeaseChange, SoleHolder
from monitor.store.database import Store
from monitor.store.leases import LeaseLost
from monitor.store.opening import open_store
from tests.lab.waiting import until
from tests.runtime.built import settings_of
from tests.store import servers

TERM_S = 60.0


@dataclass
class Others:
    """The other parts of a daemon: what they are told, and its condition."""

    taken: dict[Lease, float | None] = field(default_factory=dict)
    lost: set[Lease] = field(default_factory=set)
    steps: list[str] = field(default_factory=list)
    condition: Condition = field(default_factory=Condition)

    def changed(self, change: LeaseChange) -> None:
        self.lost |= change.lost
        self.taken |= change.taken
        if change.lost:
            self.steps.append("dropped")

    async def stored(self, leases: Collection[Lease]) -> None:
        self.steps.append("stored")


@dataclass
class Made:
    keeper: LeaseKeeper
    others: Others
    clock: VirtualClock


@dataclass
class Daemons:
    """Daemons on one database; each with its clock, and none running by itself."""

    store: Store
    made: list[Made] = field(default_factory=list)

    def add(self, name: str, term_s: float = TERM_S) -> Made:
        others, clock = Others(), VirtualClock()
        keeper = keeper_of(self.store, name, clock, others, term_s)
        self.made.append(Made(keeper, others, clock))
        keeper.renew()
        keeper.look()
        keeper.notify()
        return self.made[-1]

    def do(self, statement: str, **values: object) -> None:
        with self.store.write() as session:
            session.execute(text(statement), values)

    def run_out(self, *names: str) -> None:
        """The term of these leases is over."""
        self.do("UPDATE leases SET until = clock_timestamp() WHERE name = ANY(:names)", names=list(names))


def keeper_of(store: Store, name: str, clock: Clock, others: Others, term_s: float = TERM_S) -> LeaseKeeper:
    return LeaseKeeper(
        store, name, "http://x:9786", term_s, clock, lambda: others.condition, others.changed, others.stored
    )


@pytest.fixture
def daemons(tmp_path: Path) -> Iterator[Daemons]:
    store = open_store(tmp_path, servers.migrated_of(tmp_path))
    made = Daemons(store)
    yield made
    for each in made.made:
        each.keeper.engine.dispose()
    store.close()


def test_who_comes_first_holds_everything_and_the_others_are_told(daemons: Daemons) -> None:
    one = daemons.add("a")
    assert one.keeper.shards() == ALL_SHARDS
    assert sorted(lease.name for lease in one.others.taken) == list(ALL_NAMES)
    assert set(one.others.taken.values()) == {None}, "nobody ever had them"
    lease = one.keeper.held(Duty.OUTBOX)
    assert lease == Lease(Duty.OUTBOX, one.keeper.holder, 1)
    assert not one.keeper.is_sole
    with daemons.store.write(behind=list(one.others.taken)):
        pass
    two = daemons.add("b")
    assert (two.keeper.shards(), two.keeper.held(Duty.OUTBOX)) == (frozenset(), None)
    assert [(each.name, each.is_self) for each in two.keeper.members()] == [("a", False), ("b", True)]


def test_a_duty_ends_by_the_daemons_own_clock_before_another_can_have_it_and_a_shard_does_not(daemons: Daemons) -> None:
    """A database that is away for minutes blinds nobody: nobody else can have its shards either."""
    one = daemons.add("a")
    one.clock.suspend(TERM_S * (1 - MARGIN) - 0.001)  # the monotonic clock stands still meanwhile
    assert one.keeper.held(Duty.OUTBOX) is not None
    one.clock.suspend(0.002)
    assert one.keeper.held(Duty.OUTBOX) is None
    one.keeper.notify()
    assert {lease.name for lease in one.others.lost} == set(Duty)
    assert one.keeper.held(shard_name(3)) is not None
    one.keeper.renew()
    assert one.keeper.held(Duty.OUTBOX) is None, "who is dropped is not brought back by a renewal"
    one.keeper.look()
    lease = one.keeper.held(Duty.OUTBOX)
    assert lease is not None
    assert lease.epoch == 1, "in the database it was its own all the time"


def test_a_renewal_counts_from_before_it_was_sent(daemons: Daemons, monkeypatch: pytest.MonkeyPatch) -> None:
    one = daemons.add("a")
    from monitor.store import leases as rows

    renew = rows.renew

    def slowly(*args: object, **more: object) -> frozenset[Lease]:
        one.clock.advance(TERM_S / 2)
        return renew(*args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(rows, "renew", slowly)
    one.keeper.renew()
    one.clock.advance(TERM_S * (1 - MARGIN) - TERM_S / 2)
    assert one.keeper.held(Duty.OUTBOX) is None


def test_a_paused_daemon_that_wakes_writes_nothing_and_drops_what_another_has(daemons: Daemons) -> None:
    one = daemons.add("a")
    old = one.keeper.held(shard_name(3))
    assert old is not None
    daemons.run_out(*ALL_NAMES)
    daemons.do("UPDATE daemons SET until = clock_timestamp()")
    two = daemons.add("b")
    assert two.keeper.shards() == ALL_SHARDS
    assert all(idle_s is not None and idle_s >= 0 for idle_s in two.others.taken.values())

    with pytest.raises(LeaseLost) as raised, daemons.store.write(behind=[old]):
        pass
    one.keeper.lost(raised.value.leases)
    assert (one.keeper.held(shard_name(3)), one.keeper.counts.refused) == (None, 1)
    one.keeper.renew()
    one.keeper.notify()
    assert (one.keeper.shards(), len(one.others.lost)) == (frozenset(), len(ALL_NAMES))
    assert one.keeper.held(Duty.CASES) is None


def test_who_starts_again_under_its_name_is_another_holder(daemons: Daemons) -> None:
    """Or a stopped process and the one that was started in its place would both pass the proof."""
    before = daemons.add("a")
    daemons.run_out(*ALL_NAMES)
    daemons.do("UPDATE daemons SET until = clock_timestamp()")
    after = daemons.add("a")
    assert before.keeper.holder != after.keeper.holder
    old, new = before.keeper.held(shard_name(0)), after.keeper.held(shard_name(0))
    assert (old and old.epoch, new and new.epoch) == (1, 2)
    with pytest.raises(LeaseLost), daemons.store.write(behind=[old] if old else []):
        pass


def test_a_dead_daemon_whose_word_lies_an_hour_ahead_keeps_nothing_idle(daemons: Daemons) -> None:
    """Its word and its leases were written under a clock that has been set back since."""
    daemons.add("a")
    daemons.do("UPDATE leases SET until = clock_timestamp() + interval '1 hour'")
    daemons.do("UPDATE daemons SET until = clock_timestamp() + interval '1 hour'")
    assert daemons.add("b").keeper.shards() == ALL_SHARDS


def test_who_is_counted_as_living_and_takes_nothing_does_not_keep_it_from_others(daemons: Daemons) -> None:
    daemons.do(
        "INSERT INTO daemons (holder, name, started, until, shards, fit) "
        "VALUES ('z/1', 'z', now(), clock_timestamp() + interval '1 minute', 0, true)"
    )
    one = daemons.add("a")
    assert len(one.keeper.shards()) == SHARDS // 2, "its share"
    one.clock.advance(TERM_S / 2)
    one.keeper.look()
    assert one.keeper.shards() == ALL_SHARDS


def test_a_lease_whose_row_is_locked_is_neither_renewed_nor_lost_and_delays_no_other(daemons: Daemons) -> None:
    one = daemons.add("a", term_s=3.0)  # it waits for a lock for a sixth of it
    busy, free = one.keeper.held(Duty.NIGHTLY), one.keeper.held(Duty.OUTBOX)
    assert busy is not None
    assert free is not None
    one.clock.advance(2.0)
    with daemons.store.write(behind=[busy]):
        one.keeper.renew()
    one.clock.advance(1.0)
    assert (one.keeper.held(Duty.NIGHTLY), one.keeper.held(Duty.OUTBOX)) == (None, free)
    with daemons.store.write(behind=[busy]):
        pass


def test_what_is_given_away_is_dropped_first_then_stored_and_only_then_another_s(daemons: Daemons) -> None:
    one, two = daemons.add("a"), daemons.add("b")
    one.keeper.renew()  # sees that there are two
    one.clock.advance(TERM_S)
    one.keeper.renew()
    one.keeper.look()
    assert len(one.keeper.shards()) == SHARDS - 1
    two.keeper.look()
    assert two.keeper.shards() == frozenset(), "it is not released yet"

    async def notifies() -> None:
        one.keeper.notify()
        await one.keeper.released()

    asyncio.run(notifies())
    assert one.others.steps == ["dropped", "stored"]
    one.keeper.look()
    assert len(one.keeper.shards()) == SHARDS - 1, "who gave it does not take it back"
    two.keeper.look()
    assert len(two.keeper.shards()) == 1
    (given,) = one.others.lost
    assert given.epoch == 1
    assert two.keeper.held(given.name) == Lease(given.name, two.keeper.holder, 2)


def test_a_daemon_whose_clock_is_suspect_gives_its_duties_to_one_whose_is_not(daemons: Daemons) -> None:
    one, two = daemons.add("a"), daemons.add("b")
    one.others.condition = Condition(fit=False)
    one.clock.advance(TERM_S / 2)
    one.keeper.renew()
    one.keeper.look()

    async def notifies() -> None:
        one.keeper.notify()
        await one.keeper.released()

    asyncio.run(notifies())
    two.keeper.renew()
    two.keeper.look()
    assert {name for name in Duty if two.keeper.held(name)} == set(Duty)
    assert len(one.keeper.shards()) >= SHARDS - 1, "its sites it goes on judging"


def test_everything_given_back_at_the_end_is_another_s_at_once(daemons: Daemons) -> None:
    one = daemons.add("a")
    asyncio.run(one.keeper.close())
    assert one.keeper.shards() == frozenset()
    two = daemons.add("b")
    assert two.keeper.shards() == ALL_SHARDS
    assert [each.name for each in two.keeper.members()] == ["b"]


def test_two_that_run_by_themselves_share_and_the_one_takes_what_the_other_leaves(daemons: Daemons) -> None:
    """Threads, the loop and the database's clock as in a daemon; one ends without a word."""
    clock, term_s = SystemClock(), 3.0
    one, two = (Others(), Others())
    first, second = (keeper_of(daemons.store, name, clock, each, term_s) for name, each in (("a", one), ("b", two)))

    async def both() -> None:
        await first.open()
        await second.open()
        running = [asyncio.create_task(each.run()) for each in (first, second)]
        await asyncio.to_thread(until, lambda: first.shards() | second.shards() == ALL_SHARDS, "all shards", 60)
        assert not first.shards() & second.shards()
        first.abandon()
        await asyncio.to_thread(until, lambda: second.shards() == ALL_SHARDS, "the other's shards", 60)
        await asyncio.to_thread(until, lambda: all(map(second.held, Duty)), "the other's duties", 60)
        for each in running:
            each.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*running)
        await second.close()

    asyncio.run(both())
    assert second.counts.lost == 0
    assert second.counts.taken >= len(ALL_NAMES)
    for each in (first, second):
        each.engine.dispose()


def test_a_database_in_a_file_needs_no_keeper(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    others = Others()
    made = leases_of(settings_of(), store, VirtualClock(), Condition, others.changed, others.stored)
    assert isinstance(made, SoleHolder)
    assert made.is_sole
    store.close()


def test_the_database_refuses_for_a_while_and_it_is_said_when_it_begins_and_ends(
    daemons: Daemons, caplog: pytest.LogCaptureFixture
) -> None:
    one = daemons.add("a")
    caplog.set_level("INFO")
    daemons.do("ALTER TABLE daemons RENAME TO away")
    assert [one.keeper.renews(), one.keeper.renews()] == [False, False]
    assert one.keeper.shards() == ALL_SHARDS
    daemons.do("ALTER TABLE away RENAME TO daemons")
    assert one.keeper.renews()
    said = [record.message for record in caplog.records if "leases can" in record.message]
    assert [words.partition(":")[0] for words in said] == [
        "leases cannot be renewed or taken now",
        "leases can be renewed again",
    ]


SEES, LOST = Condition(sees=frozenset({"isp"})), Condition(lost=frozenset({"isp"}))
BEHIND = {shard_name(shard): frozenset({"isp"}) for shard in range(8)}


def turn(made: Made, condition: Condition, terms: float = 0.0) -> None:
    """Its condition is another; it says so, looks, and what it gave is released."""
    made.others.condition = condition
    made.clock.advance(terms * TERM_S)
    made.keeper.renew()
    made.keeper.look()
    made.keeper.notify()


def test_who_sends_tells_the_others_which_channels_cannot_be_reached(daemons: Daemons) -> None:
    one, two = daemons.add("a"), daemons.add("b")
    why = message("{host}: {fault}", host="mail.example.org", fault="no answer\0")
    turn(one, Condition(away={"email": why, "sms": "no money"}))
    turn(two, Condition())
    said = {
        member.name: {channel: str(each) for channel, each in member.away.items()} for member in two.keeper.members()
    }
    assert said == {"a": {"email": "mail.example.org: no answer", "sms": "no money"}, "b": {}}
    turn(one, Condition())
    turn(two, Condition())
    assert not any(member.away for member in two.keeper.members())


async def test_who_has_lost_an_uplink_leaves_what_lies_behind_it_to_one_who_sees_it(daemons: Daemons) -> None:
    one, two = daemons.add("a"), daemons.add("b")
    blind = replace(LOST, unseen=BEHIND)
    turn(one, blind)
    assert one.keeper.shards() == ALL_SHARDS, "whether the other sees it is not known"
    turn(two, LOST)
    turn(one, blind)
    assert one.keeper.shards() == ALL_SHARDS, "nobody sees it"
    turn(two, SEES)
    turn(one, blind)
    assert one.keeper.shards() == ALL_SHARDS - set(range(8)), "at once, and only those"
    await one.keeper.released()

    turn(one, blind, terms=1.0)
    assert not one.keeper.shards() & set(range(8)), "free for long, and still the other's to take"
    turn(two, SEES)
    assert two.keeper.shards() >= set(range(8))
    turn(one, Condition(sees=frozenset({"isp"})), terms=1.0)
    assert not one.keeper.shards() & set(range(8)), "it sees again, and takes nothing back at once"
    await one.keeper.released()


async def test_the_share_of_who_sees_nothing_is_the_others_too(daemons: Daemons) -> None:
    one = daemons.add("a")
    turn(one, SEES)
    two = daemons.add("b")
    everything = {shard_name(shard): frozenset({"isp"}) for shard in range(SHARDS)}
    turn(two, SEES)
    turn(one, replace(LOST, unseen=everything))
    assert one.keeper.shards() == frozenset()
    await one.keeper.released()
    turn(two, SEES)
    assert two.keeper.shards() == ALL_SHARDS, "not half of them"
    turn(two, SEES, terms=1.0)
    assert two.keeper.shards() == ALL_SHARDS, "and none is given to who cannot see it"
    await two.keeper.released()


def test_who_is_left_alone_takes_what_it_cannot_see(daemons: Daemons) -> None:
    """Where the one who sees is counted as living, and takes nothing, it takes it in the end too."""
    one = daemons.add("a")
    turn(one, SEES)
    two = daemons.add("b")
    blind = replace(LOST, unseen=BEHIND)
    turn(two, blind)
    daemons.run_out(*BEHIND)
    turn(two, blind)
    turn(two, blind, terms=1.9)
    assert two.keeper.shards() == frozenset()
    turn(two, blind, terms=0.2)
    assert two.keeper.shards() >= set(range(8))


def test_another_configuration_is_told_once_it_has_been_one_for_longer_than_reloading_takes(
    daemons: Daemons, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    one, two = daemons.add("a"), daemons.add("b")

    def said() -> list[str]:
        found = [vars(record)["event"].name for record in caplog.records if "configuration" in record.getMessage()]
        caplog.clear()
        return found

    turn(one, Condition(watches="x"))
    turn(two, Condition(watches="y"))
    turn(one, Condition(watches="x"))
    assert [each.watches_another for each in one.keeper.members()] == [False, False]
    daemons.do("UPDATE daemons SET watches_since = watches_since - interval '121 seconds'")
    turn(two, Condition(watches="z"))
    turn(one, Condition(watches="x"))
    assert said() == [], "the other has just been reloaded"
    daemons.do("UPDATE daemons SET watches_since = watches_since - interval '121 seconds'")
    for each, digest in ((two, "z"), (one, "x"), (two, "z"), (one, "x")):
        turn(each, Condition(watches=digest))
    assert [(each.name, each.watches_another) for each in one.keeper.members()] == [("a", False), ("b", True)]
    assert said() == ["CONFIG_DIFFERS"] * 2, "once by each"
    turn(two, Condition(watches="x"))
    turn(one, Condition(watches="x"))
    assert said() == ["CONFIG_AGREES"] * 2
    turn(two, Condition(watches=""))
    daemons.do("UPDATE daemons SET watches_since = watches_since - interval '121 seconds'")
    turn(one, Condition(watches="x"))
    assert said() == [], "an older version does not say what it watches"
