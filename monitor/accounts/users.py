"""Add, change and disable users; a user is never deleted, as history names them. Each act is recorded, without secrets.

``seen``: the version that the person decided by; an act on another one raises StaleVersion.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime

from monitor.accounts import links, sessions
from monitor.accounts.documents import user_document
from monitor.accounts.links import Purpose
from monitor.accounts.names import refuse_bad_name
from monitor.accounts.nodes import ONE_OFFICE, WHOLE, Places
from monitor.accounts.passwords import PasswordHash
from monitor.accounts.scopes import refuse_unknown_scope
from monitor.alerts.cases.refusals import BadInput, NotAllowed, Seen, refuse_stale
from monitor.domain.message import message
from monitor.domain.roles import Role, Scope
from monitor.domain.text import clean
from monitor.i18n.languages import languages
from monitor.settings.fleet import Fleet
from monitor.settings.mail_address import is_mail_address
from monitor.store import acts, turns, user_rows
from monitor.store.models import User
from monitor.store.session import Session
from monitor.store.turns import ACCOUNTS
from monitor.store.work import Work

LONGEST_NAME, LONGEST_PHONE = 200, 40
NOT_RECORDED = {"name", "created_utc", "seen_utc", "version", "password", "second_factor"}


@dataclass(frozen=True, slots=True)
class Profile:
    """What is said of a user; in a change None leaves a value as it is."""

    role: Role | None = None
    unions: Sequence[str] | None = None
    kinds: Sequence[str] | None = None
    lang: str | None = None
    name_bn: str | None = None
    name_en: str | None = None
    email: str | None = None
    phone: str | None = None
    node: str | None = None


def as_admin(profile: Profile) -> Profile:
    """Return the profile of an administrator for the whole installation."""
    return replace(profile, role=Role.ADMIN, unions=(), kinds=(), node=WHOLE)


def own(profile: Profile) -> Profile:
    """Return what users may change of it themselves: language, names and how they are reached."""
    return replace(profile, role=None, unions=None, kinds=None, node=None)


def find(session: Session, name: str) -> User:
    """Return the user of that name; raises NotAllowed."""
    user = user_rows.user(session, name)
    if user is None:
        raise NotAllowed(
            message("there is no user {name}. `upazila-monitor user list` lists them", name=clean(name, 64))
        )
    return user


def to_be_changed(work: Work, name: str) -> User:
    """Return the user of that name, whom nobody else changes until the transaction ends; raises NotAllowed."""
    turns.take(work.session, ACCOUNTS)
    return find(work.session, name)


def scope_of(user: User) -> Scope:
    """Return the sites that the user is for."""
    return Scope(tuple(user.unions), tuple(user.kinds))


def add(
    work: Work, name: str, profile: Profile, password: PasswordHash | None = None, *, places: Places = ONE_OFFICE
) -> User:
    """Add a user of ``profile.role``; without a password they log in by an invitation. Raises BadInput.

    ``places``: of the tree of offices, which whoever acts may give.
    """
    if profile.role is None:
        raise BadInput("role", message("Expected one of: {known}", known=list(Role)))
    refuse_bad_name(name)
    turns.take(work.session, ACCOUNTS)
    if user_rows.user(work.session, name) is not None:
        raise BadInput("name", message("there is a user {name} already. Expected another name", name=name))
    places.refuse_beyond(profile.node or WHOLE)
    profile = _checked(work, profile, fleets=places.fleets_of(profile.node or WHOLE).values())
    user = User(name=name, password_hash=password or "", created_utc=work.now_utc, **_given(profile))
    work.session.add(user)
    work.session.flush()
    acts.record(work, "user.add", user.name, {}, _recorded(user))
    return user


def change(work: Work, name: str, profile: Profile, *, seen: Seen | None = None, places: Places = ONE_OFFICE) -> User:
    """Change what is said of a user; another role, scope or node ends their sessions. ``places``: as for `add`.

    Raises BadInput, NotAllowed (the last administrator stays one), StaleVersion.
    """
    user = _as_seen(work, name, seen)
    if profile.node not in {None, user.node}:
        places.refuse_beyond(profile.node or WHOLE)
    node = user.node if profile.node is None else profile.node
    profile = _checked(work, profile, user.unions, places.fleets_of(node).values())
    if profile.role not in {None, Role.ADMIN} or profile.node not in {None, WHOLE} or profile.unions or profile.kinds:
        _refuse_last_admin(work, user)
    before, rights = _recorded(user), _rights_of(user)
    for key, value in _given(profile).items():
        if getattr(user, key) != value:
            setattr(user, key, value)
    if _rights_of(user) != rights:
        sessions.end_all(work, user)
    acts.record(work, "user.change", user.name, before, _recorded(user))
    return user


def disable(work: Work, name: str, *, seen: Seen | None = None) -> User:
    """Disable a user: sessions and invitations end, nobody logs in by that name. Raises as `change`."""
    user = _as_seen(work, name, seen)
    if user.enabled:
        _refuse_last_admin(work, user)
        user.enabled = False
        sessions.end_all(work, user)
        user_rows.delete_links(work.session, user_id=user.id)
        acts.record(work, "user.disable", user.name, {"enabled": True}, {"enabled": False})
    return user


def enable(work: Work, name: str, *, seen: Seen | None = None) -> User:
    """Let a disabled user log in again, with the same password; raises as `change`."""
    user = _as_seen(work, name, seen)
    if not user.enabled:
        user.enabled = True
        acts.record(work, "user.enable", user.name, {"enabled": False}, {"enabled": True})
    return user


def invite(work: Work, name: str) -> str:
    """Return a code by which the user chooses a password within 24 hours; raises NotAllowed.

    The password they have stays good until then. Codes given out before hold no longer.
    """
    user = to_be_changed(work, name)
    if not user.enabled:
        raise NotAllowed(message("{name} is disabled. Expected an enabled user", name=user.name))
    code = links.give_out(work, Purpose.INVITATION, user)
    acts.record(work, "user.invite", user.name, {}, {"until": work.now_utc + links.LASTS[Purpose.INVITATION]})
    return code


def invited(session: Session, code: str, now_utc: datetime) -> User | None:
    """Return who is invited by a code; None for a wrong, used or expired one, and for a disabled user."""
    link = links.find(session, Purpose.INVITATION, code, now_utc)
    return link.user if link is not None and link.user is not None and link.user.enabled else None


def accept_invitation(work: Work, code: str, password: PasswordHash) -> User:
    """Set the password of the user who was invited by ``code``, once; raises NotAllowed."""
    user = links.take(work, Purpose.INVITATION, code).user
    if user is None or not user.enabled:
        raise NotAllowed(message("this user is disabled"))
    _set_password(work.by(user.name), user, password, None)
    return user


def set_password(work: Work, name: str, password: PasswordHash, *, keep_session: int | None = None) -> User:
    """Set a user's password; ends their sessions, but that of the id ``keep_session``. Raises NotAllowed."""
    user = to_be_changed(work, name)
    _set_password(work, user, password, keep_session)
    return user


def go_away(
    work: Work,
    name: str,
    from_utc: datetime,
    until_utc: datetime,
    deputy: str,
    *,
    seen: Seen | None = None,
    places: Places = ONE_OFFICE,
) -> User:
    """Note that another user is in charge while this one is away; raises BadInput, NotAllowed, StaleVersion.

    ``places``: of the tree of offices, of one of which the other must be.
    """
    user = _as_seen(work, name, seen)
    if until_utc <= max(from_utc, work.now_utc):
        raise BadInput("away_until", message("Expected a time that is to come, after the first one"))
    other = user_rows.user(work.session, deputy)
    is_possible = other is not None and other.enabled and other.id != user.id and other.role != Role.VIEWER
    if other is None or not is_possible or not places.holds(other.node):
        raise BadInput("deputy", message("Expected another user, who is no viewer and not disabled"))
    _record_away(work, user, from_utc, until_utc, other.name)
    return user


def come_back(work: Work, name: str, *, seen: Seen | None = None) -> User:
    """Note that a user is here again, or does not go; raises NotAllowed, StaleVersion."""
    user = _as_seen(work, name, seen)
    _record_away(work, user, None, None, "")
    return user


def _as_seen(work: Work, name: str, seen: Seen | None) -> User:
    user = to_be_changed(work, name)
    refuse_stale(user.name, seen, user.version, lambda: user_document(user))
    return user


def _set_password(work: Work, user: User, password: PasswordHash, keep_session: int | None) -> None:
    user.password_hash = password
    user_rows.delete_links(work.session, user_id=user.id)
    sessions.end_all(work, user, but=keep_session)
    acts.record(work, "user.password", user.name, {}, {"password": "changed"})


def _record_away(work: Work, user: User, from_utc: datetime | None, until_utc: datetime | None, deputy: str) -> None:
    before = _recorded(user)
    user.away_from_utc, user.away_until_utc, user.deputy = from_utc, until_utc, deputy
    acts.record(work, "user.away", user.name, before, _recorded(user))


def _recorded(user: User) -> dict[str, object]:
    """Return what the record of an act says of a user: what acts change, and no more."""
    return {key: value for key, value in user_document(user).items() if key not in NOT_RECORDED}


def _rights_of(user: User) -> tuple[object, ...]:
    return user.role, sorted(user.unions), sorted(user.kinds), user.node


def _refuse_last_admin(work: Work, user: User) -> None:
    """Raise NotAllowed when this user is the last who can let others in."""

    def can_let_in(one: User) -> bool:
        is_for_all = one.node == WHOLE and scope_of(one).is_all
        return one.enabled and one.role == Role.ADMIN and bool(one.password_hash) and is_for_all

    if can_let_in(user) and not any(can_let_in(one) for one in user_rows.users(work.session) if one.id != user.id):
        raise NotAllowed(
            message("{name} is the last administrator who can log in. Expected another one first", name=user.name)
        )


def _given(profile: Profile) -> dict[str, object]:
    """Return what is given, by the columns of a user."""
    given = {field.name: getattr(profile, field.name) for field in fields(profile)}
    return {
        key: list(value) if key in {"unions", "kinds"} else value for key, value in given.items() if value is not None
    }


def _checked(work: Work, profile: Profile, unions: Sequence[str] = (), fleets: Iterable[Fleet] = ()) -> Profile:
    """Return the profile as it is stored; raises BadInput.

    ``unions``: those that the user has; ``fleets``: those of the offices that the user is for.
    """
    if profile.lang and profile.lang not in languages():
        raise BadInput(
            "lang", message("found '{lang}'. Expected one of: {known}", lang=profile.lang, known=languages())
        )
    if profile.email and not is_mail_address(profile.email):
        raise BadInput(
            "email",
            message("'{email}' is not an e-mail address. Expected one such as name@example.org", email=profile.email),
        )
    known, kinds = refuse_unknown_scope(work.office, profile.unions, profile.kinds, unions, fleets)
    return replace(
        profile,
        unions=known,
        kinds=kinds,
        name_bn=None if profile.name_bn is None else clean(profile.name_bn, LONGEST_NAME),
        name_en=None if profile.name_en is None else clean(profile.name_en, LONGEST_NAME),
        phone=None if profile.phone is None else _checked_phone(profile.phone),
    )


def _checked_phone(phone: str) -> str:
    text = clean(phone, LONGEST_PHONE)
    if text and sum(character.isdigit() for character in text) < 3:
        raise BadInput(
            "phone", message("'{phone}' is not a telephone number. Expected one such as 01700-000000", phone=text)
        )
    return text
