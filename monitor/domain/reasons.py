"""Represent reasons: what was observed, suspected or planned, as a code with parameters. Words: `i18n.reasons`.

``PARAMETERS`` is the one table of all codes and their parameters. A reason is plain JSON where it is stored or given
out (`as_json`): ``{"code": "interface_down", "interface": "sfp1"}``. Sentences stored before there were codes, and
texts of other programs, have the code ``text``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Union, get_args

from monitor.domain.period import Period, Unit
from monitor.domain.reason_codes import ReasonCode

__all__ = [
    "PARAMETERS",
    "TIMEOUT",
    "Names",
    "Reason",
    "ReasonCode",
    "Value",
    "as_json",
    "from_json",
    "reason",
    "text",
]


@dataclass(frozen=True, slots=True)
class Names:
    """A name in the languages in which the configuration has it; any other language gets the English one."""

    bn: str
    en: str

    def __str__(self) -> str:
        """Return the English name."""
        return self.en

    def name(self, lang: str) -> str:
        """Return the name in ``lang``."""
        return self.bn if lang == "bn" else self.en


Value = Union[str, int, float, datetime, Period, Names, tuple[str, ...], tuple["Reason", ...], "Reason"]


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
    C.STAGE_END_MOVED: {"stage": int, "before": datetime, "after": datetime},
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
    C.TLS_FAILED: {"fault": str},  # a code of `i18n.terms.TLS_FAULTS`, or OpenSSL's words
    C.CERTIFICATE_REFUSED: {"fault": str},  # a code of `i18n.terms.CERTIFICATE_FAULTS`, or OpenSSL's words
    C.NOT_HTTP: {"fault": str},
    C.REDIRECTS_TOO_OFTEN: {"count": int},
    C.REDIRECTS_NOWHERE: {"target": str},
    C.ANSWER_TOO_LONG: {"kib": int},
    C.NOT_SMTP: {"said": str},
    C.NO_AUTHORITY: {"fault": str},
    C.NAME_IMPOSSIBLE: {"name": str},
    C.NO_INTERFACE_HERE: {"interface": str},
    C.ZONE_MISSING: {"address": str},
    C.PROGRAM_FAULT: {"fault": str},
    C.TRAP: {"name": str},
    C.ROWS_LEFT_OUT: {"rows": int, "tables": tuple},
    C.OBJECTS_UNREAD: {"objects": tuple},
    C.SECRET_UNREADABLE: {"credential": str},
    C.SNMP_V2C_SILENT: {"address": str},
    C.SNMP_V3_SILENT: {"address": str},
    C.SNMP_GARBLED: {"address": str, "fault": Reason},
    C.SNMP_ANSWERED_BY: {"address": str, "port": int},
    C.SNMP_MALFORMED: {"fault": str},
    C.SNMP_NO_AGENT: {"address": str, "port": int},
    C.SNMP_OTHER_COMMUNITY: {"address": str},
    C.SNMP_REFUSED: {"address": str, "refusal": str},  # a code of `i18n.terms.SNMP_REFUSALS`
    C.SNMP_WRONG_ENCRYPTION_KEY: {"address": str},
    C.SNMP_AGENT_SAYS: {"status": str},
    C.SNMP_ENGINE_CHANGES: {"address": str},
    C.SNMP_ODD_REPORT: {"address": str},
    C.SNMP_TOO_SLOW: {"seconds": float},
    C.TARGET_MISSED: {"due": datetime, "target": Period},
    C.FALLS_DUE: {"due": datetime},
    C.STAGE_BEGINS: {"stage": int, "holder": Names, "lapses": datetime},
    C.STAGE_LAPSES: {"stage": int, "holder": Names, "lapses": datetime},
    C.ASKED_TO_RAISE: {"stage": int},
    C.SITE_ANSWERS_SINCE: {"since": datetime, "seconds": int},
    C.SITE_ANSWERS_STEADILY: {"since": datetime, "ended": datetime, "seconds": int},
    C.OUTAGE_ENDED: {"end": str, "seconds": int},
    C.TARGET_RESTARTED: {"because": Reason, "due": datetime},
    C.STAGE_RESTARTED: {"because": Reason, "stage": int, "lapses": datetime},
    C.STILL_OVERDUE: {"because": Reason},
    C.ACKNOWLEDGED_UNTIL: {"until": datetime},
    C.WAITED: {"seconds": int, "due": datetime},
    C.WAITED_IN_STAGE: {"seconds": int, "stage": int, "lapses": datetime},
    C.WAITED_AFTER_STAGES: {"seconds": int},
    C.RECOUNTED_BEFORE: {"at": datetime, "change": Reason},
    C.SERVICE_CHANGED: {"before": datetime, "after": datetime},
    C.CORRECTED: {"changes": tuple},
    C.VALUE_CHANGED: {"field": str, "before": str, "after": str},
    C.REDATED_EARLIER: {"since": datetime, "seconds": int},
    C.REDATED_LATER: {"since": datetime, "seconds": int},
    C.REGISTERED: {"way": str, "asker": str, "why_late": Reason},
    C.REPEAT_OF: {"complaint": str},
    C.LINKED_TO_OUTAGE: {"site": Names, "since": datetime, "ticket": str},  # '' while the outage has no ticket
    C.LINKED_TO_COMPLAINT: {"complaint": str},
    C.OPERATOR_LATE: {"operator": str, "due": datetime},
    C.NOTICE_RESENT: {"notice": str, "recipient": str},
    C.HELPDESK_STATUS: {"status": str},
    C.HELPDESK_OVERRULED: {"status": str, "state": str},
    C.REPORT_ATTACHED: {"name": str, "edition": int, "sha256": str},
    C.REPORT_STOPPED: {"times": int},
    C.REPORT_NO_PLACE: {"place": str},
    C.REPORT_ENDED: {"status": int},  # of the process; below 0: the signal that ended it
    C.PROGRAM_EXCHANGED: {},
    C.REPORT_TOO_LONG: {"seconds": int},
    C.REPORT_TOO_LARGE: {"mib": int},
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
        case Period():
            return {value.unit: value.amount}
        case Names():
            return {"bn": value.bn, "en": value.en}
        case tuple():
            return [_plain(each) for each in value]
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
    except (AssertionError, AttributeError, KeyError, TypeError, ValueError, OverflowError):
        return text(str(stored)[:300])


def _typed(value: Any, kind: type) -> Value | None:
    if kind is datetime:
        return datetime.fromisoformat(value).astimezone(UTC)
    if kind is tuple:
        return tuple(from_json(each) if isinstance(each, Mapping) else str(each) for each in value)  # type: ignore[return-value]
    if kind is Period:
        ((unit, amount),) = value.items()
        if unit not in get_args(Unit):
            raise ValueError(f"'{unit}' is no unit of a period")
        return Period(unit, int(amount))
    if kind is Names:
        if isinstance(value, str):  # an earlier version named it by its id
            return Names(value, value)
        return Names(str(value["bn"]), str(value["en"]))
    if kind is Reason:
        return from_json(value)
    typed: Value = kind(value)
    return typed
