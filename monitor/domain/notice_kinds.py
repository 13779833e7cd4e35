"""The kinds of notices: how urgent each is, which can wait for the office to open, which end a matter."""

from typing import Literal

Severity = Literal["urgent", "routine", "good"]


NoticeKind = Literal[
    "opened", "due_today", "registered", "breach", "ask", "stage", "lapses_soon", "lapses_today", "resolved",
    "reopened", "restored", "withdrawn", "corrected", "ack_over", "morning", "weekly",
]  # fmt: skip


URGENT = frozenset({"opened", "breach", "reopened"})
GOOD_NEWS = frozenset({"resolved", "restored", "withdrawn"})
# Nobody is woken for these.
PATIENT = frozenset({"ask", "stage", "lapses_soon", "lapses_today", "due_today", "ack_over"})
DIGEST, MORNING, WEEKLY = "digest", "morning", "weekly"
BRIEFS = frozenset({MORNING, WEEKLY})
WHOLE = BRIEFS | {DIGEST}  # letters about many matters: never told inside another one


def severity(kind: str) -> Severity:
    """How urgent a notice of that kind is to whoever gets it."""
    if kind in URGENT:
        return "urgent"
    return "good" if kind in GOOD_NEWS else "routine"
