"""Mirror one ticket: find or create it there, read it, apply changes from there, send changes from here.

Every step records its result before the next begins, and every step reads before it writes: a crash at any point, or a
request with an unknown outcome, leads to the same end without anything lost or sent twice.
"""

import logging
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from monitor.alerts.cases.actions import act
from monitor.alerts.cases.refusals import NotAllowed
from monitor.alerts.cases.ticket_log import log_history
from monitor.alerts.helpdesks import markup
from monitor.alerts.helpdesks.base import DeskRefused, DeskUnavailable, Helpdesk, Remark, View, event_of, mark_of
from monitor.alerts.mirror import messages, queue
from monitor.alerts.mirror.queue import Turn
from monitor.alerts.mirror.state_sync import Agreed, Reconciled, reconcile
from monitor.alerts.notices.gather import facts_of
from monitor.charter.office import Office
from monitor.domain.clock import Clock
from monitor.domain.log_events import LogEvent
from monitor.domain.message import Said, said_by
from monitor.domain.reasons import ReasonCode, reason
from monitor.domain.text import clean, clean_lines, has_words
from monitor.domain.ticket_states import UNSOLVED, TicketState
from monitor.logs.emit import emit
from monitor.store import ticket_history
from monitor.store.database import Store
from monitor.store.errors import DatabaseError
from monitor.store.helpdesk_queries import ACTOR, first_event, unlisted, unsynced_events
from monitor.store.leases import LeaseLost
from monitor.store.models import HelpdeskTicket, Ticket, TicketEvent
from monitor.store.work import Work

log = logging.getLogger(__name__)

BEGINNINGS = ("opened", "registered")
AGAIN = ("reopened", "down_again")


class Outcome(Enum):
    """The result of a look at the queue."""

    IDLE = "nothing to do now"
    MORE = "a ticket had its turn"
    AWAY = "the desk is away"
    REFUSED = "the desk refuses us"


@dataclass(frozen=True, slots=True)
class EventToSend:
    """An event to send there."""

    id: int
    text: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be sent: events in order, and a state; ``first``: the state before them, since it reopens."""

    events: Sequence[EventToSend]
    push: TicketState | None
    first: bool


@dataclass(frozen=True)
class Mirror:
    """One help desk and all that a round needs. ``key`` distinguishes this desk from any before it."""

    store: Store
    office: Office
    desk: Helpdesk
    key: str
    poll: timedelta
    clock: Clock
    jitter: Callable[[], float] = random.random

    def next(self) -> Outcome:
        """Mirror the next ticket. Never raises for one ticket's fault."""
        turn = self._turn()
        if turn is None:
            return Outcome.IDLE
        try:
            self._round(turn)
        except DeskUnavailable as error:
            return self._failed(turn, said_by(error), Outcome.AWAY)
        except DeskRefused as error:
            return self._failed(turn, said_by(error), Outcome.REFUSED if error.to_all else Outcome.MORE)
        except (DatabaseError, LeaseLost):
            raise
        except Exception as error:  # an answer of another form than agreed must not stop the other tickets
            text = "%s cannot be mirrored"
            emit(log, LogEvent.TICKET_MIRROR_FAILED, text, turn.number, error=error, ticket=turn.number)
            words = clean(f"unforeseen: {type(error).__name__}: {error}", messages.LONGEST_SUBJECT)
            return self._failed(turn, words, Outcome.MORE)
        with self.store.write() as session:
            queue.done(Work(session, self.office, self.clock.utc()), turn, self.poll)
        return Outcome.MORE

    def _turn(self) -> Turn | None:
        """Return the next ticket; new ones are added to the mirror first."""
        now_utc = self.clock.utc()
        with self.store.read() as session:
            new = unlisted(session, self.key)
        if new:
            with self.store.write() as session:
                queue.enlist(Work(session, self.office, now_utc), self.key, self.desk.fresh)
        with self.store.read() as session:
            return queue.next_turn(Work(session, self.office, now_utc), self.key)

    def _failed(self, turn: Turn, error: Said, outcome: Outcome) -> Outcome:
        away = outcome is Outcome.AWAY
        if turn.attempts == 0:
            text = "%s differs from the help desk: %s; it is tried again"
            emit(log, LogEvent.TICKET_MIRROR_RETRIED, text, turn.number, error, ticket=turn.number)
        backoff = queue.backoff_after(turn.attempts + 1, self.jitter(), away=away)
        with self.store.write() as session:
            queue.failed(Work(session, self.office, self.clock.utc()), turn, error, backoff, away=away)
        return outcome

    def _round(self, turn: Turn) -> None:
        outside_id = turn.outside_id or self._place(turn)
        view = self.desk.look(outside_id, turn.seen, turn.stamp)
        with self.store.write() as session:
            work = Work(session, self.office, self.clock.utc())
            plan = take_over(work, self.desk, turn, view)
        log_history(work.history)
        if plan.push and plan.first:
            self._push(turn, outside_id, plan.push)
        for event in plan.events:
            self.desk.comment(outside_id, mark_of(turn.number, event.id), event.text)
            self._note(turn, told_event_id=event.id)
        if plan.push and not plan.first:
            self._push(turn, outside_id, plan.push)

    def _place(self, turn: Turn) -> str:
        """Return the ticket's id there: found, or created. Its first message contains how it began."""
        outside_id = self.desk.find(turn.number)
        if not outside_id:
            with self.store.read() as session:
                facts = facts_of(self.office, session.get_one(Ticket, turn.ticket_id), self.clock.utc())
            outside_id = self.desk.create(turn.number, messages.subject(facts), messages.first_message(facts))
            text = "%s is in the help desk as %s"
            emit(log, LogEvent.TICKET_MIRRORED, text, turn.number, outside_id, ticket=turn.number)
        with self.store.read() as session:
            began = first_event(session, turn.ticket_id, BEGINNINGS)
        self._note(turn, outside_id=outside_id, told_event_id=began)
        return outside_id

    def _push(self, turn: Turn, outside_id: str, state: TicketState) -> None:
        status = self.desk.wants[state]
        self.desk.set_status(outside_id, status)
        self._note(turn, agreed_state=state, agreed_status=status)

    def _note(self, turn: Turn, **values: object) -> None:
        with self.store.write() as session:
            row = session.get_one(HelpdeskTicket, turn.id)
            for column, value in values.items():
                setattr(row, column, value)


def take_over(work: Work, desk: Helpdesk, turn: Turn, view: View) -> Plan:
    """Apply changes from there, and record them in the same transaction; return what is to be sent there."""
    row = work.session.get_one(HelpdeskTicket, turn.id)
    ticket = work.session.get_one(Ticket, row.ticket_id)
    waiting = {event.id: event for event in unsynced_events(work.session, row)}
    for remark in view.remarks:
        _take_remark(work, row, ticket, remark, waiting)
    unsynced = [event for id_, event in waiting.items() if id_ > row.told_event_id]
    again = any(event.kind in AGAIN for event in unsynced)
    ours = TicketState(ticket.state)
    agreed = Agreed(TicketState(row.agreed_state), row.agreed_status)
    found = reconcile(agreed, ours, view.status, desk.means, said_again=again)
    _follow(work, ticket, found, view)
    row.agreed_status, row.stamp = view.status, view.stamp
    if not found.push:
        row.agreed_state = ticket.state
    row.seen = {**row.seen, **{remark.stream: remark.id for remark in sorted(view.remarks, key=lambda r: r.id)}}
    to_send = [EventToSend(e.id, messages.event_text(e.kind, e.actor, e.text, e.at_utc, e.reason)) for e in unsynced]
    return Plan(to_send, ours if found.push else None, ours in UNSOLVED)


def _take_remark(
    work: Work,
    row: HelpdeskTicket,
    ticket: Ticket,
    remark: Remark,
    waiting: dict[int, TicketEvent],
) -> None:
    """Take in one remark: our own confirms that an event arrived; anybody else's goes into the history."""
    if remark.mark:
        event_id = event_of(remark.mark, ticket.number)
        if event_id in waiting:
            row.told_event_id = max(row.told_event_id, event_id)
        return
    theirs, text = work.by(_actor(remark.author)), clean_lines(remark.text, markup.LONGEST_TEXT)
    if has_words(text):
        act(theirs, ticket.number, "comment", text)
    elif text:  # punctuation alone: refused here, but it was written there
        ticket_history.record(theirs, ticket, "comment", text)


def _follow(work: Work, ticket: Ticket, found: Reconciled, view: View) -> None:
    """Follow their change of status: done here too, or recorded as overruled."""
    theirs, status = work.by(_actor(view.by)), clean(view.status, markup.LONGEST_NAME)
    try:
        for action in found.actions:
            act(theirs, ticket.number, action, because=reason(ReasonCode.HELPDESK_STATUS, status=status))
    except NotAllowed as error:  # the states' rules are the same for everybody
        text = "%s: '%s' in the help desk is not followed: %s"
        emit(log, LogEvent.HELPDESK_STATUS_REFUSED, text, ticket.number, status, error, ticket=ticket.number)
    if found.overruled:
        stays = reason(ReasonCode.HELPDESK_OVERRULED, status=status, state=ticket.state)
        ticket_history.record(theirs, ticket, "comment", reason=stays)


def _actor(name: str) -> str:
    cleaned = markup.name(name)
    return f"{ACTOR}/{cleaned}" if cleaned else ACTOR
