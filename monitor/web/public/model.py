"""Define what the public is told, and compute it from stored rows as of a moment. Pure.

Whatever a public page, feed or badge shows is a value of these classes. They have no place for an address, a device, a
parent, a requester, a count of computers or a piece of evidence: what is not here cannot be published by mistake.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid5

from monitor.charter.downtimes import LONGEST_DAYS, covers, windows_of
from monitor.charter.office import Office
from monitor.domain.reasons import Names
from monitor.domain.states import DowntimeKind, SiteState
from monitor.domain.text import comparison_key
from monitor.i18n.formats import DHAKA
from monitor.i18n.terms import KINDS
from monitor.reports.days_by_kind import KindDay
from monitor.settings.fleet import Site
from monitor.settings.maintenance_section import Maintenance, in_utc
from monitor.store.gap_rows import GapRow, SiteGaps
from monitor.store.public_rows import UNCHANGED, Known, PlanChange, PublicOutage
from monitor.web.public.months import Month

NAMESPACE = UUID("7f0a1f0e-2b5c-4d64-9a31-5a1d2a0f6b11")  # of the ids in feeds; drawn at random, never to change
AHEAD = timedelta(days=30)
WEEKLY_AHEAD = timedelta(days=7)


class Word(StrEnum):
    """What is said of a site, a union or a kind; the worst first."""

    DOWN = "down"
    PLANNED = "planned"
    POOR = "poor"
    UNMONITORED = "unmonitored"
    UP = "up"
    CLOSED = "closed"


_ORDER = {word: at for at, word in enumerate(Word)}


def worst(words: Iterable[Word]) -> Word:
    """Return the worst of some words; that nothing was watched where there are none."""
    return min(words, key=_ORDER.__getitem__, default=Word.UNMONITORED)


@dataclass(frozen=True, slots=True)
class Rows:
    """What is stored, as of a moment; ``has_watched``: whether a daemon ever did.

    ``blind``: what could not be seen then.
    """

    outages: Sequence[PublicOutage]
    silent: Mapping[str, DowntimeKind]
    known: Mapping[str, Known]
    blind: Sequence[GapRow]
    has_watched: bool


@dataclass(frozen=True, slots=True)
class Trouble:
    """An outage as the public is told of it: since when, why as far as is known, until when it is promised.

    ``unions``, ``kinds``: where it is felt, and by which kinds of sites behind it; ``site``: by which badges name it.
    """

    key: str
    site: str
    name: Names
    kind: str
    began_utc: datetime
    ended_utc: datetime | None
    due_utc: datetime
    is_immediate: bool
    cause: str
    notes: tuple[str, ...]
    unions: tuple[Names, ...] = ()
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """A kind or a union: the worst that is to be said of it, and of how many of its sites."""

    key: str
    word: Word
    count: int
    total: int
    name: Names


@dataclass(frozen=True, slots=True)
class Work:
    """Announced work; the first time it is done from now on. ``unions``: empty for everywhere.

    ``sequence`` grows with each change of it; ``is_cancelled``: it was called off before it began.
    """

    key: str
    text: Names
    begins_utc: datetime
    ends_utc: datetime
    window: Maintenance
    unions: tuple[Names, ...]
    sites: tuple[Names, ...]
    sequence: int = 0
    is_cancelled: bool = False

    @property
    def announced_utc(self) -> datetime:
        """Return since when the public is told of it; as long before it as is looked ahead, where nothing says so."""
        announced = self.window.announce_from
        return self.begins_utc - AHEAD if announced is None else in_utc(announced)


@dataclass(frozen=True, slots=True)
class Strip:
    """The days of all sites of a kind; the last one is that of the publication."""

    kind: str
    days: tuple[KindDay, ...]

    @property
    def whole(self) -> KindDay:
        return sum(self.days, KindDay())

    @property
    def bad_days(self) -> int:
        """Return on how many days something was down."""
        return sum(bool(day.down) for day in self.days)


@dataclass(frozen=True, slots=True)
class Publication:
    """All that is published at once. ``at_utc``: the moment that it shows; ``delay``: so much before it was made."""

    at_utc: datetime
    delay: timedelta
    is_watched: bool
    troubles: tuple[Trouble, ...]
    kinds: tuple[Group, ...]
    unions: tuple[Group, ...]
    words: Mapping[str, Word]
    planned: tuple[Work, ...]
    strips: tuple[Strip, ...]
    months: tuple[Month, ...]
    latest: tuple[Trouble, ...]


def key_of(office: Office, kind: str, name: object) -> str:
    """Return the id under which feeds name a thing, always the same one; it tells nothing of the thing."""
    return str(uuid5(NAMESPACE, f"{office.id}/{kind}/{name}"))


def is_watched(rows: Rows) -> bool:
    """Return whether the daemon was watching at that moment."""
    return rows.has_watched and not any(gap.of_all for gap in rows.blind)


def words_of(office: Office, rows: Rows, at_utc: datetime) -> dict[str, Word]:
    """Return the word for each site of the fleet; what was not watched is never up."""
    fleet = office.fleet
    if not is_watched(rows):
        return dict.fromkeys(fleet.sites, Word.UNMONITORED)
    gaps, down = SiteGaps(fleet, rows.blind), {outage.site for outage in rows.outages}
    down.update(*(outage.affected for outage in rows.outages))
    return {
        id_: Word.UNMONITORED if gaps.of(id_) else _word(id_ in down, rows.silent.get(id_), rows.known.get(id_), at_utc)
        for id_ in fleet.sites
    }


def _word(is_down: bool, silent: DowntimeKind | None, known: Known | None, at_utc: datetime) -> Word:
    if is_down:
        return Word.DOWN
    if silent is not None:
        return Word.CLOSED if silent is DowntimeKind.HOURS else Word.PLANNED
    if known is None or (known.first_utc is not None and known.first_utc > at_utc):
        return Word.UNMONITORED
    state = known.state if known.since_utc <= at_utc else SiteState.UP
    if state == SiteState.DEGRADED:
        return Word.POOR
    if state == SiteState.PAUSED:
        return Word.CLOSED
    return Word.UNMONITORED if state == SiteState.UNKNOWN else Word.UP


def troubles_of(office: Office, outages: Iterable[PublicOutage]) -> tuple[Trouble, ...]:
    """Return the outages of sites that the fleet still has."""
    sites = office.fleet.sites
    return tuple(_trouble(office, outage, sites[outage.site]) for outage in outages if outage.site in sites)


def _trouble(office: Office, outage: PublicOutage, site: Site) -> Trouble:
    sites = office.fleet.sites
    behind = [sites[id_] for id_ in sorted(outage.affected) if id_ in sites]
    kinds = {each.kind for each in behind}
    return Trouble(
        key_of(office, "outage", outage.id),
        site.id,
        Names(site.name_bn, site.name_en),
        site.kind,
        outage.started_utc,
        outage.ended_utc,
        outage.deadline_utc,
        office.charter.service_for_kind(site.kind).target.unit == "immediate",
        outage.cause,
        tuple(note for note in (outage.note, outage.ticket_note) if note),
        _unions(office, (site, *behind)),
        tuple(kind for kind in KINDS if kind in kinds),
    )


def _unions(office: Office, sites: Iterable[Site]) -> tuple[Names, ...]:
    """Return the unions of sites, each once, in the order of sites.toml."""
    return tuple({site.union: office.fleet.union_name(site.union) for site in sites if site.union}.values())


def kinds_of(office: Office, words: Mapping[str, Word]) -> tuple[Group, ...]:
    """Return each kind that has sites."""
    found: dict[str, list[Word]] = {}
    for id_, site in office.fleet.sites.items():
        found.setdefault(site.kind, []).append(words[id_])
    return tuple(_group(kind, found[kind], Names(kind, kind)) for kind in KINDS if kind in found)


def unions_of(office: Office, words: Mapping[str, Word]) -> tuple[Group, ...]:
    """Return each union that has sites, the worst first."""
    found: dict[str, tuple[Names, list[Word]]] = {}
    for id_, site in office.fleet.sites.items():
        if site.union:
            key = comparison_key(site.union)
            found.setdefault(key, (office.fleet.union_name(site.union), []))[1].append(words[id_])
    groups = [_group(key, mine, name) for key, (name, mine) in found.items()]
    return tuple(sorted(groups, key=lambda group: _ORDER[group.word]))


def _group(key: str, words: Sequence[Word], name: Names) -> Group:
    word = worst(words)
    return Group(key, word, words.count(word), len(words), name)


def planned_of(office: Office, changes: Mapping[str, PlanChange], at_utc: datetime) -> tuple[Work, ...]:
    """Return the announced work that is under way, to come or called off, in the order in which it begins.

    ``changes``: of work that was planned by command.
    """
    works = []
    for name, window in office.maintenance.items():
        if not window.is_announced(at_utc):
            continue
        change = changes.get(name, UNCHANGED)
        span = _next_time(window, at_utc)
        called_off = _called_off(window, change, at_utc) if span is None else None
        if (found := span or called_off) is not None:
            works.append(_work(office, name, window, found, change, is_cancelled=called_off is not None))
    return tuple(sorted(works, key=lambda work: (work.begins_utc, work.key)))


def _called_off(window: Maintenance, change: PlanChange, at_utc: datetime) -> tuple[datetime, datetime] | None:
    """Return when work that was ended before it began would have been done, while that is to come."""
    begins_utc, ends_utc = window.begins_utc, window.ends_utc
    if begins_utc is None or ends_utc is None or change.ended_utc is None:
        return None
    is_ahead = at_utc < begins_utc < at_utc + AHEAD
    return (begins_utc, ends_utc) if is_ahead and change.ended_utc <= begins_utc else None


def _work(
    office: Office,
    name: str,
    window: Maintenance,
    span: tuple[datetime, datetime],
    change: PlanChange,
    *,
    is_cancelled: bool,
) -> Work:
    named = [*window.sites, *([window.behind] if window.behind else [])]
    sites = [office.fleet.sites[id_] for id_ in named if id_ in office.fleet.sites]
    concerned = [site for id_, site in office.fleet.sites.items() if covers(office, window, id_)]
    everywhere = len(concerned) == len(office.fleet.sites)
    unions = () if everywhere else _unions(office, concerned)
    names = tuple(Names(site.name_bn, site.name_en) for site in sites)
    text = Names(window.public_bn or window.public_en, window.public_en or window.public_bn)
    return Work(
        key_of(office, "work", name),
        text,
        *span,
        window,
        unions,
        () if unions else names,
        change.version - 1,
        is_cancelled,
    )


def _next_time(window: Maintenance, at_utc: datetime) -> tuple[datetime, datetime] | None:
    """Return when the work is under way or begins next, within the time that is looked ahead."""
    if window.begins_utc is not None:
        found = next(windows_of(window, at_utc.date()), None)
        return found if found and found[1] > at_utc and found[0] < at_utc + AHEAD else None
    today = at_utc.astimezone(DHAKA).date()
    days = (today + timedelta(days=each) for each in range(-LONGEST_DAYS, WEEKLY_AHEAD.days + 1))
    spans = [span for day in days for span in windows_of(window, day)]
    return next((span for span in sorted(spans) if span[1] > at_utc), None)
