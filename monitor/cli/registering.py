"""`ticket new`, `ticket correct`, `ticket withdraw`: what people register, and what they registered wrongly."""

import sys
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.dates import local, moment_of
from monitor.cli.errors import BAD_INPUT, CANNOT, NO, Failure, settings_in_force, store_of
from monitor.cli.options import LONGEST_NAME, LONGEST_TEXT, Actor, Number, said, user
from monitor.cli.tickets import act, number_of
from monitor.domain.text import clean, clean_lines

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from monitor.charter.office import Office

OLDEST = timedelta(days=366)
LONGEST_ASKER = 200  # letters

Service = Annotated[
    str, typer.Option("--service", metavar="SERVICE", help="The charter's row: 8, ৮ or citizen:8; official:2.")
]
Official = Annotated[str, typer.Option(metavar="N", help="The same as --service official:N.")]
Reason = Annotated[str, typer.Option("--reason", "-r", help="Why; it stands in the ticket's history.")]


def new(
    context: typer.Context,
    text: Annotated[str, typer.Option("--text", "-m", help="What is asked for, in the asker's words.")],
    asker: Annotated[str, typer.Option("--from", metavar="NAME", help="Who asks.")],
    way: Annotated[str, typer.Option("--by", help="How it came in: phone, person, email or letter.")],
    service: Service = "",
    official: Official = "",
    site: Annotated[str, typer.Option(help="The site that it is about.")] = "",
    email: Annotated[str, typer.Option(help="Where the asker is told of it.")] = "",
    at: Annotated[
        str, typer.Option(help="When it was received, such as 2026-11-23T16:30 (Dhaka); now, if left out.")
    ] = "",
    anyway: Annotated[bool, typer.Option("--anyway", help="Do not ask when the site has open tickets.")] = False,
    actor: Actor = "",
) -> None:
    """Registers a citizen's complaint or request, or an official one, and says until when it is due."""
    from monitor.alerts.cases.complaints import Request, register
    from monitor.charter.office import Office
    from monitor.cli.clock import now_of
    from monitor.i18n.formats import moment_text
    from monitor.store.work import Work

    settings = settings_in_force(context.obj)
    office, now_utc = Office.of(settings), now_of(settings)
    key, place = _service_key(office, service, official), _site(office, site)
    words = clean_lines(said("--text", text, "what is asked for"), LONGEST_TEXT)
    name = clean(said("--from", asker, "who asks"), LONGEST_ASKER)
    who = clean(actor or user(), LONGEST_NAME)
    request = Request(key, _way(way), name, words, _received(at, now_utc), _email(email), place)
    _warn_of_misfit(office, key, place)
    with store_of(settings) as store:
        if place:
            with store.read() as session:
                _offer_open_tickets(session, place, anyway=anyway)
        with store.write() as session:
            ticket = register(Work(session, office, now_utc, who), request)
            print(f"{ticket.number}: due {moment_text(ticket.deadline_utc, 'en')}")


def correct(
    context: typer.Context,
    number: Number,
    reason: Reason,
    text: Annotated[str | None, typer.Option("--text", "-m", help="What was asked for.")] = None,
    asker: Annotated[str | None, typer.Option("--from", metavar="NAME", help="Who asked.")] = None,
    service: Service = "",
    official: Official = "",
    site: Annotated[str | None, typer.Option(help="The site that it is about; '' for none.")] = None,
    email: Annotated[str | None, typer.Option(help="Where the asker is told of it; '' for nowhere.")] = None,
    actor: Actor = "",
) -> None:
    """Corrects what was registered wrongly. Another service brings its own deadline, counted from the same date."""
    from monitor.alerts.cases.corrections import Correction
    from monitor.alerts.cases.corrections import correct as put_right
    from monitor.alerts.cases.tickets import TicketError
    from monitor.charter.office import Office
    from monitor.cli.clock import now_of
    from monitor.i18n.formats import moment_text
    from monitor.store.work import Work

    settings = settings_in_force(context.obj)
    office, now_utc = Office.of(settings), now_of(settings)
    why = clean(said("--reason", reason, "why it is corrected"), LONGEST_ASKER)
    wanted = Correction(
        service=_service_key(office, service, official) if service or official else None,
        site=None if site is None else _site(office, site) or "",
        asker=None if asker is None else clean(said("--from", asker, "who asked"), LONGEST_ASKER),
        asker_email=None if email is None else _email(email),
        text=None if text is None else clean_lines(said("--text", text, "what was asked for"), LONGEST_TEXT),
    )
    if wanted == Correction():
        raise Failure(
            "what is to be corrected? Expected one of --text, --from, --service, --official, --site, --email", BAD_INPUT
        )
    who = clean(actor or user(), LONGEST_NAME)
    with store_of(settings) as store:
        try:
            with store.write() as session:
                ticket = put_right(Work(session, office, now_utc, who), number_of(session, number), wanted, why)
                _warn_of_misfit(office, ticket.service, ticket.site)
                print(f"{ticket.number}: corrected; due {moment_text(ticket.deadline_utc, 'en')}")
        except TicketError as error:
            raise Failure(str(error), NO) from None


def withdraw(context: typer.Context, number: Number, reason: Reason, actor: Actor = "") -> None:
    """Takes back what was registered by mistake: it counts nowhere, and its number is not used again."""
    act(context, number, "withdraw", said("--reason", reason, "why it is withdrawn"), actor)


def _offer_open_tickets(session: "Session", site: str, *, anyway: bool) -> None:
    """Names what is open about the site; on a terminal it is asked whether there is to be another one."""
    from monitor.alerts.cases.complaints import open_about

    found = open_about(session, site)
    for ticket in found:
        words = clean(ticket.text or "an outage", 60)
        since = local(ticket.event_utc.isoformat())
        print(f"open about {site}: {ticket.number} ({ticket.state.replace('_', ' ')}) {since} {words}", file=sys.stderr)
    if found and not anyway and sys.stdin.isatty() and not typer.confirm("Register another one?", err=True):
        print(f"Nothing registered. `ticket comment {found[-1].number}` adds to what is open.", file=sys.stderr)
        raise typer.Exit(NO)


def _warn_of_misfit(office: "Office", key: str, site: str | None) -> None:
    """Tells when a row of the charter promises other kinds of sites."""
    known = office.fleet.sites.get(site or "")
    if known is None or office.charter.fits(key, known.kind):
        return
    other = office.charter.service_for_kind(known.kind).key
    kinds = ", ".join(office.charter.service(key).site_kinds)
    print(f"warning: {key} is about {kinds}, but {site} is a {known.kind}. Did you mean {other}?", file=sys.stderr)


def _service_key(office: "Office", service: str, official: str) -> str:
    if bool(service) == bool(official):
        raise Failure("which row of the charter? Expected --service N or --official N", BAD_INPUT)
    key = office.charter.key_of(service or official, "citizen" if service else "official")
    if key is None:
        known = ", ".join(office.charter.services)
        typed = clean(service or f"official:{official}", 40)
        raise Failure(f"the charter has no service {typed}. Expected one of: {known}", BAD_INPUT)
    return key


def _way(way: str) -> str:
    from monitor.alerts.cases.complaints import WAYS

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
    from monitor.judging.clock_trust import WRITTEN_UTC

    if now_utc < WRITTEN_UTC:
        raise Failure(f"this machine's clock says {now_utc:%Y-%m-%d}, which cannot be: set it first", CANNOT)
    moment = moment_of("--at", at) if at else now_utc
    if not now_utc - OLDEST <= moment <= now_utc:  # an old year by a slip of the finger would go to the last stage
        raise Failure(f"--at: found '{at}'. Expected a time within the year before now", BAD_INPUT)
    return moment
