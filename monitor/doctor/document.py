"""Represent what was found as plain values in English, for programs; and read again what a daemon found."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any, TypedDict

from monitor.doctor.check import Check
from monitor.doctor.checks import CHECKS, KINDS
from monitor.doctor.finding import Examined, Finding, Level
from monitor.i18n.catalogue import render
from monitor.i18n.languages import SOURCE


class FindingDocument(TypedDict):
    """One finding: its code, its words in English, the one thing to do about it ('' with level 'ok'), its values."""

    code: str
    level: str
    text: str
    mend: str
    values: dict[str, Any]


class CheckDocument(TypedDict):
    """One check: when it looked, its worst level, and what it found."""

    check: str
    looked: str
    level: str
    findings: list[FindingDocument]


class DoctorDocument(TypedDict):
    """What was found. ``version``: of the program that runs; ``daemon``: whether one runs; ``level``: the worst."""

    generated: str
    version: str
    daemon: bool
    level: str
    checks: list[CheckDocument]


def document(
    examined: Iterable[Examined],
    now_utc: datetime,
    version: str,
    *,
    daemon: bool,
    shows: Callable[[Check[Any]], bool] = lambda _check: True,
) -> DoctorDocument:
    """Return all of it; of the checks that are not shown, the codes alone: their words name people and places."""
    every = list(examined)
    return {
        "generated": now_utc.isoformat(),
        "version": version,
        "daemon": daemon,
        "level": max((each.level for each in every), key=lambda level: level.rank, default=Level.OK).value,
        "checks": [_check(each, shows(CHECKS[each.check])) for each in every],
    }


def _check(examined: Examined, is_shown: bool) -> CheckDocument:
    return {
        "check": examined.check,
        "looked": examined.at_utc.isoformat(),
        "level": examined.level.value,
        "findings": [_finding(each, is_shown) for each in examined.findings],
    }


def _finding(finding: Finding, is_shown: bool) -> FindingDocument:
    kind = finding.kind
    return {
        "code": kind.code,
        "level": kind.level.value,
        "text": render(finding.text, SOURCE) if is_shown else "",
        "mend": render(finding.mend, SOURCE) if is_shown else "",
        "values": {name: _plain(value) for name, value in finding.values.items()} if is_shown else {},
    }


def _plain(value: object) -> object:
    match value:
        case bool() | int() | float() | str() | None:
            return value
        case date():
            return value.isoformat()
        case list() | tuple():
            return [_plain(each) for each in value]
    return str(value)


def examined_of(found: Mapping[str, Any]) -> dict[str, Examined]:
    """Return what a daemon found, by check; what this version does not know is left out."""
    every = {}
    for each in found.get("checks", ()):
        findings = [Finding(KINDS[one["code"]], one["values"]) for one in each["findings"] if one["code"] in KINDS]
        if findings:
            looked_utc = datetime.fromisoformat(each["looked"])
            every[each["check"]] = Examined(each["check"], tuple(findings), looked_utc)
    return every
