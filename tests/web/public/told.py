"""A publication of an office as a test stores it, and its page in a language."""

from datetime import datetime, timedelta

from monitor.settings.load import Settings
from monitor.store.database import Store
from monitor.store.models import Heartbeat, SiteState
from monitor.web.public.gathering import Gatherer
from monitor.web.public.model import Publication
from monitor.web.public.rendering import Place, page
from tests.desk import Desk


def watched(desk: Desk) -> None:
    """The daemon says that it watches, and has known every site for a year."""
    _watch(desk.store, list(desk.office.fleet.sites), desk.clock.utc())


def keep_watching(store: Store, settings: Settings, now_utc: datetime) -> None:
    """The daemon of these settings said so at ``now_utc``."""
    _watch(store, list(settings.fleet.sites), now_utc)


def _watch(store: Store, sites: list[str], now_utc: datetime) -> None:
    year = now_utc - timedelta(days=365)
    with store.write() as session:
        session.merge(Heartbeat(at_utc=now_utc, boot_id="x", boot_ns=0))
        for id_ in sites:
            if session.get(SiteState, id_) is None:
                session.add(SiteState(site=id_, state="up", since_utc=year, first_utc=year))


def published(desk: Desk, delay: timedelta = timedelta(0)) -> Publication:
    """What is published now, made from nothing that was remembered."""
    with desk.store.read() as session:
        return Gatherer().publication(session, desk.office, desk.clock.utc(), delay)


def told(desk: Desk, lang: str = "en", place: Place = Place()) -> str:  # noqa: B008 (it is immutable)
    """The page as it is now."""
    return page(published(desk), desk.office, None, lang, place).decode()
