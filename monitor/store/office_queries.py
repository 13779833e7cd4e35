"""Query how each office of a session fares: promises, open tickets by stage, the last act. One statement for all."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, select

from monitor.domain.ticket_states import UNSOLVED
from monitor.store.models import Act, Ticket
from monitor.store.promise_queries import KINDS, missed_in
from monitor.store.session import Session


@dataclass
class OfficeRecord:
    """What is stored of one office: promises ``kept`` and ``missed`` in a span of time.

    ``open_at``: unsolved tickets by the stage that they have reached, 0 before the first. ``acted_utc``: when somebody
    of it last did anything in that span; None for never.
    """

    kept: int = 0
    missed: int = 0
    open_at: Counter[int] = field(default_factory=Counter)
    acted_utc: datetime | None = None

    @property
    def share(self) -> float | None:
        """Return the share of promises that were kept, 0 to 1; None where none was due."""
        due = self.kept + self.missed
        return self.kept / due if due else None


def office_records(session: Session, since_utc: datetime, until_utc: datetime) -> Mapping[str, OfficeRecord]:
    """Return the record of each office that has any, after ``since_utc`` up to ``until_utc``."""
    found: dict[str, OfficeRecord] = {}
    for kind, model in KINDS:
        kept = (kind.ended > since_utc) & (kind.ended <= until_utc) & (kind.ended <= kind.deadline)
        counted: Any = select(model.office, _sum(kept), _sum(missed_in(kind, since_utc, until_utc))).where(
            kind.counts, kind.ended.is_(None) | (kind.ended > since_utc)
        )
        for office, kept_count, missed_count in session.execute(counted.group_by(model.office)):
            record = found.setdefault(office, OfficeRecord())
            record.kept, record.missed = record.kept + kept_count, record.missed + missed_count
    unsolved = select(Ticket.office, Ticket.stage, func.count()).where(Ticket.state.in_(UNSOLVED))
    for office, stage, count in session.execute(unsolved.group_by(Ticket.office, Ticket.stage)):
        found.setdefault(office, OfficeRecord()).open_at[stage] += count
    acts = select(Act.office, func.max(Act.at_utc)).where(Act.at_utc > since_utc)
    for office, at_utc in session.execute(acts.group_by(Act.office)):
        found.setdefault(office, OfficeRecord()).acted_utc = at_utc
    return found


def _sum(condition: Any) -> Any:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
