"""Make the pictures of a printed report: shares of the time, when sites were down, how full links are, codes. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from monitor.domain.clock import DHAKA
from monitor.domain.message import N_
from monitor.i18n.catalogue import tr
from monitor.i18n.formats import digits, percent_text
from monitor.i18n.languages import Lang, lookup
from monitor.reports import wording
from monitor.reports.export.pages import Bar, Chart, Mark, Section, Span
from monitor.reports.report import Accounting, LinkFigures, Report

MOST_BARS = 40
MARKS = {
    Mark.UP: N_("Up"),
    Mark.DOWN: N_("Down"),
    Mark.UNMONITORED: N_("Unmonitored"),
    Mark.PAUSED: N_("Paused"),
    Mark.USED: N_("95th percentile of the period"),
}
TITLE = N_("When sites were down")
MOST_TICKS = 16


def shares(rows: Sequence[tuple[str, Accounting]], lang: Lang) -> Chart:
    """Return a bar for each accounting, divided as its time is."""
    bars = [Bar(label, wording.share_text(found.share, lang), _divided(found)) for label, found in rows]
    marks = [mark for mark in MARKS if any(span.mark == mark for bar in bars for span in bar.spans)]
    ticks = [(place / 4, percent_text(place / 4, lang)) for place in range(5)]
    return Chart(bars, _legend(marks, lang), ticks)


def _divided(found: Accounting) -> list[Span]:
    spans: list[Span] = []
    done = 0
    lengths = {
        Mark.UP: found.up_us,
        Mark.DOWN: found.down_us,
        Mark.UNMONITORED: found.unmonitored_us,
        Mark.PAUSED: found.paused_us,
    }
    for mark, length_us in lengths.items():
        if length_us:
            spans.append(Span(done / found.window_us, (done + length_us) / found.window_us, mark))
        done += length_us
    return spans


def times(report: Report, lang: Lang) -> Section | None:
    """Return a strip of the period for each site that was down, the longest first."""
    begins, ends = report.period.window
    until = min(ends, report.as_of_utc)
    down: dict[str, list[tuple[datetime, datetime]]] = {}
    for outage in report.outages:
        for site in (outage.site, *outage.affected):
            down.setdefault(site, []).append((outage.started_utc, outage.ended_utc or until))
    known = {site.site: site for site in report.sites}
    longest = sorted((site for site in down if site in known), key=lambda site: (-known[site].always.down_us, site))
    if not longest:
        return None
    unseen = [(time.begins_utc, time.ends_utc) for time in report.unseen if not time.uplink]
    bars = []
    for site in longest[:MOST_BARS]:
        excused = [(time.begins_utc, time.ends_utc) for time in known[site].excused]
        unknown = [(begins, known_utc)] if (known_utc := known[site].known_utc) else []
        spans = [
            *_placed(excused, begins, ends, Mark.PAUSED),
            *_placed(down[site], begins, ends, Mark.DOWN),
            *_placed([*unknown, *unseen], begins, ends, Mark.UNMONITORED),
        ]
        length = wording.length_text(known[site].always.down_us, lang)
        bars.append(Bar(known[site].name.name(lang), length, spans))
    note = ""
    if len(longest) > MOST_BARS:
        note = tr(lang, "The {shown} that were down longest, of {all}.", shown=MOST_BARS, all=len(longest))
    marks = [Mark.DOWN, Mark.UNMONITORED, Mark.PAUSED]
    chart = Chart(bars, _legend(marks, lang), _days(begins, ends, lang), note)
    return Section(lookup(lang, TITLE), charts=[chart])


def _placed(
    stretches: Iterable[tuple[datetime, datetime]], begins: datetime, ends: datetime, mark: Mark
) -> Iterable[Span]:
    whole = ends - begins
    for first, last in stretches:
        if max(first, begins) < min(last, ends):
            yield Span((max(first, begins) - begins) / whole, (min(last, ends) - begins) / whole, mark)


def _days(begins: datetime, ends: datetime, lang: Lang) -> list[tuple[float, str]]:
    """Return a text at the beginning of a day; of a period of more than two months at the beginning of a month."""
    whole, first = ends - begins, begins.astimezone(DHAKA)
    days = [first + timedelta(days=day) for day in range(whole.days)]
    if len(days) > 62:
        return [((day - first) / whole, digits(f"{day:%m/%Y}", lang)) for day in days if day.day == 1]
    step = -(-len(days) // MOST_TICKS)
    return [((day - first) / whole, digits(day.day, lang)) for day in days[::step]]


def use(links: Sequence[LinkFigures], lang: Lang) -> Chart | None:
    """Return how full each link with a known capacity was, both ways; None where no use is known."""
    bars = [
        Bar(
            label.format(name=link.name.name(lang)),
            f"{percent_text(rate / link.capacity_bps, lang)} · {wording.rate_text(rate, lang)}",
            [Span(0, min(1.0, rate / link.capacity_bps), Mark.USED)],
        )
        for link in links
        if link.capacity_bps
        for label, rate in ((tr(lang, "{name}, in"), link.in_p95_bps), (tr(lang, "{name}, out"), link.out_p95_bps))
        if rate is not None
    ]
    if not bars:
        return None
    ticks = [(place / 4, percent_text(place / 4, lang)) for place in range(5)]
    return Chart(bars[:MOST_BARS], _legend([Mark.USED], lang), ticks)


def _legend(marks: Iterable[Mark], lang: Lang) -> list[tuple[Mark, str]]:
    return [(mark, lookup(lang, MARKS[mark])) for mark in marks]


def code(link: str) -> str:
    """Return the picture (SVG) by which a telephone opens an address, black on white; '' for no address."""
    if not link:
        return ""
    import segno  # only the page of a site needs it

    picture: str = segno.make(link, error="m", micro=False).svg_inline(border=2, omitsize=True)
    return picture
