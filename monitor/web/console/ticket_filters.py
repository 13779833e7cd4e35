"""Read which tickets a list is to show from its URL, and write that URL again. Pure."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, time, timedelta
from typing import TypeVar
from urllib.parse import urlencode

from monitor.alerts.cases.refusals import BadInput
from monitor.charter.office import Office
from monitor.domain import ticket_number
from monitor.domain.clock import DHAKA
from monitor.domain.message import N_, message
from monitor.domain.roles import Right, Role
from monitor.domain.text import ascii_digits, clean
from monitor.domain.ticket_states import MONITOR, UNSOLVED, S, TicketSource, TicketState
from monitor.i18n.formats import digits
from monitor.i18n.languages import Lang, lookup
from monitor.i18n.sorting import name_key
from monitor.i18n.terms import ACTORS, KINDS, TICKET_STATES, WAYS
from monitor.store.ticket_list import TicketFilter
from monitor.web.auth.visitor import Visitor
from monitor.web.overview import Overview

T = TypeVar("T")
A_DAY = timedelta(days=1)
LONGEST_QUERY = 100  # characters
MOST_UNIONS = 200  # in a list to choose from

TABS: Mapping[str, str] = {
    "mine": N_("Mine"),
    "today": N_("Due today"),
    "late": N_("Overdue"),
    "waiting": N_("Waiting"),
    "stages": N_("By stage"),
    "all": N_("All"),
}
STAGES_OF: Mapping[Role, tuple[int, ...]] = {Role.OFFICER: (0,), Role.PROGRAMMER: (1,)}
"""The stages that are whose: the responsible officer's come before the first, the district Programmer holds it."""


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What the URL of a list says; every field is a parameter of that name, empty for any."""

    tab: str = "all"
    q: str = ""
    service: str = ""
    stage: str = ""
    kind: str = ""
    source: str = ""
    union: str = ""
    state: str = ""
    since: str = ""
    until: str = ""

    @classmethod
    def of(cls, parameter: Callable[[str], str]) -> "ListQuery":
        """Return what was asked; unknown tabs are 'all'."""
        found = cls(**{each.name: clean(parameter(each.name), LONGEST_QUERY) for each in fields(cls)})
        return found if found.tab in TABS else replace(found, tab="all")

    def parameters(self) -> dict[str, str]:
        """Return what is not empty, by name."""
        return {each.name: value for each in fields(self) if (value := getattr(self, each.name))}

    def url(self, **changes: str) -> str:
        """Return the address of the list with those changes."""
        return f"/tickets?{urlencode(replace(self, **changes).parameters())}"

    @property
    def narrows(self) -> bool:
        """Return whether anything but the tab restricts the list."""
        return bool(self.parameters().keys() - {"tab"})


def tabs_of(visitor: Visitor) -> list[str]:
    """Return the tabs that the visitor has; 'mine' only for a role that holds stages."""
    return [tab for tab in TABS if tab != "mine" or visitor.role in STAGES_OF]


def filter_of(query: ListQuery, visitor: Visitor, overview: Overview, now_utc: datetime) -> TicketFilter:
    """Return the filter of the store, whatever the tab; ``overview``: of the visitor's scope.

    Raises BadInput for a wrong date.
    """
    index = overview.index
    those = None if visitor.scope.is_all else set(overview.sites)
    for typed, ids_of in ((query.kind, index.of_kind), (query.union, index.of_union)):
        if typed:
            those = set(ids_of(typed)) if those is None else those.intersection(ids_of(typed))
    named = set(index.called(query.q)) if query.q else set()
    number = ticket_number.read(query.q, now_utc.astimezone(DHAKA).year) if query.q else None
    return TicketFilter(
        services=_one(query.service),
        sources=_one(query.source),
        states=_one(query.state),
        stages=(int(query.stage),) if query.stage.isdecimal() and len(query.stage) < 3 else None,
        sites=None if those is None else tuple(sorted(those)),
        without_site=not (query.kind or query.union),
        opened_from_utc=_midnight("since", query.since),
        opened_until_utc=_midnight("until", query.until, after=A_DAY),
        text=ascii_digits(query.q),
        number=(number.year, number.seq) if number else None,
        named=tuple(sorted(named if those is None else named & those)),
        personal=visitor.may(Right.PERSONAL),
    )


def within_tab(wanted: TicketFilter, tab: str, visitor: Visitor, office: Office, now_utc: datetime) -> TicketFilter:
    """Return the filter narrowed to a tab."""
    unsettled = _meet(wanted.states, UNSOLVED)
    match tab:
        case "mine":
            stages = STAGES_OF.get(visitor.role, ()) if visitor.role else ()
            return replace(wanted, states=unsettled, stages=_meet(wanted.stages, stages))
        case "today":
            end_utc = datetime.combine(now_utc.astimezone(DHAKA).date() + A_DAY, time.min, DHAKA)
            return replace(wanted, states=unsettled, due_after_utc=now_utc, due_until_utc=end_utc)
        case "late":
            return replace(wanted, states=unsettled, due_until_utc=now_utc)
        case "waiting":
            return replace(wanted, states=_meet(wanted.states, (S.WAITING,)))
        case "stages":
            levels = tuple(stage.level for stage in office.charter.stages)
            return replace(wanted, states=unsettled, stages=_meet(wanted.stages, levels))
    return wanted


def choices(office: Office, unions: Collection[str], lang: Lang) -> Mapping[str, list[tuple[str, str]]]:
    """Return what each list of the form offers, by parameter: values with their words.

    Of more than MOST_UNIONS unions none is offered: their names are typed.
    """
    services = [
        (key, f"{digits(each.number, lang)}. {each.name(lang)}") for key, each in office.charter.services.items()
    ]
    offered = unions if len(unions) <= MOST_UNIONS else ()
    called = {union: office.fleet.union_name(union).name(lang) for union in offered}
    return {
        "service": services,
        "kind": [(kind, lookup(lang, *words, 2)) for kind, words in KINDS.items()],
        "union": sorted(called.items(), key=lambda item: name_key(item[1])),
        "source": [(source, source_text(source, lang)) for source in TicketSource],
        "state": [(state, lookup(lang, TICKET_STATES[state])) for state in TicketState],
    }


def source_text(source: str, lang: Lang) -> str:
    """Return how a ticket came in: from the monitor, or the way of a request."""
    return lookup(lang, WAYS[source] if source in WAYS else ACTORS[MONITOR])


def _one(value: str) -> tuple[str, ...] | None:
    return (value,) if value else None


def _meet(wanted: tuple[T, ...] | None, allowed: tuple[T, ...]) -> tuple[T, ...]:
    return tuple(allowed) if wanted is None else tuple(value for value in wanted if value in allowed)


def _midnight(field: str, typed: str, after: timedelta = timedelta()) -> datetime | None:
    """Return the beginning of a day of the office that is written as 2026-11-24, moved by ``after``."""
    if not typed:
        return None
    try:
        return datetime.combine(date.fromisoformat(ascii_digits(typed)), time.min, DHAKA) + after
    except (ValueError, OverflowError):
        raise BadInput(
            field, message("'{typed}' is not a date. Expected one such as 2026-11-24", typed=typed)
        ) from None
