"""The events of the log: for each its level, its fields, what it means and what an operator does.

The name in small letters is the code, which programs filter by: it never changes. docs/logs.md is made from this list.
"""

from enum import Enum, unique
from logging import CRITICAL, DEBUG, ERROR, INFO, WARNING
from typing import Literal

LogFormat = Literal["text", "logfmt", "json"]
LogLevel = Literal["debug", "info", "warning", "error", "critical"]

NOTHING = "Nothing."
_NOTICE = "message_id recipient ticket"
_WAIT = "Nothing: it is tried again."
_REPORT = "A fault of this program: report it with the traceback."


@unique
class LogEvent(Enum):
    """Level, names of the fields with blanks between, meaning, and what to do.

    Levels: debug for diagnosis, info for lifecycle and normal change, warning for degraded but working, error for
    something that is not done, critical for data that is lost and for a daemon that ends.
    """

    # The daemon
    STARTED = INFO, "", "The daemon starts: what it watches, and where it stores."
    STARTED_FRESH = WARNING, "path", "`run --fresh` begins with an empty database; the old one lies at `path`."
    SETUP_CODE = (
        INFO,
        "",
        "The console has no user yet: the line has the code for `/setup`, which works once.",
        "Add the first user, an administrator, there or by `upazila-monitor user add NAME --role admin`.",
    )
    PRIVATE_NETWORK = INFO, "", "The example fleet is probed in a private network, as this user may not ping."
    CONFIG_WARNING = (
        WARNING,
        "",
        "Something works only in part until the office configures it.",
        "Set the key that the message names; `upazila-monitor check` lists them all.",
    )
    CONFIG_RELOADED = INFO, "sites devices", "The configuration was read again and is in force."
    CONFIG_FAULT = ERROR, "path line key", "One fault in a configuration that was read again.", "Correct that line."
    CONFIG_REFUSED = (
        ERROR,
        "count",
        "So many faults: the configuration before stays in force.",
        "Correct them, then `systemctl reload upazila-monitor`.",
    )
    CONFIG_NOT_KEPT = (
        WARNING,
        "",
        "Commands do not see the configuration in force, and read the files instead.",
        "Correct what the message names, then reload.",
    )
    STATE_FILE_UNWRITTEN = (
        WARNING,
        "path",
        "The file by which commands know the daemon cannot be written.",
        "Free disk space, or give the daemon its folder back.",
    )
    RESTARTED = INFO, "", "The daemon starts again in the same process, with what the database knew."
    STOPPED = INFO, "", "The daemon has stopped as it was asked to."
    STOP_FORCED = (
        ERROR,
        "seconds",
        "Something did not end in time when the daemon stopped.",
        "Report it if it happens again.",
    )
    CANNOT_RUN = (
        CRITICAL,
        "",
        "The daemon cannot start or go on. On a terminal only the text is printed.",
        "Correct what the message names: it says what was expected.",
    )
    DAEMON_FAILED = CRITICAL, "", "The daemon ends with an error; systemd starts it again.", _REPORT
    PAGE_UP = INFO, "address", "The page and /metrics are served."
    PAGE_DOWN = (
        ERROR,
        "address",
        "The page cannot be served; probing goes on.",
        "Free the port, change `[web] listen`, or mend the files of `[web] certificate` and `key`.",
    )
    PUBLIC_UP = INFO, "address", "The public page is served on a listener of its own."
    PUBLIC_DOWN = (
        WARNING,
        "address",
        "The public page cannot be served; everything else goes on.",
        "Free the port, or change `[web] public`.",
    )
    CERTIFICATE_REFUSED = (
        WARNING,
        "path",
        "The page's certificate or key has changed and cannot be used; the one before still is.",
        "Put a certificate and the key that belongs to it into the files that `[web]` names.",
    )
    SOCKET_DOWN = (
        WARNING,
        "path",
        "Commands cannot ask the daemon by the socket in its state folder; they ask by the page's address.",
        "Take away what lies at that path, or choose a shorter `[storage] directory`.",
    )
    LEASES_TAKEN = INFO, "count", "This daemon judges more sites, or does more of the duties, of several daemons."
    LEASES_GIVEN = INFO, "count", "This daemon leaves some of its sites or duties to another, which has fewer."
    LEASES_LOST = (
        WARNING,
        "count",
        "Sites or duties of this daemon are another's, because it could not say in time that it lives.",
        "Look for load, a stopped process, or a cut line to the database at that time.",
    )
    CONFIG_AGREES = INFO, "", "All daemons on the database have the same sites and offices again."
    CONFIG_DIFFERS = WARNING, "", "Another daemon has other sites or offices.", "Copy the configuration, and reload it."
    LEASES_UNRENEWED = WARNING, "", "The database cannot be asked who does what.", "Check its server and line."
    LEASES_RENEWED = INFO, "", "The database can be asked again who does what."
    HEARTBEAT_FAILED = (
        WARNING,
        "",
        "The outside watchdog did not take a heartbeat.",
        "Check `[heartbeat] url` and the uplink.",
    )
    HEARTBEAT_BACK = INFO, "", "The outside watchdog takes heartbeats again."
    UNHANDLED_ERROR = ERROR, "", "A thread ended with an error.", _REPORT
    THIRD_PARTY = (
        WARNING,
        "logger",
        "A message of a library, at the level that the library gives it.",
        "Look up the message.",
    )

    # Probing
    LOOP_STALLED = (
        WARNING,
        "seconds",
        "The process was stalled or the machine suspended; no site is judged by that time.",
        "Check the load of the machine, and whether it was suspended.",
    )
    ROUND_FAILED = ERROR, "", "A round of echo requests ended with an error; the next follows.", _REPORT
    TASK_FAILED = ERROR, "task", "A reading or check ended with an error; the next follows.", _REPORT
    CHECK_FAILED = ERROR, "kind", "A service check ended with an error; its service is not blamed.", _REPORT
    IPV6_MISSING = (
        WARNING,
        "",
        "IPv6 cannot be used: devices with IPv6 addresses stay unknown.",
        "Enable IPv6 on this machine.",
    )
    ICMP_SOCKET_KEPT = (
        WARNING,
        "",
        "No new ICMP socket could be opened; the old one is used.",
        "Raise `LimitNOFILE` of the unit.",
    )
    TRACE_OFF = (
        INFO,
        "",
        "Paths to sites that are down are not traced: a right is missing.",
        "Give CAP_NET_RAW if they are wanted (docs/install-systemd.md).",
    )
    SNMP_READ = INFO, "site device", "A device was read by SNMP for the first time since the start."
    SNMP_MODULES_UNREAD = DEBUG, "site device", "A device answers SNMP, but not for its modules' objects."
    SNMP_SECRET_UNREADABLE = (
        ERROR,
        "",
        "The file of a secret cannot be read: its devices are not read by SNMP.",
        "Correct the file or its mode, then reload.",
    )
    SNMP_SECRET_SHORT = (
        WARNING,
        "path",
        "An SNMPv3 passphrase is shorter than agents accept.",
        "Set a longer one in the device and in the file.",
    )
    TRAPS_OFF = (
        ERROR,
        "address",
        "Traps cannot be received.",
        "Free the port, or give CAP_NET_BIND_SERVICE; then reload.",
    )
    TRAP_UNANSWERED = DEBUG, "site device", "An inform could not be acknowledged; the device sends it again."
    BASELINE_UNWRITTEN = ERROR, "", "Usual round-trip times could not be stored.", _WAIT
    SAMPLES_UNWRITTEN = (
        ERROR,
        "path",
        "Samples cannot be recorded; all else goes on.",
        "Free disk space, or correct `[storage] record`.",
    )
    HISTORY_REFUSES = ERROR, "", "Summaries for pictures and reports cannot be kept; all else goes on.", _WAIT
    HISTORY_CUT_SHORT = WARNING, "", "The daemon stopped before all summaries of the last hour were written."
    HISTORY_SET_ASIDE = WARNING, "", "The file of summaries was damaged: it is kept aside, and a new one is begun."

    # What is judged
    OUTAGE_OPENED = INFO, "site cause", "A site is down: an outage begins."
    OUTAGE_UPDATED = INFO, "site cause", "More is known of an open outage."
    OUTAGE_CLOSED = INFO, "site reason", "An outage is over."
    SITE_UNREACHABLE = INFO, "site behind", "A site does not answer because another, on the way to it, is down."
    SITE_REACHABLE = INFO, "site", "A site is judged by its own answers again."
    SITE_DEGRADED = INFO, "site", "A site answers, but slowly or with losses."
    SITE_STATE = DEBUG, "site state", "The state of a site has changed."
    SITE_UNSTABLE = INFO, "site", "A site changes too often: its changes are not sent one by one."
    SITE_STABLE = INFO, "site", "A site is no longer unstable."
    OUTAGE_SUPPRESSED = INFO, "site kind", "A site is silent, but in a downtime: no outage begins."
    SUPPRESSION_ENDED = INFO, "site", "A silent site answers, or its downtime is over."
    UPLINK_LOST = (
        WARNING,
        "uplink",
        "All references of an uplink are silent: nothing behind it is judged.",
        "Check the uplink.",
    )
    UPLINK_BACK = INFO, "uplink", "What lies behind an uplink is judged again; the time between is unmonitored."
    MONITORING_GAP = (
        WARNING,
        "",
        "For some time nothing was monitored; it counts as unmonitored.",
        "Find out why: a stop, a power cut, or a load that is too high.",
    )
    WORKSTATION_SEEN = DEBUG, "site", "A lab's workstation answered for the first time that day."
    DEVICE_EVENT = INFO, "site device kind", "A line of the timeline (`upazila-monitor events`)."

    # Tickets
    TICKET_OPENED = INFO, "ticket site", "An outage has missed its target, and its ticket is open."
    TICKET_REGISTERED = INFO, "ticket site", "A complaint or request was registered."
    TICKET_ESCALATED = INFO, "ticket site kind", "A ticket has missed its target or is at the next stage."
    TICKET_RESOLVED = INFO, "ticket site", "A ticket is resolved."
    TICKET_REOPENED = INFO, "ticket site", "A ticket is open again."
    TICKET_WITHDRAWN = INFO, "ticket site", "A request was withdrawn, and its ticket is closed."
    TICKET_CHANGED = DEBUG, "ticket site kind", "A line was added to a ticket's history (`ticket show`)."
    DEADLINES_RECOUNTED = INFO, "count", "The charter or the calendar has changed, and open deadlines with it."
    PLANNED_WORK = INFO, "", "The list of planned work entered by command has changed."
    CALENDAR_ORDERED = INFO, "count", "Orders about the calendar were entered or undone."
    CLOCK_SUSPECT = WARNING, "", "The wall clock has jumped: nothing is escalated.", "Check NTP, then `clock trust`."
    CLOCK_TRUSTED = INFO, "", "The wall clock is trusted again."
    CLOCK_CORRECTED = WARNING, "seconds", "The wall clock was corrected, and stored times with it.", "Check NTP."
    JOB_DONE = INFO, "job", "A job of the calendar is done."
    JOB_FAILED = ERROR, "job", "A job of the calendar failed.", "Correct what the message names; report a traceback."

    # The database
    DATABASE_AWAITED = ERROR, "", "The database cannot be used; decisions wait in memory.", "See docs/backup.md."
    DATABASE_READY = INFO, "", "The database can be used now."
    DATABASE_REFUSES = ERROR, "", "The database cannot be written; decisions wait.", "Check the disk and the locks."
    DATABASE_WRITES = INFO, "", "The database is written again; nothing was lost."
    DATABASE_UNSOUND = ERROR, "", "The examination of the database has found damage.", "See docs/backup.md."
    DECISIONS_LOST = (
        CRITICAL,
        "count",
        "Decisions that waited for the database were dropped for room.",
        "Make the database writable at once; then check tickets by hand.",
    )
    DECISIONS_UNSTORED = ERROR, "count", "Decisions were not stored at the stop; the next start judges again.", NOTHING
    SHARDS_UNREAD = WARNING, "", "A daemon has taken sites over and cannot read yet what is known of them.", _WAIT
    WRITE_REFUSED = WARNING, "count", "Decisions were dropped: another daemon judges those sites.", NOTHING
    DECISION_SET_ASIDE = ERROR, "site", "A decision cannot be stored and was set aside.", _REPORT
    DUE_STEP_FAILED = ERROR, "", "A step that is due fails; all others are done.", _REPORT

    # Notices
    NOTICE_SENT = INFO, _NOTICE, "A notice was delivered."
    NOTICE_TO_FILE = (
        INFO,
        "recipient ticket path",
        "A mail was written to a file: mail is not set up.",
        "Set up `[mail]`.",
    )
    NOTICE_RETRIED = WARNING, _NOTICE, "A notice was not taken and is tried again.", _WAIT
    NOTICE_REFUSED = (
        ERROR,
        _NOTICE,
        "A notice was refused for good.",
        "Correct the address, then `upazila-monitor outbox resend`.",
    )
    NOTICE_FAULTY = ERROR, _NOTICE, "This program cannot write a notice, which waits.", _REPORT
    NOTICE_UNRENDERED = ERROR, _NOTICE, "Why a notice is faulty: the error, with its traceback.", _REPORT
    NOTICE_UNMARKED = WARNING, _NOTICE, "Whether a notice was sent cannot be stored now.", _WAIT
    NOTICE_MARK_LOST = (
        ERROR,
        _NOTICE,
        "Whether a notice was sent is not stored: it is sent twice.",
        "Check the disk and the database.",
    )
    NOTICE_LEASE_LOST = WARNING, _NOTICE, "Another daemon sends this notice now, under the same Message-ID.", NOTHING
    CHANNEL_AWAY = (
        WARNING,
        _NOTICE,
        "A channel does not work; its notices wait.",
        "Check the server that the message names.",
    )
    OUTBOX_UNREADABLE = WARNING, "", "The outbox cannot be read.", _WAIT
    CHART_FAILED = ERROR, "", "A chart of a letter cannot be drawn; the letter is sent without it.", _REPORT
    AUDIT_HEAD_UNWRITTEN = WARNING, "", "The file with the last mailed hash cannot be written.", "Free disk space."

    # Reports
    REPORT_MADE = INFO, "kind seconds", "A report was made; it is on the page of reports."
    REPORT_FAILED = WARNING, "kind", "A report could not be made; its row says why.", "Request it again."

    # The help desk
    HELPDESK_SECRET_UNREADABLE = (
        ERROR,
        "desk",
        "The file of the token cannot be read: tickets are not mirrored.",
        "Correct the file or its mode.",
    )
    HELPDESK_QUEUE_UNREADABLE = WARNING, "", "What the help desk is to be sent cannot be read.", _WAIT
    HELPDESK_AWAY = (
        WARNING,
        "desk",
        "The help desk does not answer or refuses us; tickets wait.",
        "Check its server and the token.",
    )
    HELPDESK_BACK = INFO, "desk", "The help desk takes tickets again."
    TICKET_MIRRORED = INFO, "ticket", "A ticket was created in the help desk, or found there."
    TICKET_MIRROR_RETRIED = WARNING, "ticket", "A ticket differs from the help desk's and is tried again.", _WAIT
    TICKET_MIRROR_FAILED = ERROR, "ticket", "A ticket cannot be mirrored; all others are.", _REPORT
    HELPDESK_STATUS_REFUSED = (
        WARNING,
        "ticket",
        "A status set in the help desk is not allowed here.",
        "Set one there that is allowed (docs/helpdesks.md).",
    )

    def __init__(self, level: int, fields: str, meaning: str, action: str = NOTHING) -> None:
        self.level = level
        self.fields = tuple(fields.split())
        self.meaning = meaning
        self.action = action

    @property
    def code(self) -> str:
        """The event's name in the log."""
        return self.name.lower()
