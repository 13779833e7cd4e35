"""A reason of each code, with all of its parameters."""

from datetime import UTC, datetime

from monitor.domain.period import Period
from monitor.domain.reasons import PARAMETERS, Names, Reason, ReasonCode, Value, reason

EXAMPLES: dict[type, Value] = {
    str: "sfp1",
    int: 3,
    float: 0.5,
    tuple: ("udc-a", "udc-b"),
    datetime: datetime(2026, 11, 24, 3, tzinfo=UTC),
    Period: Period("working_days", 3),
    Names: Names("\u0995", "The officer"),
    Reason: Reason(ReasonCode.TIMEOUT),
}


def example(code: ReasonCode) -> Reason:
    """A reason of that code with all of its parameters."""
    return reason(code, **{name: EXAMPLES[kind] for name, kind in PARAMETERS[code].items()})
