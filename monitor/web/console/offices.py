"""Show a district, a division or the nation: a row for each office, and the sums of the places between."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from functools import partial
from typing import Any

from markupsafe import Markup
from starlette.responses import Response

from monitor.domain.clock import DHAKA
from monitor.domain.fiscal_year import fiscal_year_of
from monitor.domain.reasons import Names
from monitor.domain.roles import EVERYWHERE, Right
from monitor.i18n.languages import Lang
from monitor.judging.health import State
from monitor.reports.wording import share_text
from monitor.settings.installation import Installation
from monitor.store.office_queries import OfficeRecord, office_records
from monitor.web.console.asked import Asked, NotFound, PageRoute
from monitor.web.console.console import Console
from monitor.web.overview import Overview

MOST_WRITTEN = 5_000  # some 600 bytes each
_WRITTEN: dict[tuple[object, ...], Markup] = {}
"""Rows as they were written, for all consoles: of a nation's offices a few change from one look to the next."""


@dataclass
class PlaceRow:
    """A place with what is below it, summed up; ``depth``: below the place that is shown.

    ``states``: sites by state; ``own_state``: of the office's own site, None where it has none or is no office.
    """

    id: str
    kind: str
    names: Names
    depth: int
    states: Counter[str] = field(default_factory=Counter)
    record: OfficeRecord = field(default_factory=OfficeRecord)
    own_state: str | None = None

    @property
    def is_office(self) -> bool:
        """Return whether it is an office, which has pages of its own."""
        return self.kind == "upazila"

    @property
    def sites(self) -> int:
        return self.states.total()

    @property
    def working(self) -> int:
        """Return how many sites answer."""
        return self.states[State.UP] + self.states[State.DEGRADED]

    @property
    def broken(self) -> int:
        """Return how many sites do not answer."""
        return self.states[State.DOWN] + self.states[State.UNREACHABLE]

    @property
    def staged(self) -> int:
        """Return how many unsolved tickets have reached a stage of the grievance chain."""
        return sum(count for stage, count in self.record.open_at.items() if stage > 0)

    def add(self, other: "PlaceRow") -> None:
        """Add what a place below has to the sums."""
        mine, theirs = self.record, other.record
        self.states.update(other.states)
        mine.kept, mine.missed = mine.kept + theirs.kept, mine.missed + theirs.missed
        mine.open_at.update(theirs.open_at)
        mine.acted_utc = max(filter(None, (mine.acted_utc, theirs.acted_utc)), default=None)


@dataclass(frozen=True, slots=True)
class SitesSeen:
    """The sites of each office by state at one moment, for a thread; ``own``: the state of its own site."""

    by_office: Mapping[str, Mapping[str, int]]
    own: Mapping[str, State]

    @classmethod
    def of(cls, overview: Overview) -> "SitesSeen":
        """Return what is counted now; on the event loop, where it changes."""
        own = {site.office: overview.states[site.id] for site in reversed(overview.of_kind.get("office", []))}
        return cls({office: dict(counts) for office, counts in overview.by_office.items()}, own)


def routes(console: Console) -> list[PageRoute]:
    """Return the routes of these pages; there are none of them where one office stands alone."""

    async def show(asked: Asked) -> Response:
        if console.whole is None or console.installation_of is None:
            raise NotFound
        whole, installation = console.whole, console.installation_of().seen_from(asked.visitor.node)
        place = asked.path("place") if "place" in asked.request.path_params else installation.tree.root.id
        if place not in installation.tree.nodes:
            raise NotFound
        store, since_utc = whole.store.of(*installation.tree.below(place)), year_begins(asked.now_utc)

        def read() -> Mapping[str, OfficeRecord]:
            with store.read_briefly() as session:
                return office_records(session, since_utc, asked.now_utc)

        records = await console.count(read)
        seen = SitesSeen.of(await whole.overviews.of(EVERYWHERE))

        def values() -> Mapping[str, Any]:
            path = [installation.tree.nodes[each] for each in installation.tree.path(place)]
            rows = rows_of(installation, place, seen, records)
            words = {
                "share": partial(share_text, lang=asked.lang),
                "written": partial(written_row, (asked.lang, asked.now_utc)),
            }
            return {"path": path, "rows": rows, "since": since_utc, **words}

        return await console.page_of_many(asked, "offices.html.j2", values)

    return [PageRoute("/offices", Right.READ, show), PageRoute("/offices/{place}", Right.READ, show)]


def year_begins(now_utc: datetime) -> datetime:
    """Return when the fiscal year began, in UTC."""
    first = fiscal_year_of(now_utc.astimezone(DHAKA).date())
    return datetime.combine(first, time(), DHAKA).astimezone(UTC)


def rows_of(
    installation: Installation, place: str, seen: SitesSeen, records: Mapping[str, OfficeRecord]
) -> Sequence[PlaceRow]:
    """Return the rows of a place and all that is below it, each place before its parts."""
    tree = installation.tree
    rows = {id_: _row(installation, id_, depth) for id_, depth in _below(installation, place, 0)}
    for row in [each for each in rows.values() if each.is_office]:
        row.states.update(seen.by_office.get(row.id, {}))
        row.record = records.get(row.id, row.record)
        row.own_state = seen.own.get(row.id)
    for id_, row in reversed(rows.items()):  # what is below a place has its sums before the place
        if id_ != place:
            rows[tree.nodes[id_].parent or place].add(row)
    return list(rows.values())


def written_row(as_of: tuple[Lang, datetime], row: PlaceRow, write: Callable[[PlaceRow], Markup]) -> Markup:
    """Return a row as HTML: what ``write`` made of it before, if all that stands in it is as it was then.

    ``as_of``: in which language, and when it is read.
    """
    (lang, now_utc), record = as_of, row.record
    today = now_utc.astimezone(DHAKA).date()
    place = (row.id, row.kind, row.names, row.depth, row.own_state)
    counts = (row.sites, row.broken, record.kept, record.missed, record.open_at.total(), row.staged, record.acted_utc)
    known = (lang, today, place, counts)
    found = _WRITTEN.get(known)
    if found is None:
        if len(_WRITTEN) >= MOST_WRITTEN:
            _WRITTEN.clear()
        found = _WRITTEN[known] = write(row)
    return found


def _row(installation: Installation, id_: str, depth: int) -> PlaceRow:
    node = installation.tree.nodes[id_]
    return PlaceRow(id_, node.kind, node.names, depth)


def _below(installation: Installation, place: str, depth: int) -> Iterator[tuple[str, int]]:
    yield place, depth
    for each in installation.tree.children[place]:
        yield from _below(installation, each, depth + 1)
