"""Find since when a site answers after an outage. A recovery lasts only while the site answers and does not flap."""

from datetime import datetime

from monitor.store.models import SiteState
from monitor.store.session import Session
from monitor.store.work import Work


def flaps(session: Session, site: str | None) -> bool:
    """Return whether the site is flapping, so that its changes are not notified."""
    state = session.get(SiteState, site) if site else None
    return state is not None and state.flapping


def recovered_since(work: Work, site: str | None, ended_utc: datetime) -> datetime | None:
    """Return since when ``site`` answers, whose last outage ended at ``ended_utc``.

    None while it is down again, is affected by another's outage, is in downtime, flaps, or has not been probed yet. A
    site removed from the configuration counts as recovered at its outage's end.
    """
    state = work.session.get(SiteState, site) if site in work.office.fleet.sites else None
    if state is None:
        return ended_utc
    if state.flapping or state.answers_since_utc is None:
        return None
    return max(ended_utc, state.answers_since_utc)
