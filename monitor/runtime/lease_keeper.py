"""Take, renew and give back this daemon's leases in a database that several daemons work on.

One thread renews, at a third of the term; another looks for free leases at a tenth of it. Neither waits for the other,
and neither for the event loop. A duty ends by this daemon's own clock, before anybody else may take it: a deadline
counted from before the renewal was sent, MARGIN of a term before the lease itself runs out.
"""

import asyncio
import logging
import secrets
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from monitor.domain.clock import NS_PER_S, Clock
from monitor.domain.leases import Lease, shard_of
from monitor.domain.log_events import LogEvent
from monitor.logs.emit import emit
from monitor.net.pool import Pool, PoolFull
from monitor.runtime.condition import Comparison, Condition, differing
from monitor.runtime.fair_share import GIVE_EVERY, Peer, seen_by_others, to_give, to_take
from monitor.runtime.leases import LeaseChange, LeaseCounts, Member, OnChange, SoleHolder, Stored
from monitor.runtime.own_leases import OwnLeases
from monitor.runtime.part import Part
from monitor.settings.load import Settings
from monitor.store import leases as rows
from monitor.store.database import Store
from monitor.store.errors import DatabaseError, is_lock_timeout
from monitor.store.session import Session

log = logging.getLogger(__name__)

MARGIN = 1 / 6  # of a term
RENEW_EVERY, LOOK_EVERY = 1 / 3, 1 / 10  # of a term
WATCH_S = 0.1
THREADS = 3  # one renews, one takes, one releases
MOST_NAMED = 8  # shards in a line of the log
GIVE_BACK_S = 2.0  # at the end


class LeaseKeeper(Part):
    """The part that holds leases; a `Leases`. ``changed`` is called on the loop with what was taken and lost.

    ``condition``: of this daemon; called in a thread.
    """

    name = "leases"
    is_sole = False

    def __init__(
        self,
        store: Store,
        daemon: str,
        url: str,
        term_s: float,
        clock: Clock,
        condition: Callable[[], Condition],
        changed: OnChange,
        stored: Stored,
    ) -> None:
        engine = store.for_leases(term_s)
        assert engine is not None, "leases are for a database on a server"
        self.engine, self._clock, self._condition = engine, clock, condition
        self._changed, self._stored = changed, stored
        self.daemon, self.holder = daemon, f"{daemon}/{secrets.token_hex(8)}"
        self._term_s, self._term = term_s, timedelta(seconds=term_s)
        self._said = rows.DaemonLook(self.holder, daemon, url, 0, fit=True)
        self._leases = OwnLeases(clock)
        self._living: Sequence[rows.DaemonLook] = ()
        self._entered, self._closing = threading.Event(), threading.Event()
        self._free_since_ns: dict[str, int] = {}
        self._given: set[str] = set()  # names that another is to take
        self._giving: set[Lease] = set()  # given, and the other parts do not know yet
        self._gave_ns = clock.boot_ns()
        self._failing = False
        self._known: frozenset[Lease] = frozenset()  # to the other parts
        self._turned_mono_ns = clock.mono_ns()
        self._threads = Pool("leases", threads=THREADS, backlog=THREADS)
        self._releasing: set[asyncio.Task[None]] = set()
        self._running: list[Future[None]] = []
        self._refused = 0
        self._comparison = Comparison()

    @property
    def last_turn_mono_ns(self) -> int:
        return self._turned_mono_ns

    def held(self, name: str) -> Lease | None:
        return self._leases.held(name)

    def shards(self) -> frozenset[int]:
        return self._leases.shards()

    def lost(self, leases: Collection[Lease]) -> None:
        self._refused += 1
        self._leases.lose(leases)

    def own(self) -> Collection[Lease]:
        return self._leases.in_force().keys()

    @property
    def counts(self) -> LeaseCounts:
        return LeaseCounts(self._leases.taken, self._leases.lost, self._refused)

    def members(self) -> Sequence[Member]:
        differ = differing(self._living, self.holder)
        return [
            Member(
                *(each.name, each.url, each.shards, each.fit, each.holder == self.holder),
                lost=each.lost,
                away=each.away,
                watches_another=each.holder in differ,
            )
            for each in self._living
        ]

    def living(self, session: Session) -> Collection[str]:
        return rows.living(session, self._term)

    async def open(self) -> None:
        """Begin to renew and to take."""
        self._running = [self._threads.submit(self._renewing), self._threads.submit(self._taking)]

    async def run(self) -> None:
        """Tell what changes, until cancelled; raises what has ended a thread."""
        while True:
            self.notify()
            for each in self._running:
                if each.done():
                    each.result()
            self._turned_mono_ns = self._clock.mono_ns()
            await asyncio.sleep(WATCH_S)

    def notify(self) -> None:
        """Tell what was taken and lost since the last time; duties past their deadline are lost."""
        self._comparison.look(self._living, self.holder)
        self._leases.lose_what_is_over()
        own = self._leases.in_force()
        known, self._known = self._known, frozenset(own)
        taken = {lease: idle_s for lease, idle_s in own.items() if lease not in known}
        lost = known - own.keys()
        if not (taken or lost):
            return
        self._changed(LeaseChange(taken, lost))
        if taken:
            emit(log, LogEvent.LEASES_TAKEN, "takes over: %s", _names(taken), count=len(taken))
        given = lost & self._giving
        self._giving -= given
        if given:
            emit(log, LogEvent.LEASES_GIVEN, "leaves to another daemon: %s", _names(given), count=len(given))
            self._releasing.add(releasing := asyncio.create_task(self._release(given)))
            releasing.add_done_callback(self._releasing.discard)
        if lost - given:
            emit(
                log,
                LogEvent.LEASES_LOST,
                "lost to the time or another daemon: %s",
                _names(lost - given),
                count=len(lost - given),
            )

    def abandon(self) -> None:
        """Renew and take nothing more: what is held runs out."""
        self._closing.set()

    async def released(self) -> None:
        """Wait until what was given away is another's to take."""
        await asyncio.gather(*self._releasing)

    async def close(self) -> None:
        """Give everything back, so that others need not wait for the end of the term."""
        self.abandon()
        with suppress(TimeoutError, DatabaseError):
            async with asyncio.timeout(GIVE_BACK_S):
                await asyncio.gather(*map(asyncio.wrap_future, self._running))
                await asyncio.wrap_future(self._threads.submit(self._give_back))
        self._threads.close()

    def renew(self) -> None:
        """Say that this daemon lives, and renew what it holds; raises DatabaseError."""
        names = self._leases.names()
        found = self._condition()
        shards, (fit, watches, sees, lost, away) = len(self._leases.shards()), found.said
        self._said = replace(self._said, shards=shards, fit=fit, watches=watches, sees=sees, lost=lost, away=away)
        sent_ns = self._clock.boot_ns()
        with self.engine.begin() as connection:
            if not self._entered.is_set():
                rows.make_rows(connection)
                rows.forget_gone(connection)
            self._living = rows.say_alive(connection, self._said, self._term)
            renewed = rows.renew(connection, names, self.holder, self._term)
        self._leases.extend(renewed, self._deadline_ns(sent_ns))
        self._entered.set()
        if busy := set(names) - {lease.name for lease in renewed}:
            self._renew_busy(busy)

    def _renew_busy(self, names: Collection[str]) -> None:
        """Renew what a transaction of this daemon's own, or of a taker, has locked; raises DatabaseError."""
        before = [lease for lease in self._leases.in_force() if lease.name in names]
        sent_ns = self._clock.boot_ns()
        try:
            with self.engine.begin() as connection:
                renewed = rows.renew(connection, names, self.holder, self._term, waits=True)
        except DatabaseError as error:
            if is_lock_timeout(error):
                return  # neither renewed nor lost
            raise
        self._leases.extend(renewed, self._deadline_ns(sent_ns))
        self._leases.lose(set(before) - renewed)

    def look(self) -> None:
        """Look for free leases: take this daemon's share, and give away what is beyond it; raises DatabaseError."""
        now_ns = self._clock.boot_ns()
        with self.engine.begin() as connection:
            seen = rows.look(connection, self._term)
        own = {lease.name: lease.epoch for lease in self._leases.in_force()}
        self._note_free(seen, own, now_ns)
        mine = self._condition()
        fit, sees = mine.fit, mine.sees
        peers = [
            Peer(each.shards, each.fit, each.sees, each.lost) for each in self._living if each.holder != self.holder
        ]
        free_s = {name: (now_ns - since_ns) / NS_PER_S for name, since_ns in self._free_since_ns.items()}
        names = to_take(free_s, own, self._given, peers, self._term_s, fit=fit, sees=sees, unseen=mine.unseen)
        if better := seen_by_others(mine.unseen, peers) & own.keys():
            self._give(better)
        elif names:
            self._take(names)
        elif now_ns - self._gave_ns >= GIVE_EVERY * self._term_s * NS_PER_S:
            self._gave_ns = now_ns
            self._give(to_give(own, peers, fit=fit, sees=sees))

    def _note_free(self, seen: Mapping[str, rows.LeaseLook], own: Collection[str], now_ns: int) -> None:
        """Note since when each lease has been seen free, by this daemon's clock: the database's may jump.

        One that is this daemon's by the database, and not in its memory, is free: its answer came too late, or never.
        """
        is_free = {
            name: name not in own and (each.is_free or (each.holder == self.holder and name not in self._given))
            for name, each in seen.items()
        }
        self._free_since_ns = {name: self._free_since_ns.get(name, now_ns) for name, is_so in is_free.items() if is_so}
        self._given = {name for name in self._given if seen[name].holder == self.holder}

    def _take(self, names: Collection[str]) -> None:
        sent_ns = self._clock.boot_ns()
        with self.engine.begin() as connection:
            taken = rows.take(connection, names, self.holder, self._term)
        self._leases.add(taken, self._deadline_ns(sent_ns))
        self._given -= {lease.name for lease in taken}

    def _give(self, names: Collection[str]) -> None:
        """Do nothing more by these leases; `notify` has them released when what was decided by them is stored."""
        self._given |= set(names)
        self._giving |= self._leases.give(names)

    async def _release(self, leases: Collection[Lease]) -> None:
        """Let anybody take them; what the database does not hear runs out by itself."""
        with suppress(TimeoutError):
            async with asyncio.timeout(GIVE_EVERY * self._term_s):
                await self._stored(leases)

        def release() -> None:
            with self.engine.begin() as connection:
                rows.release(connection, [lease.name for lease in leases], self.holder)

        with suppress(DatabaseError, PoolFull):
            await asyncio.wrap_future(self._threads.submit(release))

    def _give_back(self) -> None:
        given = self._leases.give(self._leases.names())
        with self.engine.begin() as connection:
            rows.release(connection, [lease.name for lease in given], self.holder)
            rows.leave(connection, self.holder)

    def _deadline_ns(self, sent_ns: int) -> int:
        return sent_ns + round((1 - MARGIN) * self._term_s * NS_PER_S)

    def _renewing(self) -> None:
        """Renew until the daemon ends; a database that fails is asked again sooner."""
        while not self._closing.is_set():
            self._closing.wait(self._term_s * (RENEW_EVERY if self.renews() else LOOK_EVERY))

    def _taking(self) -> None:
        while not self._closing.is_set():
            if self._entered.is_set():
                with suppress(DatabaseError):  # renewing says so
                    self.look()
            self._closing.wait(self._term_s * LOOK_EVERY)

    def renews(self) -> bool:
        """Renew, and return whether the database did; what keeps it from that is logged when it begins and ends."""
        try:
            self.renew()
        except DatabaseError as error:
            if not self._failing:
                emit(log, LogEvent.LEASES_UNRENEWED, "leases cannot be renewed or taken now: %s", error.orig)
            self._failing = True
            return False
        if self._failing:
            emit(log, LogEvent.LEASES_RENEWED, "leases can be renewed again")
        self._failing = False
        return True


def leases_of(
    settings: Settings,
    store: Store,
    clock: Clock,
    condition: Callable[[], Condition],
    changed: OnChange,
    stored: Stored,
) -> "SoleHolder | LeaseKeeper":
    """Return what holds this daemon's leases: the lock of its state folder, or the keeper of those in a database."""
    if settings.server is None:
        return SoleHolder()
    term_s = settings.monitor.storage.lease_s
    return LeaseKeeper(store, settings.daemon, settings.page_url, term_s, clock, condition, changed, stored)


def _names(leases: Collection[Lease]) -> str:
    """Return them for the log: 'duty/outbox, shard/07'; many shards are only counted."""
    shards = sorted(lease.name for lease in leases if shard_of(lease.name) is not None)
    duties = sorted(lease.name for lease in leases if shard_of(lease.name) is None)
    return ", ".join([*duties, *(shards if len(shards) <= MOST_NAMED else [f"{len(shards)} shards"])])
