"""Run `ticket new`, `ticket correct`, `ticket withdraw`: register, correct and withdraw requests."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import completion
from monitor.cli.dates import local, moment_of
from monitor.cli.errors import BAD_INPUT, NO, Failure, acting, settings_in_force, store_of
from monitor.cli.language import _, term
from monitor.cli.options import Actor, Number, Seen, as_seen, by_command
from monitor.cli.tickets import act, number_of
from monitor.domain.message import message
from monitor.domain.text import clean
from monitor.i18n.terms import TICKET_STATES

if TYPE_CHECKING:
    from monitor.charter.office import Office
    from monitor.store.session import Session

OPTIONS = {
    "text": "--text: ",
    "asker": "--from: ",
    "way": "--by: ",
    "site": "--site: ",
    "asker_email": "--email: ",
    "asker_phone": "--phone: ",
    "why_late": "--why-late: ",
    "reason": "--reason: ",
}

Service = Annotated[
    str,
    typer.Option("--service", metavar="SERVICE", help="The row of the charter: 8, \u09ee or citizen:8; official:2."),
]
Official = Annotated[str, typer.Option(metavar="N", help="The same as --service official:N.")]
Reason = Annotated[str, typer.Option("--reason", "-r", help="Why; this is written into the ticket's history.")]


def new(
    context: typer.Context,
    text: Annotated[str, typer.Option("--text", "-m", help="What is requested, in the person's own words.")],
    way: Annotated[str, typer.Option("--by", help="How it was received: phone, person, email or letter.")],
    asker: Annotated[str, typer.Option("--from", metavar="NAME", help="Who requests it.")] = "",
    service: Service = "",
    official: Official = "",
    site: Annotated[str, typer.Option(help="The site that it is about.", autocompletion=completion.sites)] = "",
    email: Annotated[str, typer.Option(help="The person's e-mail address, for messages about it.")] = "",
    at: Annotated[
        str, typer.Option(help="When it was received, such as 2026-11-23T16:30 (Dhaka); without it now.")
    ] = "",
    why_late: Annotated[str, typer.Option(help="Why it was not registered on the day it was received (--at).")] = "",
    phone: Annotated[str, typer.Option(help="The person's telephone number, to call back.")] = "",
    memo: Annotated[str, typer.Option(help="The memo number of their letter.")] = "",
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Do not ask for confirmation when the site has open tickets.")
    ] = False,
    actor: Actor = "",
) -> None:
    """Register a complaint or request of a citizen or an office, and show when it is due."""
    from monitor.alerts.cases import actions
    from monitor.alerts.cases.complaints import Request
    from monitor.charter.office import Office
    from monitor.cli.clock import now_of

    settings = settings_in_force(context.obj)
    office, now_utc = Office.of(settings), now_of(settings)
    options = {**OPTIONS, "received_utc": f"--at: found '{at}'. "}
    with acting(options):
        actions.refuse_impossible_clock(now_utc)
        key = _service_key(office, service, official)
        received_utc = moment_of("--at", at) if at else now_utc
        request = Request(key, way, asker, text, received_utc, email, site or None, phone, memo, why_late)
        actions.refuse_bad_request(office, request, now_utc)
    _warn_of_misfit(office, key, site)
    with store_of(settings) as store, acting(options):
        if site:
            with store.read() as session:
                _offer_open_tickets(session, site, anyway=anyway)
        with store.write_once() as session:
            ticket = actions.register(by_command(session, settings, now_utc, actor), request)
            number, deadline_utc = ticket.number, ticket.deadline_utc
    print(_("{number}: due {deadline:moment}", number=number, deadline=deadline_utc))


def correct(
    context: typer.Context,
    number: Number,
    reason: Reason,
    text: Annotated[str | None, typer.Option("--text", "-m", help="What was requested.")] = None,
    asker: Annotated[str | None, typer.Option("--from", metavar="NAME", help="Who requested it.")] = None,
    service: Service = "",
    official: Official = "",
    site: Annotated[
        str | None, typer.Option(help="The site that it is about; '' for none.", autocompletion=completion.sites)
    ] = None,
    email: Annotated[
        str | None, typer.Option(help="The person's e-mail address, for messages about it; '' for none.")
    ] = None,
    actor: Actor = "",
    seen: Seen = None,
) -> None:
    """Correct what was registered wrongly. Another service has its own deadline, counted from the same date."""
    from monitor.alerts.cases import actions
    from monitor.alerts.cases.corrections import Correction
    from monitor.charter.office import Office
    from monitor.cli.clock import now_of

    settings = settings_in_force(context.obj)
    office, now_utc = Office.of(settings), now_of(settings)
    key = _service_key(office, service, official) if service or official else None
    wanted = Correction(key, site, asker, email, text)
    if wanted == Correction():
        said = message(
            "what is to be corrected? Expected one of --text, --from, --service, --official, --site, --email"
        )
        raise Failure(said, BAD_INPUT)
    with store_of(settings) as store, acting(OPTIONS), store.write_once() as session:
        work, about = by_command(session, settings, now_utc, actor), number_of(session, number)
        ticket = actions.correct(work, about, wanted, reason, seen=as_seen(seen))
        row, where, deadline_utc = ticket.service, ticket.site, ticket.deadline_utc
    _warn_of_misfit(office, row, where)
    print(_("{number}: corrected; due {deadline:moment}", number=about, deadline=deadline_utc))


def withdraw(context: typer.Context, number: Number, reason: Reason, actor: Actor = "", seen: Seen = None) -> None:
    """Withdraw what was registered by mistake: it counts nowhere, and its number is not used again."""
    act(context, number, "withdraw", reason, actor, seen=seen, options={"text": "--reason: "})


def _offer_open_tickets(session: "Session", site: str, *, anyway: bool) -> None:
    """Print the site's open tickets; on a terminal, ask whether to register another one."""
    from monitor.store.ticket_rows import unsolved_at

    found = unsolved_at(session, site)
    for ticket in found:
        said = _(
            "open about {site}: {number} ({state}) {since} {text}",
            site=site,
            number=ticket.number,
            state=term(TICKET_STATES, ticket.state),
            since=local(ticket.event_utc.isoformat()),
            text=clean(ticket.text, 60) or _("an outage"),
        )
        print(said, file=sys.stderr)
    if found and not anyway and sys.stdin.isatty() and not typer.confirm(_("Register another one?"), err=True):
        advice = _("Nothing registered. `ticket comment {number}` adds to what is open.", number=found[-1].number)
        print(advice, file=sys.stderr)
        raise typer.Exit(NO)


def _warn_of_misfit(office: "Office", key: str, site: str | None) -> None:
    """Warn when the row of the charter applies to other kinds of sites."""
    from monitor.alerts.cases.actions import mismatch

    if odd := mismatch(office, key, site):
        print(_("warning: {warning}", warning=odd), file=sys.stderr)


def _service_key(office: "Office", service: str, official: str) -> str:
    if bool(service) == bool(official):
        raise Failure(message("which row of the charter? Expected --service N or --official N"), BAD_INPUT)
    key = office.charter.key_of(service or official, "citizen" if service else "official")
    if key is None:
        said = message(
            "the charter has no service {typed}. Expected one of: {known}",
            typed=clean(service or f"official:{official}", 40),
            known=list(office.charter.services),
        )
        raise Failure(said, BAD_INPUT)
    return key
