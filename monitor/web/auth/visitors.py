"""Find out who asks, and whether a form comes from a page of ours."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import NamedTuple

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from monitor.accounts import sessions, users
from monitor.charter.office import Office
from monitor.domain.clock import Clock
from monitor.domain.roles import Role, Scope
from monitor.i18n.languages import BOTH, Lang, languages
from monitor.net.pool import Pool, PoolFull
from monitor.settings.web_section import Web
from monitor.store.database import Store
from monitor.store.errors import SQLAlchemyError
from monitor.store.work import Work
from monitor.web.auth.cookies import LANGUAGE, SESSION, YEAR_S, read_cookie, set_cookie
from monitor.web.auth.csrf import is_from_our_page, is_token_of
from monitor.web.auth.visitor import Visitor
from monitor.web.local_server import LOCAL

LIVE = frozenset({"/stream", "/alive"})


class _Known(NamedTuple):
    """A session that lasts, as it is stored. ``is_to_be_noted``: it was last noted as seen a while ago."""

    id: int
    name: str
    role: Role | None
    scope: Scope
    lang: Lang
    csrf: str
    proved: bool
    node: str
    is_to_be_noted: bool


class Visitors:
    """The visitors of the site. On the event loop; the database is asked in threads.

    ``web``: what was in force when the listener was opened; ``office_of``: returns the office in force.
    """

    def __init__(self, store: Store, clock: Clock, web: Web, office_of: Callable[[], Office]) -> None:
        self._store, self._clock, self._web, self._office_of = store, clock, web, office_of
        self._looking = Pool("sessions", threads=1, backlog=256)
        self._noting = Pool("session use", threads=1, backlog=8)

    async def of(self, request: Request) -> Visitor:
        """Return who asks; one without a session, and everyone while the database does not answer, has no name.

        Raises PoolFull.
        """
        address = request.client.host if request.client else ""
        token = read_cookie(request.headers.get("cookie", ""), SESSION, secure=is_secure(request))
        known = await self._known(token) if token else None
        chosen = chosen_language(request)
        if known is None:
            lang = wanted_language(request) or BOTH[0]
            return Visitor(role=self._role_of_nobody(request), lang=lang, address=address)
        if chosen and chosen != known.lang:  # the next page is to have it
            with suppress(SQLAlchemyError, PoolFull):
                await asyncio.wrap_future(self._note(known.id, chosen))
        elif known.is_to_be_noted and not is_by_itself(request):
            with suppress(PoolFull):  # the next request does it
                self._note(known.id, "")
        lang = chosen or known.lang or _kept_language(request) or BOTH[0]
        return Visitor(
            *(known.name, known.role, known.scope, lang, address),
            known.id,
            csrf=known.csrf,
            proved=known.proved,
            node=known.node,
        )

    def is_own_form(self, request: Request, visitor: Visitor, form: FormData) -> bool:
        """Return whether a POST comes from a page of ours, and from a form that this session was given.

        Who has no session has no form of its own: the log-in's is everybody's.
        """
        if not is_from_our_page(request.headers, request.url.scheme):
            return False
        given = form.get("csrf", "")
        return visitor.session_id is None or (isinstance(given, str) and is_token_of(given, visitor.csrf))

    async def _known(self, token: str) -> _Known | None:
        try:
            return await asyncio.wrap_future(self._looking.submit(self._find, token))
        except SQLAlchemyError:
            return None

    def _find(self, token: str) -> _Known | None:
        now_utc = self._clock.utc()
        with self._store.read_briefly() as session:
            row = sessions.find(session, token, now_utc)
            if row is None:
                return None
            return _Known(
                id=row.id,
                name=row.user.name,
                role=_role(row.user.role),
                scope=users.scope_of(row.user),
                lang=next((each for each in (row.lang, row.user.lang) if each in languages()), ""),
                csrf=row.csrf,
                proved=sessions.is_proved(row, now_utc),
                node=row.user.node,
                is_to_be_noted=sessions.is_to_be_seen(row, now_utc),
            )

    def _note(self, id_: int, lang: Lang) -> "Future[None]":
        """Note in a thread that a session was seen, and the language it chose; raises PoolFull."""

        def notes() -> None:
            with self._store.write() as session:
                work = Work(session, self._office_of(), self._clock.utc())
                sessions.saw(work, id_)
                if lang:
                    sessions.speak(work, id_, lang)

        return self._noting.submit(notes)

    def _role_of_nobody(self, request: Request) -> Role | None:
        """Return the role of who has no name: by the socket in the state folder one may read, else as [web] says."""
        server = request.scope.get("server")
        may_read = request.scope.get(LOCAL) or (server and self._web.reads_without_name_at(server[0]))
        return Role.VIEWER if may_read else None


def _role(stored: str) -> Role | None:
    """Return a stored role; None, which may nothing, for one of a later version."""
    return Role(stored) if stored in set(Role) else None


def is_secure(request: Request) -> bool:
    """Return whether the browser speaks TLS, with us or with a proxy of ours."""
    return request.url.scheme == "https"


def is_by_itself(request: Request) -> bool:
    """Return whether an open page asks without anybody at it: that keeps no session alive."""
    return request.method == "GET" and ("hx-request" in request.headers or request.url.path in LIVE)


def chosen_language(request: Request) -> Lang:
    """Return the language that this request's ``?lang=`` chooses; '' for none or an unknown one."""
    wanted = request.query_params.get("lang", "")
    return wanted if wanted in languages() else ""


def wanted_language(request: Request) -> Lang:
    """Return the language that this browser chose, now or before; '' when it never did."""
    return chosen_language(request) or _kept_language(request)


def remember_language(request: Request, response: Response) -> None:
    """Put the language that was chosen by ``?lang=`` into a cookie, for those without a session too."""
    if chosen := chosen_language(request):
        cookie = set_cookie(LANGUAGE, chosen, YEAR_S, secure=is_secure(request))
        response.headers.append("set-cookie", cookie)


def _kept_language(request: Request) -> Lang:
    kept = read_cookie(request.headers.get("cookie", ""), LANGUAGE, secure=is_secure(request))
    return kept if kept in languages() else ""
