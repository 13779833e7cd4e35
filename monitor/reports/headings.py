"""Name what reports are made of: titles, tables, their columns, and the notes on how things are counted.

One table of words for every format that people read; each text is looked up in the catalogue where it is shown.
"""

from collections.abc import Mapping

from monitor.domain.message import N_

TITLES: Mapping[str, str] = {
    "month": N_("Monthly report: {period}"),
    "quarter": N_("Quarterly report: {period}"),
    "fiscal": N_("Yearly report: {period}"),
    "days": N_("Report: {period}"),
}
"""The title of a report, by the kind of its period."""

TABLES: Mapping[str, str] = {
    "summary": N_("In short"),
    "accounting": N_("Where the time went"),
    "offices": N_("Office by office"),
    "groups": N_("Availability by kind, union and operator"),
    "sites": N_("Availability by site"),
    "tickets": N_("Tickets by service"),
    "stages": N_("Stages of the grievance chain"),
    "charter": N_("The charter's record"),
    "power": N_("Without power"),
    "backbone": N_("Use of the links"),
    "worst": N_("The sites that were down longest"),
    "earlier": N_("Compared with earlier"),
    "outages": N_("Every outage"),
    "excused": N_("No answer that is not counted as an outage"),
    "unseen": N_("What the monitor did not see"),
    "differences": N_("Differences from the last edition"),
    "notes": N_("How it is counted"),
}
"""The titles of the tables, in their order."""

COLUMNS: Mapping[str, Mapping[str, str]] = {
    "accounting": {
        "hours": N_("Over which hours"),
        "up": N_("Up"),
        "down": N_("Down"),
        "unmonitored": N_("Unmonitored"),
        "paused": N_("Paused"),
        "window": N_("Together"),
        "share": N_("Availability"),
    },
    "offices": {
        "name": N_("Office"),
        "sites": N_("Sites"),
        "share": N_("In service hours"),
        "always": N_("At all hours"),
        "down": N_("Down in service hours"),
        "outages": N_("Outages"),
        "kept": N_("Promises kept"),
        "missed": N_("Promises not kept"),
        "open": N_("Tickets still open"),
        "staged": N_("At a stage"),
    },
    "groups": {
        "by": N_("Grouped by"),
        "name": N_("Name"),
        "sites": N_("Sites"),
        "share": N_("In service hours"),
        "always": N_("At all hours"),
        "down": N_("Down in service hours"),
        "outages": N_("Outages"),
    },
    "sites": {
        "name": N_("Site"),
        "kind": N_("Kind"),
        "union": N_("Union"),
        "operator": N_("Operator"),
        "share": N_("In service hours"),
        "always": N_("At all hours"),
        "down": N_("Down in service hours"),
        "outages": N_("Outages"),
        "affected": N_("Behind others' outages"),
    },
    "tickets": {
        "service": N_("Service"),
        "opened": N_("Came in"),
        "resolved": N_("Done"),
        "open": N_("Still open"),
        "reopened": N_("Opened again"),
        "acknowledge": N_("Usual time to acknowledge"),
        "resolve": N_("Usual time to resolve"),
    },
    "stages": {
        "level": N_("Stage"),
        "title": N_("With whom"),
        "came": N_("Came"),
        "in_time": N_("Resolved in time"),
        "late": N_("Time was over"),
        "open": N_("Still open"),
    },
    "charter": {
        "name": N_("Service"),
        "target": N_("Promised time"),
        "kept": N_("Promise kept"),
        "missed": N_("Promise not kept"),
        "open": N_("Still open"),
        "median": N_("Usually takes"),
        "last_missed": N_("Last one not kept"),
    },
    "power": {"name": N_("Site"), "length": N_("Down without power"), "down": N_("Down at all hours")},
    "backbone": {
        "name": N_("Link"),
        "interface": N_("Port"),
        "capacity": N_("Capacity"),
        "in": N_("In, 95th percentile"),
        "out": N_("Out, 95th percentile"),
        "octets_in": N_("Came in, in all"),
        "octets_out": N_("Went out, in all"),
        "full_by": N_("Full by"),
    },
    "worst": {
        "name": N_("Site"),
        "share": N_("In service hours"),
        "down": N_("Down in service hours"),
        "outages": N_("Outages"),
    },
    "earlier": {
        "period": N_("Period"),
        "share": N_("In service hours"),
        "outages": N_("Outages"),
        "kept": N_("Promises kept"),
        "missed": N_("Promises not kept"),
    },
    "outages": {
        "number": N_("No."),
        "name": N_("Site"),
        "began": N_("Began"),
        "ended": N_("Over"),
        "length": N_("Length"),
        "counted": N_("In service hours"),
        "cause": N_("Cause"),
        "deadline": N_("Deadline"),
        "kept": N_("Promise"),
        "ticket": N_("Ticket"),
    },
    "excused": {
        "name": N_("Site"),
        "began": N_("Began"),
        "ended": N_("Over"),
        "length": N_("Length"),
        "why": N_("Why"),
    },
    "unseen": {"what": N_("What"), "began": N_("Began"), "ended": N_("Over"), "length": N_("Length"), "why": N_("Why")},
    "differences": {"path": N_("Figure"), "before": N_("Before"), "after": N_("Now")},
}
"""The headings of each table's columns, in their order."""

HOURS: Mapping[str, str] = {"promised": N_("In service hours"), "always": N_("At all hours")}
GROUPED_BY: Mapping[str, str] = {"kind": N_("Kind"), "union": N_("Union"), "operator": N_("Operator")}
WITHOUT: Mapping[str, str] = {
    "kind": N_("of no kind"),
    "union": N_("in no union"),
    "operator": N_("of no operator"),
}
"""What stands for the group of those that belong to none."""
KEPT: Mapping[bool | None, str] = {True: N_("promise kept"), False: N_("promise not kept"), None: N_("not due yet")}
HISTORIES: Mapping[str, str] = {
    "": N_("No use of the links was measured."),
    "history": N_("The use of the links is measured by this monitor, every five minutes."),
    "prometheus": N_("The use of the links comes from Prometheus."),
}
ON_PAPER = N_(
    "Lengths are hours and minutes. Exact figures, in millionths of a second, are in the JSON of this report."
)
"""A note that is true of pages; spreadsheets have lengths to the microsecond."""
NOTES = (
    N_("Up, down, unmonitored and paused time add up to the whole time; each instant is counted once."),
    N_("Availability is the time up out of the time up and down. Paused and unmonitored time are in neither."),
    N_("Service hours are the hours in which the office promises the service; all hours are day and night."),
    ON_PAPER,
    N_("A deadline is the charter's promised time, counted by the office's calendar from when the outage was found."),
    N_("The usual time is the median: half took less, half took longer."),
    N_("A link was busier than its 95th percentile for a twentieth of the time: 36 hours of a month of 30 days."),
)
PREPARED = (N_("Prepared by"), N_("Checked by"), N_("Approved by"))
"""What those who sign do, in the order of the report's signatures."""
