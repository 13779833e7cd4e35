"""Since when a site answers that had an outage. A recovery lasts only while the site answers and does not flap."""

from datetime import datetime

from monitor.store.models import SiteState
from monitor.store.session import Session
from monitor.store.work import Work


def flaps(session: Session, site: str | None) -> bool:
    """Whether the site comes and goes, so that nobody is told of each turn."""
    state = session.get(SiteState, site) if site else None
    return state is not None and state.flapping


def recovered_since(work: Work, site: str | None, ended_utc: datetime) -> datetime | None:
    """Since when ``site`` answers, whose last outage ended at ``ended_utc``.

    None while it is silent once more, is behind another that is, is excused, flaps, or has not been asked yet. Of a
    site that was taken out of the configuration nothing more will be known: its outage's end counts.
    """
    state = work.session.get(SiteState, site) if site in work.office.fleet.sites else None
    if state is None:
        return ended_utc
    if state.flapping or state.answers_since_utc is None:
        return None
    return max(ended_utc, state.answers_since_utc)
