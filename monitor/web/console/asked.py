"""Describe one request to a page, and the page's place in the site."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from monitor.alerts.cases.refusals import Seen
from monitor.domain.roles import Right
from monitor.domain.text import ascii_digits, nfc
from monitor.i18n.languages import Lang
from monitor.web.auth.visitor import Visitor


class NotFound(Exception):
    """There is no such thing, or the visitor may not know of it: both get the same answer."""


@dataclass(frozen=True)
class Asked:
    """One request. ``form``: the fields of a POST, each text in NFC; empty for a GET."""

    request: Request
    visitor: Visitor
    now_utc: datetime
    form: FormData = field(default_factory=FormData)

    @property
    def lang(self) -> Lang:
        return self.visitor.lang

    def query(self, name: str, default: str = "") -> str:
        """Return a parameter of the URL."""
        return nfc(self.request.query_params.get(name, default)).strip()

    def row_id(self, name: str) -> int | None:
        """Return the number of a row in the query; None where there is none. Bangla digits count too."""
        text = ascii_digits(self.query(name))
        return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None

    def field(self, name: str, default: str = "") -> str:
        """Return a text field of the form, without spaces around it; line ends as they are stored."""
        value = self.form.get(name, default)
        return nfc(value).replace("\r\n", "\n").strip() if isinstance(value, str) else default

    def fields(self, name: str) -> list[str]:
        """Return all values of a field that may be given several times."""
        return [nfc(value) for value in self.form.getlist(name) if isinstance(value, str)]

    def path(self, name: str) -> str:
        """Return a parameter of the path."""
        return nfc(str(self.request.path_params[name]))

    @property
    def seen(self) -> Seen | None:
        """Return the version that the form was drawn from; None when it carries none."""
        version = self.field("version")
        return Seen(int(version)) if version.isascii() and version.isdigit() and len(version) < 10 else None

    @property
    def part(self) -> str:
        """Return which part of the page is wanted; empty for the whole page."""
        return self.query("part")


Answer = Callable[[Asked], Awaitable[Response]]


@dataclass(frozen=True)
class PageRoute:
    """A page: its path, the right to read it, and that to change it (``post_right``, else the same).

    ``right`` None: for everybody, as the log-in page. ``step_up``: its POST needs the password again.
    ``session``: a name is needed, whatever may be read without one. ``several``: parameters of the URL that may
    have several values.
    """

    path: str
    right: Right | None
    get: Answer | None = None
    post: Answer | None = None
    post_right: Right | None = None
    step_up: bool = False
    session: bool = False
    several: Collection[str] = ()

    def right_for(self, method: str) -> Right | None:
        """Return the right that this method needs."""
        return self.post_right or self.right if method == "POST" else self.right

    @property
    def answers(self) -> Mapping[str, Answer]:
        """Return what answers each method; HEAD is answered as GET."""
        found = {"GET": self.get, "HEAD": self.get, "POST": self.post}
        return {method: answer for method, answer in found.items() if answer is not None}
