"""Enqueue the morning and the weekly brief: when each is due, and its facts.

Both are derived at every look: a brief is due from the opening of its day on, once, under the name of that day. So a
restart, a suspend or a step of the clock neither loses nor repeats one. Briefs due before the monitor was first started
are left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from monitor.alerts.notices.brief_facts import A_WEEK, Busy, morning_facts, weekly_facts
from monitor.alerts.notices.outbox import key, new_notice
from monitor.charter.calendar import Calendar, CalendarError
from monitor.domain.notice_kinds import MORNING, WEEKLY, NoticeKind
from monitor.store import notice_rows
from monitor.store.work import Work

LATE_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Brief:
    """One brief, the day it is named after, and since when it is due."""

    kind: NoticeKind
    day: date
    opens_utc: datetime

    @property
    def name(self) -> str:
        return f"{self.kind}-{self.day:%Y%m%d}"

    def keys(self, readers: Sequence[str]) -> list[str]:
        """Return the outbox keys of the brief for each recipient."""
        return [key(self.name, self.kind, "", reader) for reader in readers]


def briefs_due(calendar: Calendar, now_utc: datetime) -> list[Brief]:
    """Return the briefs due by now: today's while the office is open, and this week's once it has opened."""
    found = []
    today = calendar.day(calendar.local(now_utc).date())
    if today.opens is not None and today.closes is not None and today.opens <= now_utc < today.closes:
        found.append(Brief(MORNING, today.date, today.opens.astimezone(UTC)))
    weekly = weekly_of(calendar, now_utc)
    if weekly is not None and weekly.opens_utc <= now_utc:
        found.append(weekly)
    return found


def week_begins(calendar: Calendar, now_utc: datetime) -> date:
    """Return the Sunday of the present week."""
    today = calendar.local(now_utc).date()
    return today - timedelta(days=(today.weekday() + 1) % 7)


def weekly_of(calendar: Calendar, now_utc: datetime) -> Brief | None:
    """Return this week's brief, also while it is ahead; None in a week in which the office never opens."""
    sunday = week_begins(calendar, now_utc)
    try:
        first = calendar.next_working_day(sunday)
    except CalendarError:
        return None
    if first.opens is None or first.date >= sunday + A_WEEK:
        return None
    return Brief(WEEKLY, first.date, first.opens.astimezone(UTC))


def enqueue_briefs(work: Work, busy: Busy) -> list[str]:
    """Enqueue the briefs that are due and not in the outbox yet; return their names.

    ``busy``: links by the share of their speed in use, 0 to 1, which only the running daemon knows.
    """
    pending = []
    for brief in briefs_due(work.office.calendar, work.now_utc):
        readers = work.office.notices.morning if brief.kind == MORNING else work.office.notices.weekly
        there = notice_rows.known_keys(work.session, brief.keys(readers))
        missing = [reader for reader, its in zip(readers, brief.keys(readers), strict=True) if its not in there]
        if not missing or not notice_rows.anything_known(work.session, brief.opens_utc):
            continue
        facts = morning_facts(work, busy) if brief.kind == MORNING else weekly_facts(work, brief.opens_utc)
        for reader in missing:
            work.session.add(new_notice(work, brief.name, brief.kind, reader, facts))
        pending.append(brief.name)
    return pending


def missed(work: Work) -> dict[str, bool]:
    """Return, by kind, whether a brief is more than an hour late; kinds without recipients are left out."""
    found: dict[str, bool] = {}
    readers = {MORNING: work.office.notices.morning, WEEKLY: work.office.notices.weekly}
    due = {
        brief.kind: brief
        for brief in briefs_due(work.office.calendar, work.now_utc)
        if work.now_utc >= brief.opens_utc + LATE_AFTER
    }
    for kind in (kind for kind, who in readers.items() if who):
        brief = due.get(kind)
        keys = brief.keys(readers[kind]) if brief else []
        is_enqueued = brief is not None and notice_rows.anything_known(work.session, brief.opens_utc)
        found[kind] = is_enqueued and notice_rows.sent_of(work.session, keys) < len(keys)
    return found
