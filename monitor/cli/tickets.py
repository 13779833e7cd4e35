"""Run `tickets` and `ticket …`: the list, one ticket with its history, and acts on it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.console import console, print_json
from monitor.cli.dates import local, moment_of
from monitor.cli.errors import NO, Failure, acting, settings_in_force, store_of
from monitor.cli.language import _, history_words, lang, term
from monitor.cli.numbers import whole
from monitor.cli.options import Actor, AsJson, Number, Seen, Text, as_seen, by_command
from monitor.domain.clock import DHAKA
from monitor.domain.message import message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.charter.office import Office
    from monitor.cli.listing import Listing
    from monitor.store.documents import PublicTicketDocument
    from monitor.store.models import Ticket
    from monitor.store.session import Session

TEXT = {"text": "--text: "}

app = typer.Typer(help="Show a ticket, or change it.", no_args_is_help=True)

several = typer.Typer(help="List tickets, newest first; `export` writes all of them to a file.")


@several.callback(invoke_without_command=True)
def tickets(
    context: typer.Context,
    open_only: Annotated[bool, typer.Option("--open", help="Only those that are not resolved.")] = False,
    limit: Annotated[int, whole(least=1, most=10_000, says="How many at most, the newest first.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List tickets, newest first."""
    if context.invoked_subcommand is not None:
        return

    from monitor.store import queries
    from monitor.store.documents import ticket_document

    with store_of(settings_in_force(context.obj)) as store, store.read() as session:
        found = [ticket_document(ticket) for ticket in queries.tickets(session, open_only=open_only, limit=limit)]
    if as_json:
        print_json(found)
    elif not found:
        print(_("No tickets."))
    else:
        console().print(table(found, _("Tickets")))


def table(found: "Sequence[PublicTicketDocument]", title: str) -> "Listing":
    """Return the tickets as rows; also part of `status`."""
    from monitor.cli.listing import Listing
    from monitor.i18n.formats import digits
    from monitor.i18n.terms import TICKET_STATES

    due = _("Was due") if found and all(_late(ticket) for ticket in found) else _("Due")
    headings = (_("Ticket"), _("State"), _("Stage"), _("Site"), _("Service"), _("Opened on"), due, _("Late"))
    rows = Listing(*headings, title=title)
    for ticket in found:
        rows.add_row(
            ticket["number"],
            term(TICKET_STATES, ticket["state"]),
            digits(ticket["stage"], lang()),
            ticket["site"] or "",
            ticket["service"],
            local(ticket["opened_utc"]),
            local(ticket["deadline_utc"]),
            _late(ticket),
        )
    return rows


def _late(ticket: "PublicTicketDocument") -> str:
    """Return by how much the ticket missed its deadline, until it was resolved or until now; empty while it has not."""
    from monitor.i18n.formats import duration_text

    if ticket["state"] == "withdrawn":
        return ""
    settled = datetime.fromisoformat(ticket["resolved_utc"]) if ticket["resolved_utc"] else datetime.now(UTC)
    late = settled - datetime.fromisoformat(ticket["deadline_utc"])
    return duration_text(late, lang()) if late.total_seconds() > 0 else ""


@app.command()
def show(context: typer.Context, number: Number, as_json: AsJson = False) -> None:
    """Show a ticket and its whole history."""
    from monitor.alerts.cases.entered import office_of
    from monitor.cli.columns import width
    from monitor.cli.console import hanging
    from monitor.cli.listing import padded
    from monitor.i18n.terms import ACTORS, HISTORY
    from monitor.reports.ticket_account import account
    from monitor.store import queries
    from monitor.store.documents import ticket_document

    settings = settings_in_force(context.obj)
    with store_of(settings) as store, store.read() as session:
        number = number_of(session, number)
        ticket = queries.ticket(session, number)
        if ticket is None:
            raise Failure(message("no ticket {number}. `upazila-monitor tickets` lists them", number=number), NO)
        lines = list(account(session, office_of(session, settings, datetime.now(UTC)), number, lang()))
    facts = ticket_document(ticket)
    if as_json:
        print_json(facts)
        return
    output = console()
    output.print(table([facts], ""))
    for line in lines:
        for part in line.split("\n"):
            output.print(hanging(output, part, len(part) - len(part.lstrip()) + 2))
    widest = max((width(term(HISTORY, event["kind"])) for event in facts["events"]), default=0)
    for event in facts["events"]:
        kind = padded(term(HISTORY, event["kind"]), widest)
        said = history_words(event)
        text = f"{local(event['at_utc'])}  {kind}  {padded(term(ACTORS, event['actor']), 12)}  {said}"
        output.print(hanging(output, text, 21))  # no line of its text looks like an event of its own


def act(
    context: typer.Context,
    number: str,
    action: str,
    text: str,
    actor: str,
    until_utc: datetime | None = None,
    seen: int | None = None,
    options: Mapping[str, str] = TEXT,
) -> None:
    """Do one of the actions to a ticket, and print its state; ``options`` as for `acting`."""
    from monitor.alerts.cases import actions
    from monitor.cli.clock import now_of

    settings = settings_in_force(context.obj)
    with store_of(settings) as store, acting(options):
        now_utc = now_of(settings)
        with store.write_once() as session:
            work, wanted = by_command(session, settings, now_utc, actor), number_of(session, number)
            ticket = actions.act(work, wanted, action, text, until_utc=until_utc, seen=as_seen(seen))
            said = _standing(ticket, until_utc) + _clock(work.office, ticket)
    print(said)


def _standing(ticket: "Ticket", until_utc: datetime | None) -> str:
    from monitor.i18n.terms import TICKET_STATES

    facts = {"number": ticket.number, "state": term(TICKET_STATES, ticket.state), "stage": ticket.stage}
    if until_utc and ticket.stage:
        return _("{number} is {state} until {until:moment}, at stage {stage}.", until=until_utc, **facts)
    if until_utc:
        return _("{number} is {state} until {until:moment}.", until=until_utc, **facts)
    if ticket.stage:
        return _("{number} is {state}, at stage {stage}.", **facts)
    return _("{number} is {state}.", **facts)


def _clock(office: "Office", ticket: "Ticket") -> str:
    """Return whether a waiting ticket's time runs on, which the charter file decides for each service."""
    if ticket.state != "waiting":
        return ""
    if office.charter.service(ticket.service).waiting_pauses:
        return " " + _("Its time is stopped until work on it goes on.")
    if ticket.breached_utc:
        return " " + _("Its time runs on: it was due {due:moment}.", due=ticket.deadline_utc)
    return " " + _("Its time runs on: due {due:moment}.", due=ticket.deadline_utc)


def number_of(session: "Session", typed: str) -> str:
    """Return the whole number of the ticket meant by 'BHR-2026-000006', '2026-6' or '6' of this year, in any digits."""
    from monitor.store import queries

    return queries.number_like(session, typed, datetime.now(DHAKA).year)


@app.command(name="raise")
def raise_(context: typer.Context, number: Number, text: Text = "", actor: Actor = "", seen: Seen = None) -> None:
    """Raise an overdue ticket to the next stage of the grievance chain."""
    act(context, number, "raise", text, actor, seen=seen)


@app.command()
def ack(
    context: typer.Context,
    number: Number,
    text: Text = "",
    until: Annotated[str, typer.Option(help="It opens again then, such as 2026-12-24T10:00 (Dhaka).")] = "",
    actor: Actor = "",
    seen: Seen = None,
) -> None:
    """Acknowledge a ticket; with --until only up to that time."""
    until_utc = moment_of("--until", until) if until else None
    text = (f"until {until}: {text}" if until else text).removesuffix(": ")
    act(context, number, "ack", text, actor, until_utc, seen, {"until_utc": f"--until: {until} "})


@app.command()
def unack(context: typer.Context, number: Number, text: Text = "", actor: Actor = "", seen: Seen = None) -> None:
    """Take an acknowledgement back: the ticket is open again."""
    act(context, number, "unack", text, actor, seen=seen)


@app.command()
def start(context: typer.Context, number: Number, text: Text = "", actor: Actor = "", seen: Seen = None) -> None:
    """Mark a ticket as in progress."""
    act(context, number, "start", text, actor, seen=seen)


@app.command()
def wait(context: typer.Context, number: Number, text: Text, actor: Actor = "", seen: Seen = None) -> None:
    """Mark a ticket as waiting, and write for what (--text); shows whether its time runs on."""
    act(context, number, "wait", text, actor, seen=seen)


@app.command()
def comment(context: typer.Context, number: Number, text: Text, actor: Actor = "", seen: Seen = None) -> None:
    """Write a remark (--text) into a ticket's history."""
    act(context, number, "comment", text, actor, seen=seen)


@app.command()
def resolve(context: typer.Context, number: Number, text: Text = "", actor: Actor = "", seen: Seen = None) -> None:
    """Mark a ticket as resolved; everyone who had a message about it gets one."""
    act(context, number, "resolve", text, actor, seen=seen)


@app.command()
def reopen(context: typer.Context, number: Number, text: Text = "", actor: Actor = "", seen: Seen = None) -> None:
    """Reopen a ticket that was not resolved after all."""
    act(context, number, "reopen", text, actor, seen=seen)


@app.command()
def close(context: typer.Context, number: Number, text: Text = "", actor: Actor = "", seen: Seen = None) -> None:
    """Close a resolved ticket."""
    act(context, number, "close", text, actor, seen=seen)
