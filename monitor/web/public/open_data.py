"""Make open data: each finished month's availability and record of the charter, as CSV and JSON, with a dictionary.

The dictionary is a Data Package (https://datapackage.org/standard/data-package/, v2): every file, column, unit and the
licence. Nothing of a person is in any file: neither who asked, nor who decided, nor what anybody wrote.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from monitor.charter.office import Office
from monitor.domain.clock import DHAKA
from monitor.domain.csv_text import csv_text
from monitor.reports.export.as_csv import seconds_text
from monitor.reports.monthly import report_of
from monitor.reports.period import Period, before, current_month
from monitor.reports.report import Accounting, CharterFigures, Report, SiteFigures
from monitor.reports.report_scope import scope_of
from monitor.reports.stored_period import stored_period
from monitor.settings.public_section import CC_BY, Public
from monitor.store.database import Store

FOLDER = "data"
DICTIONARY = f"{FOLDER}/datapackage.json"
NO_FIGURE = ""
MONTHS = 12
MOST_ROWS = 60_000  # of sites in all: a country's year would be hundreds of megabytes

_Value = str | int | float | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its key, the type of the Table Schema, and what it means.

    ``of``: takes it from a row.
    """

    key: str
    type: str
    meaning: str
    of: Callable[[Any], _Value]


def _seconds(part: str, whole: str) -> Callable[[SiteFigures], _Value]:
    return lambda site: _number(getattr(getattr(site, whole), part))


def _number(length_us: int) -> float | int:
    text = seconds_text(length_us)
    return float(text) if "." in text else int(text)


def _share(found: Accounting) -> float | None:
    return None if found.share is None else round(found.share, 6)


_PARTS = {
    "up_us": "Seconds in which the site could be reached",
    "down_us": "Seconds in which it could not",
    "unmonitored_us": "Seconds in which nobody measured: of these nothing is known",
    "paused_us": "Seconds that do not count: outside its hours of service, or planned work",
    "window_us": "All seconds of the month: the sum of the four before",
}
_HOURS = {"promised": "within its hours of service", "always": "at all hours, day and night"}

AVAILABILITY: Sequence[Column] = (
    Column("site", "string", "The site's key, which stays the same from month to month", lambda site: site.site),
    Column("name_bn", "string", "Its name in Bangla", lambda site: site.name.bn),
    Column("name_en", "string", "Its name in English", lambda site: site.name.en),
    Column("kind", "string", "backbone (link), udc (Union Digital Centre), lab or office", lambda site: site.kind),
    Column("union", "string", "The union it stands in; empty: none", lambda site: site.union),
    *(
        Column(f"{hours}_{part.removesuffix('_us')}_s", "number", f"{meaning}, {words}", _seconds(part, hours))
        for hours, words in _HOURS.items()
        for part, meaning in _PARTS.items()
    ),
    Column(
        "promised_share",
        "number",
        "up ÷ (up + down) within its hours of service, 0 to 1; empty: nothing was measured",
        lambda site: _share(site.promised),
    ),
    Column(
        "always_share",
        "number",
        "The same at all hours",
        lambda site: _share(site.always),
    ),
    Column("outages", "integer", "Outages by its own fault that reach into the month", lambda site: site.outages),
    Column("affected", "integer", "Outages elsewhere that cut it off", lambda site: site.affected),
)
CHARTER: Sequence[Column] = (
    Column("service", "string", "The row of the Citizen's Charter, such as citizen:8", lambda row: row.service),
    Column("name_bn", "string", "What is promised, in Bangla", lambda row: row.name.bn),
    Column("name_en", "string", "What is promised, in English", lambda row: row.name.en),
    Column("time_bn", "string", "Within which time, in Bangla", lambda row: row.target.bn),
    Column("time_en", "string", "Within which time, in English", lambda row: row.target.en),
    Column("kept", "integer", "Promises kept in the month", lambda row: row.kept),
    Column("missed", "integer", "Promises whose time ran out in the month", lambda row: row.missed),
    Column("open", "integer", "Cases that were open at its end", lambda row: row.open),
    Column(
        "median_s",
        "number",
        "Half of the cases that ended in the month took no longer than so many seconds; empty: none ended",
        lambda row: row.median_s,
    ),
)
TABLES: Mapping[str, tuple[str, Sequence[Column]]] = {
    "availability": ("Availability of links, digital centres and labs", AVAILABILITY),
    "charter": ("The Citizen's Charter: promises kept and missed", CHARTER),
}
"""The tables of a month, with their titles."""


@dataclass(slots=True)
class OpenData:
    """The files of the last months, made once a day: they take longer than all else. For one thread at a time."""

    _office: Office | None = None
    _day: date | None = None
    _files: Mapping[str, bytes] | None = None

    def files(self, store: Store, office: Office, rules: Public, now_utc: datetime) -> Mapping[str, bytes]:
        """Return the files by name, the dictionary last. Each month is read by itself, so that no writer waits long."""
        today = now_utc.astimezone(DHAKA).date()
        if self._files is None or self._office is not office or self._day != today:
            scope, made, months = scope_of(office), dict[str, bytes](), list[Period]()
            for month in finished_months(today, len(office.fleet.sites)):
                with store.read() as session:
                    stored = stored_period(session, office, month, scope, now_utc)
                report = report_of(office, stored, kept_since_utc=now_utc)
                if report.always.up_us + report.always.down_us:  # something was measured
                    made |= files_of(report)
                    months.append(month)
            self._office, self._day = office, today
            self._files = {**made, DICTIONARY: dictionary(office, rules, months)}
        return self._files


def finished_months(today: date, sites: int) -> list[Period]:
    """Return the last months that are over, the earliest first: twelve, or as many as MOST_ROWS allows."""
    months = [before(current_month(today))]
    while len(months) < min(MONTHS, MOST_ROWS // max(sites, 1)):
        months.append(before(months[-1]))
    return months[::-1]


def files_of(report: Report) -> dict[str, bytes]:
    """Return a month's files, by name."""
    rows: Mapping[str, Sequence[SiteFigures] | Sequence[CharterFigures]] = {
        "availability": report.sites,
        "charter": report.charter,
    }
    found: dict[str, bytes] = {}
    for name, (_, columns) in TABLES.items():
        values = [[column.of(row) for column in columns] for row in rows[name]]
        keys = [column.key for column in columns]
        stem = stem_of(name, report.period)
        text = csv_text(keys, ([NO_FIGURE if value is None else value for value in row] for row in values))
        found[f"{stem}.csv"] = text.encode()
        found[f"{stem}.json"] = _json(
            {
                "month": report.period.code,
                "counted_until": report.as_of_utc.astimezone(DHAKA).isoformat(),
                "rows": [dict(zip(keys, row, strict=True)) for row in values],
            }
        )
    return found


def dictionary(office: Office, rules: Public, months: Sequence[Period]) -> bytes:
    """Return the Data Package's descriptor: what each file and column is, and the licence."""
    licence = {"name": rules.licence}
    if rules.licence == CC_BY:
        licence |= {
            "title": "Creative Commons Attribution 4.0 International",
            "path": "https://creativecommons.org/licenses/by/4.0/",
        }
    name = office.charter.office_id
    return _json(
        {
            "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
            "name": f"upazila-monitor-{name}",
            "title": office.charter.name_en,
            "title_bn": office.charter.name_bn,
            "description": "What an office promised in its Citizen's Charter and how that was kept, month by month; "
            "measured by upazila-monitor. A finished month changes only when something was corrected.",
            "licenses": [licence],
            "resources": [
                {
                    "name": stem_of(table, month).removeprefix(f"{FOLDER}/"),
                    "title": f"{title}, {month.code}",
                    "path": f"{stem_of(table, month).removeprefix(f'{FOLDER}/')}.csv",
                    "format": "csv",
                    "mediatype": "text/csv",
                    "encoding": "utf-8",
                    "schema": {
                        "fields": [
                            {"name": column.key, "type": column.type, "description": column.meaning}
                            for column in columns
                        ],
                        "missingValues": [NO_FIGURE],
                    },
                }
                for month in months
                for table, (title, columns) in TABLES.items()
            ],
        }
    )


def stem_of(table: str, month: Period) -> str:
    """Return the name of a table's files without their ends."""
    return f"{FOLDER}/{table}-{month.code}"


def _json(document: object) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()
