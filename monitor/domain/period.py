"""Periods of time as the charter promises them: 'at once', working days, days, months, or time by the clock."""

from dataclasses import dataclass
from typing import Literal

Unit = Literal["immediate", "working_days", "days", "months", "hours", "seconds"]


@dataclass(frozen=True, slots=True)
class Period:
    """``amount`` of a ``unit``. 'immediate' has the amount 0; hours and seconds run whatever the calendar says."""

    unit: Unit
    amount: int = 0

    def __str__(self) -> str:
        """As it stands in the file."""
        return '"immediate"' if self.unit == "immediate" else f"{{ {self.unit} = {self.amount} }}"


IMMEDIATE = Period("immediate")
