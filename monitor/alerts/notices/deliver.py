"""Deliver notices from the outbox: lease → render → hand over → mark."""

import hashlib
import logging
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from monitor.alerts.channels.base import (
    AttachedFile,
    Channel,
    ChannelUnavailable,
    Letter,
    PermanentFailure,
    Recipient,
    TemporaryFailure,
)
from monitor.alerts.facts.stored import FactsError, unpack
from monitor.alerts.notices import lease, outbox, render
from monitor.alerts.notices.render import Absence
from monitor.alerts.notices.routing import ASKER
from monitor.charter.office import Office
from monitor.domain.clock import Clock
from monitor.domain.log_events import LogEvent
from monitor.domain.message import Said, message, said_by
from monitor.logs.emit import emit
from monitor.settings.mail_address import is_mail_address
from monitor.settings.notices_section import ChannelName
from monitor.store import edition_rows, mailed_head
from monitor.store.database import Store
from monitor.store.session import Session
from monitor.store.work import Work

log = logging.getLogger(__name__)

Outcome = Literal["idle", "done", "away"]


@dataclass(frozen=True, slots=True)
class Attempt:
    """The result of a delivery; ``said``: the proof that it went, which is a text, or why it did not.

    ``given_to``: the user who got it in the recipient's place; empty for the recipient.
    """

    letter: Letter
    outcome: Literal["sent", "failed", "faulty", "dead", "away"]
    said: Said
    given_to: str = ""


def deliver_next(store: Store, office: Office, name: ChannelName, channel: Channel, clock: Clock) -> Outcome:
    """Deliver the next notice of one channel: `look`, `hand_over`, `note`. Blocks; raises DatabaseError alone.

    'idle': there was none; 'done': there was, whatever became of it; 'away': the channel is unavailable now.
    """
    letter = look(store, office, name, clock)
    return "idle" if letter is None else note(store, office, hand_over(office, letter, channel, clock.utc()), clock)


def look(store: Store, office: Office, name: ChannelName, clock: Clock, by: str = "") -> Letter | None:
    """Lease the notice to be sent next, with the files that go with it; uses the database alone.

    ``by``: the daemon that sends it, where several work on one database.
    """
    with store.write() as session:
        letter = lease.lease_next(Work(session, office, clock.utc()), name, by)
        if letter is None or not letter.facts.get("attachments"):
            return letter
        return replace(letter, files=tuple(_files(session, letter)))


def _files(session: Session, letter: Letter) -> Iterator[AttachedFile]:
    """Yield the files of a letter that are what they were; `hand_over` finds out which are missing."""
    try:
        attachments = unpack(letter.kind, letter.facts).attachments
    except FactsError:
        return
    for each in attachments:
        kept = edition_rows.kept_file(session, each.edition, each.name, of_any=True)
        if kept is not None and hashlib.sha256(kept.content).hexdigest() == each.sha256:
            yield AttachedFile(each.filename, each.media, kept.content)


def hand_over(office: Office, letter: Letter, channel: Channel, now_utc: datetime) -> Attempt:
    """Render the notice and deliver it, which uses outside hosts alone; never raises for one notice's fault.

    It goes to whoever is in charge now, whenever it was enqueued: an officer, or the deputy while the officer is away.
    """
    try:
        away = absence_of(office, letter, now_utc)
        recipient = recipient_of(office, letter, away)
        if len(letter.files) < len(letter.facts.get("attachments") or ()):
            raise FactsError("a file that goes with it is no longer what it was, or gone")
        rendered = render.render(letter, recipient.lang, away, office.mail.runbook_url)
        proof = channel.deliver(letter, recipient, rendered)
    except ChannelUnavailable as error:
        return Attempt(letter, "away", said_by(error))
    except TemporaryFailure as error:
        return Attempt(letter, "failed", said_by(error))
    except PermanentFailure as error:
        return Attempt(letter, "dead", said_by(error))
    except FactsError as error:
        return Attempt(letter, "faulty", str(error))
    except Exception as error:  # a fault of this program must neither lose the letter nor stop those behind it
        log_notice(LogEvent.NOTICE_UNRENDERED, letter, "cannot be written", error)
        return Attempt(letter, "faulty", f"{type(error).__name__}: {error}")
    return Attempt(letter, "sent", proof, away.stand_in.colleague.name if away else "")


def note(store: Store, office: Office, attempt: Attempt, clock: Clock) -> Outcome:
    """Record the result of a delivery; uses the database alone."""
    letter, said = attempt.letter, attempt.said
    with store.write() as session:
        work = Work(session, office, clock.utc())
        match attempt.outcome:
            case "sent":
                is_ours = outbox.mark_sent(work, letter, str(said), attempt.given_to)
            case "away":
                is_ours = outbox.put_back(work, letter, said)
            case "failed":
                is_ours = outbox.mark_failed(work, letter, said, random.random())
            case "faulty":
                is_ours = outbox.hold(work, letter, str(said), random.random())
            case "dead":
                is_ours = outbox.mark_dead(work, letter, said)
    if not is_ours:
        log_notice(
            LogEvent.NOTICE_LEASE_LOST, letter, f"is another's to send now; here it was {attempt.outcome}: {said}"
        )
    match attempt.outcome:
        case "sent":
            log_notice(LogEvent.NOTICE_SENT, letter, str(said))
            _keep_head(store, letter, clock)
        case "away":
            log_notice(LogEvent.CHANNEL_AWAY, letter, f"{said}; this channel is left alone for a while")
        case "failed":
            log_notice(LogEvent.NOTICE_RETRIED, letter, f"{said}; it is tried again")
        case "faulty":
            log_notice(LogEvent.NOTICE_FAULTY, letter, f"waits, by a fault of this program: {said}")
        case "dead":
            log_notice(LogEvent.NOTICE_REFUSED, letter, f"is not tried again: {said}")
    return "away" if attempt.outcome == "away" else "done"


def log_notice(event: LogEvent, letter: Letter, text: str, error: Exception | None = None) -> None:
    """Log an event of a letter: its Message-ID, its recipient and ``text``."""
    about, to = letter.message_id, letter.recipient
    emit(log, event, "%s to %s: %s", about, to, text, error=error, message_id=about, recipient=to, ticket=letter.ticket)


def _keep_head(store: Store, letter: Letter, clock: Clock) -> None:
    """Note beside the database how far its history was mailed: a copy put back later is compared with it."""
    try:
        with store.read() as session:
            mailed_head.note(session, store.state, str(letter.facts.get("head", "")), clock.utc())
    except OSError as error:
        text = "the last hash of the history that was mailed cannot be noted: %s"
        emit(log, LogEvent.AUDIT_HEAD_UNWRITTEN, text, error.strerror)


def absence_of(office: Office, letter: Letter, at_utc: datetime) -> Absence | None:
    """Return which officer is away and who gets the letter instead; None for a letter that goes to its recipient."""
    found = office.stand_in(letter.recipient, at_utc)
    return Absence(office.charter.officer(letter.recipient), found) if found else None


def is_reader(office: Office, recipient: str) -> bool:
    """Return whether the present configuration has the recipient of a notice, or it is for whoever asked."""
    return recipient == ASKER or recipient in office.recipients or recipient in office.charter.officers


def recipient_of(office: Office, letter: Letter, away: Absence | None = None) -> Recipient:
    """Return the recipient of a notice by the present configuration; whoever stands in, if the officer is ``away``.

    Raises TemporaryFailure when it is no longer configured: it may be put back; FactsError.
    """
    if letter.recipient == ASKER:
        asked = getattr(unpack(letter.kind, letter.facts), "asked", None)
        if asked is None:
            raise FactsError(f"a notice '{letter.kind}' to whoever asked, without who that was")
        return Recipient(asked.name, asked.email if is_mail_address(asked.email) else None)
    entry = office.recipients.get(letter.recipient)
    if entry is not None:
        return Recipient(entry.name or letter.recipient, entry.address, entry.lang, entry.timeout_s)
    if away is not None:
        colleague = away.stand_in.colleague
        return Recipient(colleague.called("bn"), colleague.email, colleague.lang or "both")
    officer = office.charter.officers.get(letter.recipient)
    if officer is None:
        raise TemporaryFailure(message("the configuration has no '{name}' any more", name=letter.recipient))
    return Recipient(officer.name("bn"), officer.email, officer.lang)
