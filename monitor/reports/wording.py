"""Say a report's figures in words: headings, the summary sentence, how lengths, shares and dates are written. Pure.

Every format that people read takes its words from here, so that they say the same. Lengths are rounded to whole
minutes such that the parts of an accounting add up to its window; shares are cut, never rounded up to all of it.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import accumulate

from monitor.domain.clock import DHAKA
from monitor.domain.reasons import Names
from monitor.i18n import formats
from monitor.i18n.catalogue import tr, trn
from monitor.i18n.languages import Lang, lookup
from monitor.i18n.reasons import reason_text
from monitor.i18n.terms import CAUSES, CHANNELS, KINDS
from monitor.reports.headings import COLUMNS, HISTORIES, KEPT, TABLES, TITLES, WITHOUT
from monitor.reports.period import Period
from monitor.reports.report import (
    Accounting,
    CharterFigures,
    GroupFigures,
    NoticeSent,
    OutageFigures,
    Report,
    ReportScope,
    TicketFigures,
    UnseenTime,
)

NONE = "\N{EN DASH}"
"""Where there is no figure."""
US_PER_MINUTE = 60_000_000
TEN_THOUSANDTHS = 10_000


def heading(table: str, lang: Lang) -> str:
    """Return the title of a table of `TABLES`."""
    return lookup(lang, TABLES[table])


def headings(table: str, lang: Lang) -> list[str]:
    """Return the headings of a table's columns, in their order."""
    return [lookup(lang, text) for text in COLUMNS[table].values()]


def title(report: Report, lang: Lang) -> str:
    """Return the title of the report, with its period."""
    return tr(lang, TITLES[report.period.kind], period=period_text(report.period, lang))


def period_text(period: Period, lang: Lang) -> str:
    """Return a period's name: 'November 2026', 'October to December 2026', '2026-27', '01/11/2026 to 15/11/2026'."""
    last = period.ends - timedelta(days=1)
    match period.kind:
        case "month":
            return formats.month_text(period.begins, lang)
        case "fiscal":
            return tr(lang, "fiscal year {code}", code=formats.digits(period.code, lang))
        case "quarter":
            first = formats.month_text(period.begins, lang)
            return tr(lang, "{first} to {last}", first=first, last=formats.month_text(last, lang))
    return tr(lang, "{first} to {last}", first=day_text(period.begins, lang), last=day_text(last, lang))


def scope_text(scope: ReportScope, lang: Lang) -> str:
    """Return what the report is about: 'All sites', 'Union: Juniadaha', 'Labs', the name of a site or operator."""
    name = scope.name.name(lang)
    match scope.kind:
        case "union":
            return tr(lang, "Union: {name}", name=name)
        case "operator":
            return tr(lang, "Operator: {name}", name=name)
        case "kind":
            return kind_text(scope.id, lang, many=True)
        case "site":
            return name
        case "place":
            return tr(lang, "All offices of {place}", place=name)
    return tr(lang, "All sites of the office")


def summary(report: Report, lang: Lang) -> str:
    """Say the report in one sentence."""
    kept, missed = kept_and_missed(report)
    if kept + missed:
        promise = tr(lang, "{kept:,} of {count:,} promises of the charter kept", kept=kept, count=kept + missed)
    else:
        promise = tr(lang, "no promise of the charter fell due")
    return tr(lang, "{figures}; {promises}.", figures=availability_text(report, lang), promises=promise)


def availability_text(report: Report, lang: Lang) -> str:
    """Say in half a sentence how many sites there are, how long they were up, and how many outages there were."""
    share = report.promised.share
    outages = len(report.outages)
    sites = trn(lang, "{count} site", "{count} sites", len(report.sites))
    if report.offices:
        sites = f"{trn(lang, '{count} office', '{count} offices', len(report.offices))}, {sites}"
    said = (
        tr(lang, "{sites}: nothing was measured in service hours", sites=sites)
        if share is None
        else tr(lang, "{sites}: up for {share} of service hours", sites=sites, share=share_text(share, lang))
    )
    return said + ", " + (trn(lang, "{count} outage", "{count} outages", outages) if outages else tr(lang, "no outage"))


def edition_text(report: Report, lang: Lang) -> str:
    """Say up to when the report counts, and that it was made again, where it was."""
    said = tr(lang, "Counted up to {time}", time=report.as_of_utc)
    if report.edition > 1:
        count = trn(lang, "{count} difference", "{count} differences", len(report.differences))
        again = tr(lang, "edition {number}, made again after a correction: {count}", number=report.edition, count=count)
        said = f"{said} · {again}"
    return said


def kept_and_missed(report: Report) -> tuple[int, int]:
    """Return how many promises of the charter were kept, and how many were not."""
    return sum(row.kept for row in report.charter), sum(row.missed for row in report.charter)


def still_open(report: Report) -> tuple[int, int]:
    """Return how many tickets were still open, and how many of them at a stage of the grievance chain."""
    return sum(row.open for row in report.tickets), sum(row.open for row in report.stages)


def share_text(share: float | None, lang: Lang) -> str:
    """Write a share of 0 to 1 in per cent with two places, cut: 0.99999 is '99.99%'. '–' for none."""
    if share is None:
        return NONE
    return formats.digits(f"{int(share * TEN_THOUSANDTHS + 1e-7) / 100:.2f}%", lang)


def length_text(length_us: int, lang: Lang) -> str:
    """Write a length in hours and minutes, rounded to the minute: '36:05'."""
    return _clock(round_half_up(length_us), lang)


def round_half_up(length_us: int) -> int:
    """Return a length in whole minutes."""
    return (length_us + US_PER_MINUTE // 2) // US_PER_MINUTE


def minutes_of(found: Accounting) -> tuple[int, int, int, int, int]:
    """Return up, down, unmonitored, paused and window in whole minutes; the first four add up to the last."""
    ends = [
        round_half_up(end) for end in accumulate((found.down_us, found.unmonitored_us, found.paused_us, found.up_us))
    ]
    down, unmonitored, paused, up = (end - begin for begin, end in zip([0, *ends], ends, strict=False))
    return up, down, unmonitored, paused, ends[-1]


def accounting_texts(found: Accounting, lang: Lang) -> list[str]:
    """Write up, down, unmonitored, paused, window and availability."""
    return [*(_clock(minutes, lang) for minutes in minutes_of(found)), share_text(found.share, lang)]


def _clock(minutes: int, lang: Lang) -> str:
    return f"{formats.number_text(minutes // 60, lang)}:{formats.digits(f'{minutes % 60:02}', lang)}"


def lasting_text(seconds: float | None, lang: Lang) -> str:
    """Write a time in seconds in its two largest units: '2 hours 5 minutes'; '–' for none."""
    return NONE if seconds is None else formats.duration_text(timedelta(seconds=seconds), lang)


def moment_text(at_utc: datetime | None, lang: Lang) -> str:
    """Write a time of the office's clock, '24/11/2026 09:00'; '–' for none."""
    return NONE if at_utc is None else formats.digits(f"{at_utc.astimezone(DHAKA):%d/%m/%Y %H:%M}", lang)


def day_text(day: date | None, lang: Lang) -> str:
    """Write a day, '24/11/2026'; '–' for none."""
    return NONE if day is None else formats.short_date_text(day, lang)


def rate_text(bits_per_s: float | None, lang: Lang) -> str:
    """Write a rate, '12.5 Mb/s'; '–' for none."""
    return NONE if bits_per_s is None else formats.rate_text(bits_per_s, lang)


def size_text(octets: int | None, lang: Lang) -> str:
    """Write how much was carried, '1.2 TB'; '–' for none."""
    return NONE if octets is None else formats.size_text(octets, lang)


def ended_text(outage: OutageFigures, lang: Lang) -> str:
    """Write when an outage was over, or that it was not."""
    return tr(lang, "not over") if outage.ended_utc is None else moment_text(outage.ended_utc, lang)


def cause_text(outage: OutageFigures, lang: Lang) -> str:
    """Say the suspected cause of an outage and why it is suspected, or what was seen where no cause is."""
    why = reason_text(outage.why, lang)
    if not outage.cause:
        return why or tr(lang, "not known")
    cause = lookup(lang, CAUSES.get(outage.cause, outage.cause))
    return tr(lang, "{cause}: {why}", cause=cause, why=why) if why else cause


def promise_text(outage: OutageFigures, lang: Lang) -> str:
    """Say whether the promised time of an outage was kept, that it is ahead, or why it does not count."""
    if outage.excuse:
        return tr(lang, "not counted: {excuse}", excuse=outage.excuse)
    if outage.kept is None and outage.ended_utc is not None:
        return NONE
    return lookup(lang, KEPT[outage.kept])


def stretch_texts(begins_utc: datetime, ends_utc: datetime, lang: Lang) -> list[str]:
    """Write a stretch of time: when it began, when it was over, how long it was."""
    length_us = (ends_utc - begins_utc) // timedelta(microseconds=1)
    return [moment_text(begins_utc, lang), moment_text(ends_utc, lang), length_text(length_us, lang)]


def kind_text(kind: str, lang: Lang, *, many: bool = False) -> str:
    """Return the word for a kind of sites."""
    if kind not in KINDS:
        return kind or NONE
    return lookup(lang, *KINDS[kind], 2 if many else 1)


def union_text(report: Report, union: str, lang: Lang) -> str:
    """Return the name of a union; its id where the report has no name for it, '–' for none."""
    known = (group.name for group in report.groups if group.by == "union" and group.id == union)
    return next(known, Names(union, union)).name(lang) if union else NONE


def group_text(group: GroupFigures, lang: Lang) -> str:
    """Return the name of a group of sites."""
    if not group.id:
        return lookup(lang, WITHOUT[group.by])
    return kind_text(group.id, lang, many=True) if group.by == "kind" else group.name.name(lang)


def service_text(report: Report, service: str, lang: Lang) -> str:
    """Return the name of a row of the charter; its key where the report has none."""
    return next((row.name.name(lang) for row in report.charter if row.service == service), service)


def ticket_texts(report: Report, row: TicketFigures, lang: Lang) -> list[str]:
    """Write a row of the table of tickets."""
    counts = (formats.number_text(count, lang) for count in (row.opened, row.resolved, row.open, row.reopened))
    usual = (lasting_text(row.acknowledge_s, lang), lasting_text(row.resolve_s, lang))
    return [service_text(report, row.service, lang), *counts, *usual]


def charter_texts(row: CharterFigures, lang: Lang) -> list[str]:
    """Write a row of the charter's record."""
    counts = (formats.number_text(count, lang) for count in (row.kept, row.missed, row.open))
    usual = lasting_text(row.median_s, lang)
    return [row.name.name(lang), row.target.name(lang), *counts, usual, row.last_missed or NONE]


def unseen_text(time: UnseenTime, lang: Lang) -> str:
    """Say what was not seen."""
    if time.uplink:
        return tr(lang, "what lies behind {uplink}", uplink=time.uplink)
    return tr(lang, "everything")


def notices_text(sent: Sequence[NoticeSent], lang: Lang) -> str:
    """Say who was notified of an outage, when and how."""
    each = [
        tr(
            lang,
            "{recipient} at {time} ({channel})",
            recipient=notice.recipient.name(lang),
            time=notice.at_utc,
            channel=lookup(lang, CHANNELS.get(notice.channel, notice.channel)),
        )
        for notice in sent
    ]
    return formats.list_text(each, lang)


def history_text(report: Report, lang: Lang) -> str:
    """Say where the use of the links comes from."""
    return lookup(lang, HISTORIES[report.history])
