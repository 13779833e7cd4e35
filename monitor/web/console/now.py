"""Show the page Now: one sentence, open outages by root cause, what is due, all sites by kind, planned work."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from starlette.responses import Response

from monitor.alerts.notices.observations import seen_text
from monitor.charter.downtimes import windows_of
from monitor.charter.office import Office
from monitor.domain.clock import DHAKA
from monitor.domain.message import Message, Said, message, messages
from monitor.domain.roles import Right
from monitor.i18n.languages import Lang
from monitor.i18n.sorting import name_key
from monitor.i18n.terms import COUNTED, KINDS, STATES
from monitor.judging.health import State
from monitor.settings.fleet import Site
from monitor.settings.maintenance_section import Maintenance
from monitor.store import now_queries, user_rows
from monitor.store.errors import SQLAlchemyError
from monitor.store.now_queries import Changed, DueTicket, OpenTrouble
from monitor.store.session import Session
from monitor.web.console import overnight
from monitor.web.console.asked import Asked, PageRoute
from monitor.web.console.console import Console
from monitor.web.console.overnight import Overnight
from monitor.web.console.rendering import site_name
from monitor.web.console.union_map import union_map
from monitor.web.overview import Overview
from monitor.web.status import monitor_faults, not_read

MOST_CARDS = 20
MOST_DUE = 8
MOST_UNREAD = 5
MOST_DOTS = 60  # sites of a kind that get a mark each; of more, only the counts stand there
AHEAD = timedelta(hours=48)


@dataclass(frozen=True, slots=True)
class Stored:
    """What the database has for this page.

    ``faults``: what is wrong with the mail path; ``looked_utc``: when the visitor's visit before this one ended, and
    ``since_then``: the outages that began afterwards. ``overnight``: what changed since the office
    closed, in the morning.
    """

    troubles: Sequence[OpenTrouble] = ()
    due: Sequence[DueTicket] = ()
    open_tickets: int = 0
    faults: Sequence[Said] = ()
    looked_utc: datetime | None = None
    since_then: Sequence[Changed] = ()
    overnight: Overnight | None = None
    is_readable: bool = True


@dataclass(frozen=True, slots=True)
class KindRow:
    """One kind of sites: how many are in each state, and a mark for each site where they are few."""

    kind: str
    counts: Mapping[str, int]
    marks: Sequence[tuple[Site, str]]

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def working(self) -> int:
        """Return how many are up or degraded."""
        return self.counts.get("up", 0) + self.counts.get("degraded", 0)


@dataclass(frozen=True, slots=True)
class Card:
    """An open outage: the root cause, how much of the promised time is gone (0 to 1), and what is behind it."""

    trouble: OpenTrouble
    site: Site
    share: float
    is_over: bool
    behind: Sequence[Site]
    behind_counts: Sequence[Message]


@dataclass(frozen=True, slots=True)
class Planned:
    """Planned work that is under way or begins within 48 hours."""

    name: str
    window: Maintenance
    begins_utc: datetime
    ends_utc: datetime


def routes(console: Console) -> list[PageRoute]:
    """Return the routes of this page."""

    async def now(asked: Asked) -> Response:
        overview = await console.overview(asked.visitor)
        stored = await _stored(console, asked, overview.sites)
        known, drawn = overview.sites, union_map(console.settings_of().areas, overview)

        def union_name(union: str) -> str:
            return console.live.fleet.union_name(union).name(asked.lang)

        cards = cards_of(stored.troubles, known, asked.now_utc)
        return console.page(
            asked,
            "now.html.j2",
            headline=headline(cards, overview, asked.now_utc),
            look=look_of(cards, overview.total),
            cards=cards[:MOST_CARDS],
            more_cards=max(len(cards) - MOST_CARDS, 0),
            kinds=kinds_of(overview, asked.lang),
            state_order=list(STATES),
            due=[ticket for ticket in stored.due if ticket.site is None or ticket.site in known][:MOST_DUE],
            open_tickets=stored.open_tickets,
            faults=stored.faults,
            overnight=stored.overnight,
            looked_utc=stored.looked_utc,
            since_then=[each for each in stored.since_then if each.site in known],
            is_readable=stored.is_readable,
            unread=not_read(console.live, overview.answers)[:MOST_UNREAD],
            planned=planned_soon(console.office, asked.now_utc),
            map=drawn,
            troubled_unions=[union_name(union) for union in drawn.troubled] if drawn else [],
            charter=console.office.charter,
            known=known,
            seen=lambda trouble: seen_text(trouble.reason, asked.lang),
        )

    return [PageRoute("/", Right.READ, get=now)]


async def _stored(console: Console, asked: Asked, known: Mapping[str, Site]) -> Stored:
    """Return what the database has; nothing, and so said, while it does not answer."""

    def ask(session: Session) -> Stored:
        user = user_rows.user(session, asked.visitor.name) if asked.visitor.name else None
        looked_utc = user.looked_utc if user else None
        return Stored(
            now_queries.troubles(session),
            now_queries.due_tickets(session, MOST_DUE * 4),
            now_queries.open_count(session),
            looked_utc=looked_utc,
            since_then=now_queries.since(session, looked_utc) if looked_utc else (),
            overnight=overnight.read(session, console.office.calendar, known, asked.now_utc),
        )

    def faults() -> list[Said]:
        return monitor_faults(console.live, console.store, asked.now_utc)

    try:  # one after the other: with both open, a writer waiting for the first would keep the second from beginning
        stored = await console.read(ask)
        return replace(stored, faults=await asyncio.wrap_future(console.reading.submit(faults)))
    except SQLAlchemyError:
        return Stored(is_readable=False)


def cards_of(troubles: Iterable[OpenTrouble], known: Mapping[str, Site], now_utc: datetime) -> list[Card]:
    """Return a card for each open outage of ``known`` sites, in the given order."""
    return [_card(each, known[each.site], known, now_utc) for each in troubles if each.site in known]


def _card(trouble: OpenTrouble, site: Site, known: Mapping[str, Site], now_utc: datetime) -> Card:
    promised = (trouble.deadline_utc - trouble.started_utc).total_seconds()
    gone = (now_utc - trouble.started_utc).total_seconds()
    behind = [known[each] for each in trouble.affected if each in known]
    counts: Counter[str] = Counter(each.kind for each in behind)
    counted = [messages(*COUNTED[kind], counts[kind]) for kind in KINDS if counts[kind]]
    is_over = trouble.deadline_utc <= now_utc
    return Card(trouble, site, 1.0 if is_over else max(gone / promised, 0.0), is_over, behind, counted)


def headline(cards: Sequence[Card], overview: Overview, now_utc: datetime) -> tuple[Message, list[Message]]:
    """Return the sentence that says all, and what is to be added to it."""
    broken, unknown, poor = overview.broken, overview.total[State.UNKNOWN], overview.total[State.DEGRADED]
    if cards:
        first = message(
            "{outages}, {sites}",
            outages=messages("{count} outage", "{count} outages", len(cards)),
            sites=messages(
                "{count} site without connection", "{count} sites without connection", max(broken, len(cards))
            ),
        )
    elif broken:
        first = messages("{count} site does not answer", "{count} sites do not answer", broken)
    elif unknown and unknown == overview.total.total():
        first = message("Nothing is known yet")
    elif unknown:
        first = messages(
            "Nothing is broken; {count} site is not monitored",
            "Nothing is broken; {count} sites are not monitored",
            unknown,
        )
    else:
        first = message("Everything is up")
    more = []
    if late := sum(card.is_over for card in cards):
        more.append(
            messages(
                "The promised time of {count} outage is over.", "The promised time of {count} outages is over.", late
            )
        )
    today = now_utc.astimezone(DHAKA).date()
    if due := sum(not card.is_over and card.trouble.deadline_utc.astimezone(DHAKA).date() == today for card in cards):
        more.append(messages("{count} is due today.", "{count} are due today.", due))
    if poor:
        more.append(messages("{count} site has poor quality.", "{count} sites have poor quality.", poor))
    return first, more


def look_of(cards: Sequence[Card], total: Counter[str]) -> str:
    """Return how the sign beside the sentence looks: 'down', 'warn', 'off' (not monitored) or 'up'."""
    found = {state for state, count in total.items() if count}
    if cards or State.DOWN in found:
        return "down"
    if found & {State.DEGRADED, State.UNREACHABLE}:
        return "warn"
    return "off" if State.UNKNOWN in found or not found else "up"


def kinds_of(overview: Overview, lang: Lang) -> list[KindRow]:
    """Return the sites by kind, in the order of the kinds; each by name where they get marks."""
    return [
        KindRow(kind, overview.by_kind[kind], _marks(sites, overview, lang) if len(sites) <= MOST_DOTS else [])
        for kind in KINDS
        if (sites := overview.of_kind.get(kind)) is not None
    ]


def _marks(sites: Sequence[Site], overview: Overview, lang: Lang) -> list[tuple[Site, str]]:
    by_name = sorted(sites, key=lambda site: name_key(site_name(lang, site)))
    return [(site, overview.states[site.id]) for site in by_name]


def planned_soon(office: Office, now_utc: datetime) -> list[Planned]:
    """Return planned work that is under way or begins within 48 hours, the next first."""
    today = now_utc.astimezone(DHAKA).date()
    found: dict[tuple[str, datetime], Planned] = {}
    for name, window in office.maintenance.items():
        for ahead in range(-7, 3):
            for begins, ends in windows_of(window, today + timedelta(days=ahead)):
                if begins <= now_utc + AHEAD and ends > now_utc:
                    found[name, begins] = Planned(name, window, begins, ends)
    return sorted(found.values(), key=lambda each: (each.begins_utc, each.name))
