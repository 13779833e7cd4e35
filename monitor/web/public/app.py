"""Serve the public page on a listener of its own: nothing else can be reached there, and nothing can be changed."""

import asyncio
from collections.abc import Collection
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from monitor.charter.office import Office
from monitor.domain.clock import NS_PER_S, Clock
from monitor.domain.message import N_, Said
from monitor.domain.message import Message as Words
from monitor.i18n.formats import DHAKA
from monitor.i18n.languages import BOTH, Lang, languages
from monitor.net.pool import Pool
from monitor.runtime.live import RuntimeView
from monitor.store.database import Store
from monitor.store.errors import SQLAlchemyError
from monitor.web.guard import AnswerDeadline
from monitor.web.proxies import ForwardedClient
from monitor.web.public import tracking
from monitor.web.public.files import TYPES
from monitor.web.public.publisher import File, Publisher, served
from monitor.web.public.rendering import INDEX, Place, track_page

CACHED = "public, max-age=30"
HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "",
}
LARGEST_FORM = 4_096  # bytes
AWAY = N_("This cannot be looked up just now. Try again in a moment, or call the office")
UNREADABLE = N_("The form could not be read. Type the number and the code again")


class PublicHeaders:
    """Middleware that sets the security headers on every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                mine = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
                message["headers"] = [*message["headers"], *mine]
            await send(message)

        await self._app(scope, receive, with_headers)


def make_public_app(
    publisher: Publisher, live: RuntimeView, store: Store, clock: Clock, proxies: Collection[str] = ()
) -> Starlette:
    """Build the public site: page, feeds, badges, and the form by which a request is followed.

    ``proxies``: the addresses of those that say who asks.
    """
    track = Track(live, store, clock)

    def place() -> Place:
        year = clock.utc().astimezone(DHAKA).year
        return served(tracks=True, example=f"{live.office.charter.ticket_prefix}-{year}-000125")

    async def page(request: Request) -> Response:
        return await give(publisher, request, INDEX[lang_of(request)], place())

    async def file(request: Request) -> Response:
        return await give(publisher, request, request.path_params["name"], place())

    async def badge(request: Request) -> Response:
        return await give(publisher, request, f"badges/{request.path_params['name']}", place())

    async def form(request: Request) -> Response:
        return await track.answer(request, place())

    return Starlette(
        routes=[
            Route("/", page, methods=["GET"]),
            Route("/public", page, methods=["GET"]),
            Route("/track", form, methods=["GET", "POST"]),
            Route("/badges/{name}", badge, methods=["GET"]),
            Route("/{name}", file, methods=["GET"]),
        ],
        middleware=[
            Middleware(ForwardedClient, proxies=proxies),
            Middleware(PublicHeaders),
            Middleware(AnswerDeadline),
            Middleware(GZipMiddleware, minimum_size=1_000, compresslevel=6),
        ],
    )


def lang_of(request: Request) -> Lang:
    """Return the language that was asked for; Bangla without one."""
    wanted = request.query_params.get("lang", "")
    return wanted if wanted in languages() else BOTH[0]


async def give(publisher: Publisher, request: Request, name: str, place: Place) -> Response:
    """Answer with a file of the publication, or that the reader has it already; 404, 503 without it."""
    end = name.rpartition(".")[2]
    try:
        found: File | None = await publisher.file(name, place) if end in TYPES else None
    except SQLAlchemyError:
        return Response(
            "not known just now: the database does not answer; ask again\n", 503, {"retry-after": "5"}, "text/plain"
        )
    if found is None:
        return Response("there is no such file\n", 404, media_type="text/plain")
    headers = {"cache-control": CACHED, "etag": f"W/{found.tag}"}  # weak: it is sent packed, too
    known = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
    if found.tag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    return Response(found.content, headers={**headers, "content-type": TYPES[end]})


class Track:
    """The page on which a request is followed; on the event loop, it looks up in a thread."""

    def __init__(self, live: RuntimeView, store: Store, clock: Clock) -> None:
        self._live, self._store, self._clock = live, store, clock
        self._guesses = tracking.Guesses()
        self._threads = Pool("tracking", threads=1, backlog=16)

    async def answer(self, request: Request, place: Place) -> Response:
        """Return the form; after it was sent, what was found, or why nothing."""
        lang, office = lang_of(request), self._live.office
        if request.method != "POST":
            typed = request.query_params.get("number", "")[:40]
            return self._page(office, lang, place, typed)
        form = await _form(request)
        if form is None:
            return self._page(office, lang, place, "", 400, Words(UNREADABLE))
        number, code = form
        address, now_s = request.client.host if request.client else "", self._clock.mono_ns() / NS_PER_S
        if wait_s := self._guesses.wait_s(address, now_s):
            answer = self._page(office, lang, place, number, 429, tracking.too_many(wait_s))
            answer.headers["retry-after"] = str(max(1, round(wait_s)))
            return answer
        self._guesses.note(address, now_s)  # before it is looked up: many at once are counted too
        try:
            found = await asyncio.wrap_future(self._threads.submit(self._find, number, code, lang))
        except SQLAlchemyError:
            return self._page(office, lang, place, number, 503, Words(AWAY))
        if found is None:
            return self._page(office, lang, place, number, 404, Words(tracking.NONE_SUCH))
        self._guesses.reset(address, now_s)
        return self._page(office, lang, place, number, request=found)

    def _find(self, number: str, code: str, lang: Lang) -> object:
        year = self._clock.utc().astimezone(DHAKA).year
        with self._store.read_briefly() as session:
            found = tracking.find(session, number, code, year)
        return None if found is None else tracking.shown(found, self._live.office, lang)

    def _page(
        self,
        office: Office,
        lang: Lang,
        place: Place,
        number: str,
        status: int = 200,
        problem: Said = "",
        request: object = None,
    ) -> Response:
        typed = Place(place.prefix, tracks=True, number=number, example=place.example)
        html = track_page(office, lang, self._clock.utc(), typed, request=request, problem=problem)
        return Response(html, status, {"cache-control": "no-store"}, "text/html; charset=utf-8")


async def _form(request: Request) -> tuple[str, str] | None:
    """Return the number and the code of a form; None for what is none, or too large to be one."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > LARGEST_FORM:
            return None
    try:
        fields = parse_qs(body.decode("utf-8"), max_num_fields=8)
    except ValueError:
        return None
    number, code = (fields.get(name, [""])[0][:40] for name in ("number", "code"))
    return (number, code) if number and code else None
