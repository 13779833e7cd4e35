"""Let users in and out: the log-in with its second step, the log-out, and the password given again."""

import asyncio
from contextlib import suppress
from urllib.parse import quote

from starlette.datastructures import MutableHeaders
from starlette.responses import RedirectResponse, Response

from monitor.accounts import first_user, sessions
from monitor.accounts import log_in as entry
from monitor.accounts.log_in import Answer, LogIn, Typed
from monitor.alerts.cases.refusals import NotAllowed
from monitor.domain.message import N_, Message, message, messages
from monitor.net.pool import Pool
from monitor.web.auth.cookies import SESSION, set_cookie
from monitor.web.auth.half_way import HalfWay
from monitor.web.auth.visitors import is_secure, wanted_language
from monitor.web.console.asked import Asked, PageRoute
from monitor.web.console.console import Console
from monitor.web.console.dispatch import local_path
from monitor.web.console.new_passwords import password_of

STATUS = {Answer.WRONG: 401, Answer.CODE_WANTED: 200, Answer.THROTTLED: 429}
WRONG_CODE = N_("The code is wrong, or has been used. Wait for the next one, or take a recovery code.")
WRONG = N_("Name, password or code is wrong.")
LOOKING = Pool("log-ins", threads=1, backlog=32)
"""Passwords are looked at one after the other: each takes 20 MB."""
USERS = ("users",)
"""What open pages are told has changed."""
LASTS_S = round(sessions.VIEWERS_LONGEST.total_seconds())


def routes(console: Console) -> list[PageRoute]:
    """Return the routes of these pages."""
    pages = LogInPages(console)
    return [
        PageRoute("/login", None, pages.form, pages.log_in),
        PageRoute("/logout", None, post=pages.log_out),
        PageRoute("/me/prove", None, pages.proof, pages.prove, session=True),
    ]


class LogInPages:
    """The pages."""

    def __init__(self, console: Console) -> None:
        self._console, self._half_way = console, HalfWay()

    async def form(self, asked: Asked) -> Response:
        """Show the form; who is in already goes on. While there is no user it leads to where the first is set up."""
        wanted = local_path(asked.query("next", "/"))
        if asked.visitor.session_id is not None:
            return RedirectResponse(wanted, 303)
        return self._page(asked, 200, next_path=wanted, is_first=await self._console.read(first_user.is_missing))

    async def log_in(self, asked: Asked) -> Response:
        """Let somebody in, or ask for the second factor's code."""
        wanted = local_path(asked.field("next", "/"))
        half = self._half_way.take(asked.field("half"), asked.now_utc)
        name, password = half or (asked.field("name"), password_of(asked, "password"))
        typed = Typed(
            *(name, password, asked.field("code"), asked.visitor.address),
            agent=asked.request.headers.get("user-agent", ""),
            lang=wanted_language(asked.request),
        )
        found = await self._look(typed, asked)
        if found.answer is Answer.IN:
            return await self._in(asked, found, wanted)
        if found.answer is Answer.CODE_WANTED or (half and found.answer is Answer.WRONG):
            token = self._half_way.keep(name, password, asked.now_utc)
            wrong = WRONG_CODE if half and typed.code else ""
            return self._page(asked, 401 if wrong else 200, wanted, half=token, wrong=wrong)
        return self._page(asked, STATUS[found.answer], wanted, name, wrong=why_not(found), wait_s=found.wait_s)

    async def log_out(self, asked: Asked) -> Response:
        """End the session; who has none is out already."""
        id_ = asked.visitor.session_id
        if id_ is not None:
            with suppress(NotAllowed):  # it has just ended
                await self._console.act(asked, lambda work: sessions.end(work, id_), USERS)
        answer = self._console.back(asked, "/login", message("You are logged out"))
        return with_session(asked, answer, "", 0)

    async def proof(self, asked: Asked) -> Response:
        """Ask for the password again."""
        return self._proof(asked, 200, local_path(asked.query("next", "/me")))

    async def prove(self, asked: Asked) -> Response:
        """Note that the password was given, and go on."""
        visitor, wanted = asked.visitor, local_path(asked.field("next", "/me"))
        assert visitor.session_id is not None  # the route wants one
        found = await check_again(self._console, asked, password_of(asked, "password"))
        if found.answer is Answer.IN:
            return RedirectResponse(wanted, 303)
        return self._proof(asked, STATUS[found.answer], wanted, why_not(found), found.wait_s)

    async def _look(self, typed: Typed, asked: Asked) -> LogIn:
        console = self._console
        job = LOOKING.submit(entry.log_in, console.store, console.office, typed, asked.now_utc)
        return await asyncio.wrap_future(job)

    async def _in(self, asked: Asked, found: LogIn, wanted: str) -> Response:
        before = asked.visitor.session_id
        if before is not None:  # another user of the same browser
            with suppress(NotAllowed):
                await self._console.act(asked, lambda work: sessions.end(work, before), USERS)
        return with_session(asked, RedirectResponse(wanted, 303), found.token, LASTS_S)

    def _page(
        self,
        asked: Asked,
        status: int,
        next_path: str,
        name: str = "",
        *,
        half: str = "",
        wrong: Message | str = "",
        wait_s: int = 0,
        is_first: bool = False,
    ) -> Response:
        values = {"next_path": next_path, "name": name, "half": half, "wrong": wrong, "is_throttled": wait_s > 0}
        return waiting(self._console.page(asked, "login.html.j2", status, is_first=is_first, **values), wait_s)

    def _proof(self, asked: Asked, status: int, next_path: str, wrong: Message | str = "", wait_s: int = 0) -> Response:
        page = self._console.page(asked, "prove.html.j2", status, next_path=next_path, wrong=wrong)
        return waiting(page, wait_s)


async def check_again(console: Console, asked: Asked, password: str) -> LogIn:
    """Return whether that is the password of who sits at this session; noted if it is. Raises PoolFull."""
    visitor = asked.visitor
    typed = Typed(visitor.name, password, "", visitor.address)
    job = LOOKING.submit(entry.prove, console.store, console.office, visitor.session_id or 0, typed, asked.now_utc)
    return await asyncio.wrap_future(job)


def why_not(found: LogIn) -> Message | str:
    """Return why a log-in was refused: the same words for a wrong name, password and code."""
    if found.answer is Answer.THROTTLED:
        minutes = max(1, -(-found.wait_s // 60))
        return messages(
            "Too many wrong tries. Try again in a minute.",
            "Too many wrong tries. Try again in {count} minutes.",
            minutes,
        )
    return Message(WRONG)


def prove_path(asked: Asked) -> str:
    """Return where the password is given again, and the way back from there."""
    return f"/me/prove?next={quote(asked.request.url.path)}"


def with_session(asked: Asked, answer: Response, token: str, lasts_s: int) -> Response:
    """Give the browser the session's cookie; 0 seconds take it away."""
    headers: MutableHeaders = answer.headers
    headers.append("set-cookie", set_cookie(SESSION, token, lasts_s, secure=is_secure(asked.request)))
    return answer


def waiting(answer: Response, wait_s: int) -> Response:
    """Say in the answer's headers for how many seconds to wait; 0: not at all."""
    if wait_s:
        answer.headers["retry-after"] = str(wait_s)
    return answer
