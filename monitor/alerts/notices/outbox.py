"""Enqueue notices in the transaction of the event that causes them, and record their delivery.

::

    pending ──lease──> leased ──mark_sent──> sent
      ^                  │ └────mark_dead──> dead ──resend──> pending
      ├──mark_failed─────┤
      └──hold────────────┘
    pending ──merge──> merged into another: a digest, or a later one of its thread

A notice is dead only when its recipient's server has finally refused it. All other trouble (names, links, TLS, logins,
our configuration) is retried, less and less often; what this program itself cannot write (`hold`) waits with its
``fault`` and is sent by a version that can.

What became of a notice is recorded while it is under the lease with which it was sent: a daemon that was stopped
meanwhile, and whose notice another has leased, changes nothing of it.

A notice is delivered at least once, always under the same Message-ID; within a ticket each recipient gets notices in
the order of enqueueing. `rate_limit` decides who gets what next.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from monitor.alerts.channels.base import Letter
from monitor.alerts.facts.case import CaseFacts
from monitor.alerts.facts.stored import Facts, pack
from monitor.alerts.notices.gather import facts_of_outage
from monitor.alerts.notices.routing import channel_of, further_readers, goes_at
from monitor.domain.backoff import backoff
from monitor.domain.message import Said
from monitor.domain.notice_kinds import DIGEST, GOOD_NEWS, NoticeKind
from monitor.domain.reasons import ReasonCode, reason
from monitor.store import notice_rows, ticket_history
from monitor.store.added_rows import add_row
from monitor.store.models import Notice, Outage, Ticket
from monitor.store.notice_rows import TicketNotice
from monitor.store.work import Work

LONGEST_BACKOFF = timedelta(hours=1)
LONGEST_BACKOFF_LATER = timedelta(days=1)
SPREAD = (0.75, 1.25)


def key(about: str, kind: str, ref: str, recipient: str) -> str:
    """Return the key that makes a notice unique: it is enqueued only once."""
    return f"{about}/{_name(kind, ref)}/{recipient}"


def _name(kind: str, ref: str) -> str:
    return f"{kind}-{ref}" if ref else kind


def enqueue(
    work: Work,
    ticket: Ticket,
    kind: NoticeKind,
    recipient: str,
    facts: CaseFacts,
    ref: str = "",
) -> bool:
    """Enqueue a notice about a ticket, for the charter's officer and further recipients.

    ``ref``: which one of its kind it is within the ticket. Returns False, without effect, when that one exists.
    """
    earlier = notices_of(work, ticket)
    notified = {notice.recipient for notice in earlier if (notice.kind, notice.ref) == (kind, ref)}
    if recipient in notified:
        return False
    # The head of the history goes out with every mail, so that its proof stands outside this machine too.
    facts = replace(facts, head=ticket_history.head_of(work))
    further = (reader for reader in further_readers(work.office, kind, facts) if _may_notify(earlier, reader, kind))
    for reader in dict.fromkeys([recipient, *further]):
        if reader in notified:
            continue
        first = next((notice for notice in earlier if notice.recipient == reader), None)
        values = _values(work, ticket.number, kind, reader, facts, ref)
        values["thread_id"] = first.thread_id if first else values["message_id"]
        add_row(work.session, Notice, values, ticket)
        earlier.append(TicketNotice(kind, ref, reader, values["thread_id"]))
    return True


def notices_of(work: Work, ticket: Ticket) -> list[TicketNotice]:
    """Return the notices of a ticket, those of this transaction included, in the order of enqueueing."""
    if ticket.number not in work.known.notices:
        read_notices(work, [ticket])
    return work.known.notices[ticket.number]


def read_notices(work: Work, tickets: Sequence[Ticket]) -> None:
    """Query the notices of these tickets at once, where the transaction does not know them."""
    unknown = [ticket for ticket in tickets if ticket.number not in work.known.notices]
    if any(ticket.id is None for ticket in unknown):
        work.session.flush()
    found = notice_rows.of_tickets(work.session, [ticket.id for ticket in unknown])
    work.known.notices.update({ticket.number: found[ticket.id] for ticket in unknown})


def _may_notify(earlier: Sequence[TicketNotice], reader: str, kind: NoticeKind) -> bool:
    """Return whether good news may go to a recipient: only after a notice of the trouble."""
    return kind not in GOOD_NEWS or any(notice.recipient == reader for notice in earlier)


def enqueue_for_outages(work: Work, kind: NoticeKind, due: Sequence[tuple[Outage, str]]) -> list[Outage]:
    """Enqueue notices of a kind, each with its ``ref``, about outages without a ticket, once.

    They are for the outage's officer and further recipients. Returns the new ones.
    """
    officer = {outage.id: work.office.charter.service(outage.service).officer for outage, _ in due}
    keys = {outage.id: key(f"outage-{outage.id}", kind, ref, officer[outage.id]) for outage, ref in due}
    there = notice_rows.known_keys(work.session, list(keys.values()))
    fresh = [(outage, ref) for outage, ref in due if keys[outage.id] not in there]
    for outage, ref in work.in_portions(fresh):
        facts = replace(facts_of_outage(work.office, outage, work.now_utc), head=ticket_history.head_of(work))
        for reader in dict.fromkeys([officer[outage.id], *further_readers(work.office, kind, facts)]):
            add_row(work.session, Notice, _values(work, f"outage-{outage.id}", kind, reader, facts, ref))
    return [outage for outage, _ in fresh]


def new_notice(work: Work, about: str, kind: NoticeKind, recipient: str, facts: Facts, ref: str = "") -> Notice:
    """Return a notice that begins a thread of its own, for whoever goes on with it; what is only added is a row."""
    return Notice(**_values(work, about, kind, recipient, facts, ref))


def _values(work: Work, about: str, kind: str, recipient: str, facts: Facts, ref: str) -> dict[str, Any]:
    """Return what the row of a notice holds that begins a thread of its own."""
    message_id = f"<{about}.{_name(kind, ref)}.{recipient}@{work.office.mail_domain}>"
    due_utc = goes_at(work.office, kind, recipient, work.now_utc)
    return {
        "key": key(about, kind, ref, recipient),
        "about": about,
        "kind": kind,
        "ref": ref,
        "recipient": recipient,
        "channel": channel_of(work.office, recipient),
        "message_id": message_id,
        "thread_id": message_id,
        "facts": pack(facts),
        "created_utc": work.now_utc,
        "owed_utc": due_utc,
        "due_utc": due_utc,
    }


def mark_sent(work: Work, letter: Letter, proof: str, given_to: str = "") -> bool:
    """Record that the notice was delivered; ``proof``: the server's answer.

    ``given_to``: the user who got it in the recipient's place; empty for the recipient. It, and the others below,
    return whether the lease was still the letter's.
    """
    sent = {"sent_utc": work.now_utc, "leased_until_utc": None, "proof": proof, "given_to": given_to}
    return _change(work, letter, **sent, last_error="", why=None, fault="")


def mark_failed(work: Work, letter: Letter, error: Said, jitter: float) -> bool:
    """Record a failed try; the next follows after a backoff that doubles up to an hour, or a day for an old notice.

    ``jitter``, 0 to 1, spreads the tries of many notices: the backoff is up to a quarter shorter or longer.
    """
    due_utc = work.now_utc + _backoff_of(work, letter, jitter)
    return _change(work, letter, due_utc=due_utc, leased_until_utc=None, last_error=str(error), why=error, fault="")


def hold(work: Work, letter: Letter, fault: str, jitter: float) -> bool:
    """Put the notice back because this program cannot write or deliver it, which is no fault of its recipient's.

    It is retried as a failed one is, at every start too, and delays no other notice of its thread.
    """
    due_utc = work.now_utc + _backoff_of(work, letter, jitter)
    return _change(work, letter, due_utc=due_utc, leased_until_utc=None, fault=fault)


def _backoff_of(work: Work, letter: Letter, jitter: float) -> timedelta:
    mail = work.office.mail
    is_old = work.now_utc - letter.created_utc > timedelta(days=mail.frequent_tries_days)
    longest = LONGEST_BACKOFF_LATER if is_old else LONGEST_BACKOFF
    return backoff_after(letter.attempts, mail.retry_s, jitter, longest)


def backoff_after(failures: int, first_s: float, jitter: float, longest: timedelta = LONGEST_BACKOFF) -> timedelta:
    """Return the wait after so many failed tries in a row."""
    return backoff(failures, jitter, timedelta(seconds=first_s), longest, SPREAD)


def put_back(work: Work, letter: Letter, error: Said) -> bool:
    """Put the notice back untried: its channel is unavailable.

    A digest is taken apart again, so that one digest has all that will have come until the channel is back.
    """
    tries = letter.attempts - 1
    is_ours = _change(work, letter, leased_until_utc=None, attempts=tries, last_error=str(error), why=error, fault="")
    if is_ours and letter.kind == DIGEST:
        notice_rows.unmerge(work.session, letter.id, error)
    return is_ours


def mark_dead(work: Work, letter: Letter, error: Said) -> bool:
    """Give the notice up: its recipient's server has finally refused it."""
    given_up = {"dead_utc": work.now_utc, "leased_until_utc": None}
    return _change(work, letter, **given_up, last_error=str(error), why=error, fault="")


def resend(work: Work, id_: int) -> Notice | None:
    """Enqueue a notice again under its old Message-ID, whatever became of it; None when there is no such notice."""
    notice = work.session.get(Notice, id_)
    if notice is None:
        return None
    notice.sent_utc = notice.dead_utc = notice.leased_until_utc = notice.folded_into = None
    notice.attempts, notice.proof, notice.last_error, notice.fault, notice.given_to = 0, "", "", "", ""
    notice.why = None
    notice.owed_utc = notice.due_utc = notice.created_utc = work.now_utc
    if notice.ticket is not None:
        again = reason(ReasonCode.NOTICE_RESENT, notice=notice.kind, recipient=notice.recipient)
        ticket_history.record(work, notice.ticket, "resent", reason=again)
    return notice


def drop(work: Work, notice: Notice) -> None:
    """Give a notice up that waits for a reader who was removed."""
    notice.dead_utc, notice.leased_until_utc = work.now_utc, None


def _change(work: Work, letter: Letter, **values: object) -> bool:
    lease = (letter.leased_by, letter.leased_until_utc)
    return notice_rows.change_leased(work.session, letter.id, lease, **values)
