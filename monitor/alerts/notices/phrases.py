"""The phrases of all notices: tables of texts that `wording` looks up in the catalogue."""

from collections.abc import Mapping

from monitor.domain.message import N_

Phrases = Mapping[str, str]

LABELS: Phrases = {
    "ticket": N_("Ticket"),
    "code": N_("Code"),
    "site": N_("Site"),
    "service": N_("Service (Citizen's Charter)"),
    "clause": N_("Clause"),
    "stage": N_("Grievance stage (clause 4)"),
    "asker": N_("Requested by"),
    "request": N_("Subject"),
    "received": N_("Received"),
    "since": N_("Down since"),
    "until": N_("Up again since"),
    "silent": N_("No answer since"),
    "ended": N_("Ended"),
    "why_ended": N_("Ended because"),
    "lasted": N_("Lasted"),
    "due": N_("Due"),
    "was_due": N_("Was due"),
    "counted": N_("How it was counted"),
    "seen": N_("Observed"),
    "affected": N_("Affected"),
    "last_good": N_("Last answer"),
    "hour": N_("The hour before"),
    "snmp": N_("Last SNMP reading"),
    "ways": N_("Route (traceroute)"),
    "cause": N_("Suspected cause"),
    "operator": N_("Operator of the line"),
    "note": N_("Comment"),
    "attached": N_("With this letter"),
    "left_out": N_("Too large for a letter, on the page"),
    "officer": N_("Officer in charge"),
    "phone": N_("Telephone"),
    "address": N_("Office address"),
    "page": N_("Details"),
    "runbook": N_("What to do"),
}

# Of a request the point comes first: an officer reads the beginning of a subject on a telephone.
HEADLINES: Phrases = {
    "opened": N_("{site}: down for {lasted}, service-time target missed"),
    "opened/over": N_("{site}: was down for {lasted}, service-time target missed"),
    "due_today": N_("{site}: down, and due today"),
    "due_today/over": N_("{site}: not resolved, and due today"),
    "due_today/asked": N_("Due today: {site}"),
    "registered": N_("New request: {site}"),
    "registered/citizen": N_("Your request is registered: {site}"),
    "breach": N_("Service-time target missed: {site}"),
    "ask": N_("{site}: raise to stage {next_stage}?"),
    "ask/asked": N_("Raise to stage {next_stage}? {site}"),
    "stage": N_("{site}: down for {lasted}, raised to stage {stage}"),
    "stage/over": N_("{site}: not resolved, raised to stage {stage}"),
    "stage/asked": N_("Raised to stage {stage}, not resolved: {site}"),
    "lapses_soon": N_("Reminder — {site}: stage {stage} ends soon"),
    "lapses_soon/asked": N_("Reminder — stage {stage} ends soon: {site}"),
    "lapses_today": N_("{site}: stage {stage} ends today"),
    "lapses_today/asked": N_("Stage {stage} ends today: {site}"),
    "ack_over": N_("{site}: acknowledgement has run out, still down"),
    "ack_over/over": N_("{site}: acknowledgement has run out, not resolved"),
    "ack_over/asked": N_("Acknowledgement has run out, not resolved: {site}"),
    "resolved": N_("{site}: resolved"),
    "resolved/down": N_("{site}: resolved, though it is still down"),
    "resolved/asked": N_("Resolved: {site}"),
    "resolved/citizen": N_("Your request is resolved: {site}"),
    "reopened": N_("{site}: down again, ticket reopened"),
    "reopened/over": N_("{site}: ticket reopened"),
    "reopened/asked": N_("Ticket reopened: {site}"),
    "reopened/citizen": N_("Your request is open again: {site}"),
    "restored": N_("Up again: {site}"),
    "withdrawn": N_("Registered by mistake, withdrawn: {site}"),
    "withdrawn/citizen": N_("Your request was registered by mistake and is withdrawn: {site}"),
    "corrected": N_("Registration corrected: {site}"),
    "answered": N_("Answered with a report: {site}"),
    "answered/citizen": N_("The answer to your request: {site}"),
}

ACTS: Mapping[str, str] = {
    **dict.fromkeys(("opened", "registered", "breach", "reopened", "ack_over"), "ack"),
    "ask": "raise",
}
"""The act that a letter of that kind asks its officer for, by `domain.ticket_states.ACTIONS`."""

COMMAND = "upazila-monitor ticket {action} {number}"
"""What an officer types, where the office has no address of its page."""

FIND_THE_CAUSE: str = N_("Please find the cause and restore the service.")
AND_ACKNOWLEDGE: str = N_("Please find the cause and restore the service. To acknowledge the ticket:")
SETTLE_AND_ACKNOWLEDGE: str = N_("The site answers. Please resolve the ticket. To acknowledge it:")
WITH_THE_HOLDER: str = N_(
    "It was not resolved in its time and is now with {holder}, to be resolved by {lapses} ({disposal})."
)
REMIND: str = N_("{holder}: please resolve it by {lapses}.")
RAISE: str = N_("To raise it to {next_holder}:")
NOTHING_MORE: str = N_("Nothing more needs to be done. If it is not resolved, please inform the office.")
IT_ANSWERS: str = N_("The site that you reported answers again. If the trouble remains, please inform the office.")

TO_DO: Phrases = {
    "opened": AND_ACKNOWLEDGE,
    "opened/over": SETTLE_AND_ACKNOWLEDGE,
    "due_today": FIND_THE_CAUSE,
    "due_today/over": N_("The site answers. Please resolve the ticket by {deadline}."),
    "due_today/asked": N_("Please resolve it today, by {deadline}."),
    "registered": N_("Please resolve it by {deadline}. To acknowledge the ticket:"),
    "registered/citizen": N_("It is to be resolved by {deadline}. When you ask about it, give the number {number}."),
    "breach": N_("Please resolve it without further delay; it goes to the next stage. To acknowledge the ticket:"),
    "ask": RAISE,
    "ask/asked": RAISE,
    "stage": WITH_THE_HOLDER,
    "stage/over": WITH_THE_HOLDER,
    "stage/asked": WITH_THE_HOLDER,
    "lapses_soon": REMIND,
    "lapses_soon/asked": REMIND,
    "lapses_today": REMIND,
    "lapses_today/asked": REMIND,
    "ack_over": AND_ACKNOWLEDGE,
    "ack_over/over": SETTLE_AND_ACKNOWLEDGE,
    "ack_over/asked": N_("Please resolve it, or write into the ticket what is being done. To acknowledge it again:"),
    "resolved": NOTHING_MORE,
    "resolved/down": N_("The ticket was marked as resolved, but the site does not answer. The comment says why."),
    "resolved/asked": NOTHING_MORE,
    "resolved/citizen": N_("If it is not resolved, please inform the office, with the number {number}."),
    "reopened": AND_ACKNOWLEDGE,
    "reopened/over": SETTLE_AND_ACKNOWLEDGE,
    "reopened/asked": N_("The ticket is open again. To acknowledge it:"),
    "reopened/citizen": N_("Your request is open again. When you ask about it, give the number {number}."),
    "restored": IT_ANSWERS,
    "withdrawn": N_("Nothing needs to be done about it. The number is not used again."),
    "withdrawn/citizen": N_("If you did make this request, please inform the office, with the number {number}."),
    "corrected": N_("It is to be resolved by {deadline}. This replaces the earlier letter."),
    "answered": N_("The report went to who requested it. Please resolve the ticket when nothing is left to do."),
    "answered/citizen": N_("The report comes with this letter. If something is missing, give the number {number}."),
}
