"""Define the states of an edition of a report.

::

    queued ──> making ──> made     with a number of its own
      ^          │  │  └─> same     nothing differs from the edition before: it is no new one
      └──────────┘  └────> failed   the row says why
"""

from dataclasses import dataclass
from enum import StrEnum


class EditionState(StrEnum):
    """Where the making of an edition stands. Values are stored and public."""

    QUEUED = "queued"
    MAKING = "making"
    MADE = "made"
    SAME = "same"
    FAILED = "failed"


UNDER_WAY = (EditionState.QUEUED, EditionState.MAKING)


class EditionStage(StrEnum):
    """What is done while a report is being made."""

    READING = "reading"
    COUNTING = "counting"
    COMPARING = "comparing"
    WRITING = "writing"


@dataclass(frozen=True, slots=True)
class EditionProgress:
    """How far a report is: ``share`` of its steps, 0 to 1, and what is being done."""

    stage: EditionStage
    share: float
