"""Enqueue the letters about deadlines that moved: one for each reader, whatever the number of tickets."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from monitor.alerts.facts.briefs import Listed
from monitor.alerts.facts.moved import MovedDeadline, MovedFacts, MovingOrder
from monitor.alerts.notices.gather import letterhead, service_facts, site_facts
from monitor.alerts.notices.moved_dates import MovedDate, MovedLetter, letters
from monitor.alerts.notices.outbox import new_notice
from monitor.charter.office import Office
from monitor.domain.notice_kinds import MOVED
from monitor.settings.calendar_order import OrderedChange
from monitor.store import ticket_history
from monitor.store.work import Work

MOST_LISTED = 200  # deadlines that a letter names; the rest it counts
LONGEST_REF = 16


@dataclass(frozen=True, slots=True)
class Moving:
    """What moved the dates: orders that were entered, by number, and whether the office's files changed too."""

    orders: Sequence[tuple[int, OrderedChange]] = ()
    by_files: bool = False


def enqueue_moved(work: Work, moved: Sequence[MovedDate], moving: Moving) -> tuple[MovedLetter, ...]:
    """Enqueue the letters about these dates, which move in this transaction; return them.

    They are never enqueued twice, because the dates move only once: both are done in one transaction, or neither.
    """
    found = letters(work.office, moved)
    about = f"moved-{work.now_utc:%Y%m%dT%H%M%S%f}"
    for letter in found:
        work.session.add(
            new_notice(work, about, MOVED, letter.recipient, _facts(work, letter, moving), _reference(letter))
        )
    return found


def _reference(letter: MovedLetter) -> str:
    """Return what tells a letter from others of that moment: by its dates, and by whom it is to, without the address.

    Many requesters are one recipient by name.
    """
    dates = [(each.number, each.site, each.level, each.before_utc, each.after_utc) for each in letter.moved]
    named = f"{letter.asked.email.casefold() if letter.asked else ''} {dates}"
    return sha256(named.encode()).hexdigest()[:LONGEST_REF]


def _facts(work: Work, letter: MovedLetter, moving: Moving) -> MovedFacts:
    listed = letter.moved[:MOST_LISTED]
    return MovedFacts(
        **letterhead(work.office, work.now_utc),
        head=ticket_history.head_of(work),
        moved=Listed(len(letter.moved), tuple(_deadline(work.office, each) for each in listed)),
        orders=tuple(_order(number, change) for number, change in moving.orders),
        by_files=moving.by_files,
        asked=letter.asked,
    )


def _deadline(office: Office, each: MovedDate) -> MovedDeadline:
    return MovedDeadline(
        number=each.number,
        site=site_facts(office, each.site or None),
        service=service_facts(office.charter.service(each.service)),
        stage=each.level,
        before=each.before_utc,
        after=each.after_utc,
    )


def _order(number: int, change: OrderedChange) -> MovingOrder:
    return MovingOrder(
        number=number,
        what=change.what,
        first=change.start,
        last=change.end,
        name_bn=change.bn,
        name_en=change.en,
        order=change.order,
        dated=change.dated,
    )
