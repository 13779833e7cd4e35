"""Read what is published from the database, as of a moment; the strips of days at most every ten minutes."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.charter.office import Office
from monitor.i18n.formats import DHAKA
from monitor.i18n.terms import KINDS
from monitor.reports.days_by_kind import days_by_kind
from monitor.store import gap_rows, public_rows
from monitor.store.session import Session
from monitor.web.public.model import (
    Publication,
    Rows,
    Strip,
    is_watched,
    kinds_of,
    planned_of,
    troubles_of,
    unions_of,
    words_of,
)
from monitor.web.public.months import months_of

DAYS = 90
LATEST, LATEST_WITHIN = 50, timedelta(days=30)
STRIPS_FOR = timedelta(minutes=10)


@dataclass(slots=True)
class Gatherer:
    """Gathers publications; remembers the strips, which take the longest. For one thread at a time."""

    _office: Office | None = None
    _strips_utc: datetime | None = None
    _strips: tuple[Strip, ...] = ()

    def publication(
        self, session: Session, office: Office, now_utc: datetime, delay: timedelta = timedelta(0)
    ) -> Publication:
        """Return what is published at ``now_utc``: the state of ``delay`` before."""
        at_utc = now_utc - delay
        rows = Rows(
            public_rows.outages_at(session, at_utc),
            public_rows.silent_at(session, at_utc),
            public_rows.known_sites(session),
            gap_rows.gaps(session, (at_utc, at_utc + timedelta.resolution), now_utc),
            gap_rows.last_heartbeat(session) is not None,
        )
        words = words_of(office, rows, at_utc)
        since_utc = at_utc - timedelta(days=366)
        return Publication(
            at_utc=at_utc,
            delay=delay,
            is_watched=is_watched(rows),
            troubles=troubles_of(office, rows.outages),
            kinds=kinds_of(office, words),
            unions=unions_of(office, words),
            words=words,
            planned=planned_of(office, public_rows.plan_changes(session), at_utc),
            strips=self._days(session, office, at_utc),
            months=months_of(public_rows.targets(session, since_utc), at_utc),
            latest=troubles_of(office, public_rows.latest_outages(session, at_utc - LATEST_WITHIN, at_utc, LATEST)),
        )

    def _days(self, session: Session, office: Office, at_utc: datetime) -> tuple[Strip, ...]:
        known_utc = self._strips_utc
        is_fresh = known_utc is not None and known_utc <= at_utc < known_utc + STRIPS_FOR
        if not is_fresh or office is not self._office:
            first = at_utc.astimezone(DHAKA).date() - timedelta(days=DAYS - 1)
            found = days_by_kind(session, office, first, DAYS, at_utc)
            self._strips = tuple(Strip(kind, tuple(found[kind])) for kind in KINDS if kind in found)
            self._strips_utc, self._office = at_utc, office
        return self._strips
