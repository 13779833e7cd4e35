"""Run `report`: write the report of a month, a quarter, a fiscal year or any days into files."""

import sys
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import completion
from monitor.cli.clock import now_of
from monitor.cli.dates import YEARS
from monitor.cli.errors import (
    BAD_INPUT,
    CANNOT,
    Failure,
    installation_in_force,
    settings_among,
    store_of,
)
from monitor.cli.language import _, is_known, lang
from monitor.cli.output_file import unwritable, write
from monitor.cli.progress import progress
from monitor.domain.clock import DHAKA
from monitor.domain.message import message, said_by
from monitor.domain.text import ascii_digits

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.charter.office import Office
    from monitor.i18n.languages import Lang
    from monitor.reports.period import Period
    from monitor.reports.report import Report, ReportScope

PRINTED = "json"
"""The format that is printed where it is the only one and no folder is named."""
USUAL = ("pdf", "xlsx")
FIRST_DAY, LAST_DAY = date(YEARS[0], 1, 1), date(YEARS[1] - 1, 12, 31)

Month = Annotated[str, typer.Option(metavar="MONTH", help="A month, such as 2026-11; else the last that ended.")]
Quarter = Annotated[str, typer.Option(metavar="QUARTER", help="Three months, such as 2026-Q4.")]
Fiscal = Annotated[str, typer.Option(metavar="YEAR", help="A fiscal year, July to June, such as 2026-27.")]
First = Annotated[str, typer.Option("--from", metavar="DATE", help="The first of any days, such as 2026-11-01.")]
Last = Annotated[str, typer.Option("--to", metavar="DATE", help="The last of them; without it today.")]

OfSite = Annotated[str, typer.Option(metavar="SITE", help="Only of this site.", autocompletion=completion.sites)]
OfUnion = Annotated[
    str, typer.Option(metavar="UNION", help="Only of this union's sites.", autocompletion=completion.unions)
]
OfKind = Annotated[
    str, typer.Option(metavar="KIND", help="Only of sites of this kind.", autocompletion=completion.kinds)
]
OfOperator = Annotated[
    str,
    typer.Option(metavar="NAME", help="Only of this operator's links and sites.", autocompletion=completion.operators),
]
OfPlace = Annotated[
    str,
    typer.Option(
        "--node",
        metavar="PLACE",
        help="All offices of a place of the tree, such as a district.",
        autocompletion=completion.places,
    ),
]
InLanguage = Annotated[
    str, typer.Option("--lang", metavar="LANG", help="The report's language: bn or en; else that of the command.")
]


def report(
    context: typer.Context,
    month: Month = "",
    quarter: Quarter = "",
    fiscal: Fiscal = "",
    first: First = "",
    last: Last = "",
    site: OfSite = "",
    union: OfUnion = "",
    kind: OfKind = "",
    operator: OfOperator = "",
    node: OfPlace = "",
    official: Annotated[
        str, typer.Option(metavar="NUMBER", help="Which official service of the charter it answers, such as 2.")
    ] = "",
    language: InLanguage = "",
    formats: Annotated[
        str, typer.Option("--format", metavar="pdf,xlsx,csv,html,json", help="One or more of these, with commas.")
    ] = "",
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="The folder for the files; without it the present one."),
    ] = None,
) -> None:
    """Write the report of a period: availability, outages, tickets, and how the charter's promises were kept.

    The same database gives the same files on any day after the period. `--format json` alone is printed, unless a
    folder is named. Among several offices it is about all of them, unless one is named, or a place of the tree.
    """
    from monitor.alerts.cases.entered import office_of
    from monitor.cli.computing import chosen_place, computed, of_place, only_office
    from monitor.reports.stored_period import stored_period

    chosen, wanted = _formats(formats), chosen_language(language)
    typed = {"site": site, "union": union, "kind": kind, "operator": operator}
    installation = installation_in_force(context.obj)
    place = chosen_place(installation, node, {**typed, "official": official})
    settings = installation.host if place else settings_among(installation, only_office(installation, node))
    now_utc = now_of(settings)
    period = chosen_period(month, quarter, fiscal, first, last, now_utc)
    with store_of(settings) as store, progress(_("Computing the report")) as shows:
        if place:
            found = of_place(installation, place, store, period, now_utc, shows)
        else:
            with store.read() as session:
                office = office_of(session, settings, now_utc)
                stored = stored_period(session, office, period, chosen_scope(office, typed, official), now_utc)
            found = computed(settings, office, stored, now_utc, shows)
    if list(chosen) == [PRINTED] and out is None:
        sys.stdout.buffer.write(rendered(found, PRINTED, wanted))
        sys.stdout.flush()
        return
    for path in _written(found, chosen, wanted, out or Path()):
        print(path)


def chosen_period(month: str, quarter: str, fiscal: str, first: str, last: str, now_utc: "datetime") -> "Period":
    """Return the period that was typed, or the last month that ended; ends the command when it is none.

    One that has not begun is none.
    """
    from monitor.reports.period import before, current_month, days

    today = now_utc.astimezone(DHAKA).date()
    typed = {"--month": month, "--quarter": quarter, "--fiscal": fiscal, "--from": first}
    given = [option for option, text in typed.items() if text]
    if len(given) > 1:
        said = message("{one} and {other} are two periods. Expected one of them", one=given[0], other=given[1])
        raise Failure(said, BAD_INPUT)
    if last and not first:
        raise Failure(message("--to: found no beginning. Expected --from too"), BAD_INPUT)
    if not given:
        return before(current_month(today))
    (option,) = given
    if option == "--from":
        begins, ends = _day("--from", first), _day("--to", last) if last else today
        if ends < begins:
            said = message("--to: {last} is before --from. Expected that day or a later one", last=last or str(ends))
            raise Failure(said, BAD_INPUT)
        found = days(begins, ends)
    else:
        found = _coded(option, typed[option])
    if found.window[0] >= now_utc:
        said = message("{option}: {code} has not begun. Expected a period that has", option=option, code=found.code)
        raise Failure(said, BAD_INPUT)
    return found


EXAMPLES = {"--month": "2026-11", "--quarter": "2026-Q4", "--fiscal": "2026-27"}


def _coded(option: str, typed: str) -> "Period":
    from monitor.reports.period import period_of

    try:
        found = period_of(option.removeprefix("--"), ascii_digits(typed.strip()).upper())
        if found.begins >= FIRST_DAY and found.ends - timedelta(days=1) <= LAST_DAY:
            return found
    except (ValueError, OverflowError):
        pass
    said = message(
        "{option}: '{text}' is no such period. Expected one such as {example}, from {first} to {last}",
        option=option,
        text=typed,
        example=EXAMPLES[option],
        first=YEARS[0],
        last=YEARS[1] - 1,
    )
    raise Failure(said, BAD_INPUT)


def _day(option: str, typed: str) -> date:
    try:
        found = date.fromisoformat(ascii_digits(typed.strip()))
        if FIRST_DAY <= found <= LAST_DAY:
            return found
    except ValueError:
        pass
    said = message(
        "{option}: '{text}' is no day. Expected one such as 2026-11-01, from {first} to {last}",
        option=option,
        text=typed,
        first=YEARS[0],
        last=YEARS[1] - 1,
    )
    raise Failure(said, BAD_INPUT)


def chosen_scope(office: "Office", typed: dict[str, str], official: str) -> "ReportScope":
    """Return what the report is about, by the options; ends the command when that is not one thing."""
    from monitor.reports.report_scope import NoSuchScope, scope_of

    given = [kind for kind, name in typed.items() if name]
    if len(given) > 1:
        said = message("--{one} and --{other} exclude each other. Expected one of them", one=given[0], other=given[1])
        raise Failure(said, BAD_INPUT)
    try:
        if given:
            return scope_of(office, given[0], typed[given[0]], official)
        return scope_of(office, official=official)
    except NoSuchScope as error:
        raise Failure(error.said, BAD_INPUT) from None


def _formats(typed: str) -> Sequence[str]:
    from monitor.reports.export.formats import FORMATS

    words = [word for word in typed.split(",") if word.strip()]
    if not words:
        return [name for name in USUAL if name in FORMATS] or [PRINTED]
    return list(dict.fromkeys(chosen_format("--format", word) for word in words))


def chosen_format(option: str, typed: str) -> str:
    """Return the format of that name; ends the command when there is none."""
    from monitor.reports.export.formats import FORMATS
    from monitor.settings.problems import one_of

    word = typed.strip().lower()
    if word not in FORMATS:
        hint = one_of(FORMATS, word)
        raise Failure(message("{option}: no format '{name}'.{hint: }", option=option, name=word, hint=hint), BAD_INPUT)
    return word


def chosen_language(typed: str) -> "Lang":
    """Return the language of that name, else that of the command; ends the command when there is none."""
    if typed and not is_known(typed):
        from monitor.i18n.languages import languages
        from monitor.settings.problems import one_of

        hint = one_of(languages())
        raise Failure(message("--lang: no language '{name}'.{hint: }", name=typed, hint=hint), BAD_INPUT)
    return typed or lang()


def rendered(report: "Report", form: str, wanted: "Lang") -> bytes:
    """Return a report in a format; ends the command when it cannot be made."""
    from monitor.reports.export.faults import CannotRender
    from monitor.reports.export.formats import FORMATS

    try:
        return FORMATS[form](report, wanted)
    except CannotRender as error:
        raise Failure(said_by(error), CANNOT) from None


def _written(report: "Report", chosen: Sequence[str], wanted: "Lang", folder: Path) -> Iterator[Path]:
    from monitor.reports.export.formats import file_name

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise Failure(message("--out: {folder} is no folder. Expected one", folder=folder), BAD_INPUT) from None
    except OSError as error:
        raise unwritable(folder, error) from None
    for form in chosen:
        path = folder / file_name(report, wanted, form, stored=False)
        write(path, rendered(report, form, wanted))
        yield path
