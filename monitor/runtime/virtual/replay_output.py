"""Format a replay's transitions: each as an object of plain values, times by the office's clock."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from monitor.alerts.cases.acknowledgements import RAN_OUT
from monitor.alerts.facts.stored import unpack_case
from monitor.charter.office import Office
from monitor.domain.reasons import Reason, as_json
from monitor.domain.states import Cause
from monitor.domain.ticket_states import MONITOR
from monitor.i18n.formats import DHAKA
from monitor.i18n.reasons import reason_text
from monitor.judging.decisions import (
    Affected,
    Decision,
    DeviceEvent,
    FlappingChanged,
    MonitoringGap,
    OutageClosed,
    OutageOpened,
    OutageSuppressed,
    OutageUpdated,
    SiteChanged,
    UplinkBack,
    UplinkLost,
)
from monitor.judging.health import State
from monitor.store.models import Notice, Ticket, TicketEvent

Transition = dict[str, Any]
TICKETS = {"opened": "ticket_opened", "resolved": "ticket_resolved", "reopened": "ticket_reopened"}


@dataclass
class SiteHistory:
    """What was output of each site so far, as far as later lines refer to it."""

    _open: dict[str, datetime] = field(default_factory=dict)
    _affected: dict[str, dict[str, None]] = field(default_factory=dict)
    _causes: dict[str, Cause | None] = field(default_factory=dict)
    _states: dict[str, State] = field(default_factory=dict)

    def decision(self, decision: Decision, now_utc: datetime) -> Iterator[Transition]:  # noqa: PLR0912 (one a kind)
        """Yield the lines of a decision."""
        match decision:
            case OutageOpened(site, started, _, _, reason, cause, why, _, silent):
                self._open[site], self._affected[site], self._causes[site] = started, {}, cause
                facts = {"started": started, "silent_since": silent, "reason": reason, "cause": cause, "why": why}
                yield line(now_utc, "outage_opened", site=site, **facts)
            case OutageClosed(site, ended, reason):
                started, affected = self._open.pop(site), list(self._affected.pop(site, ()))
                cause = self._causes.pop(site, None)
                dates = {"started": started, "ended": ended}
                yield line(now_utc, "outage_closed", site=site, **dates, reason=reason, cause=cause, affected=affected)
            case OutageUpdated(site, reason, cause, why, _):
                self._causes[site] = cause or self._causes.get(site)
                yield line(now_utc, "outage_explained", site=site, reason=reason, cause=cause, why=why)
            case Affected(site, root, since):
                self._affected.setdefault(root, {})[site] = None
                yield line(now_utc, "site_unreachable", site=site, started=since, root=root)
            case SiteChanged(site, state, since):
                before, self._states[site] = self._states.get(site), state
                if state is State.DEGRADED:
                    yield line(now_utc, "site_degraded", site=site, started=since)
                elif before is State.DEGRADED and state is State.UP:
                    yield line(now_utc, "site_restored", site=site, ended=since)
            case UplinkLost(group, since):
                yield line(now_utc, "vantage_lost", group=group, started=since)
            case UplinkBack(group, since, until):
                yield line(now_utc, "vantage_back", group=group, started=since, ended=until)
            case FlappingChanged(site, flapping, share, _):
                yield line(now_utc, "flapping" if flapping else "settled", site=site, share=round(share, 3))
            case OutageSuppressed(site, since, _, why):
                yield line(now_utc, "paused", site=site, started=since, reason=why)
            case DeviceEvent(site, device, kind, reason, _):
                yield line(now_utc, kind, site=site, device=device, reason=reason)
            case MonitoringGap(since, until, why):
                yield line(now_utc, "stood_still", started=since, ended=until, reason=why)


def line(at_utc: datetime, kind: str, **facts: object) -> Transition:
    """Return an object of the output: None is left out, times are the office's.

    A reason stands under its own name in English words, and as NAME_code with its code and parameters.
    """
    found: Transition = {"t": _iso(at_utc), "kind": kind}
    for name, value in facts.items():
        if isinstance(value, datetime):
            found[name] = _iso(value)
        elif isinstance(value, Reason):
            found |= {name: reason_text(value, "en"), f"{name}_code": as_json(value)}
        elif value is not None and value not in ("", []):
            found[name] = value
    return found


def _iso(at_utc: datetime) -> str:
    return at_utc.astimezone(DHAKA).isoformat()


def ticket_lines(event: TicketEvent, office: Office) -> Iterator[Transition]:
    """Yield the lines of an event of a ticket's history, acts of people included."""
    ticket: Ticket = event.ticket
    facts: dict[str, object] = {"site": ticket.site, "ticket": ticket.number}
    outage = ticket.outages[-1] if ticket.outages else None
    if outage is not None:
        facts |= {"cause": outage.cause, "affected": list(dict.fromkeys(row.site for row in outage.affected))}
    by = None if event.actor == MONITOR else event.actor
    said = {"reason": event.reason or event.text, "remark": event.text if event.reason else None}
    if event.kind in TICKETS:
        over = event.kind == "resolved"
        dates = {"ended": outage and outage.ended_utc} if over else {"deadline": ticket.deadline_utc}
        facts |= {"started": ticket.event_utc, **dates, **said, "by": by}
        yield line(event.at_utc, TICKETS[event.kind], **facts)
    elif event.kind == "stage":
        holder = office.charter.stages[ticket.stage - 1].holder
        yield line(event.at_utc, "stage_raised", **facts, stage=ticket.stage, recipient=holder, by=by)
    elif event.kind == "registered":
        dates = {"started": ticket.event_utc, "deadline": ticket.deadline_utc}
        yield line(event.at_utc, "ticket_registered", **facts, **dates, **said, by=by)
    elif by is not None or event.kind == RAN_OUT:
        yield line(event.at_utc, "ticket_act", **facts, act=event.kind, **said, by=by)


def notice_line(notice: Notice, at_utc: datetime) -> Transition:
    """Return the line of a notice that falls due."""
    ticket = notice.ticket
    facts = unpack_case(notice.kind, notice.facts)
    return line(
        at_utc,
        "notice",
        site=facts.site.id if facts.site else None,
        ticket=ticket.number if ticket else None,
        notice=notice.kind,
        recipient=notice.recipient,
        stage=facts.level or None,
    )
