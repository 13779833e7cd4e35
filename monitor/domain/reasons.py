"""Represent reasons: what was observed, suspected or planned, as a code with parameters. Words: `i18n.reasons`.

``PARAMETERS`` is the one table of all codes and their parameters. A reason is plain JSON where it is stored or given
out (`as_json`): ``{"code": "interface_down", "interface": "sfp1"}``. Sentences stored before there were codes, and
texts of other programs, have the code ``text``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Union

Value = Union[str, int, float, datetime, tuple[str, ...], "Reason"]


class ReasonCode(StrEnum):
    """The code of a reason; `PARAMETERS` lists its parameters. Values are stored and public."""

    TEXT = "text"
    # a probe without an answer
    TIMEOUT = "timeout"
    NO_ANSWER = "no_answer"
    SEND_REFUSED = "send_refused"
    NETWORK_UNREACHABLE = "network_unreachable"
    HOST_UNREACHABLE = "host_unreachable"
    PROTOCOL_UNREACHABLE = "protocol_unreachable"
    PORT_UNREACHABLE = "port_unreachable"
    ADDRESS_UNREACHABLE = "address_unreachable"
    NO_ROUTE = "no_route"
    ROUTE_REJECTED = "route_rejected"
    UNREACHABLE = "unreachable"
    NETWORK_PROHIBITED = "network_prohibited"
    HOST_PROHIBITED = "host_prohibited"
    PROHIBITED = "prohibited"
    SOURCE_REFUSED = "source_refused"
    FRAGMENTATION_NEEDED = "fragmentation_needed"
    PACKET_TOO_BIG = "packet_too_big"
    TTL_EXCEEDED = "ttl_exceeded"
    HOP_LIMIT_EXCEEDED = "hop_limit_exceeded"
    PARAMETER_PROBLEM = "parameter_problem"
    SAID_BY = "said_by"
    # our own fault
    NO_SOCKET = "no_socket"
    INTERRUPTED = "interrupted"
    BUFFER_FULL = "buffer_full"
    STALLED_BEFORE = "stood_still_before"
    # links
    FAR_END_SILENT = "far_end_silent"
    INTERFACE_OFF = "interface_off"
    INTERFACE_DOWN = "interface_down"
    INTERFACE_TESTING = "interface_testing"
    INTERFACE_NOT_PRESENT = "interface_not_present"
    INTERFACE_LOWER_LAYER_DOWN = "interface_lower_layer_down"
    INTERFACE_SLOW = "interface_slow"
    INTERFACE_BUSY = "interface_busy"
    INTERFACE_ERRORS = "interface_errors"
    INTERFACE_WELL = "interface_well"
    INTERFACE_MISSING = "interface_missing"
    INTERFACE_AMBIGUOUS = "interface_ambiguous"
    # power
    UPS_ON_BATTERY = "ups_on_battery"
    NEIGHBOUR_ON_BATTERY = "neighbour_on_battery"
    FELL_SILENT_TOGETHER = "fell_silent_together"
    BATTERY_FEEDS = "battery_feeds"
    MAINS_BACK = "mains_back"
    # why no outage begins
    PLANNED_WORK = "planned_work"
    OUTSIDE_HOURS = "outside_hours"
    BEHIND = "behind"
    WAS_EXCUSED = "was_excused"
    EXCUSED = "excused"
    WAS_SILENT = "was_silent"
    DEADLINE_MOVED = "deadline_moved"
    # of unmonitored times
    DAEMON_NOT_RUNNING = "daemon_not_running"
    STALLED = "stood_still"
    BLIND_BEHIND = "blind_behind"
    REFERENCES_SILENT = "references_silent"
    CAN_JUDGE_AGAIN = "can_judge_again"
    CLOCK_SAYS = "clock_says"
    CLOCK_OK_AGAIN = "clock_believed"
    CLOCK_TRUSTED = "clock_trusted"
    # labs and sites
    WORKSTATIONS_ANSWER = "workstations_answer"
    NO_WORKSTATION = "no_workstation"
    WORKSTATIONS_UNUSED = "workstations_unused"
    RESULTS_CHANGED = "results_changed"
    SET_ASIDE = "set_aside"
    # checks of services
    OS_ERROR = "os_error"
    HTTP_STATUS = "http_status"
    PAGE_LACKS = "page_lacks"
    PAGE_BEGINNING_LACKS = "page_beginning_lacks"
    CERTIFICATE_EXPIRES = "certificate_expires"
    CERTIFICATE_EXPIRED = "certificate_expired"
    ISSUER_EXPIRES = "issuer_expires"
    ISSUER_EXPIRED = "issuer_expired"
    DNS_RCODE = "dns_rcode"
    DNS_NO_RECORD = "dns_no_record"
    DNS_OTHER_ANSWER = "dns_other_answer"
    DNS_CIRCLE = "dns_circle"
    SMTP_SAYS = "smtp_says"
    SMTP_GREETING_LACKS = "smtp_greeting_lacks"
    CAME_TOO_LATE = "came_too_late"
    PROGRAM_FAULT = "program_fault"
    # SNMP
    TRAP = "trap"
    AGENT_RESTARTED = "agent_restarted"
    READ_AGAIN = "read_again"
    ROWS_LEFT_OUT = "rows_left_out"
    OBJECTS_UNREAD = "objects_unread"
    SECRET_UNREADABLE = "secret_unreadable"
    SNMP_V2C_SILENT = "snmp_v2c_silent"
    SNMP_V3_SILENT = "snmp_v3_silent"
    SNMP_GARBLED = "snmp_garbled"
    SNMP_NO_AGENT = "snmp_no_agent"
    SNMP_OTHER_COMMUNITY = "snmp_other_community"
    SNMP_MAY_NOT_READ = "snmp_may_not_read"
    SNMP_REFUSED = "snmp_refused"
    SNMP_WRONG_ENCRYPTION_KEY = "snmp_wrong_encryption_key"
    SNMP_AGENT_SAYS = "snmp_agent_says"
    SNMP_ENGINE_CHANGES = "snmp_engine_changes"
    SNMP_ODD_REPORT = "snmp_odd_report"
    SNMP_TOO_SLOW = "snmp_too_slow"


@dataclass(frozen=True, slots=True)
class Reason:
    """A code and its parameters, in the order of the table. Made by `reason`."""

    code: ReasonCode
    parameters: tuple[tuple[str, Value], ...] = ()

    def __getitem__(self, name: str) -> Value:
        """Return the parameter of that name; raises KeyError when it has none."""
        return dict(self.parameters)[name]


C = ReasonCode

PARAMETERS: Mapping[ReasonCode, Mapping[str, type]] = {
    **{code: {} for code in C},  # most say all with their code
    C.TEXT: {"text": str},
    C.SEND_REFUSED: {"error": str},  # errno by name
    C.UNREACHABLE: {"icmp_code": int},
    C.SAID_BY: {"seen": Reason, "router": str},
    C.NO_SOCKET: {"why": str},
    C.FAR_END_SILENT: {"seen": Reason},
    C.INTERFACE_OFF: {"interface": str},
    C.INTERFACE_DOWN: {"interface": str},
    C.INTERFACE_TESTING: {"interface": str},
    C.INTERFACE_NOT_PRESENT: {"interface": str},
    C.INTERFACE_LOWER_LAYER_DOWN: {"interface": str},
    C.INTERFACE_WELL: {"interface": str},
    C.INTERFACE_MISSING: {"interface": str},
    C.INTERFACE_SLOW: {"interface": str, "mbps": float, "expected_mbps": float},
    C.INTERFACE_BUSY: {"interface": str, "share": float},
    C.INTERFACE_ERRORS: {"interface": str, "per_s": float},
    C.INTERFACE_AMBIGUOUS: {"interface": str, "count": int},
    C.UPS_ON_BATTERY: {"since": datetime},
    C.NEIGHBOUR_ON_BATTERY: {"site": str, "since": datetime},
    C.FELL_SILENT_TOGETHER: {"sites": tuple},
    C.PLANNED_WORK: {"name": str, "text": str},
    C.OUTSIDE_HOURS: {"hours": str},
    C.BEHIND: {"site": str, "excuse": Reason},
    C.WAS_EXCUSED: {"seen": Reason, "since": datetime, "excuse": Reason},
    C.EXCUSED: {"excuse": Reason},
    C.WAS_SILENT: {"seconds": int, "excuse": Reason},
    C.DEADLINE_MOVED: {"before": datetime, "after": datetime},
    C.STALLED: {"seconds": int},
    C.BLIND_BEHIND: {"uplink": str},
    C.REFERENCES_SILENT: {"uplink": str},
    C.CAN_JUDGE_AGAIN: {"uplink": str},
    C.CLOCK_SAYS: {"clock": datetime},
    C.CLOCK_TRUSTED: {"by": str, "clock": datetime},
    C.WORKSTATIONS_ANSWER: {"answering": int, "total": int},
    C.NO_WORKSTATION: {"total": int},
    C.WORKSTATIONS_UNUSED: {"total": int, "days": int},
    C.RESULTS_CHANGED: {"share": float},
    C.SET_ASIDE: {"decision": str, "fault": str},
    C.OS_ERROR: {"error": str},  # errno by name
    C.HTTP_STATUS: {"status": int},
    C.PAGE_LACKS: {"wanted": str},
    C.PAGE_BEGINNING_LACKS: {"wanted": str, "kib": int},
    C.CERTIFICATE_EXPIRES: {"host": str, "date": str},  # the host is '' where it is the one that was asked
    C.CERTIFICATE_EXPIRED: {"host": str, "date": str},
    C.ISSUER_EXPIRES: {"subject": str, "host": str, "date": str},
    C.ISSUER_EXPIRED: {"subject": str, "host": str, "date": str},
    C.DNS_RCODE: {"rcode": str},
    C.DNS_NO_RECORD: {"type": str},
    C.DNS_OTHER_ANSWER: {"found": str, "expected": str},
    C.SMTP_SAYS: {"smtp_code": int, "said": str},
    C.SMTP_GREETING_LACKS: {"wanted": str},
    C.PROGRAM_FAULT: {"fault": str},
    C.TRAP: {"name": str},
    C.ROWS_LEFT_OUT: {"rows": int, "tables": tuple},
    C.OBJECTS_UNREAD: {"objects": tuple},
    C.SECRET_UNREADABLE: {"credential": str},
    C.SNMP_V2C_SILENT: {"address": str},
    C.SNMP_V3_SILENT: {"address": str},
    C.SNMP_GARBLED: {"address": str, "fault": str},
    C.SNMP_NO_AGENT: {"address": str, "port": int},
    C.SNMP_OTHER_COMMUNITY: {"address": str},
    C.SNMP_REFUSED: {"address": str, "refusal": str},
    C.SNMP_WRONG_ENCRYPTION_KEY: {"address": str},
    C.SNMP_AGENT_SAYS: {"status": str},
    C.SNMP_ENGINE_CHANGES: {"address": str},
    C.SNMP_ODD_REPORT: {"address": str},
    C.SNMP_TOO_SLOW: {"seconds": float},
}
"""Every code with the names and types of its parameters. A reason within a reason may be left out, nothing else."""


def reason(code: ReasonCode, **parameters: Value | None) -> Reason:
    """Make a reason; None leaves a parameter out. Raises ValueError when the parameters do not fit the code."""
    expected = PARAMETERS[code]
    given = tuple((name, parameters[name]) for name in expected if parameters.get(name) is not None)
    names = {name for name, _ in given}
    lacking = [name for name, kind in expected.items() if kind is not Reason and name not in names]
    if lacking or parameters.keys() - expected.keys():
        raise ValueError(f"'{code}' has the parameters {sorted(expected)}, not {sorted(parameters)}")
    return Reason(code, given)  # type: ignore[arg-type]  # None is left out


def text(words: str) -> Reason | None:
    """Wrap another program's words, or a sentence from before there were codes; None for none."""
    return Reason(C.TEXT, (("text", words),)) if words else None


TIMEOUT = Reason(C.TIMEOUT)


def as_json(given: Reason | None) -> dict[str, Any] | None:
    """Return the reason as plain JSON values: times in ISO 8601, UTC; reasons within it likewise."""
    if given is None:
        return None
    return {"code": given.code.value, **{name: _plain(value) for name, value in given.parameters}}


def _plain(value: Value) -> Any:
    match value:
        case Reason():
            return as_json(value)
        case datetime():
            return value.astimezone(UTC).isoformat()
        case tuple():
            return list(value)
    return value


def from_json(stored: object) -> Reason | None:
    """Return the reason that `as_json` made; None for None.

    Anything else (damage, a later version's) becomes a text.
    """
    if stored is None:
        return None
    try:
        assert isinstance(stored, Mapping)
        code = ReasonCode(stored["code"])
        kinds = PARAMETERS[code]
        return reason(code, **{name: _typed(stored[name], kind) for name, kind in kinds.items() if name in stored})
    except (AssertionError, KeyError, TypeError, ValueError, OverflowError):
        return text(str(stored)[:300])


def _typed(value: Any, kind: type) -> Value | None:
    if kind is datetime:
        return datetime.fromisoformat(value).astimezone(UTC)
    if kind is tuple:
        return tuple(str(each) for each in value)
    if kind is Reason:
        return from_json(value)
    typed: Value = kind(value)
    return typed
