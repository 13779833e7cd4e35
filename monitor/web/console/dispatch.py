"""Dispatch requests to pages: who asks, what the role allows, where a form comes from, and why an act is refused.

The order is: session ─ parameters given twice ─ right ─ origin of the form ─ password again ─ the page.
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from urllib.parse import quote

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Message

from monitor.alerts.cases.refusals import BadInput, Refused, StaleVersion
from monitor.domain.message import N_, Said
from monitor.store.errors import UNKNOWN, OutcomeUnknown, SQLAlchemyError
from monitor.web.auth.visitor import Visitor
from monitor.web.auth.visitors import remember_language
from monitor.web.console.asked import Asked, NotFound, PageRoute
from monitor.web.console.console import Console
from monitor.web.console.office_consoles import OfficeConsoles
from monitor.web.one_office import FIELD
from monitor.web.parameters import doubled

ALONE = ""
LARGEST_UPLOAD = 1_048_576
LARGEST_FORM = 262_144  # one without a file: the longest text in Bangla, as browsers encode it, and room
LARGEST_OF_NOBODY = 16_384  # the log-in's; reading a large one would keep the loop from probing
TITLES = {
    400: N_("The address of this page cannot be understood"),
    401: N_("Please log in"),
    403: N_("You may not do this"),
    404: N_("There is no such page"),
    409: N_("This is not possible now"),
    413: N_("This is too large"),
    422: N_("Something is not right in the form"),
    503: N_("The database does not answer; try again in a moment"),
}
_NEXT = re.compile(r"/(?![/\\])[^\\\x00-\x1f]*")


class _TooLarge(Exception):
    """More was sent than a form may hold."""


VisitorOf = Callable[[Request], Awaitable[Visitor]]
CheckForm = Callable[[Request, Visitor, FormData], bool]


def starlette_routes(consoles: OfficeConsoles, visitor_of: VisitorOf, is_own_form: CheckForm) -> list[Route]:
    """Return the routes of pages, each answered by the console of the office that a request is about.

    ``visitor_of``: finds who asks; ``is_own_form``: whether a POST comes from a form of ours.
    """
    return [
        Route(page.path, _endpoint(consoles, at, visitor_of, is_own_form), methods=sorted(page.answers))
        for at, page in enumerate(consoles.console(ALONE)[1])
    ]


def nothing_there(
    consoles: OfficeConsoles, visitor_of: VisitorOf
) -> Callable[[Request, Exception], Awaitable[Response]]:
    """Return what answers an address that leads nowhere: the page that says so to a browser, a word to all others."""

    async def answer(request: Request, _: Exception) -> Response:
        if "text/html" not in request.headers.get("accept", ""):
            return PlainTextResponse("Not Found", 404)
        console = consoles.whole
        return refused_page(console, Asked(request, await visitor_of(request), console.clock.utc()), 404)

    return answer


def _endpoint(
    consoles: OfficeConsoles, at: int, visitor_of: VisitorOf, is_own_form: CheckForm
) -> Callable[[Request], Awaitable[Response]]:
    several = consoles.console(ALONE)[1][at].several

    async def endpoint(request: Request) -> Response:
        visitor = await visitor_of(request)
        if said := doubled(request.query_params, several):  # before one of two offices is chosen, and kept
            console = consoles.whole
            return refused_page(console, Asked(request, visitor, console.clock.utc()), 400, said)
        office = consoles.office(request, visitor.node)
        answer = await answered(request, visitor, office)
        remember_language(request, answer)
        consoles.remember(request, answer, office or ALONE)
        return answer

    async def answered(request: Request, visitor: Visitor, office: str | None) -> Response:
        console, pages = consoles.console(office or ALONE)
        page, asked = pages[at], Asked(request, visitor, console.clock.utc())
        right = page.right_for(request.method)
        nameless = visitor.session_id is None
        if (right is not None and not visitor.may(right) and nameless) or (page.session and nameless):
            return await _log_in(console, asked, is_own_form)
        if right is not None and not visitor.may(right):
            return refused_page(console, asked, 403)
        if office is None and right is not None:
            return refused_page(console, asked, 404)  # pages without a right are about the visitor alone
        if request.method == "POST":
            try:
                asked = Asked(request, visitor, asked.now_utc, await _form_of(request, nameless=nameless))
            except _TooLarge:
                return refused_page(console, asked, 413)
            if not is_own_form(request, visitor, asked.form):
                return refused_page(console, asked, 403)
            if page.step_up and not visitor.proved:
                return RedirectResponse(f"/me/prove?next={quote(request.url.path)}", 303)
            office = consoles.office(request, visitor.node, asked.form)
            if office is None and right is not None:
                return refused_page(console, asked, 404, typed=_typed(asked))
            console, pages = consoles.console(office or ALONE)
        return await _page(console, pages[at], asked)

    return endpoint


async def _page(console: Console, page: PageRoute, asked: Asked) -> Response:
    """Return the page, or why it refuses."""
    try:
        return await page.answers[asked.request.method](asked)
    except NotFound:
        return refused_page(console, asked, 404)
    except StaleVersion as stale:
        return console.page(asked, "stale.html.j2", 409, stale=stale, typed=_typed(asked))
    except BadInput as refused:
        return refused_page(console, asked, 422, refused.args[0], typed=_typed(asked))
    except Refused as refused:
        return refused_page(console, asked, 409, refused.args[0], typed=_typed(asked))
    except OutcomeUnknown:
        return refused_page(console, asked, 503, UNKNOWN, typed=_typed(asked))
    except SQLAlchemyError:
        return refused_page(console, asked, 503, typed=_typed(asked))


def refused_page(
    console: Console, asked: Asked, status: int, why: Said = "", typed: Sequence[tuple[str, str]] = ()
) -> Response:
    """Return the page that says why there is nothing else to see; ``typed``: texts that must not be lost."""
    return console.page(asked, "refused.html.j2", status, title=TITLES[status], why=why, typed=typed)


def local_path(wanted: str) -> str:
    """Return ``wanted`` if it is a path on this site, else '/': no link of ours leads elsewhere."""
    return wanted if _NEXT.fullmatch(wanted) else "/"


async def _log_in(console: Console, asked: Asked, is_own_form: CheckForm) -> Response:
    """Send somebody without a name to the log-in; say so where no person looks, or where a form was sent."""
    request = asked.request
    if request.method == "POST":
        with suppress(_TooLarge):  # the session ended meanwhile: what was typed is shown, not lost
            form = await _form_of(request, nameless=True)
            if is_own_form(request, asked.visitor, form):
                asked = replace(asked, form=form)
        return refused_page(console, asked, 401, typed=_typed(asked))
    if request.headers.get("sec-fetch-mode", "navigate") != "navigate" or "hx-request" in request.headers:
        return PlainTextResponse("log in first\n", 401)  # a part of an open page, its stream
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"/login?next={quote(wanted)}", 303)


async def _form_of(request: Request, *, nameless: bool) -> FormData:
    """Return the fields of a POST; raises _TooLarge, however its length is announced."""
    is_upload = request.headers.get("content-type", "").startswith("multipart/")
    left = LARGEST_OF_NOBODY if nameless else LARGEST_UPLOAD if is_upload else LARGEST_FORM

    async def receive() -> Message:
        nonlocal left
        message = await request.receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise _TooLarge
        return message

    return await Request(request.scope, receive).form(max_files=2, max_fields=500)


def _typed(asked: Asked) -> list[tuple[str, str]]:
    """Return the texts that were typed into the form."""
    hidden = {"csrf", "version", "password", "code", FIELD}
    fields = ((name, value) for name, value in asked.form.multi_items() if isinstance(value, str))
    return [(name, value) for name, value in fields if value and name not in hidden]
