"""Find which office of several a request is about, and give the pages that office's console.

What is named decides: a ticket's number begins with its office's prefix, a site's id with its office. Else the form's
own office, so that a page left open in another tab changes nothing elsewhere; then ``?office=``, which is kept in a
cookie, the cookie, and the first office. An office that stands alone has none of this.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from monitor.charter.office import Office
from monitor.runtime.live import RuntimeView
from monitor.settings.fleet import Fleet
from monitor.settings.installation import Installation
from monitor.web.auth.cookies import OFFICE, YEAR_S, read_cookie, set_cookie
from monitor.web.auth.visitors import is_secure
from monitor.web.console.asked import PageRoute
from monitor.web.console.console import Console
from monitor.web.overview import Overviews

MOST_KEPT = 64
FIELD = "office"

Pages = Callable[[Console], Sequence[PageRoute]]


class _OneOffice:
    """The state as one office of several has it: its own sites, charter and calendar; all else is the daemon's."""

    def __init__(self, live: RuntimeView, office: str) -> None:
        self._live, self._office = live, office

    def __getattr__(self, name: str) -> Any:
        return getattr(self._live, name)

    @property
    def office(self) -> Office:
        return self._live.offices.office(self._office)

    @property
    def fleet(self) -> Fleet:
        return self.office.fleet

    @property
    def office_id(self) -> str:
        return self._office


@dataclass(frozen=True)
class OfficeConsoles:
    """The consoles of an installation, each made when it is first asked for. On the event loop.

    ``whole``: of the only office, or of all of them. ``pages``: the pages of a console, always in the same order.
    """

    whole: Console
    pages: Pages
    installation_of: Callable[[], Installation]
    _kept: "OrderedDict[str, tuple[Console, Sequence[PageRoute]]]"

    @classmethod
    def of(cls, whole: Console, pages: Pages, installation_of: Callable[[], Installation]) -> "OfficeConsoles":
        """Return the consoles, none of them made yet."""
        return cls(whole, pages, installation_of, OrderedDict())

    def office(self, request: Request, form: FormData | None = None) -> str:
        """Return the id of the office that a request is about; '' where one stands alone."""
        installation = self.installation_of()
        if not installation.several:
            return ""
        named = _named(installation, request.path_params)
        if named:
            return named
        kept = read_cookie(request.headers.get("cookie", ""), OFFICE, secure=is_secure(request))
        wishes = [form.get(FIELD, "") if form else "", request.query_params.get(FIELD, ""), kept]
        known = (each for each in wishes if isinstance(each, str) and each in installation.offices)
        return next(known, next(iter(installation.offices)))

    def console(self, office: str) -> tuple[Console, Sequence[PageRoute]]:
        """Return an office's console and its pages; those of the whole for ''."""
        if office not in self._kept:
            made = self._made(office) if office else self.whole
            self._kept[office] = made, self.pages(made)
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(office)
        return self._kept[office]

    def _made(self, office: str) -> Console:
        live = cast(RuntimeView, _OneOffice(self.whole.live, office))
        return replace(
            self.whole,
            live=live,
            store=self.whole.store.of(office),
            settings_of=lambda: self.installation_of().offices[office],
            overviews=Overviews(live),
            whole=self.whole,
            installation_of=self.installation_of,
        )

    def remember(self, request: Request, answer: Response, office: str) -> None:
        """Keep in a cookie an office that this request chose."""
        chosen = request.query_params.get(FIELD, "") == office or office in _named_parts(request.path_params)
        if office and chosen:
            cookie = set_cookie(OFFICE, office, YEAR_S, secure=is_secure(request))
            answer.headers.append("set-cookie", cookie)


def _named(installation: Installation, names: "dict[str, Any]") -> str:
    """Return the office that the path names by a ticket's number or a site's id; '' for none."""
    for part in _named_parts(names):
        if part in installation.offices:
            return part
    prefix = str(names.get("number", "")).partition("-")[0].upper()
    for id_, settings in installation.offices.items() if prefix else ():
        if settings.charter.office.ticket_prefix == prefix:
            return id_
    plain, site = installation.tree.plain, str(names.get("id", ""))
    return plain if plain and site in installation.offices[plain].fleet.sites else ""


def _named_parts(names: "dict[str, Any]") -> tuple[str, ...]:
    """Return what stands before the dot in a site's id; nothing where no such id is named."""
    office, dot, _ = str(names.get("id", "")).partition(".")
    return (office,) if dot else ()
