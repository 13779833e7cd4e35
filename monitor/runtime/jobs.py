"""Define the calendar's jobs: the work of the night, and the briefs at office opening."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import TypeVar

from monitor.accounts import upkeep
from monitor.alerts.cases import report_schedule
from monitor.alerts.cases.events import note_unused_labs
from monitor.alerts.cases.report_schedule import MonthlyReport
from monitor.alerts.notices.briefs import briefs_due, enqueue_briefs
from monitor.alerts.notices.shared_briefs import enqueue_shared, shared_briefs
from monitor.charter.offices import ALONE
from monitor.domain.leases import Duty
from monitor.runtime import gc_tuning
from monitor.runtime.calendar_jobs import Job
from monitor.runtime.leases import Leases, store_for
from monitor.runtime.live import RuntimeState
from monitor.runtime.office_in_force import OfficeInForce
from monitor.store.database import Store
from monitor.store.leases import LeaseLost
from monitor.store.offices import office_of, on_behalf_of
from monitor.store.retention import back_up, forget_old
from monitor.store.work import Work

T = TypeVar("T")

NIGHT_UTC = time(19, 7)  # one in the morning in Dhaka, and some minutes


def last_night(now_utc: datetime) -> datetime:
    """Return the last moment at which the night's work fell due."""
    today = datetime.combine(now_utc.date(), NIGHT_UTC, now_utc.tzinfo)
    return today if today <= now_utc else today - timedelta(days=1)


class Jobs:
    """The jobs as methods, run in the calendar's thread; `all_of_them` says when."""

    def __init__(
        self,
        store: Store,
        live: RuntimeState,
        in_force: OfficeInForce,
        examine: Callable[[], object],
        leases: Leases,
    ) -> None:
        self._store, self._live, self._in_force, self._examine = store, live, in_force, examine
        self._leases = leases

    def all_of_them(self) -> list[Job]:
        """Return all jobs, in the order in which those due together run."""
        return [
            Job("briefs", self._last_brief, self._enqueue_briefs, makes_up=True, duty=Duty.BRIEFS),
            Job("monthly report", self._last_report, self._ask_for_report, makes_up=True, duty=Duty.BRIEFS),
            Job("copy of the database", last_night, self._back_up, duty=Duty.NIGHTLY),
            Job("looking through the database", last_night, self._examine, duty=Duty.NIGHTLY),
            Job("forgetting", last_night, self._forget, duty=Duty.NIGHTLY),
            Job("looking for unused labs", last_night, self._look_at_labs, duty=Duty.NIGHTLY),
            Job("clearing of memory", last_night, gc_tuning.collect),
        ]

    def _behind(self, duty: Duty) -> Store:
        """Return the database for what the duty writes; raises LeaseLost when it is another daemon's by now."""
        found = store_for(self._leases, duty, self._store)
        if found is None:
            raise LeaseLost(())
        return found

    def _last_brief(self, now_utc: datetime) -> datetime | None:
        if self._store.waiting:
            return None
        offices = self._live.offices.by_id.values()
        due = (brief.opens_utc for office in offices for brief in briefs_due(office.calendar, now_utc))
        return max(due, default=None)

    def _enqueue_briefs(self) -> object:
        links = tuple(self._live.link_use.items())
        shared = self._enqueue_shared()  # before the offices' own, of which it leaves nothing to send
        found = self._in_each(Duty.BRIEFS, lambda work: enqueue_briefs(work, links))
        return ", ".join(dict.fromkeys([*shared, *(name for names in found for name in names)])) or None

    def _enqueue_shared(self) -> list[str]:
        """Enqueue the weekly briefs of several offices, each in a transaction of its own; return their names."""
        offices, now_utc, found = self._live.offices, self._live.clock.utc(), []
        for parts in shared_briefs(offices, now_utc):
            with self._behind(Duty.BRIEFS).write() as session:
                found.append(enqueue_shared(session, offices, parts, now_utc))
        return list(filter(None, found))

    def _in_each(self, duty: Duty, job: Callable[[Work], T]) -> list[T]:
        """Do a job of a duty in each office, in a transaction of its own; return what came of it.

        Where it fails in one, it is done in the others all the same; then the first failure is raised.
        """
        done: list[T] = []
        failures: list[Exception] = []
        for id_, office in self._live.offices.by_id.items():
            try:
                with self._behind(duty).of(id_).write() as session:
                    done.append(job(Work(session, office, self._live.clock.utc())))
            except LeaseLost:
                raise
            except Exception as error:
                failures.append(error)
        if failures:
            raise failures[0]
        return done

    def _last_report(self, now_utc: datetime) -> datetime | None:
        if self._store.waiting:
            return None
        offices = [office for office in self._live.offices.by_id.values() if office.reports.monthly]
        offices += [self._live.offices.host] if self._live.offices.reported else []
        due = [report_schedule.last_due(office.calendar, now_utc) for office in offices]
        return max((each.opens_utc for each in due if each), default=None)

    def _ask_for_report(self) -> object:
        found = self._in_each(Duty.BRIEFS, self._ask_due)
        if self._live.offices.reported:
            with self._behind(Duty.BRIEFS).write() as session, on_behalf_of(session, ALONE):
                found.append(self._ask_due(Work(session, self._live.offices.host, self._live.clock.utc())))
        return next(filter(None, found), None)

    def _ask_due(self, work: Work) -> str | None:
        """Ask for the reports that are due, of an office or of the places; return the month of the last one."""
        every = MonthlyReport.of(self._live.offices, office_of(work.session))
        asked = [report_schedule.ask_due(work, each) for each in every]
        return next(filter(None, asked), None)

    def _back_up(self) -> object:
        if self._store.waiting:
            return f"not made, the database cannot be used yet: {self._store.waiting}"
        settings = self._in_force.settings
        folder = settings.state / "backups"
        return back_up(self._store.place, folder, self._live.clock.utc(), settings.monitor.storage.backups)

    def _look_at_labs(self) -> object:
        return [site for sites in self._in_each(Duty.NIGHTLY, note_unused_labs) for site in sites]

    def _forget(self) -> object:
        keep_days = self._in_force.settings.monitor.storage.keep_days
        with self._behind(Duty.NIGHTLY).write() as session:
            now_utc = self._live.clock.utc()
            upkeep.forget(session, now_utc)
            return forget_old(session, now_utc, timedelta(days=keep_days))
