"""Enqueue one weekly brief for several offices, to whom each of them would send its own.

A district's Programmer stands in the chain of every office of the district. What these would write to one address goes
as one letter with a part for each, under the name of the lowest place of the tree that has them all. It is kept with
the first of its offices. In each office its own brief is stored too, merged into that letter: so none is sent twice,
whoever restarts or whatever the configuration says tomorrow, and an office whose figures cannot be had sends its own
later.
"""

import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.alerts.facts.briefs import WeeklyFacts
from monitor.alerts.notices.brief_facts import weekly_facts
from monitor.alerts.notices.briefs import Brief, week_begins, weekly_of
from monitor.alerts.notices.outbox import new_notice
from monitor.charter.office import Office
from monitor.charter.offices import Offices
from monitor.domain.log_events import LogEvent
from monitor.domain.notice_kinds import WEEKLY
from monitor.logs.emit import emit
from monitor.store import notice_rows
from monitor.store.errors import SQLAlchemyError
from monitor.store.offices import on_behalf_of
from monitor.store.session import Session
from monitor.store.work import Work

log = logging.getLogger(__name__)

LEAST = 2


@dataclass(frozen=True, slots=True)
class Part:
    """An office whose weekly brief goes to an address that it shares with others, and which readers there have it."""

    office: str
    brief: Brief
    readers: tuple[str, ...]


def shared_briefs(offices: Offices, now_utc: datetime) -> list[list[Part]]:
    """Return, for each address to which several offices send this week's brief, what each has in it. Pure.

    One is due as soon as the first of its offices opens. Offices that send no mails yet share none with those that do.
    """
    found: dict[tuple[str, str, bool], dict[str, Part]] = defaultdict(dict)
    for id_, office in offices.others.items():
        brief = weekly_of(office.calendar, now_utc)
        for reader in office.notices.weekly if brief is not None else ():
            channel, address = _reached_at(office, reader)
            if brief is not None and address:
                parts = found[channel, address.casefold(), office.sends_mail]
                before = parts[id_].readers if id_ in parts else ()
                parts[id_] = Part(id_, brief, (*before, reader))
    every = [list(parts.values()) for parts in found.values() if len(parts) >= LEAST]
    return [parts for parts in every if _due_since(parts) <= now_utc]


def enqueue_shared(session: Session, offices: Offices, parts: Sequence[Part], now_utc: datetime) -> str:
    """Enqueue the brief of these offices, as `shared_briefs` has them; return its name.

    '' without effect where at most one of them still has one to send: that office sends its own.
    """
    opens_utc = _due_since(parts)
    found: list[tuple[Part, WeeklyFacts]] = []
    for part in parts:
        with on_behalf_of(session, part.office):
            facts = _facts(Work(session, offices.office(part.office), now_utc), part, opens_utc)
        if facts is not None:
            found.append((part, facts))
    if len(found) < LEAST:
        return ""
    home, first = found[0]
    place = offices.tree.common(part.office for part, _ in found)
    together = replace(
        first,
        office_bn=place.name_bn,
        office_en=place.name_en,
        office_id="",
        sites=sum(facts.sites for _, facts in found),
        upazilas=tuple(each for _, facts in found for each in facts.upazilas),
        node=place.id,
    )
    office = offices.office(home.office)
    with on_behalf_of(session, home.office):
        name = f"{WEEKLY}-{week_begins(office.calendar, now_utc):%Y%m%d}-{place.id}"
        letter = new_notice(Work(session, office, now_utc), name, WEEKLY, home.readers[0], together)
        # Two readers below one place have letters of their own: these differ by the office that keeps them.
        letter.message_id = f"<{name}.{home.office}.{home.readers[0]}@{office.mail_domain}>"
        letter.thread_id = letter.message_id
        session.add(letter)
        session.flush()
    for part, facts in found:
        _merge(Work(session, offices.office(part.office), now_utc), part, facts, letter.id)
    return name


def _merge(work: Work, part: Part, facts: WeeklyFacts, letter: int) -> None:
    """Store an office's own brief as merged into the letter."""
    with on_behalf_of(work.session, part.office):
        own = [new_notice(work, part.brief.name, WEEKLY, reader, facts) for reader in part.readers]
        work.session.add_all(own)
        work.session.flush()
        notice_rows.mark_merged(work.session, [each.id for each in own], letter, work.now_utc)


def _facts(work: Work, part: Part, opens_utc: datetime) -> WeeklyFacts | None:
    """Return an office's week; None where its brief was enqueued before, is of before its first start, or fails."""
    there = notice_rows.known_keys(work.session, part.brief.keys(part.readers))
    if there or not notice_rows.anything_known(work.session, opens_utc):
        return None
    try:
        return weekly_facts(work, opens_utc)
    except SQLAlchemyError:
        raise
    except Exception as error:  # one office's damage must not keep the others' figures from their reader
        text = "the weekly brief of %s is not in the one of several offices"
        emit(log, LogEvent.JOB_FAILED, text, part.office, error=error, job="briefs")
        return None


def _due_since(parts: Sequence[Part]) -> datetime:
    return min(part.brief.opens_utc for part in parts)


def _reached_at(office: Office, reader: str) -> tuple[str, str]:
    """Return the channel and the address of a reader; '' for one that the configuration does not know."""
    if (entry := office.recipients.get(reader)) is not None:
        return entry.channel, entry.address
    officer = office.charter.officers.get(reader)
    return "email", (officer.email or "") if officer is not None else ""
