"""Tell what has happened to a ticket in one line of time: people, the monitor, letters and their delivery. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from monitor.alerts.notices.routing import ASKER
from monitor.charter.office import Office
from monitor.domain.clock import DHAKA
from monitor.domain.message import N_, Message, Said, message
from monitor.domain.notice_kinds import FILE_PROOF
from monitor.domain.ticket_states import MONITOR
from monitor.i18n.languages import Lang
from monitor.i18n.reasons import reason_message
from monitor.i18n.terms import ACTORS, RECIPIENTS
from monitor.reports.notification_trace import Hearing
from monitor.store.models import TicketEvent

WITH_WORDS_OF_REQUESTERS = frozenset({"registered", "corrected"})
LATE = frozenset({"breach", "stage", "opened"})
FORESEEN = "foreseen"
FILED = "filed"


class Teller(StrEnum):
    """Who a line is by: a person, the monitor itself, or a letter that went out."""

    PERSON = "person"
    MONITOR = "monitor"
    LETTER = "letter"


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One line of the story. ``kind``: of the history, or of the notice; ``actor``: who, for a letter its reader.

    ``said``: the program's words; ``remark``: what a person wrote. ``state``, ``proof``: what became of a letter;
    ``channel``: how it went; ``given_to``: the user who got it in its reader's place. ``late``: the line says that a
    promised time was missed.
    """

    at_utc: datetime
    teller: Teller
    kind: str
    actor: str
    said: Said = ""
    remark: str = ""
    late: bool = False
    channel: str = ""
    state: str = ""
    proof: Said = ""
    given_to: str = ""

    @property
    def day(self) -> date:
        """Return the office's day on which it was."""
        return self.at_utc.astimezone(DHAKA).date()


def timeline(events: Iterable[TicketEvent], hearings: Iterable[Hearing], *, personal: bool) -> list[TimelineEntry]:
    """Return all lines by time. ``personal``: with what requesters and people who act wrote, and their names."""
    lines = [_of_event(event, personal=personal) for event in events]
    lines += [_of_letter(hearing, personal=personal) for hearing in hearings if hearing.state != FORESEEN]
    return sorted(lines, key=lambda line: line.at_utc)


def _of_event(event: TicketEvent, *, personal: bool) -> TimelineEntry:
    hidden = not personal and event.kind in WITH_WORDS_OF_REQUESTERS
    return TimelineEntry(
        event.at_utc,
        Teller.MONITOR if event.actor in ACTORS else Teller.PERSON,
        event.kind,
        event.actor,
        "" if hidden or event.reason is None else reason_message(event.reason),
        event.text if personal or event.actor == MONITOR else "",
        late=event.kind in LATE,
    )


def _of_letter(hearing: Hearing, *, personal: bool) -> TimelineEntry:
    proof = hearing.proof if personal else ""
    return TimelineEntry(
        hearing.at_utc,
        Teller.LETTER,
        hearing.notice,
        hearing.recipient,
        channel=hearing.channel,
        state=FILED if hearing.state == "sent" and str(hearing.proof).startswith(FILE_PROOF) else hearing.state,
        proof=proof,
        given_to=hearing.given_to,
    )


def reader_name(office: Office, reader: str, lang: Lang) -> Said:
    """Return what the reader of a letter is called: the officer's title and place, or the name of the configuration."""
    if reader == ASKER:
        return Message(RECIPIENTS[ASKER])
    officer = office.charter.officers.get(reader)
    if officer is None:
        return reader
    name, title = officer.name(lang), officer.title(lang)
    return message("{title}, {name}", title=title, name=name) if name and name != title else title or name


def addressee(office: Office, reader: str, at_utc: datetime, lang: Lang) -> Said:
    """Return who gets a letter to a reader that goes out then: the reader, or the deputy for one who is away."""
    name, stand_in = reader_name(office, reader, lang), office.stand_in(reader, at_utc)
    if stand_in is None:
        return name
    deputy, until_utc = stand_in.colleague.called(lang), stand_in.until_utc
    return message("{deputy} (for {reader}, away until {until:moment})", deputy=deputy, reader=name, until=until_utc)


FATES = {
    "sent": N_("the server took it {at}"),
    FILED: N_("written to a file {at}: it reached nobody"),
    "dead": N_("not sent: the server refused it"),
    "folded": N_("sent within another letter {at}"),
    "waiting": N_("goes out {at}"),
    "failing": N_("not sent yet, is tried again"),
    "faulty": N_("not sent: a fault of this program"),
}
"""What became of a letter, by `store.notice_queries.state_of`; of those that it calls sent, some were only filed."""
