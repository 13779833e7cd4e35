"""Answer with what the public is told: the same values as the public page's, nothing else of the office."""

from typing import Annotated, TypedDict

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from monitor.charter.office import Office
from monitor.domain.api_scopes import STATUS_READ
from monitor.domain.clock import DHAKA, NS_PER_S
from monitor.domain.reasons import Names
from monitor.domain.ticket_states import UNSOLVED
from monitor.i18n.languages import BOTH, languages
from monitor.store.public_rows import Tracked
from monitor.store.session import Session
from monitor.web.api.answers import ALWAYS, NAMED, Found, change, made, reading, response, route
from monitor.web.api.asked import SCOPE, Asked, Asking, GuardedRoute
from monitor.web.api.bodies import Slip
from monitor.web.api.problems import Problem, late
from monitor.web.api.schemas import problems, schema_of
from monitor.web.public import tracking
from monitor.web.public.files import TYPES
from monitor.web.public.model import Group, Publication, Trouble, Work
from monitor.web.public.publisher import served
from monitor.web.public.rendering import FEED

router = APIRouter(route_class=GuardedRoute, tags=["public"])


class NamesDocument(TypedDict):
    """A name in both languages."""

    bn: str
    en: str


class GroupDocument(TypedDict):
    """A kind of sites, or a union: the worst that is said of it, and of how many of its sites."""

    key: str
    name: NamesDocument
    state: str
    count: int
    total: int


class TroubleDocument(TypedDict):
    """An outage as the public is told of it."""

    site: str
    name: NamesDocument
    kind: str
    began_utc: str
    due_utc: str
    cause: str
    notes: list[str]


class AnnouncedDocument(TypedDict):
    """Announced work."""

    text: NamesDocument
    begins_utc: str
    ends_utc: str
    is_cancelled: bool
    sites: list[NamesDocument]
    unions: list[NamesDocument]


class PublicDocument(TypedDict):
    """What the public is told; ``is_watched``: whether anything is known at all; ``delay_s``: by so much later."""

    as_of_utc: str
    delay_s: int
    is_watched: bool
    troubles: list[TroubleDocument]
    kinds: list[GroupDocument]
    unions: list[GroupDocument]
    planned: list[AnnouncedDocument]


class TrackedDocument(TypedDict):
    """How far a request is. ``holder``: the post of who has it now, in both languages; '' when it is done."""

    number: str
    service: NamesDocument
    state: str
    received_utc: str
    deadline_utc: str
    resolved_utc: str | None
    holder: NamesDocument
    note: str


class BadgeDocument(TypedDict):
    """A badge, with the keys that readers of shields know."""

    schemaVersion: int
    label: str
    message: str
    label_bn: str
    message_bn: str
    color: str
    state: str
    as_of: str


@router.get("/public/status", **route(STATUS_READ, PublicDocument))
async def status(asked: Asking) -> Response:
    """Read what the public page tells."""
    found = await asked.api.whole(asked.api.publisher.publication())
    return await made(asked, lambda: Found(_document(found)))


@router.post("/public/track", **change(STATUS_READ, TrackedDocument, "not-found"))
async def track(asked: Asking, slip: Slip) -> Response:
    """Read how far a request is, by its number and code; wrong codes are counted, and all refusals alike."""
    api, address = asked.api, asked.caller.address
    now_s = api.clock.mono_ns() / NS_PER_S
    if wait_s := api.guesses.wait_s(address, now_s):
        raise late("too-many", wait_s)
    api.guesses.note(address, now_s)  # before it is looked up: many at once are counted too
    year = asked.now_utc.astimezone(DHAKA).year

    def read(session: Session) -> Found:
        found = tracking.find(session, slip.number, slip.code, year)
        if found is None:
            raise Problem("not-found")
        return Found(_tracked(found, asked.office), headers={"cache-control": "no-store"})

    answer = await reading(asked, read)
    api.guesses.reset(address, now_s)
    return answer


@router.get(
    "/public/badge/{name}.{form}",
    responses={
        200: {
            "description": "The badge of a site, or of the whole office.",
            "content": {
                "image/svg+xml": {"schema": {"type": "string"}},
                "application/json": {"schema": schema_of(BadgeDocument, NAMED)},
            },
        },
        304: {"description": "The same as before."},
        **problems(*ALWAYS, "bad-values", "not-found", "database-away"),
    },
    openapi_extra={SCOPE: STATUS_READ},
    response_model=None,
)
async def badge(
    asked: Asking,
    name: Annotated[str, Path(max_length=64, description="A site's id, or 'office'.")],
    form: Annotated[str, Path(pattern="^(svg|json)$")],
    lang: Annotated[str, Query(max_length=8, description="bn or en.")] = "",
) -> Response:
    """Read a badge as a picture, or as a document."""
    english = "-en" if form == "svg" and lang == "en" else ""
    return await _file(asked, f"badges/{name}{english}.{form}")


@router.get(
    "/public/events.atom",
    responses={
        200: {"description": "The feed.", "content": {"application/atom+xml": {"schema": {"type": "string"}}}},
        304: {"description": "The same as before."},
        **problems(*ALWAYS, "bad-values", "not-found", "database-away"),
    },
    openapi_extra={SCOPE: STATUS_READ},
    response_model=None,
)
async def events(asked: Asking, lang: Annotated[str, Query(max_length=8, description="bn or en.")] = "") -> Response:
    """Read the public feed (Atom) of outages and announced work."""
    return await _file(asked, FEED[lang if lang in languages() else BOTH[0]])


async def _file(asked: Asked, name: str) -> Response:
    found = await asked.api.whole(asked.api.publisher.file(name, served(tracks=False)))
    if found is None:
        raise Problem("not-found")
    return response(
        asked.request, Found(None, headers={"etag": found.tag}), found.content, TYPES[name.rpartition(".")[2]]
    )


def _tracked(found: Tracked, office: Office) -> TrackedDocument:
    service, holder = office.charter.service(found.service), tracking.holder_of(found, office)
    done = found.resolved_utc if found.state not in UNSOLVED else None
    return {
        "number": found.number,
        "service": {"bn": service.name("bn"), "en": service.name("en")},
        "state": found.state,
        "received_utc": found.received_utc.isoformat(),
        "deadline_utc": found.deadline_utc.isoformat(),
        "resolved_utc": done.isoformat() if done is not None else None,
        "holder": {"bn": holder.title("bn"), "en": holder.title("en")} if holder is not None else {"bn": "", "en": ""},
        "note": found.note,
    }


def _document(found: Publication) -> PublicDocument:
    return {
        "as_of_utc": found.at_utc.isoformat(),
        "delay_s": round(found.delay.total_seconds()),
        "is_watched": found.is_watched,
        "troubles": [_trouble(each) for each in found.troubles],
        "kinds": [_group(each) for each in found.kinds],
        "unions": [_group(each) for each in found.unions],
        "planned": [_work(each) for each in found.planned],
    }


def _names(name: Names) -> NamesDocument:
    return {"bn": name.bn, "en": name.en}


def _group(group: Group) -> GroupDocument:
    return {
        "key": group.key,
        "name": _names(group.name),
        "state": group.word.value,
        "count": group.count,
        "total": group.total,
    }


def _trouble(trouble: Trouble) -> TroubleDocument:
    return {
        "site": trouble.site,
        "name": _names(trouble.name),
        "kind": trouble.kind,
        "began_utc": trouble.began_utc.isoformat(),
        "due_utc": trouble.due_utc.isoformat(),
        "cause": trouble.cause,
        "notes": list(trouble.notes),
    }


def _work(work: Work) -> AnnouncedDocument:
    return {
        "text": _names(work.text),
        "begins_utc": work.begins_utc.isoformat(),
        "ends_utc": work.ends_utc.isoformat(),
        "is_cancelled": work.is_cancelled,
        "sites": [_names(name) for name in work.sites],
        "unions": [_names(name) for name in work.unions],
    }
