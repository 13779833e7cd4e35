"""Plan which notice a recipient gets next, and which are merged. Pure.

A recipient gets at most so many notices an hour; further ones are merged into a digest. So are notices of a case that
ended before any was sent; a notice that a later one of its thread makes needless is left out. Within a thread notices
keep their order; between threads urgent ones go first, and after a long backlog the newest.
"""

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby

BACKLOG = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class PendingNotice:
    """An undelivered notice. ``ready``: it is due and not leased; ``ends``: it says that its case has ended."""

    id: int
    thread: str
    first_due_utc: datetime
    ready: bool
    urgent: bool = False
    ends: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan. ``singly``: the notices to send now, in this order; ``together``: those to merge into one digest.

    ``needless`` maps a notice that is left out to the later one that covers it.
    """

    singly: tuple[int, ...] = ()
    together: tuple[int, ...] = ()
    needless: dict[int, int] = field(default_factory=dict)


def plan(waiting: Sequence[PendingNotice], begun: Set[str], room: int, now_utc: datetime, *, may_digest: bool) -> Plan:
    """Plan one recipient's notices, given in the order of enqueueing.

    ``begun``: the threads in which something was sent already; ``room``: how many more notices this hour allows.
    """
    heads: list[tuple[PendingNotice, Sequence[PendingNotice]]] = []
    stale: list[PendingNotice] = []
    needless: dict[int, int] = {}
    for thread in _threads(waiting):
        over, letters = _after_last_end(thread)
        needless |= {letter.id: letters[0].id for letter in over}
        last = letters[-1]
        if last.ends and last.thread in begun and last.ready:
            needless |= {letter.id: last.id for letter in letters[:-1]}
            heads.append((last, [last]))
        elif last.ends and last.thread not in begun and len(letters) > 1:
            stale += letters if all(letter.ready for letter in letters) else []
        elif letters[0].ready:
            heads.append((letters[0], letters))
    ordered = _in_order([head for head, _ in heads], now_utc)
    singly, left = ordered[: max(room, 0)], {letter.id for letter in ordered[max(room, 0) :]}
    over_cap = [letter for head, letters in heads if head.id in left for letter in letters if letter.ready]
    together = tuple(letter.id for letter in [*stale, *over_cap]) if may_digest else ()
    return Plan(tuple(letter.id for letter in singly), together, needless)


def _threads(waiting: Sequence[PendingNotice]) -> Iterator[Sequence[PendingNotice]]:
    by_thread = sorted(waiting, key=lambda letter: letter.thread)  # a stable sort keeps the order within each
    for _, letters in groupby(by_thread, key=lambda letter: letter.thread):
        yield list(letters)


def _after_last_end(letters: Sequence[PendingNotice]) -> tuple[Sequence[PendingNotice], Sequence[PendingNotice]]:
    """Return the notices made needless by a case that ended and began again, and those from that beginning on."""
    ended = max((place for place, letter in enumerate(letters[:-1], 1) if letter.ends), default=0)
    if letters[-1].ends or not all(letter.ready for letter in letters[: ended + 1]):
        return (), letters
    return letters[:ended], letters[ended:]


def _in_order(letters: Sequence[PendingNotice], now_utc: datetime) -> Sequence[PendingNotice]:
    """Return the urgent ones first; oldest first, but newest first when they have been waiting for long."""
    backlog = any(now_utc - letter.first_due_utc > BACKLOG for letter in letters)
    by_age = sorted(letters, key=lambda letter: (letter.first_due_utc, letter.id), reverse=backlog)
    return sorted(by_age, key=lambda letter: not letter.urgent)
