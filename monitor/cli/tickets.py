"""`tickets` and `ticket …`: the list, one ticket's whole story, and what a person can do to it."""

import getpass
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.failing import BAD_INPUT, CANNOT, NO, Failure, settings_in_force, store_of
from monitor.cli.moments import moment_of
from monitor.cli.wide import console
from monitor.domain.text import clean, clean_lines

if TYPE_CHECKING:
    from rich.table import Table

    from monitor.alerts.office import Office

OLDEST = timedelta(days=366)
LONGEST_NAME, LONGEST_ASKER, LONGEST_TEXT = 100, 200, 4_000  # letters

app = typer.Typer(help="Shows a ticket, or does something to it.", no_args_is_help=True)

several = typer.Typer(help="Lists tickets, newest first; `export` writes all of them out.")

AsJson = Annotated[bool, typer.Option("--json", help="As JSON.")]
Number = Annotated[str, typer.Argument(help="The ticket's number, such as BHR-2026-000123.")]
Text = Annotated[str, typer.Option("--text", "-m", help="What to write into the ticket's history.")]
Actor = Annotated[str, typer.Option("--as", metavar="NAME", help="Who does it; by default the user who is logged in.")]


@several.callback(invoke_without_command=True)
def tickets(
    context: typer.Context,
    open_only: Annotated[bool, typer.Option("--open", help="Only those that are not resolved.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many, the newest first.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Lists tickets, newest first."""
    if context.invoked_subcommand is not None:
        return

    from monitor.store import views

    with store_of(settings_in_force(context.obj)) as store, store.read() as session:
        found = [views.facts(ticket) for ticket in views.tickets(session, open_only=open_only, limit=limit)]
    if as_json:
        print(json.dumps(found, ensure_ascii=False, indent=2))
    elif not found:
        print("No tickets.")
    else:
        console().print(table(found, "Tickets"))


def table(found: list[dict[str, Any]], title: str) -> "Table":
    """The tickets as rows; also part of `status`."""
    from rich.table import Table

    from monitor.cli.status import local

    rows = Table(title=title, title_justify="left", box=None, padding=(0, 2, 0, 0), header_style="bold")
    due = "Was due" if all(_late(ticket) for ticket in found) else "Due"
    for heading in ("Ticket", "State", "Stage", "Site", "Service", "Opened", due, "Late"):
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
            _late(ticket),
        )
    return rows


def _late(ticket: dict[str, Any]) -> str:
    """By how much the ticket missed its deadline, until it was resolved or until now; empty while it has not."""
    from monitor.charter.text import duration_text

    settled = datetime.fromisoformat(ticket["resolved_utc"]) if ticket["resolved_utc"] else datetime.now(UTC)
    late = settled - datetime.fromisoformat(ticket["deadline_utc"])
    return duration_text(late, "en") if late.total_seconds() > 0 else ""


@app.command()
def show(context: typer.Context, number: Number, as_json: AsJson = False) -> None:
    """Prints a ticket's whole story."""

    from monitor.alerts.office import Office
    from monitor.alerts.story import tell
    from monitor.cli.status import local
    from monitor.store import views

    settings = settings_in_force(context.obj)
    with store_of(settings) as store, store.read() as session:
        ticket = views.ticket(session, number)
        if ticket is None:
            raise Failure(f"no ticket {number}. `upazila-monitor tickets` lists them", NO)
        story = list(tell(session, Office.of(settings), number))
    facts = views.facts(ticket)
    if as_json:
        print(json.dumps(facts, ensure_ascii=False, indent=2))
        return
    output = console(plain=True)
    output.print(table([facts], ""))
    for line in story:
        output.print(line)
    for event in facts["events"]:
        text = event["text"].replace("\n", "\n" + " " * 21)  # no line of it looks like an event of its own
        output.print(f"{local(event['at_utc'])}  {event['kind']:<14} {event['actor']:<12} {text}")


def _act(
    context: typer.Context, number: str, action: str, text: str, actor: str, until_utc: datetime | None = None
) -> None:
    from monitor.alerts.office import Office
    from monitor.alerts.tickets import TicketError, act
    from monitor.alerts.waiting import clock_line
    from monitor.charter.text import moment_text
    from monitor.cli.clock import now_of

    settings = settings_in_force(context.obj)
    text, actor = clean_lines(text, LONGEST_TEXT), clean(actor or user(), LONGEST_NAME)
    with store_of(settings) as store:
        try:
            now_utc = now_of(settings, store)
            with store.write() as session:
                office = Office.of(settings)
                ticket = act(session, office, number, action, actor, text, now_utc, until_utc=until_utc)
                until = f" until {moment_text(until_utc, 'en')}" if until_utc else ""
                stage = f", at stage {ticket.stage}" if ticket.stage else ""
                print(f"{ticket.number} is {ticket.state.replace('_', ' ')}{until}{stage}.")
                if action == "wait":
                    print(clock_line(office, ticket))
        except TicketError as error:
            raise Failure(str(error), NO) from None


def user() -> str:
    """Who is logged in, for the records."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


@app.command()
def new(
    context: typer.Context,
    text: Annotated[str, typer.Option("--text", "-m", help="What is asked for, in the asker's words.")],
    asker: Annotated[str, typer.Option("--from", metavar="NAME", help="Who asks.")],
    way: Annotated[str, typer.Option("--by", help="How it came in: phone, person, email or letter.")],
    service: Annotated[int | None, typer.Option(help="Number of a citizen service of the charter (2.1).")] = None,
    official: Annotated[int | None, typer.Option(help="Number of an official service of the charter (2.2).")] = None,
    site: Annotated[str, typer.Option(help="The site that it is about.")] = "",
    email: Annotated[str, typer.Option(help="Where the asker is told of it.")] = "",
    at: Annotated[
        str, typer.Option(help="When it was received, such as 2026-11-23T16:30 (Dhaka); now, if left out.")
    ] = "",
    actor: Actor = "",
) -> None:
    """Registers a citizen's complaint or request, or an official one, and says until when it is due."""
    from monitor.alerts.complaints import Request, register
    from monitor.alerts.office import Office
    from monitor.charter import text as words
    from monitor.cli.clock import now_of

    settings = settings_in_force(context.obj)
    office = Office.of(settings)
    key = _service_key(office, service, official)
    asker, text = clean(asker, LONGEST_ASKER), clean_lines(text, LONGEST_TEXT)
    actor = clean(actor or user(), LONGEST_NAME)
    way, email, about = _way(way), _email(email), _site(office, site)
    with store_of(settings) as store:
        now_utc = now_of(settings, store)
        request = Request(key, way, asker, text, _received(at, now_utc), email, about)
        with store.write() as session:
            ticket = register(session, office, request, actor, now_utc)
            print(f"{ticket.number}: due {words.moment_text(ticket.deadline_utc, 'en')}")


def _service_key(office: "Office", service: int | None, official: int | None) -> str:
    if (service is None) == (official is None):
        raise Failure("which row of the charter? Expected --service N or --official N", BAD_INPUT)
    key = f"citizen:{service}" if service is not None else f"official:{official}"
    if key not in office.charter.services:
        known = ", ".join(office.charter.services)
        raise Failure(f"the charter has no service {key}. Expected one of: {known}", BAD_INPUT)
    return key


def _way(way: str) -> str:
    from monitor.alerts.complaints import WAYS

    if way not in WAYS:
        raise Failure(f"--by: found '{way}'. Expected one of: {', '.join(WAYS)}", BAD_INPUT)
    return way


def _site(office: "Office", site: str) -> str | None:
    from monitor.settings.problems import did_you_mean

    if site and site not in office.fleet.sites:
        hint = did_you_mean(site, office.fleet.sites) or " `upazila-monitor status --all` lists them"
        raise Failure(f"--site: no site '{site}'.{hint}", BAD_INPUT)
    return site or None


def _email(email: str) -> str:
    from monitor.settings.mail_address import is_mail_address

    if email and not is_mail_address(email):
        raise Failure(f"--email: '{email}' is not an e-mail address. Expected one such as name@example.org", BAD_INPUT)
    return email


def _received(at: str, now_utc: datetime) -> datetime:
    from monitor.alerts.believable import WRITTEN_UTC

    if now_utc < WRITTEN_UTC:
        raise Failure(f"this machine's clock says {now_utc:%Y-%m-%d}, which cannot be: set it first", CANNOT)
    moment = moment_of("--at", at) if at else now_utc
    if not now_utc - OLDEST <= moment <= now_utc:  # an old year by a slip of the finger would go to the last stage
        raise Failure(f"--at: found '{at}'. Expected a time within the year before now", BAD_INPUT)
    return moment


@app.command(name="raise")
def raise_(context: typer.Context, number: Number, text: Text = "", actor: Actor = "") -> None:
    """Raises an overdue ticket to the next stage of the grievance chain."""
    _act(context, number, "raise", text, actor)


@app.command()
def ack(
    context: typer.Context,
    number: Number,
    text: Text = "",
    until: Annotated[str, typer.Option(help="It is open again then, such as 2026-12-24T10:00 (Dhaka).")] = "",
    actor: Actor = "",
) -> None:
    """Says that somebody has taken notice; with --until, only for so long."""
    until_utc = moment_of("--until", until) if until else None
    if until_utc is not None and until_utc <= datetime.now(UTC):
        raise Failure(f"--until: {until} is past. Expected a time that is to come", BAD_INPUT)
    words = f"until {until}: {text}" if until else text
    _act(context, number, "ack", words.removesuffix(": "), actor, until_utc)


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
