"""Store the board's decisions: outages and affected sites, in the caller's transaction."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from monitor.alerts.cases import events, tickets
from monitor.alerts.cases.history_reasons import end_reason
from monitor.alerts.facts.stored import evidence_of, pack_evidence
from monitor.alerts.notices.gather import deadline_from
from monitor.domain.evidence import LastGood, merged
from monitor.domain.sample import Sample
from monitor.judging.decisions import (
    Affected,
    Decision,
    FlappingChanged,
    NoLongerAffected,
    OutageClosed,
    OutageOpened,
    OutageUpdated,
    SiteChanged,
    WorkstationSeen,
)
from monitor.store import outage_rows, ticket_history
from monitor.store.added_rows import add_row
from monitor.store.models import Outage
from monitor.store.work import Work


def apply(work: Work, decision: Decision, *, certain: bool = True) -> None:
    """Store one decision with all that follows from it at once.

    Not ``certain``: the clock is suspect; tickets follow when it is trusted again (`catch_up`).
    """
    match decision:
        case OutageOpened():
            _open(work, decision, certain=certain)
        case OutageClosed():
            outage = _close(work, decision)
            if outage is not None and outage.ticket is not None and certain:
                ticket_history.record(work, outage.ticket, "answers_again", reason=end_reason(outage))
        case Affected():
            outage_rows.affect(work.session, decision.root, decision.site, decision.since_utc)
        case NoLongerAffected():
            outage_rows.release(work.session, decision.site, decision.until_utc)
        case OutageUpdated():
            _explain(work, decision)
        case _:
            events.apply(work, decision)


def apply_all(work: Work, batch: Sequence[tuple[Decision, datetime]], *, certain: bool = True) -> None:
    """Store many decisions, each with its time, in their order; of states only the last of each site."""
    states: dict[str, list[SiteChanged]] = {}
    for decision, decided_utc in work.in_portions(batch):
        if isinstance(decision, SiteChanged):
            states.setdefault(decision.site, []).append(decision)
            continue
        if isinstance(decision, FlappingChanged | WorkstationSeen):  # they are kept in the row of the site's state
            events.store_states(work, states)
            states = {}
        apply(work.at(decided_utc), decision, certain=certain)
    events.store_states(work, states)


def catch_up(work: Work, since_utc: datetime, sites: Collection[str] | None = None) -> None:
    """Update tickets by outages that began or ended since then, while the clock was suspect; ``sites``: these alone."""
    work.session.flush()
    for outage in _of(outage_rows.confirmed_without_ticket(work.session, since_utc), sites):
        tickets.link_to_recent(work.at(outage.confirmed_utc), outage)
    work.session.flush()
    for outage in _of(outage_rows.ended_with_ticket(work.session, since_utc), sites):
        ticket = outage.ticket
        assert ticket is not None
        assert outage.ended_utc is not None
        answered_utc = (each.at_utc for each in ticket.events if each.kind == "answers_again")
        if not any(at_utc >= outage.ended_utc for at_utc in answered_utc):
            ticket_history.record(work, ticket, "answers_again", reason=end_reason(outage))


def _of(outages: Sequence[Outage], sites: Collection[str] | None) -> list[Outage]:
    return [outage for outage in outages if sites is None or outage.site in sites]


def _open(work: Work, decision: OutageOpened, *, certain: bool) -> None:
    sites_down = _sites_down(work)
    if decision.site in sites_down or decision.site not in work.office.fleet.sites:
        return  # already stored before a restart, or removed from the configuration meanwhile
    sites_down.add(decision.site)
    service = work.office.service_of(decision.site)
    started_utc = min(decision.started_utc, decision.confirmed_utc)
    deadline = deadline_from(work.office, service, started_utc, decision.confirmed_utc)
    values = {
        "site": decision.site,
        "service": service.key,
        "started_utc": started_utc,
        "silent_since_utc": min(decision.silent_since_utc or decision.started_utc, decision.confirmed_utc),
        "confirmed_utc": decision.confirmed_utc,
        "deadline_utc": deadline.due_utc,
        "reason": decision.reason,
        "cause": decision.cause or "",
        "cause_why": decision.why,
        "evidence": pack_evidence(replace(decision.evidence, last_good=_last_good(decision.last_good))),
    }
    if certain and tickets.had_ticket(work, decision.site):
        work.session.add(outage := Outage(**values))
        tickets.link_to_recent(work, outage)
    else:
        add_row(work.session, Outage, values)


def _sites_down(work: Work) -> set[str]:
    """Return the sites with an open outage, queried once per transaction: thousands may open in one."""
    if work.known.sites_down is None:
        work.known.sites_down = outage_rows.sites_down(work.session)
    return work.known.sites_down


def _explain(work: Work, decision: OutageUpdated) -> None:
    outage = outage_rows.of_site(work.session, decision.site)
    if outage is None:
        return
    outage.reason = decision.reason or outage.reason
    outage.evidence = pack_evidence(merged(evidence_of(outage.evidence), decision.evidence))
    if decision.cause and not outage.cause:
        outage.cause, outage.cause_why = decision.cause, decision.why


def _close(work: Work, decision: OutageClosed) -> Outage | None:
    outage = outage_rows.of_site(work.session, decision.site)
    if outage is None:
        return None
    work.known.sites_down = None
    outage.ended_utc = max(decision.ended_utc, outage.started_utc)
    outage.end_reason = decision.reason
    outage_rows.release_all(work.session, outage, outage.ended_utc)
    return outage


def _last_good(sample: Sample | None) -> LastGood | None:
    if sample is None:
        return None
    rtt_ms = None if sample.rtt_ns is None else round(sample.rtt_ns / 1e6, 3)
    return LastGood(at=sample.started_utc, rtt_ms=rtt_ms, loss=round(sample.loss, 3))
