"""Make the tables of a printed report in words: which columns hold words, how many rows a page can bear. Pure."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from monitor.i18n.catalogue import tr, trn
from monitor.i18n.formats import digits
from monitor.i18n.languages import Lang, lookup
from monitor.reports import wording
from monitor.reports.export import drawing
from monitor.reports.export.pages import Column, Section, Table
from monitor.reports.headings import COLUMNS, HOURS
from monitor.reports.report import OutageFigures, Report

WORDS: Mapping[str, Mapping[str, float]] = {
    "accounting": {"hours": 2},
    "offices": {"name": 3},
    "groups": {"by": 1, "name": 3.5},
    "sites": {"name": 2.6, "kind": 1.6, "union": 1.3, "operator": 1.4},
    "tickets": {"service": 3.5},
    "stages": {"title": 4},
    "charter": {"name": 3, "target": 1.2, "last_missed": 1.8},
    "power": {"name": 4},
    "backbone": {"name": 2, "interface": 1.4},
    "worst": {"name": 4},
    "earlier": {"period": 2},
    "outages": {
        **{"name": 2.3, "began": 1.65, "ended": 1.65, "cause": 2.4, "deadline": 1.65},
        **{"kept": 1.4, "ticket": 2.35},
    },
    "excused": {"name": 3, "began": 1.3, "ended": 1.3, "why": 4},
    "unseen": {"what": 3, "began": 1.3, "ended": 1.3, "why": 4},
    "differences": {"path": 3, "before": 2, "after": 2},
}
"""The columns that hold words, and how wide each is; all others hold figures, stand on the right and are 1 wide."""
MOST = {"offices": 600, "groups": 150, "sites": 400, "outages": 800, "excused": 400, "unseen": 200, "differences": 200}
"""How many rows a table has at most; of those not named 100."""
MOST_OTHERWISE = 100

T = TypeVar("T")


def accounting(report: Report, lang: Lang) -> Section:
    """Return the accounting: both sums, and what share of each is what."""
    found = {"promised": report.promised, "always": report.always}
    rows = [[lookup(lang, HOURS[key]), *wording.accounting_texts(each, lang)] for key, each in found.items()]
    bars = drawing.shares([(lookup(lang, HOURS[key]), each) for key, each in found.items()], lang)
    return Section(wording.heading("accounting", lang), [table("accounting", lang, rows)], [bars])


def outages(report: Report, lang: Lang) -> Section:
    """Return the table of every outage."""
    shown, note = most("outages", report.outages, lambda outage: -outage.counted_us, lang)
    rows = [list(outage_texts(outage, lang).values()) for outage in shown]
    empty = tr(lang, "No outage in this time.")
    return Section(wording.heading("outages", lang), [table("outages", lang, rows, note, empty)], annex=True)


def outage_texts(outage: OutageFigures, lang: Lang) -> dict[str, str]:
    """Return an outage in words, by the columns of its table."""
    name = outage.name.name(lang)
    if behind := len(outage.affected):
        name += f" ({trn(lang, '{count} site behind it', '{count} sites behind it', behind)})"
    return {
        "number": digits(outage.number, lang),
        "name": name,
        "began": wording.moment_text(outage.started_utc, lang),
        "ended": wording.ended_text(outage, lang),
        "length": wording.length_text(outage.length_us, lang),
        "counted": wording.length_text(outage.counted_us, lang),
        "cause": wording.cause_text(outage, lang),
        "deadline": wording.moment_text(outage.deadline_utc, lang),
        "kept": wording.promise_text(outage, lang),
        "ticket": outage.ticket or wording.NONE,
    }


def table(
    key: str,
    lang: Lang,
    rows: Sequence[Sequence[str]],
    note: str = "",
    empty: str = "",
    only: Sequence[str] | None = None,
) -> Table:
    """Return a table of `TABLES` with these rows; ``only``: these of its columns."""
    columns = [
        Column(lookup(lang, heading), WORDS[key].get(name, 1), name not in WORDS[key])
        for name, heading in COLUMNS[key].items()
        if only is None or name in only
    ]
    return Table(columns, rows, note, empty)


def most(
    key: str, rows: Sequence[T], weight: Callable[[T], Any], lang: Lang, limit: int = 0
) -> tuple[Sequence[T], str]:
    """Return the rows that a printed table has, and what it says of those that it lacks.

    The heaviest stay (the least ``weight``), in the order in which they stood.
    """
    limit = limit or MOST.get(key, MOST_OTHERWISE)
    if len(rows) <= limit:
        return rows, ""
    heaviest = sorted(range(len(rows)), key=lambda place: (weight(rows[place]), place))[:limit]
    note = tr(
        lang,
        "The {shown} that weigh most, of {all}; the spreadsheet and the JSON of this report have all of them.",
        shown=limit,
        all=len(rows),
    )
    return [rows[place] for place in sorted(heaviest)], note
