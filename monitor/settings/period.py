"""Parse the charter's periods: 'immediate', working days, days, months, or clock time."""

from collections.abc import Callable
from typing import Annotated

from pydantic import BeforeValidator

from monitor.domain.message import Message, Said, message
from monitor.domain.period import IMMEDIATE, Period, Unit
from monitor.settings.found import found

LONGEST = {"working_days": 1_000, "days": 3_650, "months": 120, "hours": 8_760, "seconds": 31_536_000}


def _reader(what: Message, units: tuple[Unit, ...]) -> Callable[[object], Period]:
    """Return a parser of periods of one of ``units``; its error says what was expected."""
    forms = ", ".join('"immediate"' if unit == "immediate" else f"{{ {unit} = N }}" for unit in units)

    def read(value: object) -> Period:
        if isinstance(value, Period) and value.unit in units:
            return value
        if value == "immediate" and "immediate" in units:
            return IMMEDIATE
        if not isinstance(value, dict) or len(value) != 1 or not set(value) & (set(units) - {"immediate"}):
            raise ValueError(
                message(
                    "{as_written} is not a {what}. Expected one of {forms}",
                    as_written=_as_written(value),
                    what=what,
                    forms=forms,
                )
            )
        ((unit, amount),) = value.items()
        if type(amount) is not int or not 1 <= amount <= LONGEST[unit]:
            raise ValueError(
                message(
                    "{unit} = {found} is not a {what}. Expected a whole number from 1 to {longest}",
                    unit=unit,
                    found=found(amount),
                    what=what,
                    longest=LONGEST[unit],
                )
            )
        return Period(unit, amount)

    return read


def _as_written(value: object) -> Said:
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{key} = {found(item)}' for key, item in list(value.items())[:3])[:80]} }}"
    return found(value, ("immediate",))


Target = Annotated[
    Period, BeforeValidator(_reader(message("service-time target"), ("immediate", "working_days", "hours", "seconds")))
]
"""How long a service of the charter may take."""

Disposal = Annotated[
    Period, BeforeValidator(_reader(message("disposal time"), ("months", "days", "working_days", "hours", "seconds")))
]
"""How long a stage of the grievance chain has; hours and seconds are for drills."""
