"""Find out who asks the API: by a token, by a session of the console, by the daemon's own socket, or without a name."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from starlette.datastructures import FormData
from starlette.requests import Request

from monitor.accounts import tokens
from monitor.charter.office import Office
from monitor.domain.api_scopes import ADMIN, scopes_of
from monitor.domain.clock import Clock
from monitor.domain.message import message
from monitor.domain.roles import RIGHTS, Right, Role, Scope
from monitor.i18n.languages import SOURCE, Lang, languages
from monitor.net.pool import Pool, PoolFull
from monitor.store.database import Store
from monitor.store.errors import SQLAlchemyError
from monitor.store.work import Work
from monitor.web.api.caller import Caller, command, nobody
from monitor.web.api.problems import Problem, late, without_token
from monitor.web.auth.visitor import Visitor
from monitor.web.local_server import LOCAL

CSRF_HEADER = "x-csrf-token"
READS = frozenset({"GET", "HEAD"})


class KnownToken(NamedTuple):
    """A token that holds now. ``is_to_be_noted``: its last use was noted long ago."""

    id: int
    name: str
    scopes: frozenset[str]
    scope: Scope
    is_to_be_noted: bool
    node: str


class Callers:
    """Finds who asks. On the event loop; the database is asked in threads.

    ``visitor_of``: finds a session of the console; ``is_own_form``: whether a change comes from a page of ours.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        office_of: Callable[[], Office],
        visitor_of: Callable[[Request], Awaitable[Visitor]],
        is_own_form: Callable[[Request, Visitor, FormData], bool],
    ) -> None:
        self._store, self._clock, self._office_of = store, clock, office_of
        self._visitor_of, self._is_own_form = visitor_of, is_own_form
        self._looking = Pool("api tokens", threads=1, backlog=64)
        self._noting = Pool("api token use", threads=1, backlog=8)

    async def of(self, request: Request) -> Caller:
        """Return who asks; raises Problem for a token that does not hold, and for a change from a foreign page."""
        lang = language(request)
        request.state.lang = lang
        if given := request.headers.getlist("authorization"):
            return await self._of_token(given, lang, _address(request))
        if request.scope.get(LOCAL):
            return command(lang)
        visitor = await self._visitor_of(request)
        if visitor.session_id is None:
            return nobody(visitor.role, lang, visitor.address)
        if request.method not in READS:
            form = FormData({"csrf": request.headers.get(CSRF_HEADER, "")})
            if not self._is_own_form(request, visitor, form):
                raise Problem("foreign-form")
        role = visitor.role
        scopes, rights = (frozenset[str](), frozenset[Right]()) if role is None else (scopes_of(role), RIGHTS[role])
        return Caller(visitor.name, "session", scopes, visitor.scope, rights, lang, visitor.address, visitor.node)

    async def of_feed(self, request: Request, text: str) -> Caller | None:
        """Return the token of a calendar feed, which stands in the path; None for one that does not hold."""
        known = await self._known(text, feed=True)
        return None if known is None else _caller(known, language(request), _address(request))

    async def _of_token(self, given: list[str], lang: Lang, address: str) -> Caller:
        scheme, _, text = given[0].partition(" ")
        known = await self._known(text.strip()) if len(given) == 1 and scheme.lower() == "bearer" else None
        if known is None:
            raise without_token(message("there is no such token, or it has expired, or it was revoked"))
        return _caller(known, lang, address)

    async def _known(self, text: str, *, feed: bool = False) -> KnownToken | None:
        if not tokens.is_token(text):
            return None
        try:
            known = await asyncio.wrap_future(self._looking.submit(self._find, text, feed))
            if known is not None and known.is_to_be_noted:
                self._noting.submit(self._note, known.id)
        except PoolFull:
            raise late("busy") from None
        except SQLAlchemyError:
            raise late("database-away") from None
        return known

    def _find(self, text: str, feed: bool) -> KnownToken | None:
        now_utc = self._clock.utc()
        with self._store.read_briefly() as session:
            row = tokens.find(session, text, now_utc, feed=feed)
            if row is None:
                return None
            noted = tokens.is_to_be_noted(row, now_utc)
            return KnownToken(row.id, row.name, frozenset(row.scopes), tokens.scope_of(row), noted, row.node)

    def _note(self, id_: int) -> None:
        with self._store.write() as session:
            tokens.used(Work(session, self._office_of(), self._clock.utc()), id_)


def _caller(known: KnownToken, lang: Lang, address: str) -> Caller:
    rights = RIGHTS[Role.ADMIN] if ADMIN in known.scopes else frozenset[Right]()
    return Caller(f"token:{known.name}", "token", known.scopes, known.scope, rights, lang, address, known.node)


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def language(request: Request) -> Lang:
    """Return the language that the caller wants first of those that there are; English without a wish."""
    wanted = request.query_params.get("lang", "")
    for each in [wanted, *request.headers.get("accept-language", "").split(",")]:
        code = each.partition(";")[0].strip().lower().partition("-")[0]
        if code in languages():
            return code
    return SOURCE
