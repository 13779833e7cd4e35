"""Say in words what differs between two editions of a report, for people; programs read its path in the JSON. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime

from monitor.domain.json_text import parse_json
from monitor.domain.message import N_
from monitor.domain.reasons import from_json
from monitor.i18n import formats
from monitor.i18n.catalogue import tr
from monitor.i18n.languages import Lang, lookup
from monitor.i18n.reasons import reason_text
from monitor.i18n.terms import CAUSES
from monitor.reports import wording
from monitor.reports.headings import COLUMNS, GROUPED_BY, HOURS, KEPT, TABLES
from monitor.reports.report import Difference, Report

LISTED, NOT_LISTED = N_("in the list"), N_("not in the list")
IN_THE_TABLE = N_("see that table")
SECTIONS: Mapping[str, str] = {
    **TABLES,
    "promised": TABLES["accounting"],
    "always": TABLES["accounting"],
    "links": TABLES["backbone"],
    "power_us": TABLES["power"],
}
"""What the first part of a path is called."""
FIGURES: Mapping[str, str] = {
    **{f"{key}_us": COLUMNS["accounting"][key] for key in ("up", "down", "unmonitored", "paused", "window")},
    **HOURS,
    **{key: COLUMNS["sites"][key] for key in ("outages", "affected")},
    "sites": COLUMNS["groups"]["sites"],
    "excused": TABLES["excused"],
    "power_us": COLUMNS["power"]["length"],
    **{key: COLUMNS["outages"][key] for key in ("cause", "deadline", "kept", "ticket")},
    "started": COLUMNS["outages"]["began"],
    "ended": COLUMNS["outages"]["ended"],
    "length_us": COLUMNS["outages"]["length"],
    "counted_us": COLUMNS["outages"]["counted"],
    "why": COLUMNS["excused"]["why"],
    "begins": COLUMNS["excused"]["began"],
    "ends": COLUMNS["excused"]["ended"],
    **{key: COLUMNS["tickets"][key] for key in ("opened", "resolved", "open", "reopened")},
    "acknowledge_s": COLUMNS["tickets"]["acknowledge"],
    "resolve_s": COLUMNS["tickets"]["resolve"],
    **{key: COLUMNS["stages"][key] for key in ("title", "came", "in_time", "late")},
    "missed": COLUMNS["charter"]["missed"],
    "median_s": COLUMNS["charter"]["median"],
    "last_missed": COLUMNS["charter"]["last_missed"],
    "capacity_bps": COLUMNS["backbone"]["capacity"],
    "in_p95_bps": COLUMNS["backbone"]["in"],
    "out_p95_bps": COLUMNS["backbone"]["out"],
    "in_octets": COLUMNS["backbone"]["octets_in"],
    "out_octets": COLUMNS["backbone"]["octets_out"],
    "full_by": COLUMNS["backbone"]["full_by"],
    **GROUPED_BY,
    "name": COLUMNS["groups"]["name"],
    "service": COLUMNS["tickets"]["service"],
    "known": N_("Known since"),
    "workstations": N_("PCs"),
    "used_us": N_("In use"),
    "over_us": N_("Beyond the limit"),
    "excuse": COLUMNS["excused"]["why"],
    "notices": N_("Who was notified"),
}
"""What the further parts of a path are called; those that are not here are names."""
_BETWEEN = re.compile(r"\.(?!\d{6}[+-])")  # microseconds of a time are no part of their own


def names_of(report: Report, lang: Lang) -> dict[str, str]:
    """Return the names by which the rows of a report are called, by their part of a path."""
    groups = {
        f"{each.by}/{each.id}": f"{lookup(lang, GROUPED_BY[each.by])}: {wording.group_text(each, lang)}"
        for each in report.groups
    }
    return {
        **{id_: part.office.name(lang) for id_, part in report.offices.items()},
        **{
            f"{id_}.{name}": text for id_, part in report.offices.items() for name, text in names_of(part, lang).items()
        },
        **{each.service: each.name.name(lang) for each in report.charter},
        **{str(each.level): each.title.name(lang) for each in report.stages},
        **groups,
        **{f"{each.site}/{each.interface}": f"{each.name.name(lang)}, {each.interface}" for each in report.links},
        **{each.site: each.name.name(lang) for each in report.sites},
    }


def difference_texts(each: Difference, names: Mapping[str, str], lang: Lang) -> list[str]:
    """Return which figure differs, and how it was and is written; ``names``: see `names_of`."""
    first, *further = _BETWEEN.split(each.path)
    said, of = [], ""
    if first == "offices" and len(further) > 1:
        # A figure of one office of a place, which has its own names for its rows.
        said, of, (first, *further) = [_name(further[0], names, lang)], f"{further[0]}.", further[1:]
    said.append(lookup(lang, SECTIONS[first]) if first in SECTIONS else first)
    if first == "outages" and further:
        said.append(tr(lang, "No. {number}", number=formats.digits(further[0], lang)))
        further = further[1:]
    figures = {**FIGURES, "promised": COLUMNS["charter"]["target"]} if first == "charter" else FIGURES
    for part in _whole(further, names, of):
        said.append(lookup(lang, figures[part]) if part in figures else _name(part, names, lang, of))
    key = _BETWEEN.split(each.path)[-1]
    return [" · ".join(said), *(_value(key, text, lang) for text in (each.before, each.after))]


def _whole(parts: Sequence[str], names: Mapping[str, str], of: str) -> Iterator[str]:
    """Yield the parts of a path; those of one name together, as ids of sites have a '.' among several offices."""
    at = 0
    while at < len(parts):
        ends = range(len(parts), at + 1, -1)
        end = next((end for end in ends if of + ".".join(parts[at:end]) in names), at + 1)
        yield ".".join(parts[at:end])
        at = end


def _name(part: str, names: Mapping[str, str], lang: Lang, of: str = "") -> str:
    return names.get(of + part) or _time(part, lang) or formats.digits(part, lang)


def _value(key: str, text: str, lang: Lang) -> str:
    """Write one value of a difference, which is JSON, or JSON that was cut, or '' for a row that is not there."""
    if not text:
        return tr(lang, NOT_LISTED)
    try:
        value = parse_json(text)
    except ValueError:
        return tr(lang, LISTED if text.startswith("{") else IN_THE_TABLE)
    match value:
        case None:
            return wording.NONE
        case bool():
            return lookup(lang, KEPT[value]) if key == "kept" else tr(lang, N_("yes") if value else N_("no"))
        case int() | float():
            return _figure(key, value, lang)
        case str():
            if key == "cause" and value in CAUSES:
                return lookup(lang, CAUSES[value])
            return _time(value, lang) or formats.digits(value, lang) or wording.NONE
        case {"code": _}:
            return reason_text(from_json(value), lang)
        case dict():
            return tr(lang, LISTED)
    return tr(lang, IN_THE_TABLE)


def _figure(key: str, value: float, lang: Lang) -> str:
    if key.endswith("_us"):
        return wording.length_text(round(value), lang)
    if key.endswith("_s"):
        return wording.lasting_text(value, lang)
    if key.endswith("_bps"):
        return wording.rate_text(value, lang)
    if key.endswith("_octets"):
        return wording.size_text(round(value), lang)
    return formats.number_text(value, lang)


def _time(text: str, lang: Lang) -> str:
    """Write a day or a time of the JSON; '' for another text."""
    try:
        if len(text) == len("2026-11-24"):
            return wording.day_text(date.fromisoformat(text), lang)
        return wording.moment_text(datetime.fromisoformat(text).astimezone(UTC), lang) if "T" in text else ""
    except ValueError:
        return ""
