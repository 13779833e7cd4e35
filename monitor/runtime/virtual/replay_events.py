"""Parse the lines of a `replay` file beside samples: everything else the daemon reacts to, an object a line.

Each has ``t``, when it happens, and ``kind``. docs/replay.md shows an example of each.
"""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StrictBool, TypeAdapter, model_validator

from monitor.domain.message import message
from monitor.domain.ticket_states import ACTIONS, WAYS
from monitor.settings.base import Model
from monitor.settings.maintenance_section import YEARS, Maintenance

PERSON = "somebody"


def _moment(value: object) -> datetime:
    try:
        found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        said = message("found {found!r}. Expected a time such as 2026-11-24T09:00:00+06:00", found=value)
        raise ValueError(said) from None
    if found.tzinfo is None:
        raise ValueError(message("'{found}' has no offset. Expected one such as +06:00", found=value))
    if not YEARS[0] <= found.year < YEARS[1]:
        said = message(
            "found '{found}'. Expected a year from {first} to {last}", found=value, first=YEARS[0], last=YEARS[1]
        )
        raise ValueError(said)
    return found.astimezone(UTC)


def _one_of(known: tuple[str, ...]) -> BeforeValidator:
    def check(value: object) -> object:
        if value not in known:
            raise ValueError(message("found {found!r}. Expected one of: {known}", found=value, known=known))
        return value

    return BeforeValidator(check)


Moment = Annotated[datetime, BeforeValidator(_moment)]
Words = Annotated[str, Field(max_length=2_000)]
Facts = dict[str, int | str]


class RecordedEvent(Model):
    """An event at a time."""

    t: Moment

    @property
    def clock_after(self) -> datetime:
        """Return the wall clock after it."""
        return self.t


class Mains(RecordedEvent):
    """The UPS of a site reports its mains."""

    kind: Literal["ups"]
    site: str
    on_battery: StrictBool


class SnmpRead(RecordedEvent):
    """A device was read by SNMP: rows of its interfaces and its UPS, by the MIBs' names, or why it was not."""

    kind: Literal["snmp"]
    device: str
    outcome: Literal["ok", "silent", "credentials", "error"] = "ok"
    system: Facts = Field(default_factory=dict)
    ports: list[Facts] = Field(default_factory=list)
    ups: Facts = Field(default_factory=dict)


class Trap(RecordedEvent):
    """A device sent a trap of that name."""

    kind: Literal["trap"]
    device: str
    name: Annotated[str, Field(min_length=1, max_length=200)]


class Act(RecordedEvent):
    """A person acts on a ticket; ``until``: when an acknowledgement ends."""

    kind: Literal["act"]
    ticket: str
    act: Annotated[str, _one_of(tuple(ACTIONS))]
    by: str = PERSON
    text: Words = ""
    until: Moment | None = None


class Registered(RecordedEvent):
    """A request is registered under a service of the charter ('citizen:6', 'official:2')."""

    kind: Literal["register"]
    service: str
    asker: Annotated[str, Field(min_length=1, max_length=200)]
    text: Annotated[Words, Field(min_length=1)]
    way: Annotated[str, _one_of(WAYS)] = "person"
    site: str | None = None
    email: str = ""
    by: str = PERSON


class Planned(RecordedEvent):
    """Planned work is added by command; ``work`` says what [maintenance.NAME] of monitor.toml would."""

    kind: Literal["planned"]
    name: Annotated[str, Field(min_length=1, max_length=64)]
    work: Maintenance
    by: str = PERSON

    @model_validator(mode="before")
    @classmethod
    def _work_is_json(cls, entry: Any) -> Any:
        if isinstance(entry, dict) and isinstance(entry.get("work"), dict):
            return {**entry, "work": Maintenance.from_json(entry["work"])}
        return entry


class PlannedEnded(RecordedEvent):
    """Planned work that was added by command is ended early."""

    kind: Literal["planned_ended"]
    name: str


class Stopped(RecordedEvent):
    """The daemon stops; nothing happens until it has started."""

    kind: Literal["stopped"]


class Started(RecordedEvent):
    """The daemon starts, from what its database has."""

    kind: Literal["started"]


class Stall(RecordedEvent):
    """The daemon was stalled until now, for so many seconds."""

    kind: Literal["standstill"]
    seconds: Annotated[float, Field(gt=0, le=86_400 * 31)]


class ClockStepped(RecordedEvent):
    """The wall clock is set: what was ``t`` by it is ``to`` from now on. ``synchronised``: it was NTP that set it."""

    kind: Literal["clock"]
    to: Moment
    synchronised: StrictBool = False

    @property
    def clock_after(self) -> datetime:
        return self.to


AnyHappening = Annotated[
    Mains | SnmpRead | Trap | Act | Registered | Planned | PlannedEnded | Stopped | Started | Stall | ClockStepped,
    Field(discriminator="kind"),
]
HAPPENINGS: TypeAdapter[RecordedEvent] = TypeAdapter(AnyHappening)
KINDS = (
    "ups",
    "snmp",
    "trap",
    "act",
    "register",
    "planned",
    "planned_ended",
    "stopped",
    "started",
    "standstill",
    "clock",
)


class ImpossibleError(Exception):
    """The line's event cannot happen then; the message says why."""
