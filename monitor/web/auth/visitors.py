"""Find out who asks, and whether a form comes from a page of ours."""

from starlette.datastructures import FormData
from starlette.requests import Request

from monitor.domain.clock import Clock
from monitor.domain.roles import Role
from monitor.i18n.languages import BOTH, languages
from monitor.store.sqlite import Store
from monitor.web.auth.visitor import Visitor


class Visitors:
    """The visitors of the site. On the event loop."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    async def of(self, request: Request) -> Visitor:
        """Return who asks."""
        wanted = request.query_params.get("lang", "")
        lang = wanted if wanted in languages() else BOTH[0]
        address = request.client.host if request.client else ""
        return Visitor(role=Role.VIEWER, lang=lang, address=address)

    def is_own_form(self, request: Request, visitor: Visitor, form: FormData) -> bool:
        """Return whether a POST comes from a form that this session was given."""
        return False
