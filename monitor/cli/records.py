"""Run `audit` and `tickets export`: list and prove who did what, and write tickets for other programs."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.console import console, print_json
from monitor.cli.dates import local, moment_of
from monitor.cli.errors import (
    BAD_INPUT,
    NO,
    Failure,
    installation_in_force,
    settings_among,
    settings_in_force,
    store_of,
)
from monitor.cli.language import _, lang, n_, term
from monitor.cli.numbers import whole
from monitor.cli.options import AsJson
from monitor.cli.output_file import write
from monitor.cli.progress import progress
from monitor.domain.csv_text import BYTE_ORDER_MARK, csv_text
from monitor.domain.message import message

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from monitor.cli.listing import Listing
    from monitor.settings.installation import Installation
    from monitor.store.act_rows import ActDocument
    from monitor.store.documents import TicketDocument

audit = typer.Typer(help="List who did what, and check that no history was altered.", no_args_is_help=True)


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
    """Check the history of all tickets and acts; exit code 1 if something was altered, inserted or cut off.

    A hash that differs in a character or two from one in the history was mistyped: exit code 2.
    """
    from monitor.cli.backup import head_of
    from monitor.store import mailed_head
    from monitor.store.audit_chain import BEGINNING
    from monitor.store.audit_chain import verify as verify_chain

    installation, known_head = installation_in_force(context.obj), head_of(head)
    settings = settings_among(installation)
    mailed = mailed_head.read(settings.state)
    with store_of(settings) as store, store.read() as session, progress(_("Checking the history")) as heard:
        found = verify_chain(session, known_head or (mailed.head if mailed else ""), heard)
    heads = {office: each for office, each in found.heads.items() if each != BEGINNING}
    if as_json:
        fault = str(found.fault)
        counts = {"events": found.events, "acts": found.acts}
        document = {**counts, "head": found.head, "heads": heads, "fault": fault, "mistyped": bool(found.meant)}
        print(json.dumps(document))
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
        if len(heads) > 1:
            print(n_("{count} event, nothing altered.", "{count} events, nothing altered.", found.events))
            for office, each in heads.items():
                print(_("{office}: head {head}", office=_named(installation, office), head=each))
        else:
            said = n_(
                "{count} event, nothing altered. Head: {head}",
                "{count} events, nothing altered. Head: {head}",
                found.events,
                head=found.head,
            )
            print(said)
        if found.acts:
            text = n_(
                "{count} act of a person is in the same chain.",
                "{count} acts of people are in the same chain.",
                found.acts,
            )
            print(text)
    if found.fault:
        raise typer.Exit(BAD_INPUT if found.meant else NO)


def _named(installation: "Installation", office: str) -> str:
    """Return the name of an office that has a chain of its own; '' is for acts about the whole installation."""
    node = installation.tree.nodes.get(office)
    return _("The whole installation") if not office else node.names.name(lang()) if node else office


@audit.command(name="list")
def list_(
    context: typer.Context,
    actor: Annotated[str, typer.Option(help="Only by this person, as the list names them.")] = "",
    kind: Annotated[str, typer.Option(help="Only of this kind, such as ticket.ack, or ticket for all of those.")] = "",
    about: Annotated[str, typer.Option(help="Only about what has this in its name, such as a ticket's number.")] = "",
    via: Annotated[str, typer.Option(help="Only done this way: cli, console or api.")] = "",
    since: Annotated[str, typer.Option("--from", help="From when on, such as 2026-11-01.")] = "",
    until: Annotated[str, typer.Option("--to", help="Until when.")] = "",
    limit: Annotated[int, whole(least=1, most=100_000, says="How many at most, the newest first.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List what people did, newest first: who, when, how, from where, and what it changed."""
    from monitor.store.act_rows import ActFilter, act_document, listed

    times = (moment_of("--from", since) if since else None, moment_of("--to", until) if until else None)
    wanted = ActFilter(actor, kind, about, via, *times)
    with store_of(settings_in_force(context.obj)) as store, store.read() as session:
        found = [act_document(act) for act in listed(session, wanted, limit)]
    if as_json:
        print_json(found)
    elif not found:
        print(_("No acts."))
    else:
        console().print(_acts(found))


def _acts(found: "Sequence[ActDocument]") -> "Listing":
    from rich.text import Text

    from monitor.cli.listing import Listing
    from monitor.i18n.act_terms import ACTS, VIAS

    what, changed = _("What"), _("What changed")
    rows = Listing(_("Time"), _("Who"), _("How"), what, _("About"), changed, prose={what, changed})
    for act in found:
        where = f" {act['address']}" if act["address"] else ""
        rows.add_row(
            local(act["at_utc"]),
            act["actor"],
            term(VIAS, act["via"]) + where,
            term(ACTS, act["kind"]),
            act["about"],
            Text("; ".join(changes_of(act))),
        )
    return rows


def changes_of(act: "ActDocument") -> "Iterator[str]":
    """Yield each fact that the act changed: its key, its value before, if it had one, and its value after."""
    for key in dict.fromkeys([*act["before"], *act["after"]]):
        before, after = (json.dumps(side.get(key), ensure_ascii=False) for side in (act["before"], act["after"]))
        yield f"{key}: {before} → {after}" if key in act["before"] else f"{key}: {after}"


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
    write(output, (mark + text).encode())


def table(found: "Sequence[TicketDocument]") -> str:
    """Return tickets as CSV, without their histories."""
    columns = [name for name in found[0] if name != "events"] if found else ["number"]
    rows = [[value for name, value in ticket.items() if name != "events"] for ticket in found]
    return csv_text(columns, rows)
