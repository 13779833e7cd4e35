"""Let a user choose the first password: the administrator at the first start, others by an invitation."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from monitor.accounts import first_user, links, users
from monitor.accounts.links import Purpose
from monitor.accounts.users import Profile
from monitor.alerts.cases.refusals import BadInput, NotAllowed, Refused
from monitor.domain.message import message
from monitor.store.session import Session
from monitor.web.console.asked import Asked, NotFound, PageRoute
from monitor.web.console.console import Console
from monitor.web.console.log_in import USERS
from monitor.web.console.new_passwords import new_password


def routes(console: Console) -> list[PageRoute]:
    """Return the routes of these pages."""
    pages = InvitationPages(console)
    return [
        PageRoute("/setup", None, pages.set_up_form, pages.set_up),
        PageRoute("/invite/{code}", None, pages.invitation, pages.accept),
    ]


class InvitationPages:
    """The pages."""

    def __init__(self, console: Console) -> None:
        self._console = console

    async def set_up_form(self, asked: Asked) -> Response:
        """Show the form for the first user; once there is one, there is no such page."""
        if not await self._console.read(first_user.is_missing):
            raise NotFound
        return self._console.page(asked, "setup.html.j2", values={}, wrong="", field="")

    async def set_up(self, asked: Asked) -> Response:
        """Add the first user by the code that the start printed."""
        if not await self._console.read(first_user.is_missing):
            raise NotFound
        code, name = asked.field("code"), asked.field("name")
        profile = Profile(lang=asked.lang, name_bn=asked.field("name_bn"), name_en=asked.field("name_en"))
        try:
            if not await self._console.read(lambda session: is_good(session, Purpose.SETUP, code, asked)):
                raise BadInput("code", message("is not the one that the monitor's last start printed"))
            password = await new_password(asked, name)
            await self._console.act(asked, lambda work: first_user.set_up(work, code, name, password, profile), USERS)
        except Refused as refused:
            return self._again(asked, "setup.html.j2", refused, {"code": code})
        return self._console.back(asked, "/login", message("{name} is an administrator now. Log in", name=name))

    async def invitation(self, asked: Asked) -> Response:
        """Show who is invited, and the form for the password."""
        return self._console.page(
            asked, "invite.html.j2", invited=await self._invited(asked), values={}, wrong="", field=""
        )

    async def accept(self, asked: Asked) -> Response:
        """Set the invited user's password; the code is used up by that."""
        name, code = await self._invited(asked), asked.path("code")
        try:
            password = await new_password(asked, name)
            await self._console.act(asked, lambda work: users.accept_invitation(work, code, password), USERS)
        except Refused as refused:
            return self._again(asked, "invite.html.j2", refused, {"invited": name})
        return self._console.back(asked, "/login", message("The password is set. Log in as {name}", name=name))

    async def _invited(self, asked: Asked) -> str:
        def invited(session: Session) -> str:
            user = users.invited(session, asked.path("code"), asked.now_utc)
            return "" if user is None else user.name

        name = await self._console.read(invited)
        if not name:
            raise NotFound
        return name

    def _again(self, asked: Asked, template: str, refused: Refused, further: Mapping[str, Any]) -> Response:
        """Show the form once more, with what is wrong in it and all that was typed but passwords."""
        values = {field: asked.field(field) for field in ("name", "name_bn", "name_en")}
        field = refused.field if isinstance(refused, BadInput) else ""
        status = 409 if isinstance(refused, NotAllowed) else 422
        return self._console.page(
            asked, template, status, **{"values": values, "wrong": refused.args[0], "field": field, **further}
        )


def is_good(session: Session, purpose: Purpose, code: str, asked: Asked) -> bool:
    """Return whether a one-time code holds now."""
    return links.find(session, purpose, code, asked.now_utc) is not None
