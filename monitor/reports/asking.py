"""Understand which report is asked for, by what a person or a program typed: period, scope, files."""

from collections.abc import Sequence

from monitor.alerts.cases.editions import PLACE, Wanted
from monitor.alerts.cases.refusals import BadInput
from monitor.charter.office import Office
from monitor.domain.message import message
from monitor.domain.text import ascii_digits, clean
from monitor.i18n.languages import languages
from monitor.reports.export.formats import FORMATS
from monitor.reports.period import Period, period_of
from monitor.reports.report import ReportScope
from monitor.reports.report_scope import NoSuchScope, scope_of
from monitor.settings.offices_file import Tree

PERIODS = {"month": "2026-11", "quarter": "2026-Q4", "fiscal": "2026-27", "days": "2026-11-01..2026-11-15"}
"""The kinds of periods, each with an example of its code."""
SCOPES = ("office", "union", "kind", "site", "operator")


def wanted(
    office: Office,
    period_kind: str,
    period_code: str,
    scope_kind: str = "office",
    scope_id: str = "",
    *,
    official: str = "",
    files: Sequence[str] = (),
) -> Wanted:
    """Return the report that is asked for; raises BadInput with the field 'period', 'scope', 'official' or 'files'."""
    period, scope = asked_period(period_kind, period_code), asked_scope(office, scope_kind, scope_id, official)
    return Wanted(
        period.kind,
        period.code,
        period.begins,
        scope.kind,
        scope.id,
        scope.official,
        _known_files(files),
    )


def wanted_of_place(tree: Tree, place: str, period_kind: str, period_code: str, *, files: Sequence[str] = ()) -> Wanted:
    """Return the report of a place of the tree; raises BadInput as `wanted` does, and for one with a single office."""
    if len(tree.below(place)) == 1:
        said = message("{place} has one office. Expected that office's own report", place=place)
        raise BadInput("scope", said)
    period = asked_period(period_kind, period_code)
    return Wanted(period.kind, period.code, period.begins, PLACE, place, files=_known_files(files))


def asked_period(kind: str, code: str) -> Period:
    """Return the period of a kind and code, digits of any script; raises BadInput."""
    example = PERIODS.get(kind)
    if example is None:
        kinds = ", ".join(PERIODS)
        raise BadInput("period", message("found '{kind}'. Expected one of: {kinds}", kind=clean(kind, 40), kinds=kinds))
    try:
        return period_of(kind, ascii_digits(code))
    except (ValueError, OverflowError):
        said = message("found '{code}'. Expected one such as {example}", code=clean(code, 40), example=example)
        raise BadInput("period", said) from None


def asked_scope(office: Office, kind: str, id_: str, official: str = "") -> ReportScope:
    """Return the scope by its kind and name; raises BadInput."""
    if kind not in SCOPES:
        kinds = ", ".join(SCOPES)
        raise BadInput("scope", message("found '{kind}'. Expected one of: {kinds}", kind=clean(kind, 40), kinds=kinds))
    try:
        return scope_of(office, kind, clean(id_, 200), official)
    except NoSuchScope as error:
        raise BadInput("official" if official and kind == "office" else "scope", error.said) from None


def _known_files(files: Sequence[str]) -> tuple[str, ...]:
    """Return the files that are asked for, each once; raises BadInput."""
    for file in files:
        lang, _, form = file.partition(".")
        if lang not in languages() or form not in FORMATS:
            forms = ", ".join(FORMATS)
            text = message("found '{file}'. Expected a language and one of: {forms}", file=clean(file, 40), forms=forms)
            raise BadInput("files", text)
    return tuple(dict.fromkeys(files))
