"""Give the pages the console of the office that a request is about; without a choice, that of the first one.

An office that stands alone has but one console, and none of this.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from monitor.settings.installation import Installation
from monitor.web.auth.cookies import OFFICE, YEAR_S, set_cookie
from monitor.web.auth.visitors import is_secure
from monitor.web.console.asked import PageRoute
from monitor.web.console.console import Console
from monitor.web.one_office import chosen_office, is_to_be_kept, one_office
from monitor.web.overview import Overviews

MOST_KEPT = 64

Pages = Callable[[Console], Sequence[PageRoute]]


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

    def office(self, request: Request, node: str, form: FormData | None = None) -> str | None:
        """Return the id of the office that a request is about; '' where one stands alone.

        ``node``: the place of whoever asks, who sees what is below it and nothing else. None: there is no such office,
        or it lies elsewhere: the same answer.
        """
        seen = self.installation_of().seen_from(node)
        office = chosen_office(seen, request, form)
        if office == "" and seen.several:
            return next(iter(seen.offices), None)
        return office

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
        live = one_office(self.whole.live, office)
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
        if is_to_be_kept(request, office):
            cookie = set_cookie(OFFICE, office, YEAR_S, secure=is_secure(request))
            answer.headers.append("set-cookie", cookie)
