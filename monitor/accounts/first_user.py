"""Let the first user in: while there is none, a start of the daemon prints a code, and `/setup` takes it once."""

from monitor.accounts import links, users
from monitor.accounts.links import Purpose
from monitor.accounts.passwords import PasswordHash
from monitor.accounts.users import Profile
from monitor.alerts.cases.refusals import NotAllowed
from monitor.domain.message import message
from monitor.store import turns, user_rows
from monitor.store.models import User
from monitor.store.session import Session
from monitor.store.turns import ACCOUNTS
from monitor.store.work import Work


def is_missing(session: Session) -> bool:
    """Return whether there is no user yet, so that `/setup` is open."""
    return not user_rows.any_user(session)


def new_code(work: Work) -> str:
    """Return a new code for `/setup`, which replaces the one before; '' when there is a user already."""
    turns.take(work.session, ACCOUNTS)
    if not is_missing(work.session):
        return ""
    return links.give_out(work, Purpose.SETUP)


def set_up(work: Work, code: str, name: str, password: PasswordHash, profile: Profile) -> User:
    """Add the first user, an administrator, by the code of the start; raises BadInput, NotAllowed."""
    turns.take(work.session, ACCOUNTS)
    if not is_missing(work.session):
        raise NotAllowed(message("there is a user already. Ask an administrator for an invitation"))
    links.take(work, Purpose.SETUP, code)
    return users.add(work.by(name), name, users.as_admin(profile), password)
