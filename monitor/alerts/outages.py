"""What becomes of the board's decisions: outages and who was affected, written in the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from monitor.alerts import audit, tickets, timeline
from monitor.alerts.believable import WRITTEN_UTC
from monitor.alerts.facts import deadline_of_outage
from monitor.alerts.office import Office
from monitor.alerts.states import MONITOR
from monitor.judging.decisions import (
    Affected,
    Decision,
    FlappingChanged,
    LabSeen,
    NoLongerAffected,
    OutageClosed,
    OutageExplained,
    OutageOpened,
    SiteChanged,
)
from monitor.sample import Sample
from monitor.store.models import AffectedSite, Outage

UNSYNCHRONISED = {"synchronize_session": False}
DOWN = "sites that are down"


def apply(session: Session, office: Office, decision: Decision, now_utc: datetime) -> None:
    """Stores one decision with all that follows from it at once."""
    match decision:
        case OutageOpened():
            _open(session, office, decision, now_utc)
        case OutageClosed():
            _close(session, decision, now_utc)
        case Affected():
            _affect(session, decision)
        case NoLongerAffected():
            _release(session, decision.site, decision.until_utc)
        case OutageExplained():
            _explain(session, decision)
        case _:
            timeline.apply(session, decision)


def apply_all(session: Session, office: Office, batch: Sequence[tuple[Decision, datetime]]) -> None:
    """Stores many decisions, each with when it was made, in their order; of states only the last of each site."""
    states: dict[str, list[SiteChanged]] = {}
    for decision, decided_utc in batch:
        if isinstance(decision, SiteChanged):
            states.setdefault(decision.site, []).append(decision)
            continue
        if isinstance(decision, FlappingChanged | LabSeen):  # they are kept in the row of the site's state
            timeline.store_states(session, states)
            states = {}
        apply(session, office, decision, decided_utc)
    timeline.store_states(session, states)


def open_outage(session: Session, site: str) -> Outage | None:
    """The site's outage that has not ended, if there is one."""
    return session.scalars(select(Outage).where(Outage.site == site, Outage.ended_utc.is_(None))).one_or_none()


def _open(session: Session, office: Office, decision: OutageOpened, now_utc: datetime) -> None:
    sites_down = _sites_down(session)
    if decision.site in sites_down or decision.site not in office.fleet.sites:
        return  # already told before a restart, or taken out of the configuration meanwhile
    # Its first failed round was dated by a clock that has been set since.
    undated = decision.started_utc < WRITTEN_UTC <= decision.confirmed_utc
    outage = Outage(
        site=decision.site,
        service=office.service_of(decision.site).key,
        started_utc=decision.confirmed_utc if undated else decision.started_utc,
        silent_since_utc=decision.confirmed_utc if undated else decision.silent_since_utc or decision.started_utc,
        confirmed_utc=decision.confirmed_utc,
        reason=decision.reason[:200],
        cause=decision.cause,
        cause_why=decision.why[:200],
        evidence={**_evidence(decision.last_good), **decision.evidence},
    )
    outage.deadline_utc = deadline_of_outage(office, outage).due_utc
    session.add(outage)
    sites_down.add(decision.site)
    tickets.link_to_recent(session, office, outage, now_utc)


def _sites_down(session: Session) -> set[str]:
    """The sites that have an outage, asked once in a transaction: a storm opens thousands in one."""
    known: set[str] | None = session.info.get(DOWN)
    if known is None:
        known = session.info[DOWN] = set(session.scalars(select(Outage.site).where(Outage.ended_utc.is_(None))))
    return known


def _explain(session: Session, decision: OutageExplained) -> None:
    outage = open_outage(session, decision.site)
    if outage is None:
        return
    outage.reason = decision.reason[:200] or outage.reason
    outage.evidence = {**outage.evidence, **decision.evidence}
    if decision.cause and not outage.cause:
        outage.cause, outage.cause_why = decision.cause, decision.why[:200]


def _close(session: Session, decision: OutageClosed, now_utc: datetime) -> None:
    outage = open_outage(session, decision.site)
    if outage is None:
        return
    session.info.pop(DOWN, None)
    outage.ended_utc = max(decision.ended_utc, outage.started_utc)
    outage.end_reason = decision.reason
    still = (AffectedSite.outage_id == outage.id) & AffectedSite.until_utc.is_(None)
    session.execute(
        update(AffectedSite).where(still).values(until_utc=outage.ended_utc), execution_options=UNSYNCHRONISED
    )
    session.expire(outage, ["affected"])
    if outage.ticket is not None:
        audit.record(session, outage.ticket, MONITOR, "answers_again", decision.reason, now_utc)


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
