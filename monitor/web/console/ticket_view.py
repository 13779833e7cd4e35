"""Gather everything that a ticket's page shows, in one look at the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.alerts.cases.allowed import why_not
from monitor.alerts.facts.stored import evidence_of
from monitor.alerts.notices.gather import deadline_of, stages_of
from monitor.alerts.notices.observations import seen_text
from monitor.charter.calendar import CalendarError
from monitor.charter.office import Office
from monitor.domain.message import Message, message
from monitor.domain.reasons import Reason
from monitor.domain.ticket_states import ACTIONS, UNSOLVED, TicketSource
from monitor.i18n.languages import Lang
from monitor.i18n.terms import TICKET_STATES
from monitor.reports.consequences import UNDONE_BY, Consequences, consequences
from monitor.reports.due_word import DueWord, due_word
from monitor.reports.ladder import Rung, ladder
from monitor.reports.notification_trace import Hearing, explain
from monitor.reports.ticket_account import evidence_lines
from monitor.reports.ticket_timeline import FORESEEN, TimelineEntry, timeline
from monitor.store import ticket_list, ticket_rows
from monitor.store.models import Outage, Ticket
from monitor.store.session import Session
from monitor.store.ticket_list import LinkedTicket
from monitor.web.console.count import CountView, count_view

ORDER = ("ack", "unack", "start", "resolve", "comment", "wait", "raise", "reopen", "close", "withdraw")
"""The acts in the order in which they stand on the page."""


@dataclass(frozen=True, slots=True)
class ActView:
    """An act on a ticket. ``forbidden``: why it cannot be done now, else ``causes`` says what it will do."""

    action: str
    forbidden: Message | None
    causes: Consequences | None

    @property
    def undone_by(self) -> str:
        """Return the act that takes it back; '' for none."""
        return UNDONE_BY.get(self.action, "")


@dataclass(frozen=True, slots=True)
class OutageView:
    """An outage of the ticket: when, what was seen, the suspected cause, and what was observed at its beginning."""

    id: int
    site: str
    started_utc: datetime
    ended_utc: datetime | None
    seen: str
    cause: str
    cause_why: Reason | None
    behind: int
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TicketView:
    """A ticket as its page shows it. ``row``: its columns, read only; ``head``: the hash of its last event."""

    row: Ticket
    due: DueWord
    rungs: tuple[Rung, ...]
    count: CountView | None
    stage_count: CountView | None
    timeline: list[TimelineEntry]
    ahead: list[Hearing]
    outages: list[OutageView]
    linked: list[LinkedTicket]
    acts: list[ActView]
    lines: int
    head: str

    @property
    def is_open(self) -> bool:
        """Return whether it is not settled."""
        return self.row.state in UNSOLVED

    @property
    def is_request(self) -> bool:
        """Return whether somebody asked for it, rather than the monitor."""
        return self.row.source != TicketSource.OUTAGE

    @property
    def stage(self) -> Rung | None:
        """Return the rung of the present stage; None before the first."""
        return next((rung for rung in self.rungs if rung.level and rung.level == self.row.stage), None)

    @property
    def seen(self) -> str:
        """Return what a form remembers of the ticket that it was drawn from; see `seen_of`."""
        return f"{self.row.state} {self.row.stage} {self.lines}"


def view_of(
    session: Session, office: Office, number: str, now_utc: datetime, lang: Lang, *, personal: bool
) -> TicketView | None:
    """Return the page's contents; None for a number that does not exist."""
    ticket = ticket_rows.numbered(session, number)
    if ticket is None:
        return None
    hearings = explain(session, office, ticket, now_utc)
    count, stage_count = _counts(office, ticket, lang)
    return TicketView(
        ticket,
        due_word(office, ticket, now_utc),
        ladder(office, ticket),
        count,
        stage_count,
        timeline(ticket.events, hearings, personal=personal),
        [hearing for hearing in hearings if hearing.state == FORESEEN],
        [_outage(outage, lang) for outage in reversed(ticket.outages)],
        ticket_list.linked(session, ticket.id),
        [act_view(office, ticket, action, now_utc) for action in ORDER],
        len(ticket.events),
        ticket.events[-1].hash if ticket.events else "",
    )


def act_view(office: Office, ticket: Ticket, action: str, now_utc: datetime) -> ActView:
    """Return what an act would cause now, or why it cannot be done."""
    forbidden = why_not(office, ticket, action)
    if forbidden is None:
        return ActView(action, None, consequences(office, ticket, action, now_utc))
    rule = ACTIONS[action]
    if ticket.state not in rule.allowed:
        allowed = [Message(TICKET_STATES[state]) for state in rule.allowed]
        state = Message(TICKET_STATES[ticket.state])
        forbidden = message("It is {state}; for this it would have to be: {allowed}.", state=state, allowed=allowed)
    return ActView(action, forbidden, None)


def _counts(office: Office, ticket: Ticket, lang: Lang) -> tuple[CountView | None, CountView | None]:
    """Return how the target was counted, and how the end of the present stage was."""
    try:
        target = count_view(deadline_of(office, ticket), lang)
        stages = stages_of(office, ticket)
    except CalendarError:
        return None, None
    present = next((stage for stage in stages if stage.level == ticket.stage), None)
    return target, count_view(present.deadline, lang) if present else None


def _outage(outage: Outage, lang: Lang) -> OutageView:
    return OutageView(
        outage.id,
        outage.site,
        outage.started_utc,
        outage.ended_utc,
        seen_text(outage.reason, lang),
        outage.cause,
        outage.cause_why,
        len(outage.affected),
        tuple(line.strip() for line in evidence_lines(evidence_of(outage.evidence), lang)),
    )


@dataclass(frozen=True, slots=True)
class SeenTicket:
    """What somebody saw of a ticket when the form was drawn: its state, its stage, how long its history was."""

    state: str
    stage: int
    lines: int


def seen_of(written: str) -> SeenTicket | None:
    """Return what `TicketView.seen` wrote into a form; None for anything else."""
    parts = written.split(" ")
    if len(parts) != 3 or parts[0] not in TICKET_STATES or not all(p.isdecimal() and len(p) < 8 for p in parts[1:]):
        return None
    return SeenTicket(parts[0], int(parts[1]), int(parts[2]))


def lines_since(lines: Sequence[TimelineEntry], ticket: Ticket, seen: SeenTicket | None) -> list[TimelineEntry]:
    """Return the lines of the history that came after what was seen; letters are no changes."""
    if seen is None or seen.lines >= len(ticket.events):
        return []
    later = {(event.at_utc, event.kind, event.actor) for event in ticket.events[seen.lines :]}
    return [line for line in lines if (line.at_utc, line.kind, line.actor) in later]
