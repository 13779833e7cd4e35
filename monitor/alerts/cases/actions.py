"""Do every act of a person, with its rules: command line, console, API and help desks only translate.

Each act is done whole in the caller's transaction, by ``work.actor``, or raises `Refused` and has changed nothing; with
``work.via`` it is recorded by `store.acts`.
``seen``: the version that the person decided by; an act on another one raises StaleVersion.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from pydantic import TypeAdapter, ValidationError

from monitor.alerts.cases import (
    calendar_orders,
    complaints,
    corrections,
    downtimes,
    escalation,
    events,
    letters,
    publishing,
    site_notes,
    tickets,
    waiting,
)
from monitor.alerts.cases.allowed import why_not
from monitor.alerts.cases.calendar_orders import Consequences
from monitor.alerts.cases.complaints import Request
from monitor.alerts.cases.corrections import Correction
from monitor.alerts.cases.refusals import BadInput, ClockWrong, NotAllowed, Seen, refuse_stale
from monitor.charter.office import Office
from monitor.domain.event_kinds import EventKind
from monitor.domain.message import N_, Message, Said, message
from monitor.domain.reasons import Reason, ReasonCode, reason
from monitor.domain.text import clean, clean_lines, comparison_key, has_words
from monitor.domain.ticket_states import ACTIONS, WAYS, S
from monitor.i18n.terms import KINDS
from monitor.judging.clock_trust import WRITTEN_UTC, ClockReading
from monitor.settings.mail_address import is_mail_address
from monitor.settings.maintenance_section import Maintenance
from monitor.settings.problems import did_you_mean, hinted, no_such
from monitor.settings.sites_file import Id
from monitor.settings.validate import described
from monitor.store import acts, board_state, queries, ticket_history
from monitor.store.documents import ticket_document
from monitor.store.models import Ticket
from monitor.store.work import Work

LONGEST_TEXT, LONGEST_ASKER = 4_000, 200  # characters
OLDEST = timedelta(days=366)
LEAST_DIGITS, MOST_DIGITS = 5, 15  # of a telephone number; ITU-T E.164 has 15 at most
NEEDS_WORDS = {"wait": N_("for what"), "comment": N_("what is to be written"), "withdraw": N_("why it is withdrawn")}


note_outage, excuse_outage = publishing.note_outage, publishing.excuse_outage
set_public_note = publishing.set_public_note
note_site = site_notes.note_site
resend, drop = letters.resend, letters.drop


def act(
    work: Work,
    number: str,
    action: str,
    text: str = "",
    *,
    until_utc: datetime | None = None,
    because: Reason | None = None,
    seen: Seen | None = None,
) -> Ticket:
    """Do one of ACTIONS to a ticket: ack, start, wait, resolve, close, reopen, withdraw, raise or comment.

    ``until_utc``: when an acknowledgement ends. ``because``: what a help desk says instead of a ``text``. Raises
    BadInput, NotAllowed, StaleVersion.
    """
    ticket, rule = _as_seen(work, number, seen), ACTIONS[action]
    if action in NEEDS_WORDS and because is None:
        _refuse_no_words("text", text, Message(NEEDS_WORDS[action]))
    if until_utc is not None and until_utc <= work.now_utc:
        raise BadInput("until_utc", message("is past. Expected a time that is to come"))
    _refuse_by_state(work.office, ticket, action)
    text, before = clean_lines(text, LONGEST_TEXT), acts.of_ticket(ticket)
    if rule.leads_to:
        ticket.acknowledged_until_utc = until_utc if action == "ack" else None
    if ticket.state == S.WAITING and rule.leads_to:
        waiting.ends(work, ticket)
    match action:
        case "resolve":
            tickets.resolve(work, ticket, text, because)
        case "reopen":
            tickets.reopen(work, ticket, text, because)
        case "withdraw":
            tickets.withdraw(work, ticket, text)
        case "raise":
            escalation.raise_stage(work, ticket, text)
        case _:
            ticket.state = rule.leads_to or ticket.state
            if action == "wait":
                ticket.waiting_since_utc = work.now_utc
            if action == "ack" and until_utc is not None:
                because = reason(ReasonCode.ACKNOWLEDGED_UNTIL, until=until_utc)
            ticket_history.record(work, ticket, action, text, because)
    acts.record(work, f"ticket.{action}", number, before, acts.of_ticket(ticket))
    return ticket


def register(work: Work, request: Request) -> Ticket:
    """Register a citizen's or an office's request under its row of the charter; raises BadInput, NotAllowed."""
    refuse_bad_request(work.office, request, work.now_utc)
    if request.repeat_of:
        tickets.find(work, request.repeat_of)
    ticket = complaints.register(work, request.cleaned(LONGEST_ASKER, LONGEST_TEXT))
    acts.record(work, "ticket.register", ticket.number, {}, acts.of_ticket(ticket) | {"way": ticket.source})
    return ticket


def refuse_bad_request(office: Office, request: Request, now_utc: datetime) -> None:
    """Raise BadInput for a request that cannot be registered."""
    if request.service not in office.charter.services:
        raise BadInput("service", _no_service(office, request.service))
    _refuse_no_words("text", request.text, message("what was requested"))
    if request.asker:  # nobody has to give a name
        _refuse_no_words("asker", request.asker, message("who made the request"))
    if request.way not in WAYS:
        raise BadInput("way", message("found '{way}'. Expected one of: {ways}", way=request.way, ways=", ".join(WAYS)))
    _refuse_unknown_site(office, request.site)
    _refuse_bad_address(request.asker_email)
    _refuse_bad_phone(request.asker_phone)
    # An old year by a slip of the finger would go to the last stage.
    if not now_utc - OLDEST <= request.received_utc <= now_utc:
        raise BadInput("received_utc", message("Expected a time within the year before now"))
    if is_back_dated(office, request.received_utc, now_utc):
        _refuse_no_words("why_late", request.why_late, message("why it was not registered on the day it was received"))


def is_back_dated(office: Office, received_utc: datetime, now_utc: datetime) -> bool:
    """Return whether a request was received on an earlier day of the office's calendar than it is registered."""
    return office.calendar.local(received_utc).date() < office.calendar.local(now_utc).date()


def correct(work: Work, number: str, wanted: Correction, why: str, *, seen: Seen | None = None) -> Ticket:
    """Correct a request that was registered wrongly; raises BadInput, NotAllowed, StaleVersion."""
    office = work.office
    _refuse_no_words("reason", why, message("why it is corrected"))
    if wanted.service is not None and wanted.service not in office.charter.services:
        raise BadInput("service", _no_service(office, wanted.service))
    if wanted.text is not None:
        _refuse_no_words("text", wanted.text, message("what was requested"))
    if wanted.asker is not None:
        _refuse_no_words("asker", wanted.asker, message("who made the request"))
    _refuse_unknown_site(office, wanted.site)
    _refuse_bad_address(wanted.asker_email)
    if wanted == Correction():
        raise BadInput("", message("what is to be corrected?"))
    ticket = _as_seen(work, number, seen)
    before = acts.of_ticket(ticket)
    corrections.correct(work, ticket, wanted.cleaned(LONGEST_ASKER, LONGEST_TEXT), clean(why, LONGEST_ASKER))
    acts.record(work, "ticket.correct", number, before, acts.of_ticket(ticket))
    return ticket


def mismatch(office: Office, service: str, site: str | None) -> Said:
    """Return what is odd about a request for that site under that row of the charter; empty for nothing."""
    known = office.fleet.sites.get(site or "")
    if known is None or office.charter.fits(service, known.kind):
        return ""
    other = office.charter.service_for_kind(known.kind).key
    kinds = [Message(KINDS[kind][0]) for kind in office.charter.service(service).site_kinds]
    kind = Message(KINDS[known.kind][0])
    text = N_("{service} is about another kind ({kinds}) than {site} ({kind}). Did you mean {other}?")
    if not kinds:
        text = N_("{service} is about no site, but {site} ({kind}) was given. Did you mean {other}?")
    return Message(text, {"service": service, "kinds": kinds, "site": site, "kind": kind, "other": other})


def plan_work(work: Work, name: str, entry: Mapping[str, object], *, dry_run: bool = False) -> Maintenance:
    """Plan work, by the keys of [maintenance.NAME] of monitor.toml; with ``dry_run`` only try. Raises BadInput."""
    window = _window(name, entry)
    if window.ends_utc is not None and window.ends_utc <= work.now_utc:
        raise BadInput("", message("when does it end? Expected --ends or --minutes, in the future"))
    if name in work.office.maintenance and not downtimes.is_planned(work, name):
        raise BadInput("", message("monitor.toml has planned work '{name}' already. Expected another name", name=name))
    sites = work.office.fleet.sites
    unions = sorted({site.union for site in sites.values() if site.union})
    chosen = [*window.sites, *([window.behind] if window.behind else [])]
    for field, wanted, known in (("site", chosen, list(sites)), ("union", window.unions, unions)):
        for each in wanted:
            if comparison_key(each) not in {comparison_key(one) for one in known}:
                raise BadInput(field, no_such(field, each, known))
    if dry_run:
        return window
    downtimes.add(work, name, window)
    acts.record(work, "plan.add", name, {}, downtimes.entry_of(window))
    return window


def extend_work(work: Work, name: str, ends_utc: datetime, *, seen: Seen | None = None) -> Maintenance:
    """Move the end of planned work that is done once, later or earlier; raises as `end_work`, BadInput."""
    _refuse_configured(work, name)
    before = downtimes.stored_entry(work, name)
    window = downtimes.extend(work, name, ends_utc, seen)
    acts.record(work, "plan.extend", name, before, downtimes.stored_entry(work, name))
    return window


def end_work(work: Work, name: str, *, seen: Seen | None = None) -> None:
    """End planned work now; raises BadInput for work of monitor.toml, NotAllowed, StaleVersion."""
    _refuse_configured(work, name)
    downtimes.end(work, name, seen)
    acts.record(work, "plan.end", name, {}, {"until": work.now_utc})


def order_calendar(
    work: Work, entry: Mapping[str, object], *, dry_run: bool = False, seen: Seen | None = None
) -> Consequences:
    """Close or open days, or change their hours, by an order over the calendar's files; return what that moves.

    With ``dry_run`` it is only tried. Raises BadInput, NotAllowed, StaleVersion.
    """
    return calendar_orders.enter(work, entry, dry_run=dry_run, seen=seen)


def trust_clock(work: Work, reading: ClockReading) -> None:
    """Store an operator's confirmation of the clock as it was read; raises ClockWrong for an impossible time."""
    refuse_impossible_clock(reading.utc)
    board_state.store_confirmation(work.session, reading, work.actor)
    trusted = reason(ReasonCode.CLOCK_TRUSTED, by=work.actor, clock=reading.utc)
    events.note(work, "", "", EventKind.CLOCK_TRUSTED, trusted, work.now_utc)
    acts.record(work, "clock.trust", "", {}, {"clock": reading.utc})


def refuse_impossible_clock(now_utc: datetime) -> None:
    """Raise ClockWrong for a time before this program was written."""
    if now_utc < WRITTEN_UTC:
        raise ClockWrong(
            message("this machine's clock says {now_utc:%Y-%m-%d}, which cannot be: set it first", now_utc=now_utc)
        )


def _as_seen(work: Work, number: str, seen: Seen | None) -> Ticket:
    """Return the ticket; raises NotAllowed, StaleVersion."""
    ticket = tickets.find(work, number)
    refuse_stale(number, seen, ticket.version, lambda: ticket_document(queries.whole_ticket(ticket)))
    return ticket


def _refuse_by_state(office: Office, ticket: Ticket, action: str) -> None:
    """Raise NotAllowed when the ticket's state forbids the act."""
    forbidden = why_not(office, ticket, action)
    if forbidden is not None:
        raise NotAllowed(forbidden)


def _refuse_no_words(field: str, text: str, expected: Said) -> None:
    if not has_words(text):
        raise BadInput(
            field,
            message("found '{clean}', which has no words. Expected {expected}", clean=clean(text), expected=expected),
        )


def _no_service(office: Office, service: str) -> Message:
    known, typed = list(office.charter.services), clean(service, 40)
    return message("the charter has no service {typed}. Expected one of: {known}", typed=typed, known=known)


def _refuse_unknown_site(office: Office, site: str | None) -> None:
    if site and site not in office.fleet.sites:
        hint = did_you_mean(site, office.fleet.sites) or message("`upazila-monitor status --all` lists them")
        raise BadInput("site", hinted(message("no site '{word}'.", word=site), hint))


def _refuse_bad_address(email: str | None) -> None:
    if email and not is_mail_address(email):
        raise BadInput(
            "asker_email",
            message("'{email}' is not an e-mail address. Expected one such as name@example.org", email=email),
        )


def _refuse_bad_phone(phone: str) -> None:
    """Raise BadInput for what nobody can dial; digits of any script, spaces and + - ( ) are fine."""
    digits = sum(each.isdecimal() for each in phone)
    if phone and (
        not LEAST_DIGITS <= digits <= MOST_DIGITS or any(not (each.isdecimal() or each in " +-()") for each in phone)
    ):
        raise BadInput(
            "asker_phone", message("'{phone}' is not a telephone number. Expected digits", phone=clean(phone, 40))
        )


def _refuse_configured(work: Work, name: str) -> None:
    if name in work.office.maintenance and not downtimes.is_planned(work, name):
        raise BadInput("", message("'{name}' stands in monitor.toml. Expected it to be ended there", name=name))


def _window(name: str, entry: Mapping[str, object]) -> Maintenance:
    try:
        TypeAdapter(Id).validate_python(name)
        return Maintenance.model_validate(entry)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or ("" if isinstance(first["input"], dict) else "NAME")
        raise BadInput(where, described(dict(first))) from None
