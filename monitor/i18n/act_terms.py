"""The words of acts of people: what was done, how, and the facts that changed."""

from collections.abc import Mapping

from monitor.domain.message import N_

ACTS: Mapping[str, str] = {
    "ticket.ack": N_("ticket acknowledged"),
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
    "notice.resend": N_("letter sent again"),
    "clock.trust": N_("clock declared right"),
}
"""What was done, by the kind of act."""

VIAS: Mapping[str, str] = {
    "cli": N_("by command"),
    "console": N_("in the browser"),
    "api": N_("by another program"),
}
"""How it was done."""
