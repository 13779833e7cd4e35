"""Define the states of an edition of a report.

::

    queued ──> making ──> made     with a number of its own
      ^          │  │  └─> same     nothing differs from the edition before: it is no new one
      └──────────┘  └────> failed   the row says why
"""

from enum import StrEnum


class EditionState(StrEnum):
    """Where the making of an edition stands. Values are stored and public."""

    QUEUED = "queued"
    MAKING = "making"
    MADE = "made"
    SAME = "same"
    FAILED = "failed"


UNDER_WAY = (EditionState.QUEUED, EditionState.MAKING)
