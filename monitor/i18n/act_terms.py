"""The words of acts of people: what was done, how, and the facts that changed."""

from collections.abc import Mapping

from monitor.domain.message import N_

ACTS: Mapping[str, str] = {
    "ticket.ack": N_("ticket acknowledged"),
    "ticket.unack": N_("acknowledgement of a ticket taken back"),
    "ticket.start": N_("ticket begun"),
    "ticket.wait": N_("ticket set to waiting"),
    "ticket.comment": N_("remark written"),
    "ticket.resolve": N_("ticket resolved"),
    "ticket.close": N_("ticket closed"),
    "ticket.reopen": N_("ticket reopened"),
    "ticket.withdraw": N_("ticket withdrawn"),
    "ticket.raise": N_("ticket raised to the next stage"),
    "ticket.register": N_("complaint or request registered"),
    "ticket.correct": N_("registration corrected"),
    "plan.add": N_("work planned"),
    "plan.extend": N_("end of planned work moved"),
    "plan.end": N_("planned work ended"),
    "calendar.order": N_("order about the calendar entered"),
    "calendar.undo": N_("order about the calendar undone"),
    "notice.drop": N_("letter to a removed reader dropped"),
    "notice.resend": N_("letter sent again"),
    "clock.trust": N_("clock declared right"),
    "outage.note": N_("note about an outage"),
    "outage.excuse": N_("outage counts against nobody, with a reason"),
    "site.note": N_("note about a site"),
    "ticket.public_note": N_("note for the public"),
    "tickets.export": N_("list of tickets taken out"),
    "audit.export": N_("list of acts taken out"),
    "backup.create": N_("database copied"),
    "report.make": N_("report requested"),
    "report.answer": N_("request answered with a report"),
    "user.add": N_("user added"),
    "user.invite": N_("user invited"),
    "user.change": N_("user changed"),
    "user.disable": N_("user shut out"),
    "user.enable": N_("user let in again"),
    "user.password": N_("password changed"),
    "user.away": N_("absence entered"),
    "user.second_factor": N_("second factor changed"),
    "user.recovery_code": N_("recovery code used"),
    "user.recovery_codes": N_("recovery codes made"),
    "session.begin": N_("logged in"),
    "session.end": N_("logged out"),
    "token.add": N_("token given out"),
    "token.revoke": N_("token taken back"),
}
"""What was done, by the kind of act."""

VIAS: Mapping[str, str] = {
    "cli": N_("by command"),
    "console": N_("in the browser"),
    "api": N_("by another program"),
}
"""How it was done."""

ROOMS: Mapping[str, str] = {
    "ticket": N_("Tickets"),
    "plan": N_("Planned work"),
    "calendar": N_("Calendar"),
    "notice": N_("Letters"),
    "outage": N_("Outages"),
    "site": N_("Sites"),
    "user": N_("Users"),
    "session": N_("Log-ins"),
    "token": N_("Tokens"),
    "tickets": N_("Lists of tickets"),
    "audit": N_("Lists of acts"),
    "backup": N_("Copies of the database"),
    "clock": N_("Clock"),
    "report": N_("Reports"),
}
"""What acts are about, by the part of their kind before the point."""

FACTS: Mapping[str, str] = {
    "state": N_("state"),
    "stage": N_("stage"),
    "service": N_("service"),
    "site": N_("site"),
    "sites": N_("sites"),
    "unions": N_("unions"),
    "kinds": N_("kinds"),
    "behind": N_("behind"),
    "deadline_utc": N_("deadline"),
    "breached_utc": N_("missed deadline"),
    "resolved_utc": N_("resolved"),
    "acknowledged_until_utc": N_("acknowledged until"),
    "waiting_since_utc": N_("waiting since"),
    "way": N_("way"),
    "text": N_("text"),
    "begins": N_("begins"),
    "ends": N_("ends"),
    "until": N_("until"),
    "what": N_("what"),
    "date": N_("day"),
    "first": N_("first day"),
    "last": N_("last day"),
    "order": N_("order"),
    "dated": N_("dated"),
    "opens": N_("opens"),
    "closes": N_("closes"),
    "kind": N_("kind"),
    "recipient": N_("recipient"),
    "role": N_("role"),
    "lang": N_("language"),
    "enabled": N_("may log in"),
    "note": N_("note"),
    "excuse": N_("reason"),
    "scopes": N_("rights"),
    "address": N_("address"),
    "rows": N_("rows"),
    "period": N_("period"),
    "report": N_("report"),
    "scope": N_("about"),
    "files": N_("files"),
    "ticket": N_("ticket"),
    "file": N_("file"),
    "sha256": N_("SHA-256"),
}
"""What an act changed, by its key."""

EDITION_STATES: Mapping[str, str] = {
    "queued": N_("pending"),
    "making": N_("being made"),
    "made": N_("made"),
    "same": N_("nothing new"),
    "failed": N_("failed"),
}
"""Where the making of a report stands, by `domain.edition_states.EditionState`."""

EDITION_STAGES: Mapping[str, str] = {
    "reading": N_("what is stored is read"),
    "counting": N_("the period is counted"),
    "comparing": N_("earlier periods are counted, to compare"),
    "writing": N_("the files are written"),
}
"""What is done while a report is made, by `domain.edition_states.EditionStage`."""
