"""Answer about planned work, and plan it, extend it and end it."""

from typing import Annotated, NotRequired, TypedDict

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from monitor.alerts.cases import actions, downtimes
from monitor.charter.downtimes import covers
from monitor.domain.api_scopes import MAINTENANCE_WRITE, STATUS_READ
from monitor.domain.message import message
from monitor.settings.maintenance_section import Maintenance
from monitor.store.session import Session
from monitor.store.work import Work
from monitor.web.api.answers import Found, IdempotencyKey, IfMatch, change, reading, route
from monitor.web.api.asked import Asked, Asking, GuardedRoute
from monitor.web.api.bodies import NewPlan, PlanChange
from monitor.web.api.changes import do, version_wanted
from monitor.web.api.problems import Problem, bad_field

router = APIRouter(route_class=GuardedRoute, tags=["maintenance"])

PlanName = Annotated[str, Path(max_length=64, description="Its name, such as new-cable.")]

_CHANGES = ("not-found", "stale-version", "no-version")


class PlanDocument(TypedDict):
    """Planned work, with the keys of monitor.toml. ``version``: None for work that stands in monitor.toml."""

    name: str
    version: int | None
    is_over: bool
    text: str
    sites: NotRequired[list[str]]
    unions: NotRequired[list[str]]
    behind: NotRequired[str]
    begins: NotRequired[str]
    ends: NotRequired[str]
    days: NotRequired[list[str]]
    opens: NotRequired[str]
    closes: NotRequired[str]
    minutes: NotRequired[int]
    until: NotRequired[str]
    announce: NotRequired[bool]
    announce_from: NotRequired[str]
    public_bn: NotRequired[str]
    public_en: NotRequired[str]


@router.get("/maintenance", **route(STATUS_READ, PlanDocument, of_list=True))
async def plans(asked: Asking, past: Annotated[bool, Query(description="Also what is over.")] = False) -> Response:
    """List planned work by name, that of monitor.toml included."""

    def read(session: Session) -> Found:
        found = [plan for plan in _plans(asked, session).values() if past or not plan["is_over"]]
        return Found({"items": found})

    return await reading(asked, read)


@router.get("/maintenance/{name}", **route(STATUS_READ, PlanDocument, "not-found"))
async def one_plan(asked: Asking, name: PlanName) -> Response:
    """Read planned work."""
    return await reading(asked, lambda session: _found(asked, session, name))


@router.post("/maintenance", **change(MAINTENANCE_WRITE, PlanDocument, "key-used", status=201))
async def add(asked: Asking, body: NewPlan, idempotency_key: IdempotencyKey = "") -> Response:
    """Plan work, once or every week; no outage begins during it."""
    if body.everywhere == bool(body.sites or body.unions or body.behind):
        raise bad_field("", message("about which sites? Expected 'sites', 'unions' or 'behind', or 'everywhere' alone"))

    def plans_it(work: Work) -> Found:
        window = actions.plan_work(work, body.name, body.entry())
        _refuse_foreign(asked, window)
        work.session.flush()
        found = _found(asked, work.session, body.name)
        return Found(found.document, 201, found.version, {"location": f"{asked.request.url.path}/{body.name}"})

    return await do(asked, plans_it, [f"plan:{body.name}"], {"site": "sites", "union": "unions", "NAME": "name"})


@router.patch("/maintenance/{name}", **change(MAINTENANCE_WRITE, PlanDocument, *_CHANGES))
async def extend(asked: Asking, name: PlanName, body: PlanChange, if_match: IfMatch = "") -> Response:
    """Move the end of planned work that is done once."""
    wanted = version_wanted(asked)

    def extends(work: Work) -> Found:
        seen = wanted.seen(_own_version(asked, work.session, name))
        actions.extend_work(work, name, body.ends, seen=seen)
        work.session.flush()
        return _found(asked, work.session, name)

    return await do(asked, extends, [f"plan:{name}"])


@router.delete("/maintenance/{name}", **change(MAINTENANCE_WRITE, PlanDocument, *_CHANGES))
async def end(asked: Asking, name: PlanName, if_match: IfMatch = "") -> Response:
    """End planned work now; a site that still gives no answer has an outage from now on."""
    wanted = version_wanted(asked)

    def ends(work: Work) -> Found:
        seen = wanted.seen(_own_version(asked, work.session, name))
        actions.end_work(work, name, seen=seen)
        work.session.flush()
        return _found(asked, work.session, name)

    return await do(asked, ends, [f"plan:{name}"])


def _own_version(asked: Asked, session: Session, name: str) -> int:
    """Return the version of work that was planned by people; raises Problem for what the caller may not change."""
    found = _found(asked, session, name)
    window = downtimes.plans(session).get(name)
    if window is not None:
        _refuse_foreign(asked, window)
    return found.version or 0


def _refuse_foreign(asked: Asked, window: Maintenance) -> None:
    """Raise Problem where planned work covers a site outside the caller's scope."""
    if asked.caller.scope.is_all:
        return
    if not all(
        asked.caller.sees(site) for site in asked.office.fleet.sites.values() if covers(asked.office, window, site.id)
    ):
        raise Problem("no-scope", message("some of its sites lie outside the scope of the token or user"))


def _found(asked: Asked, session: Session, name: str) -> Found:
    plan = _plans(asked, session).get(name)
    if plan is None:
        raise Problem("not-found")
    return Found(plan, version=plan["version"])


def _plans(asked: Asked, session: Session) -> dict[str, PlanDocument]:
    versions = downtimes.plan_versions(session)
    return {
        name: _document(asked, name, window, versions.get(name)) for name, window in plans_of(asked, session).items()
    }


def plans_of(asked: Asked, session: Session) -> dict[str, Maintenance]:
    """Return all planned work that covers a site within the caller's scope, by name."""
    every = {**asked.api.settings_of().monitor.maintenance, **downtimes.plans(session)}
    return {name: every[name] for name in sorted(every) if _concerns(asked, every[name])}


def _concerns(asked: Asked, window: Maintenance) -> bool:
    if asked.caller.scope.is_all:
        return True
    office = asked.office
    return any(covers(office, window, site.id) for site in office.fleet.sites.values() if asked.caller.sees(site))


def _document(asked: Asked, name: str, window: Maintenance, version: int | None) -> PlanDocument:
    entry = window.model_dump(mode="json", exclude_defaults=True)
    found: PlanDocument = {
        "name": name,
        "version": version,
        "is_over": downtimes.over(window, asked.now_utc),
        **entry,  # type: ignore[typeddict-item]
    }
    return found
