"""Run `print ticket` and `print charter`: a letter about a ticket, the charter as the sheet of the notice board."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.errors import BAD_INPUT, CANNOT, NO, Failure, settings_in_force, store_of
from monitor.cli.language import lang
from monitor.cli.options import Number
from monitor.domain.message import message, said_by
from monitor.settings.problems import one_of

if TYPE_CHECKING:
    from monitor.reports.export.charter_sheet import Paper
    from monitor.reports.export.typesetting import Document

PAPERS = ("a3", "a4")
Out = Annotated[Path | None, typer.Option("--out", metavar="FILE", help="The file; without it a name that says what.")]

app = typer.Typer(help="Write a ticket or the charter as PDF, to be printed.", no_args_is_help=True)


@app.command()
def ticket(context: typer.Context, number: Number, out: Out = None) -> None:
    """Write a ticket as a letter on A4: what it is about, how its time was counted, who had it, what was done."""
    from monitor.alerts.cases.entered import office_of
    from monitor.cli.clock import now_of
    from monitor.cli.tickets import number_of
    from monitor.reports.export.ticket_letter import letter
    from monitor.store.ticket_rows import numbered

    settings = settings_in_force(context.obj)
    now_utc = now_of(settings)
    with store_of(settings) as store, store.read() as session:
        number = number_of(session, number)
        found = numbered(session, number)
        if found is None:
            raise Failure(message("no ticket {number}. `upazila-monitor tickets` lists them", number=number), NO)
        document = letter(session, office_of(session, settings, now_utc), found, now_utc, lang(), personal=True)
    _write(document, out or Path(f"{number}.{lang()}.pdf"))


@app.command()
def charter(
    context: typer.Context,
    span: Annotated[
        str, typer.Option(metavar="SPAN", help="The record of which time: month, quarter, year or last.")
    ] = "year",
    paper: Annotated[str, typer.Option(metavar="PAPER", show_default=False, help="a3 or a4; without it a3.")] = "a3",
    out: Out = None,
) -> None:
    """Write the Citizen's Charter as the sheet of the notice board, with the record of its promises."""
    from monitor.alerts.cases.entered import office_of
    from monitor.cli.clock import now_of
    from monitor.reports.export.charter_sheet import sheet
    from monitor.reports.sla_record import SPANS, record, span_of

    size: Paper = "a4" if _one("--paper", paper, PAPERS) == "a4" else "a3"
    wanted = _one("--span", span, tuple(SPANS))
    settings = settings_in_force(context.obj)
    now_utc = now_of(settings)
    with store_of(settings) as store, store.read() as session:
        office = office_of(session, settings, now_utc)
        found = record(session, office, span_of(wanted, now_utc), now_utc)
    _write(sheet(office, found, lang(), size), out or Path(f"charter-{size}.{lang()}.pdf"))


def _one(option: str, typed: str, known: tuple[str, ...]) -> str:
    word = typed.strip().lower()
    if word not in known:
        said = message("{option}: found '{text}'.{hint: }", option=option, text=typed, hint=one_of(known, word))
        raise Failure(said, BAD_INPUT)
    return word


def _write(document: "Document", path: Path) -> None:
    from monitor.cli.output_file import write
    from monitor.reports.export.faults import CannotRender
    from monitor.reports.export.typesetting import typeset

    try:
        made = typeset(document)
    except CannotRender as error:
        raise Failure(said_by(error), CANNOT) from None
    write(path, made)
    print(path)
