"""The words of codes that are shown everywhere: states, kinds, causes, events.

One table for page, letters, commands and dashboards; each text is looked up in the catalogue where it is shown.
"""

from collections.abc import Mapping

from monitor.domain.message import N_, NN_

KINDS: Mapping[str, tuple[str, str]] = {
    "backbone": NN_("Backbone link", "Backbone links"),
    "udc": NN_("Union Digital Centre", "Union Digital Centres"),
    "lab": NN_("Lab", "Labs"),
    "office": NN_("Office", "Offices"),
}
"""Kinds of sites, of one and of several."""

COUNTED: Mapping[str, tuple[str, str]] = {
    "backbone": NN_("{count} backbone link", "{count} backbone links"),
    "udc": NN_("{count} Union Digital Centre", "{count} Union Digital Centres"),
    "lab": NN_("{count} lab", "{count} labs"),
    "office": NN_("{count} office", "{count} offices"),
}
"""So many sites of a kind."""

STATES: Mapping[str, str] = {
    "down": N_("down"),
    "unreachable": N_("unreachable"),
    "degraded": N_("degraded"),
    "unknown": N_("unknown"),
    "paused": N_("paused"),
    "up": N_("up"),
}
"""States of a site, the worst first."""

TICKET_STATES: Mapping[str, str] = {
    "open": N_("open"),
    "acknowledged": N_("acknowledged"),
    "in_progress": N_("in progress"),
    "waiting": N_("waiting"),
    "resolved": N_("resolved"),
    "closed": N_("closed"),
    "withdrawn": N_("withdrawn"),
}

CALENDAR_CHANGES: Mapping[str, str] = {
    "closed": N_("closed by order"),
    "working": N_("worked by order"),
    "hours": N_("other hours"),
    "undo": N_("order undone"),
}
"""What an order about the calendar does."""

CAUSES: Mapping[str, str] = {
    "power": N_("power cut"),
}
"""Suspected causes of an outage."""

EVENTS: Mapping[str, str] = {
    "paused": N_("no answer during planned work"),
    "paused_over": N_("gave no answer during planned work"),
    "stood_still": N_("the monitor itself had stopped"),
    "vantage_lost": N_("our own uplink is down: nothing is judged"),
    "vantage_back": N_("monitoring again"),
    "clock_suspect": N_("this machine's clock is not trusted"),
    "clock_believed": N_("this machine's clock is trusted again"),
    "clock_trusted": N_("this machine's clock was declared right"),
    "flapping": N_("unstable: down and up again and again"),
    "settled": N_("stable again"),
    "lab_power_off": N_("no power in the lab"),
    "lab_power_on": N_("power is back in the lab"),
    "lab_unused": N_("no lab computer was switched on for a week"),
    "trap": N_("message from the device (trap)"),
    "restarted": N_("restarted"),
    "on_battery": N_("UPS on battery"),
    "on_mains": N_("UPS on mains again"),
    "snmp_credentials": N_("SNMP: credentials refused"),
    "snmp_silent": N_("SNMP: no answer"),
    "snmp_error": N_("SNMP: error"),
    "snmp_unread": N_("SNMP: some objects are not answered"),
    "snmp_cut": N_("SNMP: not all rows are read"),
    "no_interface": N_("the link's interface cannot be found"),
    "link_poor": N_("poor link"),
    "link_well": N_("link OK again"),
    "set_aside": N_("could not be stored, set aside"),
    "snmp_ok": N_("SNMP: read again"),
    "outage": N_("outage"),
    "outage_over": N_("outage over"),
}
"""Lines of the timeline, by `domain.event_kinds.EventKind`."""

CONTACTS: Mapping[str, str] = {
    "head": N_("head of the institution"),
    "entrepreneur": N_("entrepreneur"),
    "caretaker": N_("caretaker"),
    "operator": N_("the operator's control room"),
    "electricity": N_("electricity office"),
    "other": N_("contact"),
}
"""Whom to call about a site, by `settings.sites_file.ContactRole`."""

VERDICTS: Mapping[str, str] = {
    "ok": N_("ok"),
    "failed": N_("failed"),
    "unknown": N_("unknown"),
}
"""What became of a round of echoes or of a check, by `domain.sample.Verdict`."""

NOTICE_STATES: Mapping[str, str] = {
    "sent": N_("sent"),
    "dead": N_("given up"),
    "folded": N_("in a digest"),
    "waiting": N_("pending"),
    "failing": N_("tried again"),
    "faulty": N_("faulty"),
    "foreseen": N_("foreseen"),
}
"""What became of a notice, by `store.notice_queries.state_of`; 'foreseen': it has not been made yet."""

NOTICE_KINDS: Mapping[str, str] = {
    "opened": N_("Opened"),
    "due_today": N_("Due today"),
    "registered": N_("Registered"),
    "breach": N_("Target missed"),
    "ask": N_("Raise it?"),
    "stage": N_("Next stage"),
    "lapses_soon": N_("Reminder"),
    "lapses_today": N_("The stage ends today"),
    "resolved": N_("Resolved"),
    "reopened": N_("Reopened"),
    "restored": N_("Restored"),
    "withdrawn": N_("Withdrawn: registered by mistake"),
    "corrected": N_("Corrected"),
    "answered": N_("Answered with a report"),
    "report": N_("Report"),
    "ack_over": N_("Acknowledgement has run out"),
    "moved": N_("Deadlines moved"),
    "morning": N_("Morning brief"),
    "weekly": N_("Weekly brief"),
    "digest": N_("Digest"),
}
"""Kinds of notices, by `domain.notice_kinds.NoticeKind`."""

WAYS: Mapping[str, str] = {
    "phone": N_("by telephone"),
    "person": N_("in person"),
    "email": N_("by e-mail"),
    "letter": N_("by letter"),
}
"""How a request came in, by `domain.ticket_states.TicketSource`."""

FIELDS: Mapping[str, str] = {
    "service": N_("service"),
    "site": N_("site"),
    "asker": N_("from"),
    "asker_email": N_("e-mail"),
    "text": N_("text"),
}
"""What of a request can be corrected."""

CHANNELS: Mapping[str, str] = {
    "email": N_("e-mail"),
    "sms": N_("SMS"),
}
"""Ways that notices go; the others are called as their product is."""

RECIPIENTS: Mapping[str, str] = {
    "asker": N_("the person who asked"),
    "responsible": N_("responsible officer"),
    "grievance": N_("grievance redress officer"),
    "appeal": N_("appeal officer"),
    "cell": N_("grievance cell"),
}
"""Who gets notices: by the charter, and who asked; all others have names of their own in the configuration."""

ROLES: Mapping[str, str] = {
    "viewer": N_("viewer"),
    "officer": N_("officer"),
    "programmer": N_("programmer"),
    "admin": N_("administrator"),
}
"""Roles of users."""

ACTORS: Mapping[str, str] = {
    "monitor": N_("monitor"),
    "configuration": N_("configuration"),
}
"""Who acts on a ticket and is no person."""

ENDINGS: Mapping[str, str] = {
    "recovered": N_("answers again"),
    "removed": N_("taken out of the configuration"),
    "reconfigured": N_("its configuration was changed"),
    "readdressed": N_("given another address in the configuration"),
    "doubled": N_("was stored twice"),
}
"""Why an outage ended, by `domain.states.EndReason`."""

TLS_FAULTS: Mapping[str, str] = {
    "no_tls": N_("the server answers without TLS"),
    "asks_certificate": N_("the server asks for a certificate of ours"),
    "too_old": N_("the server speaks only versions of TLS that are no longer safe"),
    "nothing_common": N_("the server takes none of our ciphers, or wants a certificate of ours"),
    "broken_off": N_("the server closed the connection in the middle"),
    "wrong_name": N_("the server does not know this name"),
    "weak_key": N_("the server's key is too short to be safe"),
    "broken": N_("broken"),
}
"""Why no connection with TLS came about, by `net.tls`."""

CERTIFICATE_FAULTS: Mapping[str, str] = {
    "expired": N_("certificate has expired"),
    "not_yet_valid": N_("certificate is not yet valid"),
    "self_signed": N_("self-signed certificate"),
    "unknown_issuer": N_("its issuer is not trusted here"),
    "revoked": N_("certificate revoked"),
    "other_name": N_("it is for another name"),
    "other_address": N_("it is for another address"),
    "not_valid": N_("not valid"),
}
"""Why a certificate is not trusted, by `net.tls`."""

SNMP_OUTCOMES: Mapping[str, str] = {
    "ok": N_("read"),
    "silent": N_("no answer"),
    "credentials": N_("credentials refused"),
    "error": N_("error"),
}
"""What became of a reading by SNMP."""

SNMP_REFUSALS: Mapping[str, str] = {
    "level": N_("it does not let this user ask without signing or encrypting"),
    "user": N_("it does not know this user"),
    "signature": N_("the key for signing is wrong"),
    "encryption": N_("the key for encrypting is wrong"),
}
"""Why an agent refuses an SNMPv3 user, by `probes.snmp.v3`."""

_OF_MANY = {"moved", "morning", "weekly", "digest", "report"}
HISTORY: Mapping[str, str] = {
    **{kind: NOTICE_KINDS[kind] for kind in NOTICE_KINDS if kind not in _OF_MANY},
    "ack": N_("Acknowledged"),
    "unack": N_("Acknowledgement taken back"),
    "start": N_("Work has begun"),
    "wait": N_("Waiting"),
    "comment": N_("Comment"),
    "close": N_("Closed"),
    "down_again": N_("Down again"),
    "answers_again": N_("Answers again"),
    "linked": N_("Related ticket"),
    "recounted": N_("Deadline recalculated"),
    "redated": N_("Times corrected"),
    "paused": N_("Time was not counted"),
    "operator_late": N_("The operator is overdue"),
    "resent": N_("Notice sent again"),
}
"""Kinds of lines in a ticket's history; what falls due is named as the notice of it."""

ACTS: Mapping[str, str] = {
    "ack": N_("Acknowledge"),
    "unack": N_("Take the acknowledgement back"),
    "start": N_("Begin work"),
    "wait": N_("Let it wait"),
    "resolve": N_("It is resolved"),
    "close": N_("Close"),
    "reopen": N_("Open again"),
    "withdraw": N_("Withdraw: registered by mistake"),
    "raise": N_("Raise to the next stage"),
    "comment": N_("Write a comment"),
}
"""What a person can do to a ticket, as the button says it; by `domain.ticket_states.ACTIONS`."""

REACHED: Mapping[str, str] = {
    "kept": N_("resolved here"),
    "missed": N_("time is over"),
    "now": N_("it is here now"),
    "ahead": N_("if it is not resolved"),
    "never": N_("not needed"),
}
"""Where a stage of the ladder lies, by `reports.ladder.Reached`."""

WEEKDAYS: Mapping[str, str] = {
    "monday": N_("monday"),
    "tuesday": N_("tuesday"),
    "wednesday": N_("wednesday"),
    "thursday": N_("thursday"),
    "friday": N_("friday"),
    "saturday": N_("saturday"),
    "sunday": N_("sunday"),
}

SYSTEM_ERRORS = (
    N_("Address already in use"),
    N_("Broken pipe"),
    N_("Cannot assign requested address"),
    N_("Connection refused"),
    N_("Connection reset by peer"),
    N_("Connection timed out"),
    N_("Device or resource busy"),
    N_("File exists"),
    N_("File name too long"),
    N_("Input/output error"),
    N_("Invalid argument"),
    N_("Is a directory"),
    N_("Network is down"),
    N_("Network is unreachable"),
    N_("No route to host"),
    N_("No space left on device"),
    N_("No such file or directory"),
    N_("Not a directory"),
    N_("Operation not permitted"),
    N_("Permission denied"),
    N_("Read-only file system"),
    N_("Resource temporarily unavailable"),
    N_("Too many open files"),
)
"""What the operating system says most often when it refuses; see `domain.message.said_by_system`."""

PORT_STATES: Mapping[str, str] = {
    "up": N_("up"),
    "down": N_("down"),
    "testing": N_("testing"),
    "unknown": N_("unknown"),
    "dormant": N_("dormant"),
    "notPresent": N_("not present"),
    "lowerLayerDown": N_("lower layer down"),
}
"""Whether a port carries traffic, by ifOperStatus and ifAdminStatus (IF-MIB)."""
