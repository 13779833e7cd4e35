"""Trace who was and who will be notified of a ticket: when, through what, and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from monitor.alerts.cases.escalation import foreseen
from monitor.alerts.facts.stored import FactsError, unpack_case
from monitor.alerts.notices.outbox import key
from monitor.alerts.notices.routing import ASKER, channel_of, goes_at, wants
from monitor.charter.deputies import StandIn
from monitor.charter.office import Office
from monitor.domain.message import Said, message
from monitor.domain.notice_kinds import GOOD_NEWS, severity
from monitor.domain.reasons import Names
from monitor.domain.ticket_states import UNSOLVED
from monitor.store.models import Notice, Ticket
from monitor.store.notice_queries import state_of
from monitor.store.session import Session


@dataclass(frozen=True, slots=True)
class Hearing:
    """One notice to one recipient. ``at_utc``: when it was or may be sent; ``state``: its delivery, or 'foreseen'.

    ``given_to``: the user who got it, or will get it, because the officer is away; empty for the recipient.
    """

    at_utc: datetime
    notice: str
    severity: str
    recipient: str
    channel: str
    address: Said
    state: str
    why: Said
    proof: Said = ""
    given_to: str = ""


def explain(session: Session, office: Office, ticket: Ticket, now_utc: datetime) -> list[Hearing]:
    """Return all past notices of the ticket, and those its dates foresee if nothing happens, by time."""
    past = [_recipient(office, ticket, notice, now_utc) for notice in ticket.notices]
    ahead = list(_ahead(office, ticket, now_utc)) if ticket.state in UNSOLVED else []
    return sorted([*past, *ahead], key=lambda hearing: hearing.at_utc)


def _recipient(office: Office, ticket: Ticket, notice: Notice, now_utc: datetime) -> Hearing:
    """Return a notice that was enqueued; one that waits goes to whoever is in charge when it goes out."""
    at_utc = notice.sent_utc or notice.dead_utc or notice.due_utc
    why = _why(office, notice.kind, notice.recipient, ticket.service, _level(notice))
    stand_in, given_to = None, notice.given_to
    if notice.sent_utc is None and notice.dead_utc is None:
        stand_in = office.stand_in(notice.recipient, max(at_utc, now_utc))
        given_to = stand_in.colleague.name if stand_in else ""
    elif given_to:
        why = message("{why}; it went to {deputy}, who was in charge", why=why, deputy=given_to)
    return Hearing(
        at_utc,
        notice.kind,
        severity(notice.kind),
        notice.recipient,
        notice.channel,
        stand_in.colleague.email if stand_in else given_to or _address(office, notice.recipient, notice),
        state_of(notice),
        _on_behalf(why, stand_in),
        notice.proof or notice.fault or notice.why or notice.last_error,
        given_to,
    )


def _ahead(office: Office, ticket: Ticket, now_utc: datetime) -> Iterator[Hearing]:
    """Yield the notices of each step to come, for the charter's officer and further recipients."""
    pending = {notice.key for notice in ticket.notices}
    site = office.fleet.sites.get(ticket.site or "")
    site_kind = site.kind if site else ""
    for step in foreseen(office, ticket):
        if step.at_utc <= now_utc and key(ticket.number, step.kind, step.ref, step.recipient) in pending:
            continue
        if step.at_utc < now_utc:
            continue  # its time has passed without it
        further = [name for name, entry in office.recipients.items() if wants(entry, step.kind, step.level, site_kind)]
        for reader in dict.fromkeys([step.recipient, *further]):
            at_utc = goes_at(office, step.kind, reader, step.at_utc)
            stand_in = office.stand_in(reader, at_utc)
            yield Hearing(
                at_utc,
                step.kind,
                severity(step.kind),
                reader,
                channel_of(office, reader),
                stand_in.colleague.email if stand_in else _address(office, reader, None),
                "foreseen",
                _on_behalf(_why(office, step.kind, reader, ticket.service, step.level), stand_in),
                given_to=stand_in.colleague.name if stand_in else "",
            )


def _on_behalf(why: Said, stand_in: StandIn | None) -> Said:
    """Return why a reader gets a notice, and that somebody else gets it meanwhile."""
    if stand_in is None:
        return why
    deputy, until_utc = stand_in.colleague.name, stand_in.until_utc
    return message("{why}; is away until {until:moment}, it goes to {deputy}", why=why, until=until_utc, deputy=deputy)


def _level(notice: Notice) -> int:
    """Return the stage it is about; 0 also where that cannot be read."""
    try:
        return unpack_case(notice.kind, notice.facts).level
    except FactsError:
        return 0


def _why(office: Office, kind: str, reader: str, service: str, level: int) -> Said:
    if reader in office.recipients:
        return message("[recipients.{name}] of monitor.toml", name=reader)
    if reader == ASKER:
        return message("asked about it and left an address")
    if kind in {"stage", "lapses_soon", "lapses_today"}:
        return message("holds stage {level} of the grievance chain (charter, clause 4)", level=level)
    if kind in GOOD_NEWS or kind == "reopened":
        return message("was notified of the trouble")
    row = office.charter.service(service)
    return message("answers for the service '{service}' (charter)", service=Names(row.name_bn, row.name_en))


def _address(office: Office, reader: str, notice: Notice | None) -> Said:
    """Return its address; secrets stay in their files."""
    if reader == ASKER and notice is not None:
        return notice.ticket.asker_email if notice.ticket else ""
    if (entry := office.recipients.get(reader)) is not None:
        return entry.shown_address
    officer = office.charter.officers.get(reader)
    return (officer.email or message("a file: no address yet")) if officer else ""
