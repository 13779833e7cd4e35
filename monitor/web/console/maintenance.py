"""Show planned work, now, coming and past, with what was silent in it; plan it, move its end, end it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import quote

from starlette.responses import Response

from monitor.alerts.cases import actions, downtimes
from monitor.alerts.cases.refusals import BadInput, Refused
from monitor.charter.downtimes import covered
from monitor.domain.clock import DHAKA
from monitor.domain.day import clock_text
from monitor.domain.message import message, said_by
from monitor.domain.roles import Right
from monitor.domain.text import ascii_digits, comparison_key
from monitor.i18n.formats import digits
from monitor.i18n.terms import WEEKDAYS
from monitor.reports.plan_effects import Occurrence, PlanEffects, effects, occurrences
from monitor.settings.fleet import Site
from monitor.settings.maintenance_section import Maintenance
from monitor.store import plan_rows
from monitor.store.plan_rows import SilentSite
from monitor.store.session import Session
from monitor.store.work import Work
from monitor.web.console.asked import Asked, NotFound, PageRoute
from monitor.web.console.console import Console
from monitor.web.console.dispatch import refused_page

STRIP_DAYS = 14
MOST_PAST, MOST_SILENT, MOST_NAMED, MOST_FOUND = 50, 2_000, 30, 20
BACK = timedelta(days=90)
TEXTS = ("text", "where", "behind", "q", "repeat", "begins", "ends", "opens", "closes", "until")
PUBLIC = ("announce", "announce_from", "public_bn", "public_en")
LISTS = ("site", "union", "day")


@dataclass(frozen=True, slots=True)
class Plan:
    """Planned work as it is shown. ``is_entered``: by a person, so that it can be ended here; else in monitor.toml.

    ``next``: its present or next stretch, None when it is over. ``silent``: whoever gave no answer in it.
    """

    name: str
    window: Maintenance
    is_entered: bool
    actor: str
    version: int
    next: Occurrence | None
    coming: Sequence[Occurrence]
    sites: Sequence[Site]
    silent: Sequence[SilentSite]

    def state(self, now_utc: datetime) -> str:
        """Return 'now', 'coming' or 'past'."""
        if self.next is None:
            return "past"
        return "now" if self.next.begins_utc <= now_utc else "coming"

    @property
    def still_silent(self) -> list[SilentSite]:
        """Return who has given no answer since, or did not at its end."""
        ends_utc = self.window.ends_utc or self.window.until_utc
        return [
            each
            for each in self.silent
            if each.until_utc is None or (ends_utc is not None and each.until_utc > ends_utc)
        ]


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form; ``texts`` by field, ``lists`` of fields that may have several values."""

    texts: Mapping[str, str]
    lists: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, text: Callable[[str], str], several: Callable[[str], Sequence[str]]) -> "Typed":
        return cls({name: text(name) for name in (*TEXTS, *PUBLIC)}, {name: list(several(name)) for name in LISTS})

    def __getitem__(self, name: str) -> str:
        return self.texts[name]

    def items(self) -> Iterator[tuple[str, str]]:
        """Yield name and value of each field that has one."""
        yield from ((name, value) for name, value in self.texts.items() if value)
        yield from ((name, value) for name, values in self.lists.items() for value in values)

    def entry(self) -> dict[str, object]:
        """Return it by the keys of [maintenance.NAME]; raises BadInput."""
        where, texts = self["where"], self.texts
        found: dict[str, object] = {"text": texts["text"] or texts["public_bn"] or texts["public_en"]}
        found["sites"] = list(self.lists["site"]) if where == "sites" else []
        found["unions"] = list(self.lists["union"]) if where == "unions" else []
        found["behind"] = texts["behind"] or None if where == "behind" else None
        if where != "all" and not (found["sites"] or found["unions"] or found["behind"]):
            raise BadInput("where", message("which sites? Expected a choice"))
        if texts["repeat"] == "weekly":
            found |= {"days": list(self.lists["day"]), "opens": texts["opens"], "closes": texts["closes"]}
            found |= {"until": _moment("until", texts["until"])} if texts["until"] else {}
        else:
            found |= {name: _moment(name, texts[name]) for name in ("begins", "ends")}
        if texts["announce"]:
            found |= {"announce": True, "public_bn": texts["public_bn"], "public_en": texts["public_en"]}
            if texts["announce_from"]:
                found["announce_from"] = _moment("announce_from", texts["announce_from"])
        return found


def routes(console: Console) -> list[PageRoute]:
    """Return the routes of this page."""

    async def show(asked: Asked) -> Response:
        plans = await console.read(lambda session: list(_plans(console, asked, session)))
        order = {"now": 0, "coming": 1}
        ahead = [each for each in plans if each.next is not None]
        ahead.sort(key=lambda each: (order[each.state(asked.now_utc)], each.next.begins_utc if each.next else None))
        past = sorted((each for each in plans if each.next is None), key=_ended, reverse=True)
        today = asked.now_utc.astimezone(DHAKA).replace(hour=0, minute=0, second=0, microsecond=0)
        return console.page(
            asked,
            "maintenance.html.j2",
            groups=(
                ("now", [each for each in ahead if each.state(asked.now_utc) == "now"]),
                ("coming", [each for each in ahead if each.state(asked.now_utc) == "coming"]),
                ("past", past[:MOST_PAST]),
            ),
            strip=_strip(ahead, today),
            strip_days=[(today + timedelta(days=each)).date() for each in range(STRIP_DAYS)],
            most=MOST_NAMED,
            known=console.live.fleet.sites,
            clock_of=lambda at: digits(clock_text(at), asked.lang),
        )

    async def form(asked: Asked) -> Response:
        typed = Typed.of(asked.query, asked.request.query_params.getlist)
        wrong: Refused | None = None
        found: PlanEffects | None = None
        if asked.query("see"):
            try:
                found = await console.read(lambda session: _try(console, asked, session, typed))
            except Refused as refused:
                wrong = refused
        return _form(console, asked, typed, found, wrong)

    async def plan(asked: Asked) -> Response:
        typed = Typed.of(asked.field, asked.fields)
        entry = typed.entry()

        def plans(work: Work) -> Maintenance:
            name = _new_name(work, entry)
            window = actions.plan_work(work, name, entry, dry_run=True)
            _refuse_foreign(console, asked, window)
            return actions.plan_work(work, name, entry)

        try:
            await console.act(asked, plans, changed=("maintenance",))
        except _Foreign:
            return refused_page(console, asked, 403, FOREIGN)
        return console.back(
            asked, "/maintenance", message("The work is planned: no outage begins at these sites in it.")
        )

    async def change(asked: Asked) -> Response:
        name = asked.path("name")

        def changes(work: Work) -> None:
            window = downtimes.plans(work.session).get(name)
            if window is None:
                raise NotFound
            _refuse_foreign(console, asked, window)
            if asked.field("do") == "extend":
                ends = _moment("ends_utc", asked.field("ends")).replace(tzinfo=DHAKA)
                actions.extend_work(work, name, ends, seen=asked.seen)
            elif asked.field("do") == "end":
                actions.end_work(work, name, seen=asked.seen)
            else:
                raise BadInput("do", message("Expected one of: end, extend"))

        try:
            await console.act(asked, changes, changed=("maintenance",))
        except _Foreign:
            return refused_page(console, asked, 403, FOREIGN)
        ended = asked.field("do") == "end"
        said = message("The planned work has ended.") if ended else message("The end of the planned work has moved.")
        return console.back(asked, f"/maintenance#{quote(name)}", said)

    return [
        PageRoute("/maintenance", Right.READ, get=show),
        PageRoute("/maintenance/new", Right.PLAN, get=form, post=plan, session=True, several=LISTS),
        PageRoute("/maintenance/{name}", Right.PLAN, post=change, session=True),
    ]


FOREIGN = message("It concerns sites that you are not in charge of.")


class _Foreign(Exception):
    """The work concerns sites outside the visitor's scope."""


def _refuse_foreign(console: Console, asked: Asked, window: Maintenance) -> None:
    sites = console.live.fleet.sites
    if not asked.visitor.scope.is_all and not all(
        asked.visitor.sees(sites[id_]) for id_ in covered(console.office, window) if id_ in sites
    ):
        raise _Foreign


def _plans(console: Console, asked: Asked, session: Session) -> Iterator[Plan]:
    """Yield the planned work at sites of the visitor's scope: of monitor.toml, and entered within `BACK`."""
    now_utc, office = asked.now_utc, console.office
    rows = {row.name: row for row in plan_rows.planned(session)}
    windows = {name: window for name, window in office.maintenance.items() if name not in rows}
    windows |= downtimes.plans(session, now_utc - BACK)
    silent: dict[str, list[SilentSite]] = {}
    for each in plan_rows.silent_in_plans(session, now_utc - BACK, MOST_SILENT):
        silent.setdefault(each.plan, []).append(each)
    for name, window in windows.items():
        sites = [office.fleet.sites[id_] for id_ in covered(office, window)]
        seen = sites if asked.visitor.scope.is_all else [site for site in sites if asked.visitor.sees(site)]
        if sites and not seen:
            continue
        coming = tuple(occurrences(window, now_utc, STRIP_DAYS))
        row = rows.get(name)
        ids = {site.id for site in seen}
        yield Plan(
            name,
            window,
            row is not None,
            row.actor if row else "",
            row.version if row else 0,
            coming[0] if coming else None,
            coming,
            seen,
            [each for each in silent.get(name, ()) if each.site in ids],
        )


def _ended(plan: Plan) -> datetime:
    ends = [moment for moment in (plan.window.ends_utc, plan.window.until_utc) if moment is not None]
    return min(ends) if ends else datetime.max.replace(tzinfo=DHAKA)


def _strip(plans: Sequence[Plan], today: datetime) -> list[tuple[Plan, list[tuple[float, float]]]]:
    """Return for each plan the stretches of the coming days, as (begin, length) in days from the start of today."""
    found = []
    for plan in plans:
        boxes = []
        for each in plan.coming:
            begin = max((each.begins_utc - today) / timedelta(days=1), 0.0)
            end = min((each.ends_utc - today) / timedelta(days=1), float(STRIP_DAYS))
            if begin < end:
                boxes.append((round(begin, 3), round(max(end - begin, 0.06), 3)))
        if boxes:
            found.append((plan, boxes))
    return found[:MOST_NAMED]


def _try(console: Console, asked: Asked, session: Session, typed: Typed) -> PlanEffects:
    work = Work(session, console.office, asked.now_utc, asked.visitor.name)
    entry = typed.entry()
    window = actions.plan_work(work, _new_name(work, entry), entry, dry_run=True)
    try:
        _refuse_foreign(console, asked, window)
    except _Foreign:
        raise BadInput("where", FOREIGN) from None
    return effects(console.office, window, asked.now_utc)


def _form(console: Console, asked: Asked, typed: Typed, found: PlanEffects | None, wrong: Refused | None) -> Response:
    sites = {id_: site for id_, site in console.live.fleet.sites.items() if asked.visitor.sees(site)}
    fleet = console.live.fleet
    if not typed["begins"] and not typed["repeat"]:
        start = (asked.now_utc.astimezone(DHAKA) + timedelta(hours=1)).replace(minute=0, second=0, microsecond=0)
        times = {"begins": _field(start), "ends": _field(start + timedelta(hours=2))}
        typed = replace(typed, texts={**typed.texts, **times, "repeat": "once", "where": typed["where"] or "sites"})
    chosen = [sites[id_] for id_ in typed.lists["site"] if id_ in sites]
    wanted = comparison_key(typed["q"])
    matching = [
        site
        for site in sites.values()
        if wanted and site not in chosen and wanted in comparison_key(f"{site.id} {site.name_bn} {site.name_en}")
    ]
    return console.page(
        asked,
        "maintenance_new.html.j2",
        422 if wrong else 200,
        typed=typed,
        found=found,
        covered=[fleet.sites[id_] for id_ in found.sites[:MOST_NAMED]] if found else [],
        wrong=said_by(wrong) if wrong else "",
        wrong_field=wrong.field if isinstance(wrong, BadInput) else "",
        chosen=chosen,
        matching=matching[:MOST_FOUND],
        unions=sorted({site.union for site in sites.values() if site.union}),
        parents=[sites[id_] for id_ in fleet.children if id_ in sites][:200],
        weekdays=list(WEEKDAYS),
    )


def _new_name(work: Work, entry: Mapping[str, object]) -> str:
    """Return a name that no planned work has: by the day on which it begins."""
    begins = entry.get("begins")
    day = begins if isinstance(begins, datetime) else work.now_utc.astimezone(DHAKA)
    taken = {*work.office.maintenance, *downtimes.plans(work.session)}
    return next(name for number in range(1, 10_000) if (name := f"work-{day:%Y%m%d}-{number}") not in taken)


def _moment(field: str, text: str) -> datetime:
    """Return a time of the office's clock, without a zone; raises BadInput."""
    try:
        return datetime.fromisoformat(ascii_digits(text.strip())).replace(tzinfo=None)
    except ValueError:
        raise BadInput(field, message("when? Expected a day and a time")) from None


def _field(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M}"
