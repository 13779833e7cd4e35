"""A visitor at the console's pages, served for real on loopback: forms are filled in as they were drawn."""

import http.client
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from typing import Self
from urllib.parse import unquote, urlencode

from starlette.applications import Starlette
from starlette.datastructures import FormData
from starlette.requests import Request

from monitor.domain.roles import Role, Scope
from monitor.runtime.changes import Changes
from monitor.settings.installation import Installation
from monitor.web.auth.visitor import Visitor
from monitor.web.console.console import Console
from monitor.web.console.dispatch import starlette_routes
from monitor.web.console.office_consoles import OfficeConsoles
from monitor.web.console.routes import page_routes
from monitor.web.console.static_files import static_route
from monitor.web.overview import Overviews
from tests.web.desk import Desk
from tests.web.serving import Serving

OFFICER = Visitor("rahim", Role.OFFICER, lang="en", address="127.0.0.1", session_id=1, csrf="secret", proved=True)
VIEWER = replace(OFFICER, name="guest", role=Role.VIEWER)
PROGRAMMER = replace(OFFICER, name="karim", role=Role.PROGRAMMER)
FAR = replace(OFFICER, scope=Scope(unions=("nowhere",)))


@dataclass(frozen=True)
class Page:
    """An answer; ``toast``: the one line that a redirect carries."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode()

    @property
    def location(self) -> str:
        return self.headers.get("location", "")

    @property
    def toast(self) -> str:
        cookie = self.headers.get("set-cookie", "")
        return unquote(cookie.partition("toast=")[2].partition(";")[0])

    def form(self, action: str) -> dict[str, str]:
        """The fields of the form that is sent there, with the values they were drawn with."""
        found = _Forms(action)
        found.feed(self.text)
        assert found.seen, f"no form is sent to {action}"
        return found.fields


class _Forms(HTMLParser):
    def __init__(self, action: str) -> None:
        super().__init__()
        self._action, self._inside, self.seen = action, False, False
        self.fields: dict[str, str] = {}
        self._text: str | None = None

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self._inside = given.get("action") == self._action
            self.seen = self.seen or self._inside
        if not self._inside or not (name := given.get("name")):
            return
        if tag == "textarea":
            self._text, self.fields[name] = name, ""
        ticked = given.get("type") not in {"checkbox", "radio"} or "checked" in given
        if tag == "input" and ticked:
            self.fields[name] = given.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        if tag == "textarea":
            self._text = None

    def handle_data(self, data: str) -> None:
        if self._text:
            self.fields[self._text] += data


class Visits:
    """The console of a desk; ``visitor``: who asks from now on. ``installation``: of the desk, where it has several."""

    def __init__(self, desk: Desk, visitor: Visitor = OFFICER, installation: Installation | None = None) -> None:
        self.desk, self.visitor = desk, visitor
        self.cookies = ""
        self.console = console = Console(
            desk.live,
            desk.store,
            desk.clock,
            lambda: desk.settings,
            Changes(desk.live.instance),
            Overviews(desk.live),
            probes=desk.probes(),
            papers=desk.papers,
        )

        async def who(_: Request) -> Visitor:
            return self.visitor

        def is_own(_: Request, asks: Visitor, form: FormData) -> bool:
            return form.get("csrf") == asks.csrf

        consoles = OfficeConsoles.of(console, page_routes, lambda: installation or Installation.of(desk.settings))
        routes = starlette_routes(consoles, who, is_own)
        self._serving = Serving(Starlette(routes=[static_route(), *routes]))

    def __enter__(self) -> Self:
        self._serving.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._serving.__exit__(None, None, None)

    def get(self, path: str) -> Page:
        return self._ask("GET", path)

    def post(self, path: str, fields: Mapping[str, str] | Sequence[tuple[str, str]], csrf: str = "secret") -> Page:
        pairs = list(fields.items()) if isinstance(fields, Mapping) else list(fields)
        return self._ask("POST", path, urlencode([*pairs, ("csrf", csrf)]))

    def _ask(self, method: str, path: str, body: str | None = None) -> Page:
        headers = {"Content-Type": "application/x-www-form-urlencoded"} if body is not None else {}
        headers |= {"Cookie": self.cookies} if self.cookies else {}
        with closing(http.client.HTTPConnection("127.0.0.1", self._serving.port, timeout=30)) as connection:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            return Page(answer.status, found, answer.read())
