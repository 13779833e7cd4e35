"""Show one ticket, and do what a person decides about it: each act says beforehand what it will cause."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from starlette.responses import Response

from monitor.alerts.cases import actions
from monitor.alerts.cases.refusals import BadInput, NotAllowed, StaleVersion
from monitor.charter.office import Office
from monitor.domain.clock import DHAKA
from monitor.domain.message import Message, Said, message
from monitor.domain.roles import Right
from monitor.domain.text import ascii_digits
from monitor.domain.ticket_states import ACTIONS, TicketSource
from monitor.i18n.catalogue import render as rendered
from monitor.i18n.formats import near_text
from monitor.i18n.terms import TICKET_STATES
from monitor.reports.ticket_timeline import FATES, Teller, addressee, reader_name
from monitor.store import audit_chain, ticket_rows
from monitor.store.audit_chain import Audit
from monitor.store.session import Session
from monitor.store.work import Work
from monitor.web.console.asked import Asked, NotFound, PageRoute
from monitor.web.console.console import Console
from monitor.web.console.dispatch import refused_page
from monitor.web.console.ticket_view import TicketView, lines_since, seen_of, view_of
from monitor.web.console.tickets import MOST_PICKED, may_see

IN_AN_HOUR = timedelta(hours=1)
RIGHT_FOR = {"raise": Right.RAISE}
"""The acts that need another right than the rest."""


def routes(console: Console) -> list[PageRoute]:
    """Return the routes of a ticket."""

    async def show(asked: Asked) -> Response:
        view = await _view(console, asked, asked.path("number"))
        audit = await _verified(console, view) if asked.query("verify") and asked.visitor.may(Right.AUDIT) else None
        teller = asked.query("lines") if asked.query("lines") in set(Teller) else ""
        return console.page(asked, "ticket.html.j2", **_values(console, asked, view), audit=audit, teller=teller)

    async def ask(asked: Asked) -> Response:
        """Show the one act with its button, as letters link to it; nothing is done yet."""
        action = _action(asked)
        if not asked.visitor.may(RIGHT_FOR.get(action, Right.TICKETS)):
            return refused_page(console, asked, 403)
        return await _act_page(console, asked, action)

    async def do(asked: Asked) -> Response:
        action, number = _action(asked), asked.path("number")
        if not asked.visitor.may(RIGHT_FOR.get(action, Right.TICKETS)):
            return refused_page(console, asked, 403)
        text, until_utc = asked.field("text"), None
        try:
            if action == "resolve" and not text:
                raise BadInput("text", message("Write what was done."))
            until_utc = until_of(console.office, asked.field, asked.now_utc) if action == "ack" else None
            seen = None if action == "comment" else asked.seen  # a comment takes nothing back of what others did

            def act(work: Work) -> str:
                _refuse_unknown(console, asked, work, number)
                ticket = actions.act(work, number, action, text, until_utc=until_utc, seen=seen)
                if action == "comment" and asked.field("everyone") == "yes":
                    ticket = actions.set_public_note(work, number, text)
                return ticket.state

            state = await console.act(asked, act)
        except BadInput as wrong:
            return await _act_page(console, asked, action, 422, wrong=wrong.args[0])
        except StaleVersion:
            return await _act_page(console, asked, action, 409, stale=True)
        except NotAllowed as forbidden:
            return await _act_page(console, asked, action, 409, wrong=forbidden.args[0])
        return console.back(asked, f"/tickets/{number}", done_words(number, action, state, until_utc))

    async def note(asked: Asked) -> Response:
        number, text = asked.path("number"), asked.field("text")

        def act(work: Work) -> None:
            _refuse_unknown(console, asked, work, number)
            actions.set_public_note(work, number, text, seen=asked.seen)

        await console.act(asked, act, (f"ticket:{number}", "public"))
        said = message("Everyone can read it now.") if text else message("The public note is taken back.")
        return console.back(asked, f"/tickets/{number}", said)

    async def several(asked: Asked) -> Response:
        numbers = asked.request.query_params.getlist("n")[:MOST_PICKED]
        views = [await _view(console, asked, number) for number in numbers]
        if not views:
            raise NotFound
        return console.page(asked, "tickets_print.html.j2", views=views, **_words(console, asked))

    return [
        PageRoute("/tickets/print", Right.READ, get=several, several=["n"]),
        PageRoute("/tickets/{number}/act/{action}", Right.TICKETS, get=ask, post=do),
        PageRoute("/tickets/{number}/note", Right.TICKETS, post=note),
        PageRoute("/tickets/{number}", Right.READ, get=show),
    ]


def _refuse_unknown(console: Console, asked: Asked, work: Work, number: str) -> None:
    """Raise NotFound for a ticket that does not exist, or is out of the visitor's scope."""
    ticket = ticket_rows.numbered(work.session, number)
    if ticket is None or not may_see(console, asked, ticket.site):
        raise NotFound


async def _view(console: Console, asked: Asked, number: str) -> TicketView:
    """Return the ticket's contents; raises NotFound, also for one out of the visitor's scope."""
    personal = asked.visitor.may(Right.PERSONAL)

    def read(session: Session) -> TicketView | None:
        return view_of(session, console.office, number, asked.now_utc, asked.lang, personal=personal)

    view = await console.read(read)
    if view is None or not may_see(console, asked, view.row.site):
        raise NotFound
    return view


async def _act_page(
    console: Console, asked: Asked, action: str, status: int = 200, *, stale: bool = False, wrong: Said = ""
) -> Response:
    """Return the page of one act; ``stale``: beside what was seen, with what was typed kept."""
    view = await _view(console, asked, asked.path("number"))
    seen = seen_of(asked.field("seen"))
    return console.page(
        asked,
        "act.html.j2",
        status,
        **_values(console, asked, view),
        act=next(each for each in view.acts if each.action == action),
        stale=stale,
        wrong=wrong,
        seen=seen,
        since_seen=lines_since(view.timeline, view.row, seen),
        typed={name: asked.field(name) for name in ("text", "until", "until_time", "everyone")},
    )


async def _verified(console: Console, view: TicketView) -> Audit:
    return await console.read(lambda session: audit_chain.verify(session, view.head))


def _action(asked: Asked) -> str:
    action = asked.path("action")
    if action not in ACTIONS:
        raise NotFound
    return action


def _values(console: Console, asked: Asked, view: TicketView) -> Mapping[str, Any]:
    return {"view": view, **_words(console, asked)}


def _words(console: Console, asked: Asked) -> Mapping[str, Any]:
    """Return what the templates of tickets may call."""
    office = console.office
    return {
        "charter": office.charter,
        "known": console.live.fleet.sites,
        "reader": lambda name: rendered(reader_name(office, name, asked.lang), asked.lang),
        "addressee": lambda name, at_utc: rendered(addressee(office, name, at_utc, asked.lang), asked.lang),
        "fate": lambda line: Message(FATES[line.state], {"at": near_text(line.at_utc, asked.now_utc, asked.lang)}),
        "today_closes": closing_today(office, asked.now_utc),
        "tomorrow_opens": _next_opening(office, asked.now_utc),
        "right_for": lambda action: RIGHT_FOR.get(action, Right.TICKETS),
        "personal": asked.visitor.may(Right.PERSONAL),
        "by_monitor": TicketSource.OUTAGE,
    }


def until_of(office: Office, field: Any, now_utc: datetime) -> datetime | None:
    """Return until when an acknowledgement holds, by the form's fields; None for no end. Raises BadInput."""
    match field("until"):
        case "hour":
            return now_utc + IN_AN_HOUR
        case "today":
            return closing_today(office, now_utc)
        case "tomorrow":
            return _next_opening(office, now_utc)
        case "time":
            return local_time("until_time", field("until_time"))
    return None


def local_time(name: str, typed: str) -> datetime:
    """Return a time of the office that a form sends as 2026-11-24T10:30; raises BadInput."""
    try:
        found = datetime.fromisoformat(ascii_digits(typed))
    except ValueError:
        said = message("'{typed}' is not a date with a time. Expected one such as 2026-11-24T10:30", typed=typed)
        raise BadInput(name, said) from None
    return found if found.tzinfo else found.replace(tzinfo=DHAKA)


def closing_today(office: Office, now_utc: datetime) -> datetime | None:
    """Return when the office closes today; None if it is closed."""
    closes = office.calendar.day(now_utc.astimezone(DHAKA).date()).closes
    return closes if closes is not None and closes > now_utc else None


def _next_opening(office: Office, now_utc: datetime) -> datetime:
    """Return when the office opens on the next working day."""
    tomorrow = now_utc.astimezone(DHAKA).date() + timedelta(days=1)
    return office.calendar.next_opening(datetime.combine(tomorrow, time.min, DHAKA))


def done_words(number: str, action: str, state: str, until_utc: datetime | None) -> Message:
    """Return the one line that says what was done."""
    if until_utc is not None:
        return message("{number}: acknowledged until {until:moment}.", number=number, until=until_utc)
    if action == "comment":
        return message("{number}: the comment stands there.", number=number)
    if action == "raise":
        return message("{number}: raised to the next stage.", number=number)
    return message("{number}: {state}.", number=number, state=Message(TICKET_STATES[state]))
