"""Model one order about the calendar that a person enters while the daemon runs, over calendar.toml."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from monitor.domain.message import message
from monitor.settings.calendar_file import ClosingTime, Hours, OrderEntry, Time, from_plain


class OrderedChange(OrderEntry):
    """An order: ``what`` it does to its days. It takes precedence over the files and over earlier orders.

    'closed': the office is closed; 'working': it works, with hours if they are given; 'hours': its hours are others;
    'undo': the order number ``undoes`` no longer holds.
    """

    what: Literal["closed", "working", "hours", "undo"]
    opens: Time | None = None
    closes: ClosingTime | None = None
    undoes: Annotated[int, Field(ge=1)] | None = None

    @model_validator(mode="after")
    def _whole(self) -> "OrderedChange":
        if (self.opens is None) != (self.closes is None):
            raise ValueError(message("the hours are not clear. Expected both 'opens' and 'closes', or neither"))
        if self.what == "hours" and self.opens is None:
            raise ValueError(message("there are no hours. Expected 'opens' and 'closes'"))
        if self.what in {"closed", "undo"} and self.opens is not None:
            raise ValueError(message("there are hours for days that have none. Expected no 'opens' and 'closes'"))
        if self.opens is not None and self.closes is not None:
            Hours(opens=self.opens, closes=self.closes)
        if (self.what == "undo") != (self.undoes is not None):
            raise ValueError(message("it is not clear what is undone. Expected 'undoes' with 'undo', and only then"))
        return self

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> "OrderedChange":
        """Return the order that ``model_dump(mode="json")`` made plain."""
        clocks = {key: entry[key][:5] for key in ("opens", "closes") if entry.get(key)}
        return from_plain(cls, {**entry, **clocks})
