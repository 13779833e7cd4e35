"""Replay a recording through the daemon's own judging, charter clock and escalation, on a virtual clock.

Nothing is sent: the database is temporary, and notices are only listed.
"""

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from monitor.alerts.cases import downtimes, outages
from monitor.alerts.cases.clock import settle
from monitor.alerts.cases.due import do_what_is_due
from monitor.alerts.cases.next_due import next_moment
from monitor.charter.downtimes import downtime_of
from monitor.charter.office import Office
from monitor.domain.clock import NS_PER_S
from monitor.domain.event_kinds import EventKind
from monitor.domain.message import message
from monitor.domain.reasons import ReasonCode, reason
from monitor.domain.sample import Sample, Verdict
from monitor.judging.board import Board
from monitor.judging.decisions import (
    Decision,
    DeviceEvent,
    FlappingChanged,
    MonitoringGap,
    OutageClosed,
    OutageOpened,
    SiteChanged,
)
from monitor.judging.health import ANSWERS
from monitor.judging.snmp import SnmpJudge, SnmpState
from monitor.judging.thresholds import board_of
from monitor.probes.snmp.reading import Reading
from monitor.runtime.icmp_prober import STALL_NS
from monitor.runtime.snmp_poller import link_rules
from monitor.runtime.virtual import replay_events
from monitor.runtime.virtual.replay_acts import do, known, replan
from monitor.runtime.virtual.replay_clock import ReplayClock
from monitor.runtime.virtual.replay_delivery import ReplayOutbox
from monitor.runtime.virtual.replay_events import ImpossibleError, RecordedEvent
from monitor.runtime.virtual.replay_output import SiteHistory, Transition, line, ticket_lines
from monitor.settings.load import Settings
from monitor.store import board_state, ticket_rows
from monitor.store.database import Store
from monitor.store.opening import open_store
from monitor.store.session import Session
from monitor.store.work import Work

URGENT = (OutageOpened, OutageClosed, FlappingChanged)
STALL = timedelta(seconds=STALL_NS / NS_PER_S)


def replay(
    settings: Settings,
    recorded: Iterable[Sample | RecordedEvent],
    until_utc: datetime | None = None,
    at_end: Callable[[Session, Office, datetime], None] | None = None,
) -> Iterator[Transition]:
    """Yield every transition, in order of time; ``until_utc`` advances time past the recording.

    ``at_end`` gets what is stored in the end, and when that is; a recording without an entry has no end. Raises
    ImpossibleError when a recorded event cannot have happened then.
    """
    with _scratch() as store:
        office = Office.of(settings)
        player = _Player(settings, store, office, board_of(settings, office))
        each = None
        for each in recorded:
            if isinstance(each, Sample):
                yield from player.sample(each)
            else:
                yield from player.happen(each)
        if until_utc is not None:
            yield from player.until(until_utc)
        if at_end is not None and each is not None:
            wall_utc = each.started_utc if isinstance(each, Sample) else each.clock_after
            now_utc = yield from player.finish(max(wall_utc, until_utc or wall_utc))  # time never goes back
            with store.read() as session:
                at_end(session, player.office, now_utc)


@contextmanager
def _scratch() -> Iterator[Store]:
    with TemporaryDirectory() as folder:
        store = open_store(Path(folder), lasting=False)
        try:
            yield store
        finally:
            store.close()


@dataclass
class _Player:
    """The player of a recording. ``due_utc``: when something falls due next."""

    settings: Settings
    store: Store
    office: Office
    board: Board
    due_utc: datetime | None = None
    runs: bool = True
    _waiting: list[tuple[Decision, datetime]] = field(default_factory=list)
    _events: int = 0
    _ticketed: set[str | None] = field(default_factory=set)
    _distrusted: set[str] = field(default_factory=set)
    _clock: ReplayClock = field(default_factory=ReplayClock)
    _output: SiteHistory = field(default_factory=SiteHistory)
    _letters: ReplayOutbox = field(default_factory=ReplayOutbox)

    def __post_init__(self) -> None:
        self._meaning = SnmpJudge(self.board, link_rules(self.settings), lambda _: None)

    def sample(self, sample: Sample) -> Iterator[Transition]:
        """Play a round, in order of time."""
        if not self.runs:
            raise ImpossibleError(message("the daemon is stopped then. Expected 'started' before it"))
        if self._clock.trust is not None:
            yield from self._update_clock_trust(sample.started_utc)
            sample = sample._replace(started_utc=self._clock.date(sample.started_utc))
        if self.due_utc is not None and self.due_utc <= sample.started_utc:
            yield from self.advance(sample.started_utc)
        if sample.device in self._distrusted:
            self._distrusted.discard(sample.device)
            if sample.verdict is Verdict.FAILED:
                return  # our own network may still have been waking
        if decisions := self.board.observe(sample):
            yield from self.take(decisions, sample.started_utc)

    def until(self, wall_utc: datetime) -> Iterator[Transition]:
        """Advance time, by the wall clock."""
        yield from self._update_clock_trust(wall_utc)
        yield from self.advance(self._clock.date(wall_utc))

    def finish(self, wall_utc: datetime) -> Generator[Transition, None, datetime]:
        """Store what waits, and that the daemon lives if it does; return the time, by the trusted clock."""
        yield from self.until(wall_utc)
        now_utc = self._clock.date(wall_utc)
        if self.runs:
            yield from self._look(now_utc)
            with self.store.write() as session:
                board_state.store_heartbeat(session, self._clock.known(wall_utc))
        return now_utc

    def _update_clock_trust(self, wall_utc: datetime, *, synchronised: bool = False) -> Iterator[Transition]:
        """Update the clock's trust, as the writer does; redate what it dated before."""
        if self._clock.trust is None:
            return
        if (proved_utc := self._clock.proved_wall_utc(wall_utc)) is not None:
            yield from self.advance(self._clock.date(proved_utc))
            yield from self._read_clock(proved_utc, synchronised=False)
        yield from self._read_clock(wall_utc, synchronised=synchronised)

    def _read_clock(self, wall_utc: datetime, *, synchronised: bool) -> Iterator[Transition]:
        before = self._clock.read(wall_utc, synchronised=synchronised)
        trust, now_utc = self._clock.known(wall_utc), self._clock.date(wall_utc)
        if trust.suspect == before.suspect and trust.move is None:
            return
        with self.store.write() as session:
            work = Work(session, self.office, now_utc)
            outages.apply_all(work, self._waiting, certain=not (before.suspect or trust.suspect))
            self._waiting.clear()
            if trust.move is not None:
                settle(work, trust.move)
            elif not trust.suspect:
                outages.catch_up(work, before.unproven_since_utc)
        kind = EventKind.CLOCK_SUSPECT if trust.suspect else EventKind.CLOCK_OK_AGAIN
        yield line(now_utc, kind, wall=wall_utc, moved_s=trust.move and trust.move.by.total_seconds())
        if trust.move is not None:
            self._distrusted = {*self.board.fleet.devices, *self.board.fleet.references}
            yield from self.take(self.board.resume_after_stall(now_utc), now_utc)
        if not trust.suspect:
            yield from self._turn(now_utc)

    def advance(self, until_utc: datetime) -> Iterator[Transition]:
        """Advance to each moment at which something falls due, up to ``until_utc``."""
        while self.runs and self.due_utc is not None and self.due_utc <= until_utc:
            yield from self._turn(self.due_utc)

    def _turn(self, now_utc: datetime) -> Iterator[Transition]:
        yield from self.take(self.board.tick(now_utc), now_utc)
        yield from self._look(now_utc)

    def take(self, decisions: list[Decision], now_utc: datetime) -> Iterator[Transition]:
        """Yield what was decided, and do what follows from it; decisions without effects wait to be stored."""
        for decision in decisions:
            yield from self._output.decision(decision, now_utc)
            self._waiting.append((decision, now_utc))
        if any(isinstance(decision, URGENT) or self._may_resolve(decision) for decision in decisions):
            yield from self._look(now_utc)
        elif (tick_utc := self.board.next_tick(now_utc)) is not None:
            self.due_utc = tick_utc if self.due_utc is None else min(self.due_utc, tick_utc)

    def _may_resolve(self, decision: Decision) -> bool:
        """Return whether a site with a ticket answers again, so that its recovery counts."""
        return isinstance(decision, SiteChanged) and decision.state in ANSWERS and decision.site in self._ticketed

    def _look(self, now_utc: datetime) -> Iterator[Transition]:
        """Store what waits, do what is due, and yield the results."""
        with self.store.write() as session:
            work = Work(session, self.office, now_utc)
            outages.apply_all(work, self._waiting, certain=not self._clock.suspect)
            self._waiting.clear()
            if not self._clock.suspect:
                do_what_is_due(work)
            session.flush()
            for event in ticket_rows.events_after(session, self._events):
                self._events = event.id
                self._ticketed.add(event.ticket.site)
                yield from ticket_lines(event, self.office)
            yield from self._letters.deliver(work)
            session.flush()
            stored = next_moment(work)
        moments = (stored, self.board.next_tick(now_utc), self._letters.next_utc(now_utc))
        self.due_utc = min((moment for moment in moments if moment is not None), default=None)

    def happen(self, happening: RecordedEvent) -> Iterator[Transition]:
        """Play anything else than a round, in order of time."""
        if self.runs == isinstance(happening, replay_events.Started):
            raise ImpossibleError(
                message("the daemon runs then") if self.runs else message("the daemon is stopped then")
            )
        wall_utc = happening.t
        yield from self._update_clock_trust(wall_utc)
        happening = happening.model_copy(update={"t": self._clock.date(wall_utc)})
        now_utc = happening.t
        stalled_s = happening.seconds if isinstance(happening, replay_events.Stall) else 0.0
        yield from self.advance(now_utc - timedelta(seconds=stalled_s))
        match happening:
            case replay_events.Mains(site=site, on_battery=on_battery):
                known("site", site, self.board.fleet.sites)
                yield from self.take(self.board.ups(site, now_utc, on_battery=on_battery), now_utc)
            case replay_events.SnmpRead():
                yield from self._read(happening)
            case replay_events.Trap(device=device, name=name):
                known("device", device, self.board.fleet.devices)
                site = self.board.fleet.devices[device].site
                yield from self.take(
                    [DeviceEvent(site, device, EventKind.TRAP, reason(ReasonCode.TRAP, name=name), now_utc)], now_utc
                )
            case replay_events.Act() | replay_events.Registered():
                yield from self._look(now_utc)
                self._act(happening)
                yield from self._look(now_utc)
            case replay_events.Planned() | replay_events.PlannedEnded():
                yield from self._replan(happening)
            case replay_events.Stopped():
                yield from self._look(now_utc)
                with self.store.write() as session:
                    board_state.store_heartbeat(session, self._clock.known(wall_utc))
                self.runs = False
            case replay_events.Started():
                yield from self._start(now_utc)
            case replay_events.ClockStepped(to=to, synchronised=synchronised):
                self._clock.trust = self._clock.known(wall_utc)
                self._clock.ahead += to - wall_utc
                yield from self._update_clock_trust(to, synchronised=synchronised)
            case replay_events.Stall(seconds=seconds):
                yield from self._stalled(timedelta(seconds=seconds), now_utc)

    def _read(self, read: replay_events.SnmpRead) -> Iterator[Transition]:
        known("device", read.device, self.board.fleet.devices)
        device = self.board.fleet.devices[read.device]
        reading = Reading(read.system, read.ports, read.ups) if read.outcome == "ok" else None
        state = SnmpState(read.outcome, None if reading else reason(ReasonCode.NO_ANSWER), reading)
        mono_ns = round(read.t.timestamp() * NS_PER_S)
        yield from self.take(self._meaning.of(device, state, read.t, mono_ns), read.t)

    def _act(self, act: replay_events.Act | replay_events.Registered) -> None:
        with self.store.write() as session:
            do(Work(session, self.office, act.t, act.by), act)

    def _replan(self, change: replay_events.Planned | replay_events.PlannedEnded) -> Iterator[Transition]:
        with self.store.write() as session:
            replan(Work(session, self.office, change.t), change)
        self._plan(change.t)
        yield from self.take(self.board.replan(partial(downtime_of, self.office), change.t), change.t)

    def _plan(self, now_utc: datetime) -> None:
        with self.store.read() as session:
            self.office = Office.of(self.settings, downtimes.plans_in_force(session, now_utc))

    def _start(self, now_utc: datetime) -> Iterator[Transition]:
        self._plan(now_utc)
        longest = timedelta(seconds=2 * self.settings.monitor.probing.interval_s)
        with self.store.write() as session:
            last, known = board_state.last_trust(session), board_state.load_state(session)
            seen_utc = last.utc_at(last.last.boot_ns) if last is not None else now_utc
            gap = board_state.note_gap(session, seen_utc, now_utc, longest)
        if gap:
            yield line(now_utc, "not_running", started=seen_utc, ended=now_utc)
        self.board = board_of(self.settings, self.office, known, self.board.baselines)
        self._meaning = SnmpJudge(self.board, link_rules(self.settings), lambda _: None)
        self._distrusted.clear()
        self.runs = True
        yield from self.take(self.board.replace_fleet(self.board.fleet, self.board.rules, now_utc), now_utc)
        yield from self._turn(now_utc)

    def _stalled(self, lasted: timedelta, now_utc: datetime) -> Iterator[Transition]:
        """Handle a stall as the prober does: the next failed round of each device is unknown."""
        if lasted > STALL:
            self._distrusted = {*self.board.fleet.devices, *self.board.fleet.references}
        if lasted.total_seconds() > 2 * self.settings.monitor.probing.interval_s:
            why = reason(ReasonCode.STALLED, seconds=round(lasted.total_seconds()))
            gone: list[Decision] = [MonitoringGap(now_utc - lasted, now_utc, why)]
            yield from self.take([*gone, *self.board.resume_after_stall(now_utc)], now_utc)
        yield from self._turn(now_utc)
