"""`tickets` and `ticket …`: the list, one ticket's whole story, and what a person can do to it."""

import getpass
import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.failing import BAD_INPUT, NO, Failure, settings_of, store_of

if TYPE_CHECKING:
    from rich.table import Table

app = typer.Typer(help="Shows a ticket, or does something to it.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="As JSON.")]
Number = Annotated[str, typer.Argument(help="The ticket's number, such as BHR-2026-000123.")]
Text = Annotated[str, typer.Option("--text", "-m", help="What to write into the ticket's history.")]
Actor = Annotated[str, typer.Option("--as", metavar="NAME", help="Who does it; by default the user who is logged in.")]


def tickets(
    context: typer.Context,
    open_only: Annotated[bool, typer.Option("--open", help="Only those that are not resolved.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many, the newest first.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Lists tickets, newest first."""
    from rich.console import Console

    from monitor.store import views

    with store_of(settings_of(context.obj)) as store, store.read() as session:
        found = [views.facts(ticket) for ticket in views.tickets(session, open_only=open_only, limit=limit)]
    if as_json:
        print(json.dumps(found, ensure_ascii=False, indent=2))
    elif not found:
        print("No tickets.")
    else:
        Console().print(table(found, "Tickets"))


def table(found: list[dict[str, Any]], title: str) -> "Table":
    """The tickets as rows; also part of `status`."""
    from rich.table import Table

    from monitor.cli.status import local

    rows = Table(title=title, title_justify="left", box=None, padding=(0, 2, 0, 0), header_style="bold")
    for heading in ("Ticket", "State", "Stage", "Site", "Service", "Opened", "Was due"):
        rows.add_column(heading, no_wrap=heading in {"Ticket", "State", "Site"})
    for ticket in found:
        rows.add_row(
            ticket["number"],
            ticket["state"],
            str(ticket["stage"]),
            ticket["site"] or "",
            ticket["service"],
            local(ticket["opened_utc"]),
            local(ticket["deadline_utc"]),
        )
    return rows


@app.command()
def show(context: typer.Context, number: Number, as_json: AsJson = False) -> None:
    """Prints a ticket's whole story."""
    from rich.console import Console

    from monitor.cli.status import local
    from monitor.store import views

    with store_of(settings_of(context.obj)) as store, store.read() as session:
        ticket = views.ticket(session, number)
    if ticket is None:
        raise Failure(f"no ticket {number}. `upazila-monitor tickets` lists them", NO)
    facts = views.facts(ticket)
    if as_json:
        print(json.dumps(facts, ensure_ascii=False, indent=2))
        return
    console = Console(highlight=False, markup=False)
    console.print(table([facts], ""))
    for event in facts["events"]:
        console.print(f"{local(event['at_utc'])}  {event['kind']:<14} {event['actor']:<12} {event['text']}")


def _act(context: typer.Context, number: str, action: str, text: str, actor: str) -> None:
    from monitor.alerts.office import Office
    from monitor.alerts.tickets import TicketError, act
    from monitor.clock import SystemClock

    settings = settings_of(context.obj)
    with store_of(settings) as store:
        try:
            with store.write() as session:
                ticket = act(session, Office.of(settings), number, action, actor or _user(), text, SystemClock().utc())
                print(f"{ticket.number} is {ticket.state}.")
        except TicketError as error:
            raise Failure(str(error), NO) from None


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


@app.command()
def ack(context: typer.Context, number: Number, text: Text = "", actor: Actor = "") -> None:
    """Says that somebody has taken notice."""
    _act(context, number, "ack", text, actor)


@app.command()
def start(context: typer.Context, number: Number, text: Text = "", actor: Actor = "") -> None:
    """Says that work on it has begun."""
    _act(context, number, "start", text, actor)


@app.command()
def wait(context: typer.Context, number: Number, text: Text, actor: Actor = "") -> None:
    """Says what it waits for (--text)."""
    _act(context, number, "wait", text, actor)


@app.command()
def comment(context: typer.Context, number: Number, text: Text, actor: Actor = "") -> None:
    """Writes something (--text) into its history."""
    if not text.strip():
        raise Failure("a comment needs words: --text '…'", BAD_INPUT)
    _act(context, number, "comment", text, actor)


@app.command()
def resolve(context: typer.Context, number: Number, text: Text = "", actor: Actor = "") -> None:
    """Says that it is settled, and tells everyone who was told of it."""
    _act(context, number, "resolve", text, actor)


@app.command()
def reopen(context: typer.Context, number: Number, text: Text = "", actor: Actor = "") -> None:
    """Says that it was not settled after all."""
    _act(context, number, "reopen", text, actor)


@app.command()
def close(context: typer.Context, number: Number, text: Text = "", actor: Actor = "") -> None:
    """Files a resolved ticket."""
    _act(context, number, "close", text, actor)
