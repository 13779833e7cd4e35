"""List the sites of a visitor's scope: filters in the URL, the worst first, 50 on a page, as a list or as tiles."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode

from starlette.responses import Response

from monitor.domain.roles import Right
from monitor.domain.text import ascii_digits
from monitor.i18n.languages import Lang
from monitor.i18n.terms import KINDS, STATES
from monitor.judging.health import State
from monitor.runtime.live import RuntimeView
from monitor.settings.fleet import Site
from monitor.store import site_page_queries
from monitor.store.session import Session
from monitor.web.console.asked import Asked, PageRoute
from monitor.web.console.console import Console
from monitor.web.overview import Overview
from monitor.web.site_index import SiteIndex

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


def found(wanted: Wanted, overview: Overview, lang: Lang) -> tuple[list[str], int]:
    """Return the ids on the wanted page, or on the last one, the worst first, then by name; and how many there are."""
    index = overview.index
    narrowed: set[str] | None = None
    for ids in _filters(wanted, index):
        narrowed = set(ids) if narrowed is None else narrowed.intersection(ids)
    states = [wanted.state] if wanted.state else list(STATES)
    groups: list[Collection[str]] = [overview.in_state[State(state)] for state in states]
    if narrowed is not None:
        groups = [narrowed.intersection(group) for group in groups]
    count = sum(map(len, groups))
    begins = (min(wanted.page, pages_of(count)) - 1) * ON_A_PAGE
    shown: list[str] = []
    for group in groups:
        if begins < len(group) and len(shown) < ON_A_PAGE:
            shown += index.in_order(group, lang, begins, begins + ON_A_PAGE - len(shown))
        begins = max(begins - len(group), 0)
    return shown, count


def pages_of(count: int) -> int:
    """Return how many pages so many sites have."""
    return max(1, -(-count // ON_A_PAGE))


def _filters(wanted: Wanted, index: SiteIndex) -> Iterator[Collection[str]]:
    """Yield for each filter that is set the sites that it lets through, whatever their states."""
    if wanted.union:
        yield index.of_union(wanted.union)
    if wanted.behind in index.fleet.sites:
        yield set(index.fleet.descendants(wanted.behind))
    if wanted.kind:
        yield index.of_kind(wanted.kind)
    if wanted.text.split():
        yield index.described(wanted.text)


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
    sample = live.echoes.get(site.gateway.id)
    lab = live.board.lab(site.id)
    return SiteRow(
        site,
        state,
        None if sample is None or sample.rtt_ns is None else sample.rtt_ns / 1e6,
        None if sample is None or not sample.sent else sample.loss,
        live.fleet.sites.get(live.root(site.id)),
        None if lab is None else (lab.answering, lab.total),
    )


def routes(console: Console) -> list[PageRoute]:
    """Return the routes of this page."""

    async def show(asked: Asked) -> Response:
        wanted = Wanted.of(asked)
        overview = await console.overview(asked.visitor)

        def read(session: Session) -> tuple[list[str], int, Mapping[str, tuple[str, datetime]]]:
            shown, count = found(wanted, overview, asked.lang)
            return shown, count, site_page_queries.since_of(session, shown)

        shown, count, since = await console.read(read)
        pages = pages_of(count)
        unions = overview.index.unions_of(overview.by_union)
        known = {id_: overview.sites[id_] for id_ in shown if id_ in overview.sites}
        return console.page(
            asked,
            "sites.html.j2",
            wanted=replace(wanted, page=min(wanted.page, pages)),
            rows=rows_of(console.live, list(known.values()), overview.states),
            since_utc={site: at for site, (state, at) in since.items() if state == overview.states.get(site)},
            count=count,
            pages=pages,
            total=overview.total,
            kinds=[kind for kind in KINDS if kind in overview.by_kind],
            unions=unions if len(unions) <= MOST_UNIONS else [],
            has_unions=bool(unions),
            has_operators=asked.visitor.scope.is_all and any(site.operator for site in overview.sites.values()),
            state_order=list(STATES),
            behind=overview.sites.get(wanted.behind),
        )

    return [PageRoute("/sites", Right.READ, get=show)]
