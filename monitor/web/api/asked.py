"""Guard every route of the API, and give it what it needs: who asks, the present state, transactions in threads.

The order is: who asks (401) ─ scope (403) ─ rate (429) ─ parameters given twice (400) ─ size and form of the body (413,
400) ─ values (422).
Everything that blocks runs in threads, never on the event loop.
"""

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Annotated, Any, TypeVar

from fastapi import Depends
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from monitor.accounts.nodes import Places
from monitor.alerts.cases.refusals import Refused
from monitor.charter.office import Office
from monitor.doctor.examiner import Examiner
from monitor.domain.clock import Clock
from monitor.domain.message import message
from monitor.domain.roles import Scope
from monitor.net.pool import Pool, PoolFull
from monitor.runtime.live import RuntimeView
from monitor.settings.fleet import Site
from monitor.settings.installation import Installation
from monitor.settings.load import Settings
from monitor.store.database import Store
from monitor.store.errors import SQLAlchemyError
from monitor.store.session import Session
from monitor.store.work import Work
from monitor.web.api.caller import Caller
from monitor.web.api.limits import DEEPEST, MOST_BODY_BYTES, Rates, is_too_deep
from monitor.web.api.problems import Problem, late, refusal, without_scope, without_token
from monitor.web.api.verification import Verification
from monitor.web.edition_files import EditionFiles
from monitor.web.overview import Overview, Overviews
from monitor.web.papers import Papers
from monitor.web.parameters import doubled
from monitor.web.public.publisher import Publisher
from monitor.web.public.tracking import Guesses

T = TypeVar("T")

LATE_S = 5.0  # shorter than what the whole server allows for an answer
CHANGES = frozenset({"POST", "PATCH", "PUT", "DELETE"})
SCOPE = "x-scope"
"""The key of a route's ``openapi_extra`` that names the scope it needs; '' for none, as the documentation."""

CallerOf = Callable[[Request], Awaitable[Caller]]
"""Finds who asks; raises Problem for a token or session that is not valid, and for a form from elsewhere."""

FeedOf = Callable[[Request, str], Awaitable[Caller | None]]
"""Finds the token of a calendar feed, by what stands in the path."""


@dataclass(frozen=True)
class Api:
    """What all routes get. On the event loop.

    ``settings_of``: returns the configuration in force; ``status``: the whole office's state, at most a second old, as
    JSON; ``ages``: seconds since each part last turned; ``overviews``: the sites counted; ``papers``: what is set as
    PDF; ``changed``: called on the loop after each act with names of what it changed, as `runtime.changes` has them;
    ``examiner``: what was found wrong with the installation; ``installation_of``: returns all offices in force.
    """

    live: RuntimeView
    store: Store
    clock: Clock
    settings_of: Callable[[], Settings]
    status: Callable[[], Awaitable[bytes]]
    ages: Callable[[], Mapping[str, float]]
    caller_of: CallerOf
    feed_of: FeedOf
    publisher: Publisher
    verification: Verification
    overviews: Overviews
    papers: Papers
    changed: Callable[[Collection[str]], None] = lambda _names: None
    rates: Rates = field(default_factory=Rates)
    guesses: Guesses = field(default_factory=Guesses)
    examiner: Examiner | None = None
    installation_of: Callable[[], Installation] | None = None
    files: EditionFiles = field(default_factory=EditionFiles)
    reading: Pool = field(default_factory=lambda: Pool("api reads", threads=2, backlog=64))
    acting: Pool = field(default_factory=lambda: Pool("api acts", threads=1, backlog=64))

    @property
    def office(self) -> Office:
        """Return charter, calendar and planned work in force."""
        return self.live.office

    def places_of(self, node: str) -> Places:
        """Return the places of the tree at or below a caller's node."""
        return Places.of(self.installation_of and self.installation_of(), node)

    async def run(self, job: Callable[[], T], pool: Pool | None = None) -> T:
        """Return what ``job`` returns in a thread; raises Problem where the database, or a thread, is not to be had."""
        try:
            return await self.whole(asyncio.wrap_future((pool or self.reading).submit(job)))
        except PoolFull:
            raise late("busy") from None

    async def whole(self, made: Awaitable[T]) -> T:
        """Return what is made elsewhere, in its own thread; raises as `run` does."""
        try:
            async with asyncio.timeout(LATE_S):
                return await made
        except PoolFull:
            raise late("busy") from None
        except (SQLAlchemyError, TimeoutError):
            raise late("database-away") from None

    async def overview(self, scope: Scope) -> Overview:
        """Return the sites of a scope with their states; raises as `run` does."""
        return await self.whole(self.overviews.of(scope))

    async def read(self, job: Callable[[Session], T]) -> T:
        """Return what ``job`` reads of the database, in one transaction; raises as `run` does."""

        def reads() -> T:
            with self.store.read_briefly() as session:
                return job(session)

        return await self.run(reads)

    async def act(
        self, asked: "Asked", job: Callable[[Work], T], changed: Collection[str], fields: Mapping[str, str]
    ) -> T:
        """Do ``job`` in one transaction by who asks; raises Problem, and has changed nothing then.

        ``changed``: names of what it changes beside the tickets and sites to whose history it adds. ``fields``: what
        the route calls arguments of the act.
        """
        names, given_up = set(changed), threading.Event()

        def acts() -> T:
            with self.store.write_once() as session:
                work = asked.work(session)
                result = job(work)
                names.update(name for line in work.history for name in (f"ticket:{line.ticket}", f"site:{line.site}"))
                if given_up.is_set():  # whoever asked was told that it failed
                    raise TimeoutError
                return result

        try:
            result = await self.run(acts, self.acting)
        except Refused as refused:
            raise refusal(refused, fields) from None
        finally:
            given_up.set()
        self.changed(sorted(names - {"site:"}) or ["all"])
        return result


@dataclass(frozen=True)
class Asked:
    """One request to the API."""

    api: Api
    request: Request
    caller: Caller
    now_utc: datetime

    @property
    def office(self) -> Office:
        return self.api.office

    def work(self, session: Session) -> Work:
        """Return the transaction by who asks."""
        return Work(session, self.office, self.now_utc, self.caller.name, via="api", address=self.caller.address)

    def of_caller(self, caller: Caller) -> "Asked":
        """Return the request as another caller's: one who was known by the path. Raises Problem."""
        return replace(self, api=self.request.app.state.api_of(self.request, caller.node), caller=caller)

    def site(self, id_: str) -> Site:
        """Return a site within the caller's scope; raises Problem."""
        site = self.api.live.fleet.sites.get(id_)
        if site is None or not self.caller.sees(site):
            raise Problem("not-found")
        return site

    def sees_site(self, id_: str | None) -> bool:
        """Return whether what is about that site (None: about none) is within the caller's scope."""
        if self.caller.scope.is_all:
            return True
        site = self.api.live.fleet.sites.get(id_ or "")
        return site is not None and self.caller.sees(site)

    def sees_ticket(self, site_id: str | None) -> bool:
        """Return whether a ticket about that site (None: about none) is within the caller's scope."""
        site = self.api.live.fleet.sites.get(site_id or "")
        return self.caller.scope.covers_ticket(site_id, (site.union or "", site.kind) if site else None)

    def needs(self, scope: str) -> None:
        """Raise Problem unless the caller has ``scope``."""
        if not self.caller.may(scope):
            raise without_scope(scope)


def asked_of(request: Request) -> Asked:
    """Return the request as `GuardedRoute` found it."""
    found: Asked = request.state.asked
    return found


Asking = Annotated[Asked, Depends(asked_of)]
"""The parameter of every route."""


def _of_the_whole(asked: Asking) -> Asked:
    if asked.caller.node:
        raise Problem("no-scope", message("it concerns the whole installation, and you are for a part of it"))
    return asked


AskingOfTheWhole = Annotated[Asked, Depends(_of_the_whole)]
"""The parameter of a route about the whole installation: a caller at a place of the tree is refused."""


class GuardedRoute(APIRoute):
    """A route that knows who asks before it reads anything else."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()
        scope = (self.openapi_extra or {}).get(SCOPE, "")
        takes_body = self.body_field is not None

        async def guarded(request: Request) -> Response:
            api: Api = request.app.state.whole
            caller = await api.caller_of(request)
            request.state.lang = caller.lang
            if scope and not caller.may(scope):
                raise without_scope(scope) if caller.name else without_token()
            if caller.by == "token" and (wait_s := api.rates.wait_s(caller.name, api.clock.mono_ns())):
                raise late("too-many", wait_s)
            if said := doubled(request.query_params):
                raise Problem("malformed", said)
            if scope:
                api = request.app.state.api_of(request, caller.node)
            if request.method in CHANGES:
                await _take_body(api, request, takes_body)
            request.state.asked = Asked(api, request, caller, api.clock.utc())
            return await answer(request)

        return guarded


async def _take_body(api: Api, request: Request, takes_body: bool) -> None:
    """Read the body, bounded, and parse it in a thread; raises Problem."""
    given = request.headers.get("content-length", "")
    if given.isascii() and given.isdigit() and (len(given) > 12 or int(given) > MOST_BODY_BYTES):
        raise Problem("too-large")
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MOST_BODY_BYTES:
            raise Problem("too-large")
    request._body = bytes(body)  # as Starlette itself keeps it; whoever asks again gets this
    if not body or not takes_body:
        return
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != "application/json" and not (media.startswith("application/") and media.endswith("+json")):
        raise Problem("no-json")
    request._json = await api.run(lambda: _parsed(bytes(body)))


def _parsed(body: bytes) -> Any:
    """Return the JSON of a body; raises Problem for what is none, and for what other readers understand otherwise."""
    if is_too_deep(body):
        raise Problem("malformed", message("the body is nested deeper than {depth} levels", depth=DEEPEST))
    try:
        return json.loads(body.decode(), parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise Problem("malformed") from None


def _no_number(_: str) -> float:
    raise ValueError("JSON has no such number")
