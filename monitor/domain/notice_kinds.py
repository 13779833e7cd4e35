"""List the kinds of notices: their urgency, which wait for office hours, which end a case."""

from enum import StrEnum
from typing import Literal

Severity = Literal["urgent", "routine", "good"]


class NoticeKind(StrEnum):
    """The kind of a notice; the last five are about many cases. Values are stored and public."""

    OPENED = "opened"
    DUE_TODAY = "due_today"
    REGISTERED = "registered"
    BREACH = "breach"
    ASK = "ask"
    STAGE = "stage"
    LAPSES_SOON = "lapses_soon"
    LAPSES_TODAY = "lapses_today"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    RESTORED = "restored"
    WITHDRAWN = "withdrawn"
    CORRECTED = "corrected"
    ACK_OVER = "ack_over"
    ANSWERED = "answered"
    REPORT = "report"
    MOVED = "moved"
    MORNING = "morning"
    WEEKLY = "weekly"
    DIGEST = "digest"


FILE_PROOF = "file "
"""How the proof of a letter begins that was written to a file only, and so reached nobody."""
URGENT = frozenset({NoticeKind.OPENED, NoticeKind.BREACH, NoticeKind.REOPENED})
GOOD_NEWS = frozenset({NoticeKind.RESOLVED, NoticeKind.RESTORED, NoticeKind.WITHDRAWN})
# These wait for office hours.
PATIENT = frozenset(
    {
        NoticeKind.ASK,
        NoticeKind.STAGE,
        NoticeKind.LAPSES_SOON,
        NoticeKind.LAPSES_TODAY,
        NoticeKind.DUE_TODAY,
        NoticeKind.ACK_OVER,
        NoticeKind.MOVED,
    }
)
DIGEST, MORNING, WEEKLY, MOVED = NoticeKind.DIGEST, NoticeKind.MORNING, NoticeKind.WEEKLY, NoticeKind.MOVED
REPORT = NoticeKind.REPORT
BRIEFS = frozenset({MORNING, WEEKLY})
WHOLE = BRIEFS | {DIGEST, MOVED, REPORT}  # letters about many cases: never merged into another one
OF_ONE_CASE = tuple(kind for kind in NoticeKind if kind not in WHOLE)


def severity(kind: str) -> Severity:
    """Return the urgency of a notice of that kind for its recipient."""
    if kind in URGENT:
        return "urgent"
    return "good" if kind in GOOD_NEWS else "routine"
