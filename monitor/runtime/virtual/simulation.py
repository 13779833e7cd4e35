"""Simulate the grievance chain on a virtual clock: who would be notified of what and when, if nobody acted.

It drives the same functions as the daemon, on a temporary database, and looks when offices open and close.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from monitor.alerts.cases import outages
from monitor.alerts.cases.actions import register
from monitor.alerts.cases.complaints import Request
from monitor.alerts.cases.due import do_what_is_due
from monitor.alerts.channels.email import EmailChannel
from monitor.alerts.notices.deliver import deliver_next
from monitor.charter.office import Office
from monitor.domain.clock import VirtualClock
from monitor.domain.message import Message, message
from monitor.domain.notice_kinds import FILE_PROOF
from monitor.domain.reasons import TIMEOUT
from monitor.i18n.formats import DHAKA
from monitor.i18n.reasons import history_message
from monitor.i18n.terms import HISTORY, RECIPIENTS
from monitor.judging.decisions import OutageClosed, OutageOpened
from monitor.runtime.virtual.sample_letters import COMPLAINT, REQUESTER, in_both
from monitor.settings.load import Settings
from monitor.settings.monitor_file import Mail
from monitor.store import notice_rows, ticket_rows
from monitor.store.database import Store
from monitor.store.models import TicketEvent
from monitor.store.opening import open_store
from monitor.store.session import Session
from monitor.store.work import Work

LOOKS_AT = (time(0), time(9), time(15, 30), time(17))  # the offices' openings and closings are among them


class Happened(NamedTuple):
    """A line of the story; mails are written to the folder as .eml files when they go."""

    at_utc: datetime
    text: Message
    is_mail: bool = False


def play(settings: Settings, began: datetime, months: int, folder: Path) -> Iterator[Happened]:
    """Yield what happened, by time; each mail is written to ``folder``."""
    office = replace(Office.of(settings), mail=Mail(), recipients={})  # a simulation sends nothing
    clock = VirtualClock(began.astimezone(UTC))
    channel = EmailChannel(office.mail, folder, settings.home)
    end = clock.utc() + timedelta(days=30.5 * months)
    with TemporaryDirectory() as scratch:
        store = open_store(Path(scratch), lasting=False)
        try:
            _begin(store, office, clock)
            last_event_id, listed = 0, set[int]()
            while clock.utc() < end:
                with store.write() as session:
                    do_what_is_due(Work(session, office, clock.utc()))
                while deliver_next(store, office, "email", channel, clock) == "done":
                    pass
                with store.read() as session:
                    for event in ticket_rows.events_after(session, last_event_id):
                        last_event_id = event.id
                        yield Happened(event.at_utc, _line(event))
                    yield from _newly_sent(session, listed)
                clock.advance((_next_look(clock.utc()) - clock.utc()).total_seconds())
            yield from _settled(store, office, clock, channel, listed)
        finally:
            store.close()


def _next_look(now_utc: datetime) -> datetime:
    """Return the next of LOOKS_AT, by the office's clock."""
    local = now_utc.astimezone(DHAKA)
    days = (local.date(), local.date() + timedelta(days=1))
    return next(at for day in days for clock in LOOKS_AT if (at := datetime.combine(day, clock, DHAKA)) > local)


def _begin(store: Store, office: Office, clock: VirtualClock) -> None:
    """Register a complaint about a lab made in person, and take a centre down."""
    labs = [site.id for site in office.fleet.sites.values() if site.kind == "lab"]
    centres = [site.id for site in office.fleet.sites.values() if site.kind == "udc"]
    service = office.charter.service_for_kind("lab").key
    request = Request(
        service,
        "person",
        in_both(REQUESTER),
        in_both(COMPLAINT),
        clock.utc(),
        "teacher@example.org",
        labs[0] if labs else None,
    )
    with store.write() as session:
        register(Work(session, office, clock.utc(), "simulation"), request)
        for centre in centres[:1]:
            outages.apply(
                Work(session, office, clock.utc()), OutageOpened(centre, clock.utc(), clock.utc(), None, TIMEOUT)
            )


def _settled(
    store: Store, office: Office, clock: VirtualClock, channel: EmailChannel, listed: set[int]
) -> Iterator[Happened]:
    """Let the centre answer again in the end; everyone who was notified gets a notice of it."""
    with store.write() as session:
        for ticket in ticket_rows.of_outages(session):
            outages.apply(Work(session, office, clock.utc()), OutageClosed(ticket.site or "", clock.utc()))
    clock.advance(office.recovery_hold.total_seconds() + 1)
    with store.write() as session:
        do_what_is_due(Work(session, office, clock.utc()))
    while deliver_next(store, office, "email", channel, clock) == "done":
        pass
    with store.read() as session:
        yield from _newly_sent(session, listed)


def _line(event: TicketEvent) -> Message:
    """Return a line of a ticket's history as a line of the story."""
    kind = Message(HISTORY.get(event.kind, event.kind))
    said = history_message(event.reason, event.text)
    return message("{number} {kind}{text:: }", number=event.ticket.number, kind=kind, text=said)


def _newly_sent(session: Session, listed: set[int]) -> Iterator[Happened]:
    """Yield mails that were sent and not listed yet; merged ones are left out."""
    for notice in notice_rows.gone(session):
        if notice.id not in listed and notice.sent_utc is not None:
            listed.add(notice.id)
            file = notice.proof.removeprefix(FILE_PROOF)
            reader = Message(RECIPIENTS.get(notice.recipient, notice.recipient))
            said = message("mail to {recipient}: {file}", recipient=reader, file=file)
            yield Happened(notice.sent_utc, said, is_mail=True)
