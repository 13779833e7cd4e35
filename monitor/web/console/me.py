"""Show users what is known of them, and let them change it: language, names, password, second factor, absence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from markupsafe import Markup
from starlette.responses import RedirectResponse, Response

from monitor.accounts import second_factor, second_factors, sessions, users
from monitor.accounts.documents import SessionDocument, UserDocument, session_document, user_document
from monitor.accounts.log_in import Answer
from monitor.accounts.nodes import Places
from monitor.accounts.users import Profile
from monitor.alerts.cases.refusals import BadInput, Refused, StaleVersion
from monitor.charter.deputies import Colleague, is_officer
from monitor.domain.clock import DHAKA
from monitor.domain.message import Said, message, messages
from monitor.domain.roles import Role
from monitor.i18n.languages import languages, own_name
from monitor.store import user_rows
from monitor.store.session import Session
from monitor.web.console.asked import Asked, NotFound, PageRoute
from monitor.web.console.console import Console
from monitor.web.console.log_in import STATUS, USERS, check_again, prove_path, waiting, why_not
from monitor.web.console.new_passwords import new_password, password_of

KEYS = ("lang", "name_bn", "name_en", "email", "phone")


@dataclass(frozen=True, slots=True)
class Me:
    """What the page shows: the user, the sessions that last, who may be in charge meanwhile."""

    user: UserDocument
    sessions: Sequence[SessionDocument]
    deputies: Sequence[str]
    recovery_codes: int


def routes(console: Console) -> list[PageRoute]:
    """Return the routes of these pages."""
    pages = MePages(console)
    return [
        PageRoute("/me", None, pages.page, pages.change, session=True),
        PageRoute("/me/password", None, pages.to_page, pages.change_password, session=True),
        PageRoute("/me/second-factor", None, pages.second_factor, pages.turn_on, session=True, step_up=True),
        PageRoute("/me/second-factor/off", None, pages.to_page, pages.turn_off, session=True, step_up=True),
        PageRoute("/me/second-factor/codes", None, pages.to_page, pages.renew_codes, session=True, step_up=True),
        PageRoute("/me/away", None, pages.to_page, pages.go_away, session=True),
        PageRoute("/me/back", None, pages.to_page, pages.come_back, session=True),
        PageRoute("/me/sessions", None, pages.to_page, pages.end_session, session=True),
    ]


class MePages:
    """The pages about oneself."""

    def __init__(self, console: Console) -> None:
        self._console = console

    async def page(self, asked: Asked) -> Response:
        """Show all of it."""
        return await self._page(asked)

    async def to_page(self, asked: Asked) -> Response:
        """Lead from a path that only changes to the page: so comes back who gave the password again."""
        return RedirectResponse("/me", 303)

    async def change(self, asked: Asked) -> Response:
        """Change language, names and how one is reached."""
        profile = contact_of(asked)
        name, id_ = asked.visitor.name, asked.visitor.session_id

        try:
            await self._console.act(
                asked, lambda work: users.change(work, name, users.own(profile), seen=asked.seen), USERS
            )
            if profile.lang and id_ is not None:
                await self._console.act(asked, lambda work: sessions.speak(work, id_, profile.lang or ""), USERS)
        except StaleVersion:
            raise
        except Refused as refused:
            return await self._page(asked, 422, refused, {key: asked.field(key) for key in KEYS})
        now = replace(asked, visitor=replace(asked.visitor, lang=profile.lang or asked.lang))
        return self._console.back(now, "/me", message("It is saved"))

    async def change_password(self, asked: Asked) -> Response:
        """Set another password by the present one; all other sessions end."""
        name, id_ = asked.visitor.name, asked.visitor.session_id
        found = await check_again(self._console, asked, password_of(asked, "present"))
        if found.answer is not Answer.IN:
            wrong = why_not(found) if found.answer is Answer.THROTTLED else message("This is not your password.")
            page = await self._page(asked, STATUS[found.answer], BadInput("present", wrong))
            return waiting(page, found.wait_s)
        try:
            password = await new_password(asked, name)
            await self._console.act(
                asked, lambda work: users.set_password(work, name, password, keep_session=id_), USERS
            )
        except Refused as refused:
            return await self._page(asked, 422, refused)
        return self._console.back(asked, "/me", message("The password is changed; your other sessions have ended"))

    async def second_factor(self, asked: Asked) -> Response:
        """Show the picture for the authenticator, with a new secret."""
        if not asked.visitor.proved:
            return RedirectResponse(prove_path(asked), 303)
        return self._secret_page(asked, second_factor.new_secret(), 200)

    async def turn_on(self, asked: Asked) -> Response:
        """Turn the second factor on, and show the recovery codes this once."""
        secret, name, id_ = asked.field("secret"), asked.visitor.name, asked.visitor.session_id
        try:
            codes = await self._console.act(
                asked,
                lambda work: second_factors.turn_on(work, name, secret, asked.field("code"), keep_session=id_),
                USERS,
            )
        except BadInput as refused:
            known = secret if second_factor.is_secret(secret) else second_factor.new_secret()
            return self._secret_page(asked, known, 422, refused.args[0])
        return self._console.page(asked, "recovery.html.j2", codes=codes)

    async def turn_off(self, asked: Asked) -> Response:
        """Turn the second factor off."""
        name = asked.visitor.name
        await self._console.act(asked, lambda work: second_factors.turn_off(work, name), USERS)
        return self._console.back(asked, "/me", message("The second step is off: the password alone is enough now"))

    async def renew_codes(self, asked: Asked) -> Response:
        """Give out new recovery codes, and show them this once."""
        name = asked.visitor.name
        codes = await self._console.act(asked, lambda work: second_factors.renew_recovery_codes(work, name), USERS)
        return self._console.page(asked, "recovery.html.j2", codes=codes)

    async def go_away(self, asked: Asked) -> Response:
        """Note who is in charge while one is away."""
        name, deputy, places = asked.visitor.name, asked.field("deputy"), self._console.places(asked)
        try:
            from_utc, until_utc = _local_time(asked, "away_from"), _local_time(asked, "away_until")
            await self._console.act(
                asked,
                lambda work: users.go_away(work, name, from_utc, until_utc, deputy, seen=asked.seen, places=places),
                USERS,
            )
        except StaleVersion:
            raise
        except Refused as refused:
            return await self._page(asked, 422, refused)
        return self._console.back(asked, "/me", message("{deputy} is in charge meanwhile", deputy=deputy))

    async def come_back(self, asked: Asked) -> Response:
        """Note that one is here again."""
        name = asked.visitor.name
        await self._console.act(asked, lambda work: users.come_back(work, name, seen=asked.seen), USERS)
        return self._console.back(asked, "/me", message("You are in charge yourself again"))

    async def end_session(self, asked: Asked) -> Response:
        """End one other session of one's own, or all of them."""
        name, mine, wanted = asked.visitor.name, asked.visitor.session_id, asked.field("session")
        if wanted == "others":
            count = await self._console.act(
                asked, lambda work: sessions.end_all(work, users.find(work.session, name), but=mine), USERS
            )
            said = messages("One session has ended", "{count} sessions have ended", count)
            return self._console.back(asked, "/me", said)
        if not (wanted.isascii() and wanted.isdigit() and len(wanted) < 12):
            raise NotFound
        await self._console.act(
            asked, lambda work: sessions.end(work, int(wanted), users.find(work.session, name)), USERS
        )
        return self._console.back(asked, "/me", messages("One session has ended", "{count} sessions have ended", 1))

    def _secret_page(self, asked: Asked, secret: str, status: int, wrong: Said = "") -> Response:
        values = {
            "secret": secret,
            "picture": Markup(second_factor.as_svg(second_factor.uri(secret, asked.visitor.name))),
            "wrong": wrong,
        }
        return self._console.page(asked, "second_factor.html.j2", status, **values)

    async def _page(
        self, asked: Asked, status: int = 200, refused: Refused | None = None, typed: Mapping[str, Any] | None = None
    ) -> Response:
        name = asked.visitor.name
        places = self._console.places(asked)
        me = await self._console.read(lambda session: _read(session, name, places, asked.now_utc))
        charter = self._console.office.charter
        mine = Colleague(name, email=me.user["email"], phone=me.user["phone"])
        values = {
            "me": me,
            "officer_of": [
                each.title(asked.lang) or each.name(asked.lang)
                for each in charter.officers.values()
                if is_officer(mine, each)
            ],
            "typed": typed or me.user,
            "wrong": "" if refused is None else refused.args[0],
            "field": refused.field if isinstance(refused, BadInput) else "",
            "at": datetime.fromisoformat,
            "all_languages": [(code, own_name(code)) for code in languages()],
        }
        return self._console.page(asked, "me.html.j2", status, **values)


def contact_of(asked: Asked) -> Profile:
    """Return language, names and addresses that were typed."""
    return Profile(
        lang=asked.field("lang"),
        name_bn=asked.field("name_bn"),
        name_en=asked.field("name_en"),
        email=asked.field("email"),
        phone=asked.field("phone"),
    )


def _read(session: Session, name: str, places: Places, now_utc: datetime) -> Me:
    user = users.find(session, name)
    others = [each for each in user_rows.users(session) if each.id != user.id and places.holds(each.node)]
    return Me(
        user_document(user),
        [session_document(row) for row in sessions.of_user(session, user, now_utc)],
        [each.name for each in others if each.enabled and each.role != Role.VIEWER],
        len(user.recovery_hashes or []),
    )


def _local_time(asked: Asked, field: str) -> datetime:
    """Return a time that was typed by Dhaka's clock, in UTC; raises BadInput."""
    try:
        given = datetime.fromisoformat(asked.field(field))
        return given.replace(tzinfo=given.tzinfo or DHAKA).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadInput(field, message("Expected a date and a time")) from None
