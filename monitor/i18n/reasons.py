"""The words of reasons: one entry of the catalogue for each code, with the code's parameters in its gaps."""

from collections.abc import Mapping
from string import Formatter

from monitor.domain.message import N_, Message
from monitor.domain.reasons import Reason, ReasonCode
from monitor.i18n.catalogue import render
from monitor.i18n.languages import Lang
from monitor.i18n.terms import (
    CERTIFICATE_FAULTS,
    ENDINGS,
    FIELDS,
    NOTICE_KINDS,
    RECIPIENTS,
    SNMP_REFUSALS,
    TICKET_STATES,
    TLS_FAULTS,
    WAYS,
)

C = ReasonCode

MESSAGES: Mapping[ReasonCode, str] = {
    C.TEXT: "{text}",
    C.TIMEOUT: N_("timeout"),
    C.NO_ANSWER: N_("no answer"),
    C.SEND_REFUSED: N_("{error}"),
    C.NETWORK_UNREACHABLE: N_("network unreachable"),
    C.HOST_UNREACHABLE: N_("host unreachable"),
    C.PROTOCOL_UNREACHABLE: N_("protocol unreachable"),
    C.PORT_UNREACHABLE: N_("port unreachable"),
    C.ADDRESS_UNREACHABLE: N_("address unreachable"),
    C.NO_ROUTE: N_("no route"),
    C.ROUTE_REJECTED: N_("route rejected"),
    C.UNREACHABLE: N_("unreachable (code {icmp_code})"),
    C.NETWORK_PROHIBITED: N_("network administratively prohibited"),
    C.HOST_PROHIBITED: N_("host administratively prohibited"),
    C.PROHIBITED: N_("administratively prohibited"),
    C.SOURCE_REFUSED: N_("source address failed policy"),
    C.FRAGMENTATION_NEEDED: N_("fragmentation needed"),
    C.PACKET_TOO_BIG: N_("packet too big"),
    C.TTL_EXCEEDED: N_("time to live exceeded"),
    C.HOP_LIMIT_EXCEEDED: N_("hop limit exceeded"),
    C.PARAMETER_PROBLEM: N_("parameter problem"),
    C.SAID_BY: N_("{seen} from {router}"),
    C.NO_IPV6: N_("this machine has no IPv6"),
    C.NO_SOCKET: N_("{why}"),
    C.INTERRUPTED: N_("interrupted"),
    C.BUFFER_FULL: N_("the receive buffer was full"),
    C.STALLED_BEFORE: N_("the monitor had stopped just before"),
    C.FAR_END_SILENT: N_("the far end does not answer{seen:: }"),
    C.INTERFACE_OFF: N_("interface {interface} is switched off"),
    C.INTERFACE_DOWN: N_("interface {interface} is down"),
    C.INTERFACE_TESTING: N_("interface {interface} is testing"),
    C.INTERFACE_NOT_PRESENT: N_("interface {interface} is not present"),
    C.INTERFACE_LOWER_LAYER_DOWN: N_("interface {interface} is lower layer down"),
    C.INTERFACE_SLOW: N_("interface {interface} runs at {mbps:g} Mb/s instead of {expected_mbps:g}"),
    C.INTERFACE_BUSY: N_("interface {interface} is {share:percent} % used"),
    C.INTERFACE_ERRORS: N_("interface {interface} damages {per_s:.1f} packets a second"),
    C.INTERFACE_WELL: N_("interface {interface} is OK again"),
    C.INTERFACE_MISSING: N_("it has no interface '{interface}'"),
    C.INTERFACE_AMBIGUOUS: N_("it has {count} interfaces '{interface}'"),
    C.UPS_ON_BATTERY: N_("its UPS has been on battery since {since}"),
    C.NEIGHBOUR_ON_BATTERY: N_("the UPS of {site}, on the same feeder, has been on battery since {since}"),
    C.FELL_SILENT_TOGETHER: N_("stopped answering together with {sites}, on the same feeder"),
    C.BATTERY_FEEDS: N_("the UPS feeds from its battery"),
    C.MAINS_BACK: N_("the UPS is on mains again"),
    C.PLANNED_WORK: N_("planned work '{name}' ({text})"),
    C.OUTSIDE_HOURS: N_("outside the hours of service ({hours})"),
    C.BEHIND: N_("behind '{site}': {excuse}"),
    C.WAS_EXCUSED: N_("{seen:>; }no answer since {since}, paused until now: {excuse}"),
    C.EXCUSED: N_("no answer, but no outage begins: {excuse}"),
    C.WAS_SILENT: N_("no answer for {seconds:lasting}: {excuse}"),
    C.DEADLINE_MOVED: N_(
        "the charter or the office calendar has changed: due {after:moment}, no longer {before:moment}"
    ),
    C.STAGE_END_MOVED: N_(
        "the office calendar has changed: stage {stage} ends {after:moment}, no longer {before:moment}"
    ),
    C.TICKET_EXCUSED: N_("its outage counts against nobody"),
    C.EXCUSE_TAKEN_BACK: N_("its outage counts again"),
    C.DAEMON_NOT_RUNNING: N_("the daemon was not running"),
    C.STALLED: N_("the monitor had stopped for {seconds} s"),
    C.BLIND_BEHIND: N_("nothing could be seen behind '{uplink}'"),
    C.REFERENCES_SILENT: N_("no reference of '{uplink}' answers"),
    C.CAN_JUDGE_AGAIN: N_("all behind '{uplink}' can be seen again"),
    C.CLOCK_SAYS: N_("the wall clock says {clock:moment}"),
    C.CLOCK_OK_AGAIN: N_("the wall clock is trusted again"),
    C.CLOCK_TRUSTED: N_("{by} says that the clock is right: {clock:exact} (Dhaka)"),
    C.WORKSTATIONS_ANSWER: N_("{answering} of {total} workstations answer"),
    C.NO_WORKSTATION: N_("none of {total} workstations answers, but the router does"),
    C.WORKSTATIONS_UNUSED: N_("none of {total} workstations for {days} days"),
    C.RESULTS_CHANGED: N_("{share:.0%} of its last results changed"),
    C.SET_ASIDE: N_("{decision}: {fault}"),
    C.OS_ERROR: N_("{error:words}"),
    C.HTTP_STATUS: N_("status {status}"),
    C.PAGE_LACKS: N_("the page does not say '{wanted}'"),
    C.PAGE_BEGINNING_LACKS: N_("the page does not say '{wanted}' in its first {kib} KiB"),
    C.CERTIFICATE_EXPIRES: N_("the certificate{host: of } expires {date}"),
    C.CERTIFICATE_EXPIRED: N_("the certificate{host: of } expired {date}"),
    C.ISSUER_EXPIRES: N_("the issuer's certificate '{subject}'{host: of } expires {date}"),
    C.ISSUER_EXPIRED: N_("the issuer's certificate '{subject}'{host: of } expired {date}"),
    C.DNS_RCODE: N_("{rcode}"),
    C.DNS_NO_RECORD: N_("no {type} record"),
    C.DNS_OTHER_ANSWER: N_("answers {found} and not {expected}"),
    C.DNS_CIRCLE: N_("the name's aliases lead round in a circle, or too far"),
    C.SMTP_SAYS: N_("the server says {smtp_code:d} {said}"),
    C.SMTP_GREETING_LACKS: N_("the greeting does not say '{wanted}'"),
    C.TLS_FAILED: N_("TLS: {fault}"),
    C.CERTIFICATE_REFUSED: N_("certificate: {fault}"),
    C.NOT_HTTP: N_("this is no HTTP: {fault}"),
    C.CLOSED_EARLY: N_("the server closed the connection without an answer"),
    C.REDIRECTS_TOO_OFTEN: N_("it redirects more than {count} times"),
    C.REDIRECTS_NOWHERE: N_("it leads to '{target}', which is not the address of a page"),
    C.ANSWER_TOO_LONG: N_("the answer is longer than {kib} KiB"),
    C.NOT_SMTP: N_("the server does not speak SMTP: it says '{said}'"),
    C.NO_STARTTLS: N_('the server offers no STARTTLS; expected it, or security = "tls" or "none"'),
    C.NO_AUTHORITY: N_("the file of trusted issuers cannot be used: {fault}"),
    C.NO_SUCH_NAME: N_("no such name"),
    C.NAME_IMPOSSIBLE: N_("'{name}' is neither a name nor an address"),
    C.NO_INTERFACE_HERE: N_("'{interface}' is no interface of this machine"),
    C.ZONE_MISSING: N_("{address} needs a zone, as in {address}%eth0"),
    C.RESOLVER_SILENT: N_("the resolver (DNS) does not answer"),
    C.RESOLVER_BUSY: N_("too many names wait for the resolver"),
    C.CHECKS_BUSY: N_("too many checks are under way"),
    C.CAME_TOO_LATE: N_("the monitor itself was too late"),
    C.PROGRAM_FAULT: N_("a fault of this program: {fault}"),
    C.TRAP: "{name}",
    C.AGENT_RESTARTED: N_("its SNMP agent has restarted"),
    C.READ_AGAIN: N_("it is read again"),
    C.ROWS_LEFT_OUT: N_("only the first {rows:,} rows are read of: {tables}"),
    C.OBJECTS_UNREAD: N_("it does not answer for: {objects}; all else is read"),
    C.SECRET_UNREADABLE: N_("the secret of '{credential}' could not be read"),
    C.SNMP_V2C_SILENT: N_("no answer from {address}: it is off, does not use SNMP v2c, or has another community"),
    C.SNMP_V3_SILENT: N_("no answer from {address}: it is off or does not use SNMPv3"),
    C.SNMP_GARBLED: N_("no usable answer from {address}: {fault}"),
    C.SNMP_ANSWER_LATE: N_("its answers come too late, or to what nobody asked"),
    C.SNMP_ANSWERED_BY: N_("{address} port {port} answers in its place"),
    C.SNMP_MALFORMED: N_("what comes from there is no SNMP ({fault})"),
    C.SNMP_ANSWER_OF_OTHER_COMMUNITY: N_("its answers bear another community"),
    C.SNMP_ANSWER_UNSIGNED: N_("its answers are not signed with the key"),
    C.SNMP_ANSWER_OLD: N_("its answers are older than they may be"),
    C.SNMP_ANSWER_UNSAFE: N_("it answers as another one, or less safely than asked"),
    C.SNMP_NO_AGENT: N_("no agent listens at port {port} of {address}"),
    C.SNMP_OTHER_COMMUNITY: N_("{address} answers echoes but no SNMP: most likely its community is another one"),
    C.SNMP_MAY_NOT_READ: N_("the agent knows these credentials but does not let them read"),
    C.SNMP_REFUSED: N_("{address} does not accept these credentials: {refusal}"),
    C.SNMP_WRONG_ENCRYPTION_KEY: N_(
        "{address}: it names itself but answers nothing: most likely the encryption key is wrong"
    ),
    C.SNMP_AGENT_SAYS: N_("the agent says {status}"),
    C.SNMP_ENGINE_CHANGES: N_("{address}: its engine's id or clock keeps changing"),
    C.SNMP_ODD_REPORT: N_("{address} sends a report that was not requested"),
    C.SNMP_TOO_SLOW: N_("it could not be read within {seconds:g} s"),
    C.TARGET_MISSED: N_("service-time target missed: due {due:moment} ({target})"),
    C.FALLS_DUE: N_("falls due today: {due:moment}"),
    C.STAGE_BEGINS: N_("stage {stage}: {holder}; to be resolved by {lapses:moment}"),
    C.STAGE_LAPSES: N_("stage {stage} ends {lapses:moment}: {holder} is reminded"),
    C.ASKED_TO_RAISE: N_("the responsible officer is asked whether to raise it to stage {stage}"),
    C.SITE_ANSWERS: N_("the site answers again"),
    C.SITE_ANSWERS_SINCE: N_("the site has answered since {since:moment}, after {seconds:lasting}"),
    C.SITE_ANSWERS_STEADILY: N_(
        "the site has answered since {since:moment}; its outage was over at {ended:moment}, after {seconds:lasting}"
    ),
    C.OUTAGE_ENDED: N_("the outage ended after {seconds:lasting}: {end}"),
    C.SITE_STILL_DOWN: N_("the site is still down"),
    C.SITE_DOWN_AGAIN: N_("the site is down again"),
    C.TARGET_RESTARTED: N_(
        "{because:>; }it was resolved in time before, and counts from its reopening: due {due:moment}"
    ),
    C.STAGE_RESTARTED: N_(
        "{because:>; }it was overdue before, and goes on at stage {stage}, which begins again: "
        "to be resolved by {lapses:moment}"
    ),
    C.STILL_OVERDUE: N_("{because:>; }it was overdue before, and still is"),
    C.ACKNOWLEDGED_UNTIL: N_("acknowledged until {until:moment}"),
    C.ACKNOWLEDGEMENT_OVER: N_("the acknowledgement has run out, and nobody has begun to work on it"),
    C.WAITED: N_("its time was stopped for {seconds:lasting}, and as much is left as before; now due {due:moment}"),
    C.WAITED_IN_STAGE: N_(
        "its time was stopped for {seconds:lasting}, and as much is left as before; stage {stage} ends {lapses:moment}"
    ),
    C.WAITED_AFTER_STAGES: N_("its time was stopped for {seconds:lasting}; no stage is running"),
    C.RECOUNTED_BEFORE: "{at:moment}: {change}",
    C.SERVICE_CHANGED: N_("another service of the charter: due {after:moment}, no longer {before:moment}"),
    C.CORRECTED: "{changes}",
    C.VALUE_CHANGED: N_("{field}: {before:?none} → {after:?none}"),
    C.REDATED_EARLIER: N_("the clock was wrong: what is dated after {since:moment} happened {seconds:lasting} earlier"),
    C.REDATED_LATER: N_("the clock was wrong: what is dated after {since:moment} happened {seconds:lasting} later"),
    C.REGISTERED: N_("{way}{asker:, from }{why_late:; registered later: }"),
    C.REPEAT_OF: N_("a repeat of {complaint}"),
    C.LINKED_TO_OUTAGE: N_("{site} has been down since {since:moment}{ticket:, ticket }"),
    C.LINKED_TO_COMPLAINT: N_("complaint {complaint} is about this site"),
    C.ASKER_NOTIFIED: N_("the site answers again, and the person who asked was informed"),
    C.OPERATOR_LATE: N_("{operator} is late too: due {due:moment}"),
    C.NOTICE_RESENT: N_("the notice '{notice}' to {recipient} is sent again"),
    C.HELPDESK_STATUS: N_("'{status}' in the help desk"),
    C.HELPDESK_OVERRULED: N_("it was set to '{status}' in the help desk; here it stays: {state}"),
    C.REPORT_ATTACHED: N_("answered with the report {name}, edition {edition} (SHA-256: {sha256})"),
    C.REPORT_STOPPED: N_("the monitor ended {times} times while it was made"),
    C.REPORT_NO_PLACE: N_("the tree of offices has no place '{place}' any more"),
    C.REPORT_ENDED: N_("the process that made it was ended (status {status})"),
    C.PROGRAM_EXCHANGED: N_("the program's files have been exchanged since it was started; it must be restarted"),
    C.REPORT_TOO_LONG: N_("it took more than {seconds} seconds"),
    C.REPORT_TOO_LARGE: N_("it needed more than {mib} megabytes of memory"),
}

TERMS: Mapping[tuple[ReasonCode, str], Mapping[str, str]] = {
    (C.TLS_FAILED, "fault"): TLS_FAULTS,
    (C.CERTIFICATE_REFUSED, "fault"): CERTIFICATE_FAULTS,
    (C.SNMP_REFUSED, "refusal"): SNMP_REFUSALS,
    (C.OUTAGE_ENDED, "end"): ENDINGS,
    (C.VALUE_CHANGED, "field"): FIELDS,
    (C.REGISTERED, "way"): WAYS,
    (C.NOTICE_RESENT, "notice"): NOTICE_KINDS,
    (C.NOTICE_RESENT, "recipient"): RECIPIENTS,
    (C.HELPDESK_OVERRULED, "state"): TICKET_STATES,
}
"""The parameters that are codes themselves, with their words."""


def reason_text(given: Reason | None, lang: Lang) -> str:
    """Return the words of a reason; '' for none."""
    return "" if given is None else render(reason_message(given), lang)


def reason_message(given: Reason) -> Message:
    """Return a reason as a message; parameters that may be missing, and reasons within it, are values too."""
    text = MESSAGES[given.code]
    lacking = {name: "" for _, name, _, _ in Formatter().parse(text) if name}
    return Message(text, lacking | {name: _value(given.code, name, each) for name, each in given.parameters})


def history_text(given: Reason | None, remark: str, lang: Lang) -> str:
    """Return what a line of a ticket's history says: the words of its reason, and what a person wrote."""
    return render(history_message(given, remark), lang)


def history_message(given: Reason | None, remark: str) -> Message:
    """Return what a line of a ticket's history says as a message; see `history_text`."""
    joint = " \N{EM DASH} " if given and remark else ""
    words = "" if given is None else reason_message(given)
    return Message("{words}{joint}{remark}", {"words": words, "joint": joint, "remark": remark})


def _value(code: ReasonCode, name: str, parameter: object) -> object:
    match parameter:
        case Reason():
            return reason_message(parameter)
        case tuple():
            return tuple(_value(code, name, each) for each in parameter)
        case str() if parameter in (words := TERMS.get((code, name), {})):
            return Message(words[parameter])
    return parameter
