"""Parse the English sentences in which older versions stored their reasons.

Only data of those versions passes through here: rows, stored notices, recordings. The sentences are theirs and do not
follow today's messages. What matches none stays a text.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache

from monitor.domain.clock import DHAKA
from monitor.domain.reasons import PARAMETERS, Reason, ReasonCode, Value, reason, text

C = ReasonCode

SENTENCES: Mapping[ReasonCode, str] = {
    C.WAS_EXCUSED: (
        r"(?:(?P<seen>.*?); )?silent since (?P<since>\d\d/\d\d/\d{4} \d\d:\d\d), which was excused until now:"
        r" (?P<excuse>.+)"
    ),
    C.EXCUSED: r"silent, but no outage begins: (?P<excuse>.+)",
    C.WAS_SILENT: r"silent for (?P<seconds>\d[\w ]*?): (?P<excuse>.+)",
    C.BEHIND: r"behind '(?P<site>[^']+)': (?P<excuse>.+)",
    C.PLANNED_WORK: r"planned work '(?P<name>[^']+)' \((?P<text>.*)\)",
    C.OUTSIDE_HOURS: r"outside the hours of service \((?P<hours>.+)\)",
    C.TIMEOUT: r"timeout",
    C.NO_ANSWER: r"no answer",
    C.FAR_END_SILENT: r"the far end is silent(?:: (?P<seen>.+))?",
    C.NETWORK_UNREACHABLE: r"network unreachable",
    C.HOST_UNREACHABLE: r"host unreachable",
    C.PROTOCOL_UNREACHABLE: r"protocol unreachable",
    C.PORT_UNREACHABLE: r"port unreachable",
    C.ADDRESS_UNREACHABLE: r"address unreachable",
    C.NO_ROUTE: r"no route",
    C.ROUTE_REJECTED: r"route rejected",
    C.UNREACHABLE: r"unreachable \(code (?P<icmp_code>\d+)\)",
    C.NETWORK_PROHIBITED: r"network administratively prohibited",
    C.HOST_PROHIBITED: r"host administratively prohibited",
    C.PROHIBITED: r"administratively prohibited",
    C.SOURCE_REFUSED: r"source address failed policy",
    C.FRAGMENTATION_NEEDED: r"fragmentation needed",
    C.PACKET_TOO_BIG: r"packet too big",
    C.TTL_EXCEEDED: r"time to live exceeded",
    C.HOP_LIMIT_EXCEEDED: r"hop limit exceeded",
    C.PARAMETER_PROBLEM: r"parameter problem",
    C.SEND_REFUSED: r"(?P<error>E[A-Z0-9]{3,})",
    C.INTERRUPTED: r"interrupted",
    C.BUFFER_FULL: r"the receive buffer was full",
    C.STALLED_BEFORE: r"we stood still just before",
    C.INTERFACE_OFF: r"interface (?P<interface>.+) is switched off",
    C.INTERFACE_LOWER_LAYER_DOWN: r"interface (?P<interface>.+) is lower layer down",
    C.INTERFACE_DOWN: r"interface (?P<interface>.+) is down",
    C.INTERFACE_TESTING: r"interface (?P<interface>.+) is testing",
    C.INTERFACE_NOT_PRESENT: r"interface (?P<interface>.+) is not present",
    C.INTERFACE_BUSY: r"interface (?P<interface>.+) is (?P<share>\d+) % used",
    C.INTERFACE_WELL: r"interface (?P<interface>.+) is well again",
    C.INTERFACE_MISSING: r"it has no interface '(?P<interface>.+)'",
    C.INTERFACE_AMBIGUOUS: r"it has (?P<count>\d+) interfaces '(?P<interface>.+)'",
    C.UPS_ON_BATTERY: r"its UPS has been on battery since (?P<since>\d\d/\d\d/\d{4} \d\d:\d\d)",
    C.FELL_SILENT_TOGETHER: r"fell silent together with (?P<sites>.+), on the same feeder",
    C.BATTERY_FEEDS: r"the UPS feeds from its battery",
    C.MAINS_BACK: r"the UPS is on mains again",
    C.DAEMON_NOT_RUNNING: r"the daemon was not running",
    C.STALLED: r"the monitor stood still for (?P<seconds>\d+) s",
    C.BLIND_BEHIND: r"blind behind '(?P<uplink>.+)'",
    C.REFERENCES_SILENT: r"all references of '(?P<uplink>.+)' are silent",
    C.CAN_JUDGE_AGAIN: r"behind '(?P<uplink>.+)' it can be judged again",
    C.CLOCK_OK_AGAIN: r"the wall clock is believed again",
    C.WORKSTATIONS_ANSWER: r"(?P<answering>\d+) of (?P<total>\d+) workstations answer",
    C.NO_WORKSTATION: r"none of (?P<total>\d+) workstations answers, but the router does",
    C.WORKSTATIONS_UNUSED: r"none of (?P<total>\d+) workstations for (?P<days>\d+) days",
    C.RESULTS_CHANGED: r"(?P<share>\d+)% of its last results changed",
    C.AGENT_RESTARTED: r"its agent started anew",
    C.READ_AGAIN: r"it is read again",
    C.ROWS_LEFT_OUT: r"only the first (?P<rows>[\d,]+) rows are read of: (?P<tables>.+)",
    C.OBJECTS_UNREAD: r"it falls silent when it is asked for: (?P<objects>.+); all else is read",
    C.SECRET_UNREADABLE: r"the secret of '(?P<credential>.+)' could not be read",
    C.SNMP_V3_SILENT: r"no answer from (?P<address>\S+): it is away or speaks no SNMPv3",
    C.SNMP_GARBLED: r"no answer from (?P<address>\S+) that counts: (?P<fault>.+)",
    C.SNMP_NO_AGENT: r"no agent listens at port (?P<port>\d+) of (?P<address>\S+)",
    C.SNMP_MAY_NOT_READ: r"the agent knows these credentials but does not let them read",
    C.SNMP_REFUSED: r"(?P<address>\S+) does not accept these credentials: (?P<refusal>.+)",
    C.SNMP_AGENT_SAYS: r"the agent says (?P<status>.+)",
    C.SNMP_ENGINE_CHANGES: r"(?P<address>\S+): its engine's id or clock does not keep still",
    C.SNMP_ODD_REPORT: r"(?P<address>\S+) reports what nobody asked",
    C.SNMP_TOO_SLOW: r"it could not be read within (?P<seconds>[\d.e+-]+) s",
    C.CLOCK_SAYS: r"the wall clock says (?P<clock>\w+, \d+ \w+ \d{4}, \d\d:\d\d(?::\d\d)?)",
    C.CLOCK_TRUSTED: (
        r"(?P<by>.+) says that the clock is right: (?P<clock>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?: \(Dhaka\))?"
    ),
    C.DEADLINE_MOVED: (r"the charter or the office calendar has changed: due (?P<after>.+?), no longer (?P<before>.+)"),
    C.SAID_BY: (
        r"(?P<seen>(?:network|host|protocol|port|address) unreachable|unreachable \(code \d+\)"
        r"|(?:network |host )?administratively prohibited|time to live exceeded|hop limit exceeded)"
        r" from (?P<router>[0-9a-fA-F.:]+)"
    ),
    C.INTERFACE_SLOW: (
        r"interface (?P<interface>.+) runs at (?P<mbps>[\d.e+-]+) Mb/s instead of (?P<expected_mbps>[\d.e+-]+)"
    ),
    C.INTERFACE_ERRORS: r"interface (?P<interface>.+) damages (?P<per_s>[\d.e+-]+) packets a second",
    C.NEIGHBOUR_ON_BATTERY: (
        r"the UPS of (?P<site>.+), on the same feeder, has been on battery since"
        r" (?P<since>\d\d/\d\d/\d{4} \d\d:\d\d)"
    ),
    C.SNMP_V2C_SILENT: (r"no answer from (?P<address>\S+): it is away, speaks no SNMP v2c, or has another community"),
    C.SNMP_OTHER_COMMUNITY: (
        r"(?P<address>\S+) answers echoes and no question: most likely its community is another one"
    ),
    C.SNMP_WRONG_ENCRYPTION_KEY: (
        r"(?P<address>\S+): it says who it is and answers no question: most likely the key for encrypting is wrong"
    ),
}
"""A pattern for each code that was ever stored as a sentence; its groups are the parameters of the code."""
_PATTERNS = {code: re.compile(pattern, re.DOTALL) for code, pattern in SENTENCES.items()}
_TIMES = ("%d/%m/%Y %H:%M", "%A, %d %B %Y, %H:%M", "%A, %d %B %Y, %H:%M:%S", "%Y-%m-%d %H:%M:%S")
_UNITS_S = {"day": 86_400, "hour": 3_600, "minute": 60, "second": 1}


def from_sentence(words: str) -> Reason | None:
    """Return the reason of a stored sentence; a text where none matches; None for an empty one."""
    return _read(words.strip())


@lru_cache(1_024)
def _read(words: str) -> Reason | None:
    for code, pattern in _PATTERNS.items():
        if (found := pattern.fullmatch(words)) is not None:
            try:
                parameters = {name: value for name, value in found.groupdict().items() if value is not None}
                return reason(
                    code, **{name: _typed(name, value, PARAMETERS[code][name]) for name, value in parameters.items()}
                )
            except ValueError:
                continue
    return text(words)


def _typed(name: str, words: str, kind: type) -> Value | None:
    if kind is Reason:
        return from_sentence(words)
    if kind is datetime:
        return moment(words)
    if kind is tuple:
        return tuple(words.split(", "))
    if name == "share":
        return float(words) / 100
    if name == "seconds" and not words.isdecimal():
        return float(words) if kind is float else _length_s(words)
    typed: Value = kind(words.replace(",", "") if kind is int else words)
    return typed


def moment(words: str) -> datetime:
    """Parse a time of the office's clock as those sentences wrote it, into UTC; raises ValueError."""
    for form in _TIMES:
        try:
            return datetime.strptime(words, form).replace(tzinfo=DHAKA).astimezone(UTC)
        except ValueError:
            continue
    raise ValueError(f"'{words}' is no time")


def _length_s(words: str) -> int:
    """Parse '2 days 3 hours' into seconds; raises ValueError."""
    parts = re.findall(r"(\d+) (day|hour|minute|second)s?(?: |$)", words)
    if not parts:
        raise ValueError(f"'{words}' is no length")
    return sum(int(amount) * _UNITS_S[unit] for amount, unit in parts)
