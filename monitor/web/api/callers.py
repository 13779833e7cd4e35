"""Find out who asks the API: by a token, by the daemon's own socket, or without a name."""

from starlette.requests import Request

from monitor.domain.roles import Role
from monitor.i18n.languages import SOURCE, Lang, languages
from monitor.web.api.caller import Caller, command, nobody
from monitor.web.api.problems import without_token

LOCAL = "local_peer"
"""Set in the scope of requests that came by the daemon's own socket."""


class Callers:
    """Finds who asks."""

    async def of(self, request: Request) -> Caller:
        """Return who asks; raises Problem for a token that is not valid."""
        lang = language(request)
        request.state.lang = lang
        if request.headers.get("authorization"):
            raise without_token()
        if request.scope.get(LOCAL):
            return command(lang)
        return nobody(Role.VIEWER, lang, request.client.host if request.client else "")


def language(request: Request) -> Lang:
    """Return the language that the caller wants first of those that there are; English without a wish."""
    wanted = request.query_params.get("lang", "")
    for each in [wanted, *request.headers.get("accept-language", "").split(",")]:
        code = each.partition(";")[0].strip().lower().partition("-")[0]
        if code in languages():
            return code
    return SOURCE
