"""Find out who asks, and whether a form comes from a page of ours."""

from starlette.requests import Request

from monitor.domain.roles import Role
from monitor.i18n.languages import BOTH, languages
from monitor.web.auth.visitor import Visitor
from monitor.web.console.asked import Asked
from monitor.web.console.console import Console


class Visitors:
    """The visitors of one console. On the event loop."""

    def __init__(self, console: Console) -> None:
        self._console = console

    async def of(self, request: Request) -> Visitor:
        """Return who asks."""
        wanted = request.query_params.get("lang", "")
        lang = wanted if wanted in languages() else BOTH[0]
        address = request.client.host if request.client else ""
        return Visitor(role=Role.VIEWER, lang=lang, address=address)

    def is_own_form(self, asked: Asked) -> bool:
        """Return whether a POST comes from a form that this session was given."""
        return False
