"""Show the tokens of the API to administrators, give out new ones, and revoke them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from starlette.responses import RedirectResponse, Response

from monitor.accounts import tokens as accounts
from monitor.accounts.documents import TokenDocument, token_document
from monitor.accounts.tokens import LONGEST_DAYS, Wanted
from monitor.alerts.cases.refusals import BadInput, Refused
from monitor.domain.api_scopes import SCOPES
from monitor.domain.message import message
from monitor.domain.roles import Right
from monitor.domain.text import ascii_digits
from monitor.i18n.terms import KINDS
from monitor.store import token_rows
from monitor.store.session import Session
from monitor.store.work import Work
from monitor.web.console.asked import Asked, NotFound, PageRoute
from monitor.web.console.console import Console
from monitor.web.console.log_in import USERS


def routes(console: Console) -> list[PageRoute]:
    """Return the routes of these pages."""
    pages = TokenPages(console)
    return [
        PageRoute("/tokens", Right.TOKENS, pages.tokens, pages.add, step_up=True),
        PageRoute("/tokens/{name}/revoke", Right.TOKENS, pages.to_tokens, pages.revoke, step_up=True),
    ]


class TokenPages:
    """The pages about tokens."""

    def __init__(self, console: Console) -> None:
        self._console = console

    async def tokens(self, asked: Asked) -> Response:
        """List all tokens, with the form for a new one."""
        return await self._list(asked)

    async def to_tokens(self, asked: Asked) -> Response:
        """Lead from a path that only changes to the list."""
        return RedirectResponse("/tokens", 303)

    async def add(self, asked: Asked) -> Response:
        """Give out a token, and show it this once."""
        try:
            wanted, places = _wanted(asked), self._console.places(asked)
            token = await self._console.act(asked, lambda work: accounts.give_out(work, wanted, places), USERS)
        except Refused as refused:
            return await self._list(asked, 422, refused)
        return await self._list(asked, token=token)

    async def revoke(self, asked: Asked) -> Response:
        """Revoke a token."""
        name, places = asked.path("name"), self._console.places(asked)

        def revokes(work: Work) -> None:
            row = token_rows.token(work.session, name)
            if row is None or not places.holds(row.node):
                raise NotFound
            accounts.revoke(work, name)

        await self._console.act(asked, revokes, USERS)
        return self._console.back(asked, "/tokens", message("The token {name} is revoked", name=name))

    async def _list(self, asked: Asked, status: int = 200, refused: Refused | None = None, token: str = "") -> Response:
        places = self._console.places(asked)

        def read(session: Session) -> Sequence[tuple[TokenDocument, bool]]:
            rows = [each for each in token_rows.tokens(session) if places.holds(each.node)]
            return [(token_document(row), accounts.holds(row, asked.now_utc)) for row in rows]

        values: Mapping[str, Any] = {
            "shown": await self._console.read(read),
            "token": token,
            "places": places,
            "scopes": SCOPES,
            "unions": self._console.union_choices(
                asked, asked.field("node") or asked.visitor.node, asked.fields("unions")
            ),
            "kinds": list(KINDS),
            "days": LONGEST_DAYS,
            "at": datetime.fromisoformat,
            "typed": {
                "name": "" if token else asked.field("name"),
                "days": asked.field("days", str(LONGEST_DAYS)),
                "node": asked.field("node"),
                **{key: asked.fields(key) for key in ("scopes", "unions", "kinds")},
            },
            "wrong": "" if refused is None else refused.args[0],
            "field": refused.field if isinstance(refused, BadInput) else "",
        }
        return self._console.page(asked, "tokens.html.j2", status, **values)


def _wanted(asked: Asked) -> Wanted:
    """Return the token that is asked for; raises BadInput."""
    days = ascii_digits(asked.field("days", str(LONGEST_DAYS)))
    if not (days.isascii() and days.isdigit() and len(days) < 5):
        raise BadInput("days", message("Expected a number of days"))
    return Wanted(
        asked.field("name"),
        asked.fields("scopes"),
        int(days),
        asked.fields("unions"),
        asked.fields("kinds"),
        feed=bool(asked.field("feed")),
        node=asked.field("node"),
    )
