"""Deliver a replay's notices to nobody: what is merged into digests, and what the hourly cap holds back."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heappop, heappush

from monitor.alerts.notices import outbox
from monitor.alerts.notices.lease import lease_next
from monitor.domain.notice_kinds import DIGEST
from monitor.runtime.virtual.replay_output import Transition, line, notice_line
from monitor.store import notice_rows
from monitor.store.models import Notice
from monitor.store.work import Work

CAP_RETRY = timedelta(minutes=1)


@dataclass
class ReplayOutbox:
    """The replay's outbox; lists each notice when due and delivers at once."""

    _last: int = 0
    _ahead: list[tuple[datetime, int]] = field(default_factory=list)
    _capped: set[str] = field(default_factory=set)

    def next_utc(self, now_utc: datetime) -> datetime | None:
        """Return when there is something to list, or to retry, next."""
        due_utc = [self._ahead[0][0]] if self._ahead else []
        return min([*due_utc, *([now_utc + CAP_RETRY] if self._capped else [])], default=None)

    def deliver(self, work: Work) -> Iterator[Transition]:
        """Yield what falls due, which digests go out, and which recipients are at the cap."""
        for id_, due_utc in notice_rows.made_after(work.session, self._last, but=DIGEST):
            self._last = id_
            heappush(self._ahead, (due_utc, id_))
        due = []
        while self._ahead and self._ahead[0][0] <= work.now_utc:
            due.append(heappop(self._ahead)[1])
        for id_ in sorted(due):
            yield notice_line(work.session.get_one(Notice, id_), work.now_utc)
        if due or self._capped:
            yield from self._hand_over(work)

    def _hand_over(self, work: Work) -> Iterator[Transition]:
        for channel in sorted({channel for channel, _ in notice_rows.due(work.session, work.now_utc)}):
            while (letter := lease_next(work, channel)) is not None:
                outbox.mark_sent(work, letter, "")
                if letter.kind == DIGEST:
                    numbers = [case["number"] for case in letter.facts["matters"] if case["number"]]
                    facts = {"notices": letter.facts["notices"], "tickets": numbers}
                    yield line(work.now_utc, "digest", recipient=letter.recipient, **facts)
        waiting = Counter(reader for _, reader in notice_rows.due(work.session, work.now_utc))
        for reader in sorted(set(waiting) - self._capped):
            limit = work.office.notices.most_per_hour
            yield line(work.now_utc, "capped", recipient=reader, notices=waiting[reader], limit=limit)
        self._capped = set(waiting)
