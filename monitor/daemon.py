"""The only place where the parts meet: build, run, re-read, stop."""

import asyncio
import logging
import os
import signal
import socket
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from threading import Timer

from starlette.applications import Starlette

from monitor.alerts.cases.clock import note_trust, settle
from monitor.alerts.cases.downtimes import Plans, plans_in_force
from monitor.alerts.cases.events import note_unused_labs
from monitor.alerts.channels.base import Channel
from monitor.alerts.channels.registry import channels_of
from monitor.alerts.helpdesks.registry import key_of
from monitor.alerts.notices import outbox
from monitor.charter.downtimes import downtime_of
from monitor.charter.office import Office
from monitor.domain.clock import NS_PER_S, Clock
from monitor.i18n.formats import duration_text
from monitor.judging.baseline import Baselines, Usual
from monitor.judging.board import Board
from monitor.judging.clock_trust import ClockTrust, Move
from monitor.judging.decisions import Decision
from monitor.judging.thresholds import NOTHING_STORED, StoredState, board_of, limits_of, rules_of, thresholds_of
from monitor.metrics.exposition import Exposition
from monitor.net.pool import Pool, PoolFull
from monitor.probes.icmp.engine import IcmpOptions, IcmpProbe
from monitor.runtime import gc_tuning, private_network
from monitor.runtime.config_verdicts import ConfigVerdicts
from monitor.runtime.diagnostics import Diagnostics
from monitor.runtime.heartbeat import HeartbeatSender, oldest_owed_s
from monitor.runtime.helpdesk_worker import HelpdeskWorker
from monitor.runtime.icmp_prober import Prober
from monitor.runtime.live import RuntimeState, stale
from monitor.runtime.nightly import Nightly
from monitor.runtime.notifier import Delivery
from monitor.runtime.sample_log import Recording
from monitor.runtime.service_checker import Attendant
from monitor.runtime.snmp_poller import Poller
from monitor.runtime.startup_messages import startup_lines, warnings
from monitor.runtime.store_opener import StoreKeeper
from monitor.runtime.subprocess_load import load_in_subprocess
from monitor.runtime.systemd import Notifier
from monitor.runtime.traps import TrapReceiver
from monitor.runtime.trusted_clock import BelievedClock, boot_id
from monitor.runtime.writer import DecisionWriter
from monitor.settings.load import Settings
from monitor.settings.monitor_file import Probing, asked_at
from monitor.settings.notices_section import ChannelName
from monitor.settings.problems import ConfigError
from monitor.store import board_state
from monitor.store.errors import DatabaseError
from monitor.store.opening import open_when_possible
from monitor.store.retention import back_up, forget_old
from monitor.store.session import Session
from monitor.store.work import Work
from monitor.web.app import make_app
from monitor.web.page_server import PageServer

log = logging.getLogger(__name__)

END_WITHIN_S = 8.5
LAST_LEARNED_S = 1.5
LAG_EVERY_S = 0.5
LEARNED_EVERY_S = 6 * 3_600.0


class Daemon:
    """One installation at work. ``sockets`` are listening ones that somebody else opened, or none.

    ``sources``: the files that said ``settings``. ``begins_again``: it ended so that another takes its place at once.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        sockets: list[socket.socket],
        sources: Mapping[str, bytes],
        notifier: Notifier | None = None,
    ) -> None:
        self.settings = settings
        self._sockets = sockets
        self._notifier = notifier or Notifier()
        self._upkeep = Pool("upkeep", threads=2, backlog=2)
        self._page: PageServer | None = None
        self._stop, self._told_to_reload = asyncio.Event(), asyncio.Event()
        self._clock = clock = BelievedClock(clock, boot_id())
        self._before: ClockTrust | None = None
        self._knows_the_time = self.begins_again = False
        self._store = open_when_possible(settings.state)
        self._planned, known, learned = self._remembered()
        self._office = Office.of(settings, self._planned)
        self._knows_before = known is not None
        self.sources = {} if self._knows_before else sources  # for who begins again
        self._board = self._board_of(known or NOTHING_STORED, learned)
        self._live = RuntimeState(clock)
        self._live.fleet, self._live.board = settings.fleet, self._board
        self._verdicts = ConfigVerdicts(clock, settings.directory, settings.state)
        self._verdicts.accept(sources, clock.mono_ns())
        self._live.instance, self._live.verdict = self._verdicts.instance, lambda: self._verdicts.verdict
        self._recording = Recording(clock, settings.home)
        self._recording.configure(settings.monitor.storage)
        self._live.record = self._recording.take
        self._probe = IcmpProbe(clock, _icmp_options(settings.monitor.probing))
        self._live.office = lambda: self._office
        self._live.rejected = self._probe.counters.rejected
        self._delivery = Delivery(self._store, self._office, self._channels(), clock)
        self._recorder = DecisionWriter(clock, self._store, self._office, self._delivery.wake)
        self._live.written_mono_ns = lambda: self._recorder.last_commit_mono_ns
        self._live.outbox_seen_mono_ns = lambda: self._delivery.last_look_mono_ns
        self._live.mail_trouble = lambda: {str(name): why for name, why in self._delivery.away.items()}
        self._recorder.planned, self._recorder.replanned = self._planned, self._replan
        # What was taken out of the configuration while nobody ran ends its outages now.
        judging = rules_of(settings.monitor.judging)
        self._recorder.put(self._board.replace_fleet(settings.fleet, judging, clock.utc()))
        self._tell_of_store_and_clock()
        self._evidence = Diagnostics(clock, self._live, self._recorder.put)
        self._evidence.configure(traces=settings.monitor.judging.trace)
        self._poller = Poller(clock, self._live, settings, self._board, self._decided)
        self._recorder.busy_links = self._poller.busy_links
        self._prober = Prober(clock, self._probe, self._board, self._live, settings.monitor.probing, self._decided)
        self._attendant = Attendant(clock, self._live, self._board, self._recorder.put)
        self._attendant.configure(settings.fleet, settings.monitor.probing)
        self._watchman = HeartbeatSender(self._ages)
        self._watchman.configure(settings.monitor.heartbeat)
        self._mirroring = HelpdeskWorker(self._store, self._office, clock)
        self._mirror_to(settings)
        self._prober.doubted = self._poller.soon
        self._traps = TrapReceiver(clock, lambda: self._poller.agents, self._look, self._recorder.put)
        self._live.traps = self._traps.counted
        self._keeper = StoreKeeper(clock, self._store, self._live, self._take_up, self._opened)

    def _tell_of_store_and_clock(self) -> None:
        self._delivery.held = lambda: self._clock.trust.suspect
        self._recorder.redated = self._redated
        self._live.clock_suspect = lambda: self._recorder.clock_suspect
        self._live.store_refuses = lambda: self._recorder.failing or self._store.waiting
        self._live.decisions_waiting = lambda: self._recorder.waiting

    def _remembered(self) -> tuple[Plans, StoredState | None, dict[str, Usual]]:
        """Plans, the board, and what is usual, as the run before left them; None while the database cannot be read."""
        try:
            if not self._store.waiting:
                with self._store.write() as session:
                    self._take_up(session)
        except DatabaseError as error:
            self._store.waiting = str(error.orig)
        try:
            with self._store.read() as session:
                self._begin_clock(session)
                plans = plans_in_force(session, self._clock.utc())
                return plans, board_state.remember(session), board_state.learned(session)
        except DatabaseError:
            return {}, None, {}

    def _begin_clock(self, session: Session) -> None:
        """Which time it is, by what the run before thought of the clock; once."""
        if not self._knows_the_time:
            self._before = board_state.last_trust(session)
            self._clock.begin(self._before, board_state.operators_word(session))
            self._knows_the_time = True

    def _take_up(self, session: Session) -> None:
        """Goes on where the run before left off; notes the time until this one began as unmonitored."""
        self._begin_clock(session)
        before, trust = self._before, self._clock.trust
        begun_utc = trust.date(trust.last.utc, trust.last.boot_ns)
        work = Work(session, Office.of(self.settings, plans_in_force(session, begun_utc)), begun_utc)
        outbox.release_leases(session)
        if before is not None:
            self._note_gap(session, before.utc_at(before.last.boot_ns), begun_utc, trust)
        if trust.move is not None:
            settle(work, trust.move)
        if trust.suspect:
            log.warning("clock_suspect: the wall clock says %s, which is not believed yet", trust.last.utc)
            if before is None or not before.suspect:
                note_trust(work, trust)
        board_state.beat(session, trust)

    def _note_gap(self, session: Session, last_utc: datetime, begun_utc: datetime, trust: ClockTrust) -> None:
        """Notes that nobody watched since ``last_utc``, unless that is noted when it is known for how long."""
        off = trust.move.off if trust.move else trust.off
        if off is not None and off[0] == last_utc:
            return
        until_utc = begun_utc - (trust.move.by if trust.move else timedelta(0))  # it is moved like the rest
        longest = 2 * timedelta(seconds=self.settings.monitor.probing.interval_s)
        if board_state.note_gap(session, last_utc, until_utc, longest):
            length = duration_text(until_utc - last_utc, "en")
            log.warning("nobody watched for %s: that time counts as unmonitored", length)

    def _board_of(self, known: StoredState, learned: dict[str, Usual]) -> Board:
        """A board that goes on from what is known."""
        judging = self.settings.monitor.judging
        return board_of(self.settings, self._office, known, Baselines(limits_of(judging), known=learned))

    def _channels(self) -> Mapping[ChannelName, Channel]:
        return channels_of(self._office, self.settings.state, self.settings.home)

    def _opened(self) -> None:
        """Starts over, if it was decided without knowing what had been open before: what waits is stored at the end."""
        if not (self._knows_before or self._stop.is_set()):
            self.begins_again = True
            self._stop.set()

    def _told_to_stop(self) -> None:
        self.begins_again = False
        self._stop.set()

    async def run(self) -> None:
        """Works until SIGTERM or SIGINT, or until it ``begins_again``; raises what made it impossible to go on."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._told_to_stop)
        loop.add_signal_handler(signal.SIGHUP, self._told_to_reload.set)
        self._probe.open()
        self._poller.open()
        self._traps.open(self.settings)
        page = PageServer(self._app(), self.settings.monitor.web, self._sockets, self._clock, self._say_how)
        self._page = page
        nightly = Nightly(
            lambda: None if self._clock.trust.suspect else self._clock.utc(),
            {
                "copy of the database": self._back_up,
                "looking through the database": self._keeper.examine,
                "forgetting": self._forget,
                "looking for unused labs": self._look_at_labs,
                "clearing of memory": gc_tuning.collect,
            },
        )
        gc_tuning.freeze_heap()
        nightly.start()
        self._say_what_runs()
        await page.open()
        self._notifier.ready()
        try:
            probing = (self._prober, self._poller, self._attendant)
            following = (self._recorder, self._delivery, self._evidence, self._recording)
            telling = (self._watchman, self._mirroring, self._keeper)
            parts = (part.run() for part in (*probing, *following, *telling))
            await self._until_stopped(*parts, page.run(), self._watch(), self._learn(), self._reloading())
        finally:
            if self.begins_again:
                self._notifier.reloading()
            else:
                self._notifier.stopping()
                self._end_in_time()
            nightly.stop()
            await page.close()
            await self._recorder.close()
            await self._last_learned()
            self._recording.flush()
            self._delivery.close()
            self._mirroring.close()
            self._watchman.close()
            self._traps.close()
            self._attendant.close()
            self._poller.close()
            self._probe.close()
            self._keeper.close()
            self._store.close()
            log.info("begins again" if self.begins_again else "stopped")

    @staticmethod
    def _end_in_time() -> None:
        """Whatever hangs outside, and whoever waits for it here: the process ends within END_WITHIN_S."""
        end = Timer(END_WITHIN_S, _end_now)
        end.daemon = True
        end.start()

    def _say_how(self) -> None:
        """Tells systemd, and commands beside us, where the page is, or why there is none."""
        page = self._page
        if page is not None:
            self._verdicts.page(asked_at(page.address), page.trouble)
            how = f"page http://{page.address}/" if page.address else f"no page: {page.trouble}"
            self._notifier.status(how)

    def _say_what_runs(self) -> None:
        for warning in warnings(self.settings, self._office, self._clock.utc()):
            log.warning("%s", warning)
        for line in startup_lines(self.settings, self._store):
            log.info("%s", line)

    async def _until_stopped(self, *parts: Coroutine[None, None, None]) -> None:
        """Runs the parts until a signal; the first that fails takes the daemon down, so that it is started afresh."""
        tasks = [asyncio.create_task(part) for part in parts]
        stop = asyncio.create_task(self._stop.wait())
        try:
            done, _ = await asyncio.wait([*tasks, stop], return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in [*tasks, stop]:
                task.cancel()
            await asyncio.gather(*tasks, stop, return_exceptions=True)

    async def _watch(self) -> None:
        """Measures how late the loop is, and feeds the watchdog only while every part turns."""
        while True:
            asked_ns = self._clock.mono_ns()
            await asyncio.sleep(LAG_EVERY_S)
            now_ns = self._clock.mono_ns()
            self._live.loop_lag((now_ns - asked_ns) / NS_PER_S - LAG_EVERY_S)
            # A database that refuses to write is told, not restarted: the decisions wait in this process's memory.
            if self._recorder.failing or not stale(self._live.ages()):
                self._notifier.watchdog()

    async def _learn(self) -> None:
        """Writes down what is usual of each device now and then: a crash costs at most the last hours of learning."""
        while True:
            await asyncio.sleep(LEARNED_EVERY_S)
            await asyncio.wrap_future(self._upkeep.submit(self._write_learned))

    async def _last_learned(self) -> None:
        """Writes it down once more, unless the database keeps us waiting: the machine may be going down."""
        if not self._recorder.failing:
            with suppress(TimeoutError, PoolFull):
                async with asyncio.timeout(LAST_LEARNED_S):
                    await asyncio.wrap_future(self._upkeep.submit(self._write_learned))

    def _write_learned(self) -> None:
        if not self._knows_before:
            return  # it would take what is known for forgotten
        changed = set(self._board.baselines.changed)
        try:
            with self._store.write() as session:
                board_state.write_learned(session, self._board.baselines)
            self._board.baselines.changed -= changed
        except DatabaseError as error:
            log.error("usual round-trip times could not be written down: %s", error.orig)

    async def _reloading(self) -> None:
        """Takes a new configuration over whenever told to; a bad one changes nothing and is told."""
        while await self._told_to_reload.wait():
            self._told_to_reload.clear()
            self._notifier.reloading()
            asked_mono_ns = self._clock.mono_ns()
            try:
                settings, sources = await load_in_subprocess(self.settings.directory)
                private_network.stay(settings)
            except ConfigError as error:
                self._verdicts.refuse(error.problems, asked_mono_ns)
                for problem in error.problems:
                    log.error("%s", problem)
                log.error("%d error(s); the running configuration stays in force", len(error.problems))
            else:
                self._take_over(settings)
                self._verdicts.accept(sources, asked_mono_ns)
                self.sources = sources if self.sources else {}
                del settings, sources
                await asyncio.wrap_future(self._upkeep.submit(gc_tuning.trim_heap))
            self._notifier.ready()

    def _take_over(self, settings: Settings) -> None:
        gone = set(self.settings.fleet.devices) - set(settings.fleet.devices)
        self.settings, self._office = settings, Office.of(settings, self._recorder.planned)
        judging = settings.monitor.judging
        self._board.baselines.adjust(limits_of(judging))
        self._board.pauses, self._board.flaps.thresholds = partial(downtime_of, self._office), thresholds_of(judging)
        decisions = self._board.replace_fleet(settings.fleet, rules_of(judging), self._clock.utc())
        self._recorder.office = self._delivery.office = self._mirroring.office = self._office
        self._delivery.channels = self._channels()
        self._probe.options = _icmp_options(settings.monitor.probing)
        self._prober.configure(settings.fleet, settings.monitor.probing)
        self._live.fleet = settings.fleet
        self._live.forget(gone)
        self._poller.configure(settings)
        self._attendant.configure(settings.fleet, settings.monitor.probing)
        self._traps.reopen(settings)
        self._evidence.configure(traces=settings.monitor.judging.trace)
        self._watchman.configure(settings.monitor.heartbeat)
        self._mirror_to(settings)
        self._recording.configure(settings.monitor.storage)
        self._recorder.put(decisions)
        log.info(
            "configuration read again: %d sites, %d devices", len(settings.fleet.sites), len(settings.fleet.devices)
        )

    def _mirror_to(self, settings: Settings) -> None:
        section = settings.monitor.helpdesk
        self._mirroring.configure(section, settings.home)
        self._live.helpdesk = key_of(section) if section.kind else ""

    def _replan(self) -> None:
        """Planned work was added or ended by command: it counts from now on."""
        self._office = Office.of(self.settings, self._recorder.planned)
        self._recorder.office = self._delivery.office = self._mirroring.office = self._office
        self._recorder.put(self._board.replan(partial(downtime_of, self._office), self._clock.utc()))
        log.info("planned work by command: %s", ", ".join(self._recorder.planned) or "none")

    def _redated(self, move: Move) -> None:
        """Another time is believed from now on: what was only in doubt so far is judged by it, and anew."""
        self._prober.redated(move.by)
        self._recorder.put(self._board.slept(self._clock.utc()))

    def _decided(self, decisions: Sequence[Decision]) -> None:
        self._recorder.put(self._evidence.beside(decisions))

    def _look(self, device: str) -> None:
        self._prober.soon(device)
        self._poller.soon(device)

    def _app(self) -> Starlette:
        exposition = Exposition(self._live, self._store, self._clock)
        return make_app(self._live, exposition, self._store, lambda: self.settings, self._clock)

    def _ages(self) -> dict[str, float]:
        """How old our last doings are, in seconds: the last turn of probing, the oldest mail owed, the last commit."""
        owed_s = oldest_owed_s(self._store, self._clock.utc())
        written_ns = self._clock.mono_ns() - self._recorder.last_commit_mono_ns
        return {
            "round_age": self._live.turned_s_ago(),
            **({} if owed_s is None else {"outbox_age": owed_s}),
            "last_write_age": written_ns / NS_PER_S,
            "page_away": self._page.away_s() if self._page else 0.0,
        }

    def _back_up(self) -> object:
        if self._store.waiting:
            return f"not made, the database cannot be used yet: {self._store.waiting}"
        folder = self.settings.state / "backups"
        return back_up(self._store.path, folder, self._clock.utc(), self.settings.monitor.storage.backups)

    def _look_at_labs(self) -> object:
        with self._store.write() as session:
            return note_unused_labs(Work(session, self._office, self._clock.utc()))

    def _forget(self) -> object:
        with self._store.write() as session:
            return forget_old(session, self._clock.utc(), timedelta(days=self.settings.monitor.storage.keep_days))


def _icmp_options(probing: Probing) -> IcmpOptions:
    return IcmpOptions(
        echoes=probing.echoes,
        spacing_s=probing.spacing_s,
        timeout_s=probing.timeout_s,
        rate_per_s=probing.rate_per_s,
        socket=probing.socket,
    )


def _end_now() -> None:
    """Ends the process, whoever in it hangs still: what was committed is safe, and all else is judged anew."""
    log.error("something did not end within %g s; the process ends without it", END_WITHIN_S)
    logging.shutdown()
    os._exit(0)
