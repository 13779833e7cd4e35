"""Give a request to the API the data of the office that it is about.

Without an office a reader gets all of them; whoever changes something says which one, unless the path names it. A
caller at a place of the tree sees what is below it: the one office, or the one of them that it says.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from starlette.requests import Request

from monitor.domain.message import message
from monitor.settings.installation import Installation
from monitor.settings.load import Settings
from monitor.web.api.asked import CHANGES, Api
from monitor.web.api.problems import Problem, bad_field
from monitor.web.api.verification import Verification
from monitor.web.one_office import FIELD, chosen_office, names_an_office, one_office
from monitor.web.overview import Overviews
from monitor.web.public.publisher import Publisher
from monitor.web.status_cache import StatusDocument

MOST_KEPT = 64


@dataclass(frozen=True)
class OfficeApis:
    """What the routes get, by office; made when first asked for. On the event loop. ``whole``: of all offices."""

    whole: Api
    installation_of: Callable[[], Installation]
    _kept: dict[str, Api] = field(default_factory=dict)

    def of(self, request: Request, node: str) -> Api:
        """Return what a request is answered from, for a caller at ``node``.

        Raises Problem for an office that is not there or lies elsewhere, and where it is not known which one is meant.
        """
        seen = self.installation_of().seen_from(node)
        if (place := request.path_params.get("place")) is not None:
            if not seen.several or place not in seen.tree.nodes:
                raise Problem("not-found")
            return self.whole  # what is said of a place is the installation's
        office = chosen_office(seen, request)
        if office is None or not seen.offices:
            raise Problem("not-found")
        if not office and node and len(seen.offices) == 1 and seen.several:
            office = next(iter(seen.offices))
        if not office and seen.several and (node or request.method in CHANGES):
            if node and names_an_office(request.path_params):
                raise Problem("not-found")
            raise bad_field(FIELD, message("there are several offices. Expected ?office=ID"))
        if not office:
            return self.whole
        if office not in self._kept:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            self._kept[office] = self._made(office)
        return self._kept[office]

    def _made(self, office: str) -> Api:
        live, store, clock = one_office(self.whole.live, office), self.whole.store.of(office), self.whole.clock

        def settings_of() -> Settings:
            return self.installation_of().offices[office]

        return replace(
            self.whole,
            live=live,
            store=store,
            settings_of=settings_of,
            status=StatusDocument(live, store, clock).document,
            publisher=Publisher(store, lambda: live.office, settings_of, clock),
            verification=Verification(store),
            overviews=Overviews(live),
        )
