"""Who heard of a ticket and who would hear of it next: when, through what, and why."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from monitor.alerts.escalation import foreseen
from monitor.alerts.facts import facts_of
from monitor.alerts.kinds import GOOD_NEWS, severity
from monitor.alerts.office import Office
from monitor.alerts.outbox import key
from monitor.alerts.routing import ASKER, channel_of, goes_at, wants
from monitor.alerts.states import UNSOLVED
from monitor.store.models import Notice, Ticket
from monitor.store.notices import state_of


@dataclass(frozen=True, slots=True)
class Hearing:
    """One notice to one reader. ``at_utc``: when it went, or may go; ``state``: what became of it, or 'foreseen'."""

    at_utc: datetime
    notice: str
    severity: str
    recipient: str
    channel: str
    address: str
    state: str
    why: str
    proof: str = ""


def explain(session: Session, office: Office, ticket: Ticket, now_utc: datetime) -> list[Hearing]:
    """Everything that was told of the ticket, and what its dates foresee if nothing happens, by time."""
    told = [_told(office, notice) for notice in ticket.notices]
    ahead = list(_ahead(office, ticket, now_utc)) if ticket.state in UNSOLVED else []
    return sorted([*told, *ahead], key=lambda hearing: hearing.at_utc)


def _told(office: Office, notice: Notice) -> Hearing:
    at_utc = notice.sent_utc or notice.dead_utc or notice.due_utc
    return Hearing(
        at_utc,
        notice.kind,
        severity(notice.kind),
        notice.recipient,
        notice.channel,
        _address(office, notice.recipient, notice),
        state_of(notice),
        _why(office, notice.kind, notice.recipient, notice.facts["service"], _level(notice.facts)),
        notice.proof or notice.last_error,
    )


def _ahead(office: Office, ticket: Ticket, now_utc: datetime) -> Iterator[Hearing]:
    """Each step to come, for the charter's reader and for whoever else wants it."""
    owed = {notice.key for notice in ticket.notices}
    facts = facts_of(office, ticket, now_utc)
    for step in foreseen(office, ticket):
        if step.at_utc <= now_utc and key(ticket, step.name, step.recipient) in owed:
            continue
        if step.at_utc < now_utc:
            continue  # its time has passed without it
        at_the_step = {**facts, "stage": {"level": step.level} if step.level else None}
        further = [name for name, entry in office.recipients.items() if wants(entry, step.kind, at_the_step)]
        for reader in dict.fromkeys([step.recipient, *further]):
            yield Hearing(
                goes_at(office, step.kind, reader, step.at_utc),
                step.kind,
                severity(step.kind),
                reader,
                channel_of(office, reader),
                _address(office, reader, None),
                "foreseen",
                _why(office, step.kind, reader, facts["service"], step.level),
            )


def _level(facts: Mapping[str, Any]) -> int:
    return int(facts["stage"]["level"]) if facts["stage"] else 0


def _why(office: Office, kind: str, reader: str, service: dict[str, str], level: int) -> str:
    if reader in office.recipients:
        return f"[recipients.{reader}] of monitor.toml"
    if reader == ASKER:
        return "asked about it and left an address"
    if kind in {"stage", "lapses_soon", "lapses_today"}:
        return f"holds stage {level} of the grievance chain (charter, clause 4)"
    if kind in GOOD_NEWS or kind == "reopened":
        return "is told of the trouble"
    return f"answers for charter item {service['section']}:{service['number']}"


def _address(office: Office, reader: str, notice: Notice | None) -> str:
    """Where it goes; secrets stay in their files."""
    if reader == ASKER and notice is not None:
        return str((notice.facts.get("asked") or {}).get("email", ""))
    if (entry := office.recipients.get(reader)) is not None:
        return entry.email or entry.url or f"the URL in {entry.url_file}"
    officer = office.charter.officers.get(reader)
    return (officer.email or "a file: no address yet") if officer else ""
