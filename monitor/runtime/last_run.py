"""Restore the state of the run before: leases, outages, states, and the clock's trust."""

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.alerts.cases.clock import note_trust, settle
from monitor.alerts.cases.entered import Entered, entered_by
from monitor.alerts.cases.of_offices import Works
from monitor.charter.offices import ALONE
from monitor.domain.clock import Clock
from monitor.domain.log_events import LogEvent
from monitor.i18n.formats import duration_text
from monitor.judging.baseline import Baselines, Usual
from monitor.judging.clock_trust import ClockTrust, same_boot
from monitor.judging.shards import part_of
from monitor.judging.stored_state import NOTHING_STORED, StoredState
from monitor.judging.thresholds import board_of, limits_of
from monitor.logs.emit import emit
from monitor.runtime.live import RuntimeState
from monitor.runtime.redating import note_move
from monitor.runtime.trusted_clock import TrustedClock
from monitor.settings.installation import Installation
from monitor.store import adoption, board_state, gap_rows, leases, notice_rows
from monitor.store.database import Store
from monitor.store.errors import DatabaseError
from monitor.store.session import Session

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RestoredState:
    """The restored state; ``known``: None while the database cannot be read, so that open outages are unknown."""

    entered: Entered
    known: StoredState | None
    usual_times: dict[str, Usual]

    def runtime_state(self, installation: Installation, clock: Clock) -> RuntimeState:
        """Build the state at the start: a board restored from what is known."""
        settings, offices = installation.host, self.entered.offices(installation)
        baselines = Baselines(limits_of(settings.monitor.judging), known=self.usual_times)
        # Where leases say what is judged here, nothing is before the first of them is held.
        judged = settings if settings.server is None else replace(settings, fleet=part_of(settings.fleet, ()))
        board = board_of(judged, offices.host, self.known or NOTHING_STORED, baselines)
        return RuntimeState(clock, settings.fleet, board, offices.host, others=offices.others, tree=offices.tree)


class LastRun:
    """The restorer. Used by one thread at a time: at the start, then by the opener's."""

    def __init__(self, installation: Installation, clock: TrustedClock, store: Store) -> None:
        self._installation, self._settings = installation, installation.host
        self._clock, self._store = clock, store
        self._before: ClockTrust | None = None
        self._knows_the_time = False

    def load(self) -> RestoredState:
        """Restore all that can be read; a database that refuses is noted on the store."""
        try:
            if not self._store.waiting:
                with self._store.write() as session:
                    self.take_up(session)
        except DatabaseError as error:
            self._store.waiting = str(error.orig)
        try:
            with self._store.read() as session:
                self._begin_clock(session)
                entered = entered_by(session, self._clock.utc())
                if self._settings.server is not None:  # what of it is judged here, leases say: it is read with them
                    return RestoredState(entered, NOTHING_STORED, {})
                return RestoredState(entered, board_state.load_state(session), board_state.usual_times(session))
        except DatabaseError:
            return RestoredState(Entered(), None, {})

    def _begin_clock(self, session: Session) -> None:
        """Start the trusted clock from the run before's; once."""
        if not self._knows_the_time:
            self._before = board_state.last_trust(session, self._settings.daemon)
            known = self._before
            if self._settings.server is not None and not self._is_same_boot():
                known = board_state.last_trust_on_server(session, self._settings.daemon)
            self._clock.begin(known, board_state.operator_confirmation(session))
            self._knows_the_time = True

    def _is_same_boot(self) -> bool:
        return self._before is not None and same_boot(self._before.last, self._clock.look())

    def take_up(self, session: Session) -> None:
        """Release leases, and record the time until this run began as unmonitored.

        Raises StoreError where an office that stood alone is to be told which of several it is.
        """
        if self._installation.several:
            adoption.refuse_unadopted(session)
        board_state.adopt_heartbeat(session, self._settings.daemon)
        self._begin_clock(session)
        before, trust = self._before, self._clock.trust
        begun_utc = trust.date(trust.last.utc, trust.last.boot_ns)
        works = Works(session, entered_by(session, begun_utc).offices(self._installation), begun_utc)
        term = timedelta(seconds=self._settings.monitor.storage.lease_s)
        notice_rows.release_leases(session, leases.living(session, term))
        last_utc = self._last_word(session, before, begun_utc)
        if last_utc is not None:
            self._note_gap(session, last_utc, begun_utc, trust)
        if trust.move is not None and self._settings.server is not None:
            note_move(session, self._settings.daemon, trust.move)  # those who hold the leases move it
        elif trust.move is not None:
            for work in works.each():
                settle(work, trust.move)
        if trust.suspect:
            emit(log, LogEvent.CLOCK_SUSPECT, "the wall clock says %s, which is not trusted yet", trust.last.utc)
            if before is None or not before.suspect:
                with works.of(ALONE) as work:
                    note_trust(work, trust)
        board_state.store_heartbeat(session, trust, self._settings.daemon)

    def _last_word(self, session: Session, before: ClockTrust | None, begun_utc: datetime) -> datetime | None:
        """Return since when nothing is watched; None before the first run.

        Where several daemons may work on one database, the last word of any of them; None while one may be alive: what
        it does not watch, the leases of its shards tell.
        """
        if self._settings.server is None:
            return None if before is None else before.utc_at(before.last.boot_ns)
        last_utc = gap_rows.last_heartbeat(session)
        return last_utc if last_utc is not None and last_utc + gap_rows.UNHEARD_AFTER < begun_utc else None

    def _note_gap(self, session: Session, last_utc: datetime, begun_utc: datetime, trust: ClockTrust) -> None:
        """Record the gap since ``last_utc``, unless it is recorded once its length is known."""
        off = trust.move.off if trust.move else trust.off
        if off is not None and off[0] == last_utc:
            return
        until_utc = begun_utc - (trust.move.by if trust.move else timedelta(0))  # it is moved like the rest
        longest = 2 * timedelta(seconds=self._settings.monitor.probing.interval_s)
        if board_state.note_gap(session, last_utc, until_utc, longest):
            length = duration_text(until_utc - last_utc, "en")
            emit(log, LogEvent.MONITORING_GAP, "nothing was monitored for %s: that time counts as unmonitored", length)
