"""Find out who asks the API: by a token, by a session of the console, by the daemon's own socket, or without a name."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request

from monitor.domain.api_scopes import scopes_of
from monitor.domain.roles import RIGHTS
from monitor.i18n.languages import SOURCE, Lang, languages
from monitor.web.api.caller import Caller, command, nobody
from monitor.web.api.problems import without_token
from monitor.web.auth.visitor import Visitor
from monitor.web.local_server import LOCAL


class Callers:
    """Finds who asks; ``visitor_of``: the console's way of knowing sessions."""

    def __init__(self, visitor_of: Callable[[Request], Awaitable[Visitor]]) -> None:
        self._visitor_of = visitor_of

    async def of(self, request: Request) -> Caller:
        """Return who asks; raises Problem for a token that is not valid."""
        lang = language(request)
        request.state.lang = lang
        if request.headers.get("authorization"):
            raise without_token()
        if request.scope.get(LOCAL):
            return command(lang)
        visitor = await self._visitor_of(request)
        if visitor.session_id is None:
            return nobody(visitor.role, lang, visitor.address)
        role = visitor.role
        scopes, rights = (frozenset(), frozenset()) if role is None else (scopes_of(role), RIGHTS[role])
        return Caller(visitor.name, "session", scopes, visitor.scope, rights, lang, visitor.address)


def language(request: Request) -> Lang:
    """Return the language that the caller wants first of those that there are; English without a wish."""
    wanted = request.query_params.get("lang", "")
    for each in [wanted, *request.headers.get("accept-language", "").split(",")]:
        code = each.partition(";")[0].strip().lower().partition("-")[0]
        if code in languages():
            return code
    return SOURCE
