"""Gather the facts of the briefs from the database, as of when they are enqueued."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import TypeVar

from monitor.alerts.facts.briefs import (
    AtSite,
    BriefCase,
    BusyLink,
    Listed,
    LostTime,
    MorningFacts,
    Planned,
    Upazila,
    WeeklyFacts,
)
from monitor.alerts.facts.case import Site
from monitor.alerts.notices.gather import letterhead, site_facts, stages_of
from monitor.charter.calendar import Calendar
from monitor.charter.downtimes import LONGEST_DAYS, windows_of
from monitor.charter.office import Office
from monitor.domain.day import at_dhaka
from monitor.i18n.formats import DHAKA
from monitor.judging.availability import clipped, merged, total
from monitor.store import (
    gap_rows,
    notice_rows,
    outage_rows,
    queries,
    reachability_rows,
    ticket_history,
    ticket_rows,
    timeline_rows,
)
from monitor.store.models import Outage, Ticket
from monitor.store.session import Session
from monitor.store.work import Work

MOST_LISTED = 50
A_DAY, A_WEEK = timedelta(days=1), timedelta(days=7)

Row = TypeVar("Row")
Thing = TypeVar("Thing")
Busy = Sequence[tuple[str, float]]


def morning_facts(work: Work, busy: Busy) -> MorningFacts:
    """Return the facts of the morning brief: now, since the office last closed, and today."""
    since_utc, ends_utc = _last_closing(work.office.calendar, work.now_utc), _end_of_day(work.now_utc)
    down = sorted(outage_rows.down(work.session), key=lambda each: each.started_utc)
    back = outage_rows.ended_after(work.session, since_utc)
    batteries = timeline_rows.sites_with(work.session, "on_battery", since_utc)
    today = [each for each in down if work.now_utc <= each.deadline_utc < ends_utc and each.ticket_id is None]
    asked = ticket_rows.due_between(work.session, work.now_utc, ends_utc)
    lapsing = [each for each in ticket_rows.at_a_stage(work.session) if _lapses_by(work.office, each, ends_utc)]
    crowded = sorted(
        (entry for entry in busy if entry[1] >= work.office.notices.busy_link), key=lambda entry: -entry[1]
    )
    outage, ticket = partial(_outage, work.office), partial(_ticket, work.office)
    # What has to be done today stands first, also where there are more than are listed.
    pressing = {each.id for each in today} | {row.id for each in lapsing for row in each.outages}
    first = sorted(down, key=lambda each: each.id not in pressing)
    due = [*map(outage, today), *map(ticket, asked)]
    return MorningFacts(
        **letterhead(work.office, work.now_utc),
        head=ticket_history.head_of(work),
        sites=len(work.office.fleet.sites),
        since=since_utc,
        states=dict(
            Counter(row.state for row in timeline_rows.states_of(work.session, work.office.fleet.sites).values())
        ),
        down=_listed(first, outage),
        due=_listed(due, lambda item: item),
        lapsing=_listed(lapsing, ticket),
        back=_listed(back, outage),
        batteries=_listed(batteries, lambda site: AtSite(site=site_facts(work.office, site))),
        busy=_listed(crowded, lambda link: BusyLink(site=site_facts(work.office, link[0]), share=round(link[1], 3))),
        planned=_listed(list(_planned(work.office, work.now_utc, ends_utc)), lambda item: item),
        stages={str(stage): count for stage, count in sorted(queries.tickets_by_stage(work.session).items())},
        dead=notice_rows.given_up_after(work.session, since_utc),
    )


def weekly_facts(work: Work, until_utc: datetime) -> WeeklyFacts:
    """Return the facts of the weekly brief of this office: the seven days before it. An office is an upazila."""
    begins_utc = until_utc - A_WEEK
    outages = outage_rows.within(work.session, begins_utc, until_utc)
    lost: Counter[str] = Counter()
    for outage in outages:
        until = min(outage.ended_utc or until_utc, until_utc)
        lost[outage.site] += max(int((until - max(outage.started_utc, begins_utc)).total_seconds()), 0)
    opened = ticket_rows.opened_between(work.session, begins_utc, until_utc)
    unused = timeline_rows.sites_with(work.session, "lab_unused", begins_utc)
    sites = work.office.fleet.sites
    upazila = Upazila(
        name_bn=work.office.charter.name_bn,
        name_en=work.office.charter.name_en,
        sites=len(sites),
        outages=len(outages),
        by_kind=dict(Counter(sites[outage.site].kind for outage in outages if outage.site in sites)),
        power=sum(outage.cause == "power" for outage in outages),
        behind=outage_rows.affected_after(work.session, begins_utc),
        opened=len(opened),
        missed=sum(ticket.breached_utc is not None for ticket in opened),
        resolved=ticket_rows.resolved_between(work.session, begins_utc, until_utc),
        stages={str(stage): count for stage, count in sorted(queries.tickets_by_stage(work.session).items())},
        worst=tuple(
            LostTime(site=site_facts(work.office, site), seconds=seconds) for site, seconds in lost.most_common(5)
        ),
        unused=_listed(unused, lambda site: AtSite(site=site_facts(work.office, site))),
        unmonitored_s=_unmonitored_s(work.session, begins_utc, until_utc),
    )
    return WeeklyFacts(
        **letterhead(work.office, work.now_utc),
        head=ticket_history.head_of(work),
        sites=len(sites),
        since=begins_utc,
        until=until_utc,
        upazilas=(upazila,),
    )


def _listed(rows: Sequence[Row], shape: Callable[[Row], Thing]) -> Listed[Thing]:
    """Return at most so many of them, and the total."""
    return Listed(len(rows), tuple(shape(row) for row in rows[:MOST_LISTED]))


def _outage(office: Office, outage: Outage) -> BriefCase:
    return BriefCase(
        site=site_facts(office, outage.site),
        number=outage.ticket.number if outage.ticket else "",
        started=outage.started_utc,
        ended=outage.ended_utc,
        deadline=outage.deadline_utc,
        cause=outage.cause,
        affected=len(outage.affected),
    )


def _ticket(office: Office, ticket: Ticket) -> BriefCase:
    service = office.charter.services.get(ticket.service)
    named = Site(name_bn=service.name_bn, name_en=service.name_en) if service else None
    return BriefCase(
        site=site_facts(office, ticket.site) or named,
        number=ticket.number,
        deadline=ticket.deadline_utc,
        stage=ticket.stage,
    )


def _lapses_by(office: Office, ticket: Ticket, ends_utc: datetime) -> bool:
    every = stages_of(office, ticket)
    return 0 < ticket.stage <= len(every) and ends_utc - A_DAY <= every[ticket.stage - 1].lapses_utc < ends_utc


def _planned(office: Office, now_utc: datetime, ends_utc: datetime) -> Iterator[Planned]:
    today = now_utc.astimezone(DHAKA).date()
    for window in office.maintenance.values():
        days = [today] if window.begins_utc else [today - timedelta(days=back) for back in range(LONGEST_DAYS)]
        for day in days:
            for begins_utc, until_utc in windows_of(window, day):
                if begins_utc < ends_utc and until_utc > now_utc:
                    yield Planned(text=window.text, begins=begins_utc, ends=until_utc)


def _last_closing(calendar: Calendar, now_utc: datetime) -> datetime:
    """Return when the office last closed before today; a day ago, if it has not for ten days."""
    today = calendar.local(now_utc).date()
    for back in range(1, 11):
        closes = calendar.day(today - timedelta(days=back)).closes
        if closes is not None:
            return closes.astimezone(UTC)
    return now_utc - A_DAY


def _end_of_day(now_utc: datetime) -> datetime:
    tomorrow = now_utc.astimezone(DHAKA).date() + A_DAY
    return at_dhaka(tomorrow, time())


def _unmonitored_s(session: Session, begins_utc: datetime, ends_utc: datetime) -> int:
    """Return the gaps but those of single shards, and the time before any site was known, in seconds.

    A new monitor saw nothing of the week before it.
    """
    known = reachability_rows.first_seen(session).values()
    first_utc = min((since or begins_utc for since in known), default=ends_utc)
    window = begins_utc, ends_utc
    rows = (row for row in gap_rows.gaps(session, window, ends_utc) if row.shard is None)
    gaps = [(row.started_utc, row.ended_utc or ends_utc) for row in rows]
    return int(total(merged(clipped([*gaps, (begins_utc, first_utc)], window))).total_seconds())
