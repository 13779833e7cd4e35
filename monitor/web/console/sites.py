"""List the sites of a visitor's scope: filters in the URL, the worst first, 50 on a page, as a list or as tiles."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from starlette.responses import Response

from monitor.domain.roles import Right
from monitor.domain.text import ascii_digits, comparison_key
from monitor.i18n.languages import BOTH, Lang
from monitor.i18n.sorting import name_key
from monitor.i18n.terms import KINDS, STATES
from monitor.runtime.live import RuntimeView
from monitor.settings.fleet import Fleet, Site
from monitor.store import site_page_queries
from monitor.web.console.asked import Asked, PageRoute
from monitor.web.console.console import Console
from monitor.web.console.rendering import site_name

ON_A_PAGE = 50
MOST_UNIONS = 200  # in a list to choose from
LOOKS = ("list", "tiles")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is wanted, as the URL says it; empty: all. ``behind``: only sites that lie behind that one."""

    kind: str = ""
    union: str = ""
    state: str = ""
    text: str = ""
    behind: str = ""
    look: str = LOOKS[0]
    page: int = 1

    @classmethod
    def of(cls, asked: Asked) -> "Wanted":
        """Read a URL; what it says wrongly counts as not said."""
        page = ascii_digits(asked.query("page"))
        return cls(
            kind=_one_of(asked.query("kind"), KINDS),
            union=asked.query("union"),
            state=_one_of(asked.query("state"), STATES),
            text=asked.query("text")[:100],
            behind=asked.query("behind"),
            look=_one_of(asked.query("look"), LOOKS) or LOOKS[0],
            page=max(1, int(page)) if page.isdecimal() and len(page) < 6 else 1,
        )

    def url(self, **changes: str | int) -> str:
        """Return the URL of the same list with some of it changed; another filter begins at the first page."""
        other = replace(self, **({"page": 1} | changes))  # type: ignore[arg-type]
        plain = Wanted()
        said = {name: getattr(other, name) for name in self.__slots__}
        query = urlencode({name: value for name, value in said.items() if value != getattr(plain, name)})
        return f"/sites?{query}" if query else "/sites"


def _one_of(found: str, known: Iterable[str]) -> str:
    return found if found in known else ""


class SiteOrder:
    """The names of a fleet: in the order of the alphabet of each language, and as they are searched. Immutable."""

    def __init__(self, fleet: Fleet) -> None:
        self.fleet = fleet
        self._sorted: Mapping[Lang, list[str]] = {lang: _by_name(fleet, lang) for lang in BOTH}
        self._searched = {site.id: _searched(site) for site in fleet.sites.values()}
        names = sorted({site.union for site in fleet.sites.values() if site.union}, key=name_key)
        self._unions = {comparison_key(name): name for name in names}

    def unions_of(self, known: Collection[str]) -> list[str]:
        """Return those of ``known`` that are unions of the fleet, in the order of the alphabet."""
        return [name for name in self._unions.values() if name in known]

    def found(self, wanted: Wanted, states: Mapping[str, str], lang: Lang) -> list[str]:
        """Return the ids of the wanted sites among those of ``states``, the worst first, then by name."""
        keys = [comparison_key(word) for word in wanted.text.split()]
        union = self._unions.get(comparison_key(wanted.union), wanted.union)
        behind = set(self.fleet.descendants(wanted.behind)) if wanted.behind in self.fleet.sites else None
        rows: dict[str, list[str]] = {state: [] for state in STATES}
        for id_ in self._sorted[lang if lang in self._sorted else BOTH[0]]:
            state = states.get(id_)
            if state is None or (wanted.state and state != wanted.state):
                continue
            site = self.fleet.sites[id_]
            if (wanted.kind and site.kind != wanted.kind) or (union and site.union != union):
                continue
            if behind is not None and id_ not in behind:
                continue
            if keys and not all(key in self._searched[id_] for key in keys):
                continue
            rows[state].append(id_)
        return [id_ for row in rows.values() for id_ in row]


def _by_name(fleet: Fleet, lang: Lang) -> list[str]:
    return sorted(fleet.sites, key=lambda id_: name_key(site_name(lang, fleet.sites[id_])))


def _searched(site: Site) -> str:
    return " ".join(map(comparison_key, (site.id, site.name_bn, site.name_en, site.union or "", site.operator)))


@dataclass(frozen=True, slots=True)
class SiteRow:
    """A site as the list shows it. ``root``: whose outage it is affected by; ``loss``: 0 to 1."""

    site: Site
    state: str
    rtt_ms: float | None
    loss: float | None
    root: Site | None
    computers: tuple[int, int] | None


def rows_of(live: RuntimeView, sites: Sequence[Site], states: Mapping[str, str]) -> list[SiteRow]:
    """Return the rows of the sites of one page."""
    return [_row(live, site, states[site.id]) for site in sites]


def _row(live: RuntimeView, site: Site, state: str) -> SiteRow:
    sample = live.samples.get((site.gateway.id, "icmp"))
    lab = live.board.lab(site.id)
    return SiteRow(
        site,
        state,
        None if sample is None or sample.rtt_ns is None else sample.rtt_ns / 1e6,
        None if sample is None or not sample.sent else sample.loss,
        live.fleet.sites.get(live.board.affected.get(site.id, "")),
        None if lab is None else (lab.answering, lab.total),
    )


def routes(console: Console) -> list[PageRoute]:
    """Return the routes of this page."""
    order_of = _orders(console)

    async def show(asked: Asked) -> Response:
        wanted = Wanted.of(asked)
        overview = await console.overview(asked.visitor)
        order = await order_of()
        found = await asyncio.wrap_future(console.reading.submit(order.found, wanted, overview.states, asked.lang))
        pages = max(1, -(-len(found) // ON_A_PAGE))
        wanted = replace(wanted, page=min(wanted.page, pages))
        shown = found[(wanted.page - 1) * ON_A_PAGE : wanted.page * ON_A_PAGE]
        since = await console.read(lambda session: site_page_queries.since_of(session, shown))
        unions = order.unions_of(overview.by_union)
        known = {id_: overview.sites[id_] for id_ in shown if id_ in overview.sites}
        return console.page(
            asked,
            "sites.html.j2",
            wanted=wanted,
            rows=rows_of(console.live, list(known.values()), overview.states),
            since_utc={site: at for site, (state, at) in since.items() if state == overview.states.get(site)},
            count=len(found),
            pages=pages,
            total=overview.total,
            kinds=[kind for kind in KINDS if kind in overview.by_kind],
            unions=unions if len(unions) <= MOST_UNIONS else [],
            has_unions=bool(unions),
            state_order=list(STATES),
            behind=overview.sites.get(wanted.behind),
        )

    return [PageRoute("/sites", Right.READ, get=show)]


def _orders(console: Console) -> "Callable[[], asyncio.Future[SiteOrder]]":
    """Return what gives out the order of the fleet in force, made once for each fleet, in a thread."""
    made: list[tuple[Fleet, asyncio.Future[SiteOrder]]] = []

    def order() -> asyncio.Future[SiteOrder]:
        fleet = console.live.fleet
        if not made or made[0][0] is not fleet or (made[0][1].done() and made[0][1].exception() is not None):
            made[:] = [(fleet, asyncio.wrap_future(console.reading.submit(SiteOrder, fleet)))]
        return made[0][1]

    return order
