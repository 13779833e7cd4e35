"""Divide one transaction among the offices that have a part in it: each sees its own rows, and adds to its own.

Where an office stands alone there is one work, as ever, and it sees all rows.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from monitor.alerts.cases import set_aside
from monitor.alerts.cases.due import do_what_is_due
from monitor.charter.offices import ALONE, Offices
from monitor.judging.decisions import Decision
from monitor.store import due_rows
from monitor.store.offices import on_behalf_of
from monitor.store.session import Session
from monitor.store.work import HistoryLine, Work

Dated = tuple[Decision, datetime]


def runs(batch: Iterable[Dated], office_of: Callable[[str], str]) -> Iterator[tuple[str, list[Dated]]]:
    """Divide decisions into few runs of one office each; a run of its own costs as much as many decisions in it.

    An office's decisions keep their order. Those of two offices may change places, unless one of them is about both
    (an effect on a site behind another office's router) or about the installation.
    """
    waiting: dict[str, list[Dated]] = {}
    keeps_its_place = False  # one of those that wait
    for each in batch:
        site, root = (str(getattr(each[0], name, "")) for name in ("site", "root"))
        office = office_of(site)
        is_of_others = not site or (root != "" and office_of(root) != office)
        if (is_of_others or keeps_its_place) and waiting.keys() - {office}:
            yield from waiting.items()
            waiting, keeps_its_place = {}, False
        waiting.setdefault(office, []).append(each)
        keeps_its_place |= is_of_others
    yield from waiting.items()


class Works:
    """The works of one transaction, one for each office. ``history``: the lines that they add together."""

    def __init__(self, session: Session, offices: Offices, now_utc: datetime) -> None:
        self.session, self.offices, self.now_utc = session, offices, now_utc
        self.history: list[HistoryLine] = []
        self._made: dict[str, Work] = {}

    @contextmanager
    def of(self, id_: str) -> Iterator[Work]:
        """Have the work of an office for the length of a block; '' is the installation's own."""
        work = self._made.get(id_)
        if work is None:
            work = Work(self.session, self.offices.office(id_), self.now_utc, history=self.history)
            self._made[id_] = work
        if not self.offices.several:
            yield work
            return
        with on_behalf_of(self.session, id_):
            yield work

    def each(self) -> Iterator[Work]:
        """Yield the work of every office, and first the installation's own, where it is none of them."""
        yield from self._each(dict.fromkeys((ALONE, *self.offices.by_id)))

    def _each(self, ids: Iterable[str]) -> Iterator[Work]:
        for id_ in ids:
            with self.of(id_) as work:
                yield work

    def store(self, batch: Sequence[Dated], *, certain: bool) -> None:
        """Store decisions, each in its site's office; as `set_aside.apply_all`."""
        for id_, run in runs(batch, self.offices.of_site):
            with self.of(id_) as work:
                set_aside.apply_all(work, run, certain=certain)

    def do_what_is_due(self, most: int) -> bool:
        """Do what is due in each office that has a case; return whether anything was done."""
        if not self.offices.several:
            with self.of(ALONE) as work:
                return do_what_is_due(work, most)
        self.session.flush()
        concerned = due_rows.offices_with_cases(self.session)
        done = [do_what_is_due(work, most) for work in self._each(id_ for id_ in concerned if id_)]
        return any(done)
