"""Model what programs send. Unknown fields are refused, types are strict; a time without an offset is the office's."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from monitor.domain.ticket_states import ACTIONS, WAYS
from monitor.web.api.moments import Moment

Text = Annotated[str, Field(max_length=4_000)]
Name = Annotated[str, Field(max_length=200)]
Short = Annotated[str, Field(max_length=64)]
Way = Annotated[str, Field(json_schema_extra={"enum": [str(way) for way in WAYS]}, max_length=16)]
Act = Annotated[str, Field(json_schema_extra={"enum": list(ACTIONS)}, max_length=16)]
Names = Annotated[list[Short], Field(max_length=1_000)]


class Body(BaseModel):
    """A body; immutable."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False)


class NewTicket(Body):
    """A complaint or request. ``received``: when it came in, by default now; ``why_late``: why an earlier day."""

    service: Annotated[str, Field(max_length=40, description="The row of the charter, such as citizen:8.")]
    way: Way
    text: Text
    asker: Name = ""
    asker_email: Annotated[str, Field(max_length=254)] = ""
    asker_phone: Annotated[str, Field(max_length=40)] = ""
    site: Short | None = None
    memo: Annotated[str, Field(max_length=100)] = ""
    received: Moment | None = None
    why_late: Name = ""


class TicketAct(Body):
    """An act on a ticket. ``until``: when an acknowledgement ends; ``public``: the public page tells the text, too."""

    action: Act
    text: Text = ""
    until: Moment | None = None
    public: bool = False


class OutageChange(Body):
    """What is changed of an outage. ``note``: for the public; ``excuse``: why it counts against nobody; '' for none."""

    note: Annotated[str, Field(max_length=500)] | None = None
    excuse: Annotated[str, Field(max_length=500)] | None = None


class NewPlan(Body):
    """Planned work, with the keys of [maintenance.NAME] of monitor.toml."""

    name: Short
    text: Annotated[str, Field(min_length=1, max_length=200)]
    sites: Names = Field(default_factory=list)
    unions: Annotated[list[Name], Field(max_length=1_000)] = Field(default_factory=list)
    behind: Short | None = None
    everywhere: Annotated[bool, Field(description="All sites, instead of sites, unions and behind.")] = False
    begins: Moment | None = None
    ends: Moment | None = None
    days: Annotated[list[Short], Field(max_length=7)] = Field(default_factory=list)
    opens: Annotated[str, Field(max_length=8)] | None = None
    closes: Annotated[str, Field(max_length=8)] | None = None
    minutes: Annotated[int, Field(ge=1, le=10_080)] | None = None
    until: Moment | None = None
    announce: bool = False
    announce_from: Moment | None = None
    public_bn: Annotated[str, Field(max_length=300)] = ""
    public_en: Annotated[str, Field(max_length=300)] = ""

    def entry(self) -> dict[str, Any]:
        """Return the keys that were given, as monitor.toml has them."""
        return self.model_dump(exclude={"name", "everywhere"}, exclude_defaults=True)


class PlanChange(Body):
    """What is changed of planned work that is done once: its end."""

    ends: Moment


class NewOrder(Body):
    """An order about the calendar. ``what``: the days are closed, worked, have other hours, or an order is undone."""

    what: Literal["closed", "working", "hours", "undo"]
    order: Annotated[str, Field(max_length=200, description="Its number.")]
    dated: Annotated[str, Field(max_length=10, description="When it was given, such as 2026-12-24.")]
    date: Annotated[str, Field(max_length=10)] = ""
    first: Annotated[str, Field(max_length=10)] = ""
    last: Annotated[str, Field(max_length=10)] = ""
    bn: Name = ""
    en: Name = ""
    public: bool = False
    opens: Annotated[str, Field(max_length=8)] = ""
    closes: Annotated[str, Field(max_length=8)] = ""
    undoes: Annotated[int, Field(ge=1, le=2**31)] | None = None


class Slip(Body):
    """What a requester's slip says: the number of the request, and the code that goes with it."""

    number: Annotated[str, Field(min_length=1, max_length=40)]
    code: Annotated[str, Field(min_length=1, max_length=40)]


class NewPlaceReport(Body):
    """A report of a place that is asked for. ``files``: which are kept with it, such as bn.pdf."""

    period_kind: Annotated[str, Field(max_length=16, description="month, quarter, fiscal or days.")]
    period: Annotated[str, Field(max_length=40, description="Such as 2026-11, 2026-Q4, 2026-27.")]
    files: Annotated[list[Annotated[str, Field(max_length=16)]], Field(max_length=20)] = []


class NewReport(Body):
    """A report that is asked for. ``files``: which are kept with it, such as bn.pdf."""

    period_kind: Annotated[str, Field(max_length=16, description="month, quarter, fiscal or days.")]
    period: Annotated[str, Field(max_length=40, description="Such as 2026-11, 2026-Q4, 2026-27.")]
    scope: Annotated[str, Field(max_length=16, description="office, union, kind, site or operator.")] = "office"
    scope_id: Name = ""
    official: Annotated[str, Field(max_length=40, description="The official service that it answers.")] = ""
    files: Annotated[list[Annotated[str, Field(max_length=16)]], Field(max_length=20)] = []
