"""Run `audit verify` and `tickets export`: prove the history, and write tickets for other programs."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.errors import BAD_INPUT, NO, Failure, settings_in_force, store_of
from monitor.cli.language import n_
from monitor.cli.options import AsJson
from monitor.domain.csv_text import BYTE_ORDER_MARK, csv_text
from monitor.domain.message import message, said_by_system

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.store.documents import TicketDocument

audit = typer.Typer(help="Check that no ticket's history was altered.", no_args_is_help=True)


@audit.callback()
def auditing() -> None:
    """Keeps `verify` a command of its own."""


@audit.command()
def verify(
    context: typer.Context,
    head: Annotated[
        str,
        typer.Option(
            help="A hash from the foot of any mail, which the history must contain; without it the last one mailed."
        ),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Check the history of all tickets; exit code 1 if something was altered, inserted or cut off.

    A hash that differs in a character or two from one in the history was mistyped: exit code 2.
    """
    from monitor.cli.backup import head_of
    from monitor.store import mailed_head
    from monitor.store.audit_chain import verify as verify_chain

    settings, known_head = settings_in_force(context.obj), head_of(head)
    mailed = mailed_head.read(settings.state)
    with store_of(settings) as store, store.read() as session:
        found = verify_chain(session, known_head or (mailed.head if mailed else ""))
    if as_json:
        fault = str(found.fault)
        print(json.dumps({"events": found.events, "head": found.head, "fault": fault, "mistyped": bool(found.meant)}))
    elif found.meant:
        said = n_(
            "--head is mistyped: no event ever had {typed}, but one has {meant}. The history of {count} event is whole",
            "--head is mistyped: no event ever had {typed}, but one has {meant}. "
            "The history of {count} events is whole",
            found.events,
            typed=known_head,
            meant=found.meant,
        )
        print(said, file=sys.stderr)
    elif found.fault:
        said = n_(
            "NOT WHOLE: {fault}. {count} event before it is.",
            "NOT WHOLE: {fault}. {count} events before it are.",
            found.events,
            fault=found.fault,
        )
        print(said, file=sys.stderr)
    else:
        print(
            n_(
                "{count} event, nothing altered. Head: {head}",
                "{count} events, nothing altered. Head: {head}",
                found.events,
                head=found.head,
            )
        )
    if found.fault:
        raise typer.Exit(BAD_INPUT if found.meant else NO)


def export(
    context: typer.Context,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print a table for spreadsheets.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, with every ticket's history.")] = False,
    plain: Annotated[
        bool, typer.Option("--plain", help="Write CSV without the mark by which spreadsheets know UTF-8.")
    ] = False,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A file; without it standard output.")] = None,
) -> None:
    """Write all tickets to a file, the oldest first."""
    from monitor.store import queries
    from monitor.store.documents import ticket_document

    if as_csv == as_json:
        raise Failure(message("in which form? Expected --csv or --json"), BAD_INPUT)
    with store_of(settings_in_force(context.obj)) as store, store.read() as session:
        numbers = [ticket.number for ticket in queries.tickets(session, limit=1_000_000)]
        whole = [queries.ticket(session, number) for number in reversed(numbers)]
    found = [ticket_document(ticket) for ticket in whole if ticket is not None]
    text = json.dumps(found, ensure_ascii=False, indent=2) + "\n" if as_json else table(found)
    mark = BYTE_ORDER_MARK if as_csv and not plain else ""
    if output is None:
        sys.stdout.write(mark + text)
        return
    try:
        output.write_text(mark + text, encoding="utf-8", newline="")
    except OSError as error:
        said = message("{file}: cannot be written: {why}", file=output, why=said_by_system(error))
        raise Failure(said, BAD_INPUT) from None


def table(found: "Sequence[TicketDocument]") -> str:
    """Return tickets as CSV, without their histories."""
    columns = [name for name in found[0] if name != "events"] if found else ["number"]
    rows = [[value for name, value in ticket.items() if name != "events"] for ticket in found]
    return csv_text(columns, rows)
