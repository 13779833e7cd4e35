"""A year of a ticket's life through restarts, absences of the monitor and clocks that lie: exactly once, in time.

A schedule is a year of true time with disturbances: the process is away (with or without a reboot), or its wall clock
is wrong (stepped to and fro, or booted in 1970). What is due is looked for at every moment at which something could go
wrong: around each date of the ticket as the true clock and as the wrong one reach it, and at the ends of each
disturbance.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Protocol

from sqlalchemy import select

from monitor.alerts.cases.complaints import Request, register
from monitor.charter.deadline import target_deadline
from monitor.charter.escalation_steps import Dates, Step, due, steps
from monitor.charter.office import Office
from monitor.charter.offices import Offices
from monitor.domain.clock import NS_PER_S, VirtualClock
from monitor.domain.leases import Duty, Lease
from monitor.domain.notice_kinds import BRIEFS
from monitor.judging.clock_trust import ClockReading, ClockTrust, first_trust, next_trust
from monitor.runtime.trusted_clock import TrustedClock
from monitor.runtime.writer import DecisionWriter
from monitor.store import board_state
from monitor.store.models import Notice
from monitor.store.work import Work
from tests.runtime.built import state_of, writer_of
from tests.store.migrated import new_store

BEGIN = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
YEAR = timedelta(days=365)
SECOND = timedelta(seconds=1)
LATEST = timedelta(minutes=5)
AT_BOOT_1970 = datetime(1970, 1, 1, tzinfo=UTC)

Fired = list[tuple[str, datetime]]


def named(step: Step) -> str:
    """What tells a step from all others of its ticket."""
    return f"{step.kind}-{step.ref}" if step.ref else step.kind


@dataclass(frozen=True)
class Disturbance:
    """From ``begins`` until ``ends`` (true time): 'away', 'reboot' (away as well), 'step' (by ``by``) or '1970'."""

    kind: str
    begins: datetime
    ends: datetime
    by: timedelta = timedelta(0)


@dataclass
class Schedule:
    """One year: what somebody asked for and when, and what befell the monitor meanwhile."""

    office: Office
    service: str
    asked_utc: datetime
    disturbances: list[Disturbance] = field(default_factory=list)

    @classmethod
    def of(cls, seed: int, office: Office, farthest: timedelta = timedelta(days=40)) -> "Schedule":
        """Return the year of that seed; ``farthest``: by how much a wall clock is wrong at most."""
        chance = random.Random(seed)
        asked = BEGIN + timedelta(seconds=chance.randrange(90 * 86_400))
        made = cls(office, chance.choice(sorted(office.charter.services)), asked)
        dates = [step.at_utc for step in made.expected]
        wanted = [asked + timedelta(seconds=chance.randrange(200 * 86_400)) for _ in range(chance.randrange(8))]
        # most mishaps would happen where nothing is due: more of them are put right across a date
        wanted += [
            chance.choice(dates) - timedelta(seconds=chance.randrange(1_500)) for _ in range(chance.randrange(8))
        ]
        free_from = asked + timedelta(minutes=1)
        for begins in sorted(wanted):
            if begins < free_from:
                continue
            kind = chance.choice(["away", "reboot", "step", "step", "1970"])
            longest_s = 20 * 86_400 if kind in {"away", "reboot", "1970"} and chance.random() < 0.2 else 3_000
            ends = begins + timedelta(seconds=chance.randint(30, longest_s))
            by = timedelta(seconds=chance.choice([-1, 1]) * chance.randint(120, round(farthest.total_seconds())))
            made.disturbances.append(Disturbance(kind, begins, ends, by))
            free_from = ends + timedelta(seconds=chance.randint(5, 100_000))
        return made

    @cached_property
    def deadline_utc(self) -> datetime:
        target, asked = self.office.charter.services[self.service].target, self.asked_utc
        return target_deadline(target, started_utc=asked, confirmed_utc=asked, calendar=self.office.calendar).due_utc

    @cached_property
    def expected(self) -> list[Step]:
        """Every step of the ticket's life if nobody settles it."""
        found: dict[str, Step] = {}
        for breached in (None, self.deadline_utc):
            dates = Dates(self.asked_utc, self.deadline_utc, breached)
            for step in steps(dates, "responsible", self.office.charter.stages, self.office.calendar):
                found[named(step)] = step
        return list(found.values())

    def during(self, true_utc: datetime) -> Disturbance | None:
        return next((each for each in self.disturbances if each.begins <= true_utc < each.ends), None)

    def looks(self) -> list[datetime]:
        """The moments of true time at which to look."""
        moments = {self.asked_utc + SECOND, self.asked_utc + YEAR}
        dates = [step.at_utc for step in self.expected]
        for date in dates:
            moments |= {date - 600 * SECOND, date - SECOND, date, date + SECOND, date + 3_600 * SECOND}
        for each in self.disturbances:
            moments |= {each.begins - SECOND, each.begins, each.begins + SECOND, each.ends - SECOND}
            moments |= {each.ends, each.ends + SECOND, each.ends + 2 * SECOND, each.ends + 3_700 * SECOND}
            wrong = [date - each.by for date in dates]  # when the wrong clock shows the date
            moments |= {date + SECOND for date in wrong if each.begins <= date < each.ends}
        return sorted(moment for moment in moments if self.asked_utc < moment <= self.asked_utc + YEAR)


class Monitor(Protocol):
    """What is put through the schedule: it can be started, and looks at its clocks."""

    def start(self) -> None: ...
    def look(self, now: ClockReading) -> None: ...
    @property
    def fired(self) -> list[str]:
        """The names of all steps that were taken, in order."""


class Decisions:
    """The decisions alone: trust in the clock, and what is due; remembers what a database would."""

    def __init__(self, schedule: Schedule) -> None:
        self.fired: list[str] = []
        self._office = schedule.office
        self._dates, self._stage = Dates(schedule.asked_utc, schedule.deadline_utc, None), 0
        self._every: dict[Dates, list[Step]] = {}
        self._remembered: ClockTrust | None = None
        self._trust: ClockTrust | None = None

    def start(self) -> None:
        self._trust = None

    def look(self, now: ClockReading) -> None:
        self._trust = next_trust(self._trust, now) if self._trust else first_trust(self._remembered, now)
        self._remembered = replace(self._trust, move=None)
        if self._trust.suspect:
            return
        done = set(self.fired)
        for _ in range(2):  # the chain begins at the very moment of the breach
            for step in self._due(now.utc):
                if named(step) in done:
                    continue
                if step.kind == "breach":
                    self._dates = Dates(self._dates.event_utc, self._dates.deadline_utc, self._dates.deadline_utc)
                elif step.kind == "stage":
                    self._stage = step.level
                done.add(named(step))
                self.fired.append(named(step))

    def _due(self, now_utc: datetime) -> list[Step]:
        if self._dates not in self._every:  # they follow from the dates alone
            office = self._office
            self._every[self._dates] = list(steps(self._dates, "responsible", office.charter.stages, office.calendar))
        return due(self._every[self._dates], self._stage, now_utc)


class Daemon:
    """The daemon's writer with its database."""

    def __init__(self, schedule: Schedule, folder: Path) -> None:
        self._office = schedule.office
        self._clock = VirtualClock(schedule.asked_utc)
        self._store = new_store(folder)
        self._writer: DecisionWriter | None = None
        self._synchronised = False
        with self._store.write() as session:
            request = Request(schedule.service, "phone", "a teacher", "it does not work", schedule.asked_utc)
            register(Work(session, self._office, schedule.asked_utc, "an officer"), request)

    def start(self) -> None:
        self._writer = None

    def look(self, now: ClockReading) -> None:
        if self._writer is None:
            with self._store.read() as session:
                remembered = board_state.last_trust(session)
            self._clock.now_utc, self._clock.boot = now.utc, now.boot_ns
            clock = TrustedClock(self._clock, now.boot_id, lambda: self._synchronised)
            clock.begin(remembered, None)
            self._writer = writer_of(clock, self._store, state_of(clock, office=self._office))
        self._clock.now_utc, self._clock.boot, self._synchronised = now.utc, now.boot_ns, now.synchronised
        self._writer._apply_clock_trust(self._writer._write([], Offices(self._office), Lease(Duty.CASES)).trust)

    @property
    def fired(self) -> list[str]:
        with self._store.read() as session:
            told = select(Notice.key).where(Notice.kind.not_in(["registered", *BRIEFS])).order_by(Notice.id)
            return [key.split("/")[1] for key in session.scalars(told)]


def live(schedule: Schedule, monitor: Monitor) -> Fired:
    """Lets the year pass; which steps were taken, and when in truth."""
    fired: Fired = []
    boots, booted_utc, was = 0, schedule.asked_utc - timedelta(days=3), None
    for true_utc in schedule.looks():
        trouble = schedule.during(true_utc)
        if trouble is not was:
            if trouble and trouble.kind == "1970":
                boots, booted_utc = boots + 1, trouble.begins
                monitor.start()
            elif was and was.kind in {"away", "reboot"}:
                if was.kind == "reboot":
                    boots, booted_utc = boots + 1, was.ends - 40 * SECOND
                monitor.start()
            was = trouble
        if trouble and trouble.kind in {"away", "reboot"}:
            continue
        wall_utc = true_utc
        if trouble and trouble.kind == "step":
            wall_utc += trouble.by
        elif trouble:
            wall_utc = AT_BOOT_1970 + (true_utc - trouble.begins)
        boot_ns = round((true_utc - booted_utc).total_seconds() * NS_PER_S)
        monitor.look(ClockReading(wall_utc, boot_ns, f"boot {boots}", synchronised=trouble is None))
        fired += [(name, true_utc) for name in monitor.fired[len(fired) :]]
    return fired


def faults(schedule: Schedule, fired: Fired) -> Iterator[str]:
    """What is wrong with what fired; nothing, if all is well."""
    names = [name for name, _ in fired]
    yield from (f"{name} fired {names.count(name)} times" for name in set(names) if names.count(name) > 1)
    for step in schedule.expected:
        trouble = schedule.during(step.at_utc)
        possible_utc = trouble.ends if trouble else step.at_utc
        at_utc = dict(fired).get(named(step))
        if at_utc is None:
            if step.until_utc is None or possible_utc + LATEST < step.until_utc:
                yield f"{named(step)} never fired; due {step.at_utc}, possible from {possible_utc}"
        elif at_utc < step.at_utc:
            yield f"{named(step)} fired {step.at_utc - at_utc} early"
        elif at_utc > possible_utc + LATEST and possible_utc < schedule.asked_utc + YEAR:
            yield f"{named(step)} fired {at_utc - possible_utc} late"
        elif schedule.during(at_utc) is not None:
            yield f"{named(step)} fired while the clock was wrong or nobody there"
    yield from (f"{name} was never due" for name in set(names) - {named(step) for step in schedule.expected})


def through(schedule: Schedule, monitor: Monitor) -> list[str]:
    """What is wrong after that year."""
    return list(faults(schedule, live(schedule, monitor)))
