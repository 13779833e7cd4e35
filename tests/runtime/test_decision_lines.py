"""Each decision is an event of the log, about its site."""

from datetime import UTC, datetime
from typing import get_args

import pytest

from monitor.domain.event_kinds import EventKind
from monitor.domain.log_events import LogEvent
from monitor.domain.reasons import ReasonCode, reason
from monitor.domain.states import Cause, DowntimeKind
from monitor.judging.decisions import (
    Affected,
    Decision,
    DeviceEvent,
    FlappingChanged,
    MonitoringGap,
    NoLongerAffected,
    OutageClosed,
    OutageOpened,
    OutageSuppressed,
    OutageUpdated,
    SiteChanged,
    SuppressionEnded,
    UplinkBack,
    UplinkLost,
    WorkstationSeen,
)
from monitor.judging.health import State
from monitor.runtime.decision_lines import log_decision
from tests.logs.logfmt import decoded
from tests.logs.written import written

AT = datetime(2026, 11, 24, 5, tzinfo=UTC)
TIMEOUT = reason(ReasonCode.TIMEOUT)
POWER = reason(ReasonCode.FELL_SILENT_TOGETHER, sites=("b",))
EACH: list[tuple[Decision, LogEvent, dict[str, str]]] = [
    (OutageOpened("a", AT, AT, None, TIMEOUT), LogEvent.OUTAGE_OPENED, {"site": "a"}),
    (
        OutageOpened("a", AT, AT, None, TIMEOUT, Cause.POWER, POWER),
        LogEvent.OUTAGE_OPENED,
        {"site": "a", "cause": "power"},
    ),
    (OutageUpdated("a", TIMEOUT), LogEvent.OUTAGE_UPDATED, {"site": "a"}),
    (OutageClosed("a", AT), LogEvent.OUTAGE_CLOSED, {"site": "a", "reason": "recovered"}),
    (Affected("a", "b", AT), LogEvent.SITE_UNREACHABLE, {"site": "a", "behind": "b"}),
    (NoLongerAffected("a", AT), LogEvent.SITE_REACHABLE, {"site": "a"}),
    (SiteChanged("a", State.DEGRADED, AT), LogEvent.SITE_DEGRADED, {"site": "a"}),
    (SiteChanged("a", State.UP, AT), LogEvent.SITE_STATE, {"site": "a", "state": "up"}),
    (UplinkLost("main", AT), LogEvent.UPLINK_LOST, {"uplink": "main"}),
    (UplinkBack("main", AT, AT), LogEvent.UPLINK_BACK, {"uplink": "main"}),
    (FlappingChanged("a", True, 0.3, AT), LogEvent.SITE_UNSTABLE, {"site": "a"}),
    (FlappingChanged("a", False, 0.0, AT), LogEvent.SITE_STABLE, {"site": "a"}),
    (
        OutageSuppressed("a", AT, DowntimeKind.MAINTENANCE, TIMEOUT, None, AT),
        LogEvent.OUTAGE_SUPPRESSED,
        {"site": "a", "kind": "maintenance"},
    ),
    (SuppressionEnded("a", AT), LogEvent.SUPPRESSION_ENDED, {"site": "a"}),
    (MonitoringGap(AT, AT, TIMEOUT), LogEvent.MONITORING_GAP, {}),
    (WorkstationSeen("a", AT), LogEvent.WORKSTATION_SEEN, {"site": "a"}),
    (
        DeviceEvent("a", "a.ups", EventKind.ON_BATTERY, reason(ReasonCode.BATTERY_FEEDS), AT),
        LogEvent.DEVICE_EVENT,
        {"site": "a", "device": "a.ups", "kind": "on_battery"},
    ),
]


@pytest.mark.parametrize(("decision", "event", "fields"), EACH)
def test_a_decision_is_logged_as_its_event_with_its_fields(
    decision: Decision, event: LogEvent, fields: dict[str, str]
) -> None:
    with written("logfmt", "debug") as log:
        log_decision(decision)
    (line,) = log.getvalue().splitlines()
    found = decoded(line)
    assert found.pop("ts")
    assert found.pop("msg")
    assert found == {"level": _level(event), "event": event.code, **fields}


def test_every_kind_of_decision_is_logged() -> None:
    assert {type(decision) for decision, _, _ in EACH} == set(get_args(Decision))


def test_the_text_says_what_was_seen_and_what_is_suspected_in_english() -> None:
    with written() as log:
        log_decision(EACH[1][0])
    assert log.getvalue() == (
        "INFO a: outage since 2026-11-24 05:00:00Z (timeout); suspected cause: power (stopped answering together "
        "with b, on the same feeder) [outage_opened]\n"
    )


def _level(event: LogEvent) -> str:
    return {10: "debug", 20: "info", 30: "warning"}[event.level]
