"""Show the users to administrators, invite new ones, change their role and scope, and disable them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from monitor.accounts import second_factors, sessions
from monitor.accounts import users as accounts
from monitor.accounts.documents import SessionDocument, UserDocument, session_document, user_document
from monitor.accounts.nodes import Places
from monitor.accounts.users import Profile
from monitor.alerts.cases.entered import colleague
from monitor.alerts.cases.refusals import BadInput, NotAllowed, Refused, StaleVersion
from monitor.domain.message import Message, message
from monitor.domain.roles import Right, Role
from monitor.i18n.languages import languages, own_name
from monitor.i18n.terms import KINDS
from monitor.store import user_rows
from monitor.store.models import User
from monitor.store.session import Session
from monitor.store.work import Work
from monitor.web.console.asked import Asked, NotFound, PageRoute
from monitor.web.console.console import Console
from monitor.web.console.log_in import USERS
from monitor.web.console.me import contact_of

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Shown:
    """A user as the page shows them: ``away``: now; ``sessions``: those that last."""

    user: UserDocument
    away: bool
    sessions: Sequence[SessionDocument]


def routes(console: Console) -> list[PageRoute]:
    """Return the routes of these pages."""
    pages = UserPages(console)
    acts: Mapping[str, Callable[[Asked], Any]] = {
        "invite": pages.invite,
        "disable": pages.disable,
        "enable": pages.enable,
        "sessions": pages.end_sessions,
        "second-factor": pages.turn_second_factor_off,
    }
    return [
        PageRoute("/users", Right.USERS, pages.users, pages.add, step_up=True),
        PageRoute("/users/{name}", Right.USERS, pages.user, pages.change, step_up=True),
        *(
            PageRoute(f"/users/{{name}}/{act}", Right.USERS, pages.to_user, does, step_up=True)
            for act, does in acts.items()
        ),
    ]


class UserPages:
    """The pages about all users."""

    def __init__(self, console: Console) -> None:
        self._console = console

    async def users(self, asked: Asked) -> Response:
        """List all users, with the form for a new one."""
        return await self._list(asked)

    async def add(self, asked: Asked) -> Response:
        """Add a user, and show the invitation once."""
        name, places = asked.field("name"), self._console.places(asked)

        def adds(work: Work) -> str:
            user = accounts.add(work, name, _profile(asked), places=places)
            return accounts.invite(work, user.name)

        try:
            code = await self._console.act(asked, adds, USERS)
        except Refused as refused:
            return await self._list(asked, 422, refused)
        return await self._one(asked, name, code=code)

    async def user(self, asked: Asked) -> Response:
        """Show one user."""
        return await self._one(asked, asked.path("name"))

    async def to_user(self, asked: Asked) -> Response:
        """Lead from a path that only changes to the user's page."""
        return RedirectResponse(_path_of(asked.path("name")), 303)

    async def change(self, asked: Asked) -> Response:
        """Change role, scope, names and addresses."""
        name, places = asked.path("name"), self._console.places(asked)
        try:
            await self._do(
                asked, lambda work: accounts.change(work, name, _profile(asked), seen=asked.seen, places=places)
            )
        except StaleVersion:
            raise
        except Refused as refused:
            return await self._one(asked, name, 409 if isinstance(refused, NotAllowed) else 422, refused)
        return self._done(asked, message("It is saved; another role or scope has ended the user's sessions"))

    async def invite(self, asked: Asked) -> Response:
        """Give out a link for a new password, and show it once."""
        name = asked.path("name")
        code = await self._do(asked, lambda work: accounts.invite(work, name))
        return await self._one(asked, name, code=code)

    async def disable(self, asked: Asked) -> Response:
        """Disable a user."""
        name = asked.path("name")
        return await self._act(
            asked, lambda work: accounts.disable(work, name, seen=asked.seen), message("{name} is disabled", name=name)
        )

    async def enable(self, asked: Asked) -> Response:
        """Let a disabled user in again."""
        name = asked.path("name")
        said = message("{name} may log in again", name=name)
        return await self._act(asked, lambda work: accounts.enable(work, name, seen=asked.seen), said)

    async def end_sessions(self, asked: Asked) -> Response:
        """End all sessions of a user."""
        name = asked.path("name")
        said = message("The sessions of {name} have ended", name=name)
        return await self._act(asked, lambda work: sessions.end_all(work, accounts.find(work.session, name)), said)

    async def turn_second_factor_off(self, asked: Asked) -> Response:
        """Turn the second factor off, for a user who has lost the telephone and the codes."""
        name = asked.path("name")
        said = message("{name} logs in by the password alone until the second step is turned on again", name=name)
        return await self._act(asked, lambda work: second_factors.turn_off(work, name), said)

    async def _act(self, asked: Asked, job: Callable[[Work], object], said: Message) -> Response:
        await self._do(asked, job)
        return self._done(asked, said)

    async def _do(self, asked: Asked, job: Callable[[Work], T]) -> T:
        """Do ``job`` about the user of the path, whom the visitor may manage; raises NotFound, Refused."""
        name, places = asked.path("name"), self._console.places(asked)

        def does(work: Work) -> T:
            _managed(work.session, name, places)
            return job(work)

        return await self._console.act(asked, does, USERS)

    def _done(self, asked: Asked, said: Message) -> Response:
        return self._console.back(asked, _path_of(asked.path("name")), said)

    async def _list(self, asked: Asked, status: int = 200, refused: Refused | None = None) -> Response:
        places = self._console.places(asked)

        def read(session: Session) -> list[Shown]:
            rows = [each for each in user_rows.users(session) if places.holds(each.node)]
            return [_shown(session, each, asked.now_utc) for each in rows]

        values = {
            "shown": await self._console.read(read),
            "typed": _typed(asked),
            **self._choices(asked, asked.field("node") or asked.visitor.node, asked.fields("unions")),
            **_fault(refused),
        }
        return self._console.page(asked, "users.html.j2", status, **values)

    async def _one(
        self, asked: Asked, name: str, status: int = 200, refused: Refused | None = None, code: str = ""
    ) -> Response:
        places = self._console.places(asked)
        one = await self._console.read(lambda session: _shown(session, _managed(session, name, places), asked.now_utc))
        values = {
            "one": one,
            "typed": one.user if refused is None else _typed(asked),
            "link": f"{asked.request.base_url}invite/{code}" if code else "",
            "path": _path_of(one.user["name"]),
            **self._choices(asked, one.user["node"], one.user["unions"]),
            **_fault(refused),
        }
        return self._console.page(asked, "user.html.j2", status, **values)

    def _choices(self, asked: Asked, node: str, given: Iterable[str]) -> Mapping[str, Any]:
        """Return what can be chosen, for a user of ``node``; ``given``: unions that the user has."""
        return {
            "places": self._console.places(asked),
            "roles": list(Role),
            "unions": self._console.union_choices(asked, node, given),
            "kinds": list(KINDS),
            "all_languages": [(code, own_name(code)) for code in languages()],
            "at": datetime.fromisoformat,
        }


def _managed(session: Session, name: str, places: Places) -> User:
    """Return the user of that name; raises NotFound when there is none, or one of another place."""
    user = user_rows.user(session, name)
    if user is None or not places.holds(user.node):
        raise NotFound
    return user


def _shown(session: Session, user: User, now_utc: datetime) -> Shown:
    lasting = [session_document(row) for row in sessions.of_user(session, user, now_utc)]
    return Shown(user_document(user), colleague(user).is_away(now_utc), lasting)


def _profile(asked: Asked) -> Profile:
    """Return what was typed about a user; raises BadInput."""
    role = asked.field("role")
    if role not in list(Role):
        raise BadInput("role", message("Expected one of: {known}", known=list(Role)))
    return replace(
        contact_of(asked),
        role=Role(role),
        unions=tuple(asked.fields("unions")),
        kinds=tuple(asked.fields("kinds")),
        node=node_of(asked),
    )


def node_of(asked: Asked) -> str | None:
    """Return the place that was chosen; None where the form has no choice, as with one office."""
    return asked.field("node") if "node" in asked.form else None


def _typed(asked: Asked) -> Mapping[str, Any]:
    """Return what was typed, by the keys of a user's document."""
    names = ("name", "role", "node", "lang", "name_bn", "name_en", "email", "phone")
    return {**{key: asked.field(key) for key in names}, **{key: asked.fields(key) for key in ("unions", "kinds")}}


def _fault(refused: Refused | None) -> Mapping[str, Any]:
    field = refused.field if isinstance(refused, BadInput) else ""
    return {"wrong": "" if refused is None else refused.args[0], "field": field}


def _path_of(name: str) -> str:
    return f"/users/{quote(name)}"
