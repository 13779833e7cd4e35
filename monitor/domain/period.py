"""Represent the charter's periods: 'immediate', working days, days, months, or clock time."""

from dataclasses import dataclass
from typing import Literal

Unit = Literal["immediate", "working_days", "days", "months", "hours", "seconds"]


@dataclass(frozen=True, slots=True)
class Period:
    """An ``amount`` of a ``unit``. 'immediate' has the amount 0; hours and seconds run on whatever the calendar."""

    unit: Unit
    amount: int = 0

    def __str__(self) -> str:
        """Return the period as written in the file."""
        return '"immediate"' if self.unit == "immediate" else f"{{ {self.unit} = {self.amount} }}"


IMMEDIATE = Period("immediate")
