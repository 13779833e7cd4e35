"""Make the figures of each outage that reaches into a window: its length, what of it counts, who was notified. Pure."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from monitor.alerts.notices.routing import ASKER
from monitor.charter.office import Office
from monitor.domain.reasons import Names
from monitor.judging.availability import Interval, availability
from monitor.reports.availability import SiteTimes
from monitor.reports.fleet_times import MICROSECOND
from monitor.reports.promise_figures import is_kept
from monitor.reports.report import NoticeSent, OutageFigures
from monitor.store.report_rows import AffectedRow, NoticeRow, OutageRow


def outage_figures(
    office: Office,
    rows: Sequence[OutageRow],
    affected: Sequence[AffectedRow],
    notices: Sequence[NoticeRow],
    times_of: Callable[[str], SiteTimes],
    window: Interval,
) -> Iterator[OutageFigures]:
    """Yield the figures of the outages in their order, as of the window's end.

    Of a site that is configured no more nothing counts: its hours are not known.
    """
    behind: dict[int, list[str]] = defaultdict(list)
    for row in affected:
        behind[row.outage].append(row.site)
    sent = _by_outage(rows, notices)
    for outage in rows:
        site = office.fleet.sites.get(outage.site)
        ended_utc = outage.ended_utc if outage.ended_utc is not None and outage.ended_utc <= window[1] else None
        lasted = (outage.started_utc, ended_utc or window[1])
        counted, over = timedelta(), timedelta()
        if site is not None:
            counted = _counted(times_of(outage.site), lasted, window)
            limit = timedelta(hours=site.operator_hours)
            over = max(timedelta(), lasted[1] - lasted[0] - limit) if site.operator else over
        yield OutageFigures(
            outage.id,
            outage.site,
            Names(site.name_bn, site.name_en) if site else Names(outage.site, outage.site),
            site.operator if site else "",
            outage.service,
            outage.started_utc,
            ended_utc,
            outage.cause,
            outage.cause_why or outage.reason,
            (lasted[1] - lasted[0]) // MICROSECOND,
            counted // MICROSECOND,
            outage.deadline_utc,
            is_kept(outage, window[1]),
            outage.ticket,
            tuple(dict.fromkeys(behind[outage.id])),
            outage.excuse,
            over // MICROSECOND,
            tuple(_sent(office, sent.get(outage.id, ()), window[1])),
        )


def _counted(times: SiteTimes, lasted: Interval, window: Interval) -> timedelta:
    """Return what of an outage counts as down within the service hours of the window."""
    return availability(window, [lasted], times.blind, [*times.closed, *times.planned, *times.silent]).down


def _by_outage(rows: Sequence[OutageRow], notices: Sequence[NoticeRow]) -> Mapping[int, Sequence[NoticeRow]]:
    """Return the notices of each outage; of a ticket with several, each goes to the one that had begun last."""
    of_ticket: dict[int, list[OutageRow]] = defaultdict(list)
    for row in rows:
        if row.ticket_id is not None:
            of_ticket[row.ticket_id].append(row)
    found: dict[int, list[NoticeRow]] = defaultdict(list)
    for notice in notices:
        if notice.ticket_id is None:
            found[int(notice.about.removeprefix("outage-"))].append(notice)
            continue
        begun = of_ticket[notice.ticket_id]
        at = bisect_right([row.started_utc for row in begun], notice.created_utc)
        if at:
            found[begun[at - 1].id].append(notice)
    return found


def _sent(office: Office, notices: Sequence[NoticeRow], as_of_utc: datetime) -> Iterator[NoticeSent]:
    for notice in notices:
        if notice.sent_utc <= as_of_utc and notice.recipient != ASKER:
            officer = office.charter.officers.get(notice.recipient)
            title = Names(officer.title_bn, officer.title_en) if officer else Names(notice.recipient, notice.recipient)
            yield NoticeSent(notice.sent_utc, title, notice.channel)
