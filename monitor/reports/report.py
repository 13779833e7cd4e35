"""Define the report: one value, of which every format (JSON, CSV, XLSX, HTML, PDF) is a rendering.

Lengths are integer microseconds (``_us``) or seconds (``_s``); times are UTC; names come in both languages; codes are
those of the store. Nothing here depends on when it is computed: the same database gives the same value.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from monitor.domain.reasons import Names, Reason
from monitor.reports.period import Period


@dataclass(frozen=True, slots=True)
class Accounting:
    """A window's time by what was known of it: ``up + down + unmonitored + paused = window``, in microseconds."""

    up_us: int
    down_us: int
    unmonitored_us: int
    paused_us: int
    window_us: int

    @property
    def share(self) -> float | None:
        """Return up ÷ (up + down), 0 to 1; None when both are zero."""
        counted = self.up_us + self.down_us
        return self.up_us / counted if counted else None

    def __add__(self, other: "Accounting") -> "Accounting":
        return Accounting(
            self.up_us + other.up_us,
            self.down_us + other.down_us,
            self.unmonitored_us + other.unmonitored_us,
            self.paused_us + other.paused_us,
            self.window_us + other.window_us,
        )


NOTHING = Accounting(0, 0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class ReportScope:
    """What a report is about. ``kind``: 'office', 'union', 'kind', 'site', 'operator'; ``id``: which, '' for all.

    'place': the offices of a place of the tree, such as a district.

    ``official``: the key of the charter's official service that it answers, '' for none.
    """

    kind: str
    id: str
    name: Names
    official: str = ""


@dataclass(frozen=True, slots=True)
class ExcusedTime:
    """A time when a site was silent without an outage, cut to the window, and why."""

    begins_utc: datetime
    ends_utc: datetime
    why: Reason | None


@dataclass(frozen=True, slots=True)
class SiteFigures:
    """A site's figures: ``promised`` within its service hours, ``always`` over all hours.

    ``power_us``: down by outages with power as suspected cause. ``used_us``: hours in which workstations of its lab
    answered, None where the history has none; ``workstations``: how many the configuration names. ``known_utc``: since
    when it is known, where that is within the window: nobody measured it before.
    """

    site: str
    name: Names
    kind: str
    union: str
    operator: str
    promised: Accounting
    always: Accounting
    outages: int
    affected: int
    power_us: int
    excused: Sequence[ExcusedTime]
    workstations: int = 0
    used_us: int | None = None
    known_utc: datetime | None = None


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """The sums of some sites. ``by``: 'kind', 'union' or 'operator'; ``id``: which of them, '' for those of none."""

    by: str
    id: str
    name: Names
    sites: int
    promised: Accounting
    always: Accounting
    outages: int


@dataclass(frozen=True, slots=True)
class NoticeSent:
    """Who was notified of an outage, and when: a title of the charter or the operator, by which channel."""

    at_utc: datetime
    recipient: Names
    channel: str


@dataclass(frozen=True, slots=True)
class OutageFigures:
    """An outage that reaches into the window. ``ended_utc``: None when it lasted at the report's ``as_of``.

    ``cause``: the suspected one, with ``why``; without one, ``why`` is what was observed. ``kept``: None while the
    deadline is ahead, and of one that ended otherwise than by recovering; one with an ``excuse`` counts in no record.
    ``length_us``: whole, up to ``as_of``; ``counted_us``: what of it counts as down in the window, within service
    hours. ``over_us``: past the operator's limit (``operator_hours``).
    """

    number: int
    site: str
    name: Names
    operator: str
    service: str
    started_utc: datetime
    ended_utc: datetime | None
    cause: str
    why: Reason | None
    length_us: int
    counted_us: int
    deadline_utc: datetime
    kept: bool | None
    ticket: str
    affected: Sequence[str]
    excuse: str
    over_us: int
    notices: Sequence[NoticeSent]


@dataclass(frozen=True, slots=True)
class TicketFigures:
    """The tickets of a service; ``reopened``: how often. Medians in seconds from the opening, None of none.

    To the first acknowledgement of those first acknowledged in the window, to the last resolution of those resolved.
    """

    service: str
    opened: int
    resolved: int
    open: int
    reopened: int
    acknowledge_s: float | None
    resolve_s: float | None


@dataclass(frozen=True, slots=True)
class StageFigures:
    """A stage of the grievance chain: tickets that came to it in the window, left in time, did not, stand there."""

    level: int
    title: Names
    came: int
    in_time: int
    late: int
    open: int


@dataclass(frozen=True, slots=True)
class CharterFigures:
    """A row of the charter: promises kept and missed in the window, open at its end; ``median_s`` of what ended."""

    service: str
    name: Names
    target: Names
    kept: int
    missed: int
    open: int
    median_s: float | None
    last_missed: str


@dataclass(frozen=True, slots=True)
class LinkFigures:
    """A link's use. Bits a second and octets; None where the history has none. ``full_by``: see `history`."""

    site: str
    name: Names
    interface: str
    capacity_bps: float | None
    in_p95_bps: float | None
    out_p95_bps: float | None
    in_octets: int | None
    out_octets: int | None
    full_by: date | None


@dataclass(frozen=True, slots=True)
class EarlierFigures:
    """The same figures of an earlier period of the same kind and scope; None where nothing is stored of it."""

    period: Period
    promised: Accounting | None
    outages: int
    kept: int
    missed: int


@dataclass(frozen=True, slots=True)
class UnseenTime:
    """A time in which the monitor did not see: everything, or what lies behind ``uplink``."""

    begins_utc: datetime
    ends_utc: datetime
    uplink: str
    why: Reason | None


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure that differs from the last edition: its path in the JSON, and both values as JSON texts; '' for none."""

    path: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Report:
    """A report. ``as_of_utc``: up to when it counts: the period's end, or now when that is ahead.

    ``sites`` and all other rows are in a fixed order. ``worst``: ids of the ten sites that were down longest.
    ``history``: where use and round-trip times come from: 'history', 'prometheus', or '' for nowhere. ``signatures``:
    titles of who prepares, checks and approves. ``edition``: 1 for the first; ``differences`` from the one before.
    ``page``: the address of the office's public page, '' for none. ``offices``: of a place's report those of its
    offices, by their ids: all its other figures are what these add up to.
    """

    period: Period
    scope: ReportScope
    as_of_utc: datetime
    office: Names
    promised: Accounting
    always: Accounting
    power_us: int
    sites: Sequence[SiteFigures]
    groups: Sequence[GroupFigures]
    outages: Sequence[OutageFigures]
    tickets: Sequence[TicketFigures]
    stages: Sequence[StageFigures]
    charter: Sequence[CharterFigures]
    links: Sequence[LinkFigures]
    worst: Sequence[str]
    earlier: Sequence[EarlierFigures]
    unseen: Sequence[UnseenTime]
    history: str
    signatures: Sequence[Names]
    edition: int = 1
    differences: Sequence[Difference] = ()
    page: str = ""
    offices: Mapping[str, "Report"] = field(default_factory=dict)
