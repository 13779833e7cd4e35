"""What becomes of the board's decisions: outages and who was affected, written in the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from monitor.alerts.cases import events, tickets
from monitor.alerts.notices.gather import deadline_of_outage
from monitor.charter.office import Office
from monitor.domain.sample import Sample
from monitor.domain.ticket_states import MONITOR
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
from monitor.store import ticket_history
from monitor.store.models import AffectedSite, Outage

UNSYNCHRONISED = {"synchronize_session": False}
DOWN = "sites that are down"


def apply(session: Session, office: Office, decision: Decision, now_utc: datetime, *, certain: bool = True) -> None:
    """Stores one decision with all that follows from it at once.

    Not ``certain``: the clock is suspect; what it means for tickets is seen when it is believed (`catch_up`).
    """
    match decision:
        case OutageOpened():
            outage = _open(session, office, decision)
            if outage is not None and certain:
                tickets.link_to_recent(session, office, outage, now_utc)
        case OutageClosed():
            outage = _close(session, decision)
            if outage is not None and outage.ticket is not None and certain:
                ticket_history.record(session, outage.ticket, MONITOR, "answers_again", decision.reason, now_utc)
        case Affected():
            _affect(session, decision)
        case NoLongerAffected():
            _release(session, decision.site, decision.until_utc)
        case OutageUpdated():
            _explain(session, decision)
        case _:
            events.apply(session, decision)


def apply_all(
    session: Session, office: Office, batch: Sequence[tuple[Decision, datetime]], *, certain: bool = True
) -> None:
    """Stores many decisions, each with when it was made, in their order; of states only the last of each site."""
    states: dict[str, list[SiteChanged]] = {}
    for decision, decided_utc in batch:
        if isinstance(decision, SiteChanged):
            states.setdefault(decision.site, []).append(decision)
            continue
        if isinstance(decision, FlappingChanged | WorkstationSeen):  # they are kept in the row of the site's state
            events.store_states(session, states)
            states = {}
        apply(session, office, decision, decided_utc, certain=certain)
    events.store_states(session, states)


def catch_up(session: Session, office: Office, since_utc: datetime, now_utc: datetime) -> None:
    """Tells tickets of outages that began or ended since then, while the clock was not believed."""
    session.flush()
    began = select(Outage).where(Outage.confirmed_utc >= since_utc, Outage.ticket_id.is_(None)).order_by(Outage.id)
    for outage in session.scalars(began):
        tickets.link_to_recent(session, office, outage, outage.confirmed_utc)
    session.flush()
    ended = select(Outage).where(Outage.ended_utc >= since_utc, Outage.ticket_id.is_not(None)).order_by(Outage.id)
    for outage in session.scalars(ended):
        ticket = outage.ticket
        assert ticket is not None
        assert outage.ended_utc is not None
        told = (each.at_utc for each in ticket.events if each.kind == "answers_again")
        if not any(at_utc >= outage.ended_utc for at_utc in told):
            ticket_history.record(session, ticket, MONITOR, "answers_again", outage.end_reason or "", now_utc)


def open_outage(session: Session, site: str) -> Outage | None:
    """The site's outage that has not ended, if there is one."""
    return session.scalars(select(Outage).where(Outage.site == site, Outage.ended_utc.is_(None))).one_or_none()


def _open(session: Session, office: Office, decision: OutageOpened) -> Outage | None:
    sites_down = _sites_down(session)
    if decision.site in sites_down or decision.site not in office.fleet.sites:
        return None  # already told before a restart, or taken out of the configuration meanwhile
    outage = Outage(
        site=decision.site,
        service=office.service_of(decision.site).key,
        started_utc=min(decision.started_utc, decision.confirmed_utc),
        silent_since_utc=min(decision.silent_since_utc or decision.started_utc, decision.confirmed_utc),
        confirmed_utc=decision.confirmed_utc,
        reason=decision.reason[:200],
        cause=decision.cause,
        cause_why=decision.why[:200],
        evidence={**_evidence(decision.last_good), **decision.evidence},
    )
    outage.deadline_utc = deadline_of_outage(office, outage).due_utc
    session.add(outage)
    sites_down.add(decision.site)
    return outage


def _sites_down(session: Session) -> set[str]:
    """The sites that have an outage, asked once in a transaction: a storm opens thousands in one."""
    known: set[str] | None = session.info.get(DOWN)
    if known is None:
        known = session.info[DOWN] = set(session.scalars(select(Outage.site).where(Outage.ended_utc.is_(None))))
    return known


def _explain(session: Session, decision: OutageUpdated) -> None:
    outage = open_outage(session, decision.site)
    if outage is None:
        return
    outage.reason = decision.reason[:200] or outage.reason
    outage.evidence = {**outage.evidence, **decision.evidence}
    if decision.cause and not outage.cause:
        outage.cause, outage.cause_why = decision.cause, decision.why[:200]


def _close(session: Session, decision: OutageClosed) -> Outage | None:
    outage = open_outage(session, decision.site)
    if outage is None:
        return None
    session.info.pop(DOWN, None)
    outage.ended_utc = max(decision.ended_utc, outage.started_utc)
    outage.end_reason = decision.reason
    still = (AffectedSite.outage_id == outage.id) & AffectedSite.until_utc.is_(None)
    session.execute(
        update(AffectedSite).where(still).values(until_utc=outage.ended_utc), execution_options=UNSYNCHRONISED
    )
    session.expire(outage, ["affected"])
    return outage


def _affect(session: Session, decision: Affected) -> None:
    """By plain statements: a dead router may have thousands behind it, and the ORM would load them all for each."""
    root_id = session.scalar(select(Outage.id).where(Outage.site == decision.root, Outage.ended_utc.is_(None)))
    if root_id is not None:
        row = {"outage_id": root_id, "site": decision.site, "since_utc": decision.since_utc}
        session.execute(insert(AffectedSite).values(row))


def _release(session: Session, site: str, until_utc: datetime) -> None:
    open_rows = (AffectedSite.site == site) & AffectedSite.until_utc.is_(None)
    session.execute(update(AffectedSite).where(open_rows).values(until_utc=until_utc), execution_options=UNSYNCHRONISED)


def _evidence(last_good: Sample | None) -> dict[str, object]:
    if last_good is None:
        return {}
    return {
        "last_good_utc": last_good.started_utc.isoformat(),
        "last_good_rtt_ms": None if last_good.rtt_ns is None else round(last_good.rtt_ns / 1e6, 3),
        "last_good_loss": round(last_good.loss, 3),
    }
