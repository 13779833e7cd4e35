"""Users for tests: added and logged in as the console does it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import cache

from monitor.accounts import log_in, passwords, second_factor, second_factors, users
from monitor.accounts.log_in import LogIn, Typed
from monitor.accounts.passwords import PasswordHash
from monitor.accounts.users import Profile
from monitor.domain.roles import Role
from monitor.store.models import Act
from monitor.store.work import Work
from tests.desk import Desk

PASSWORD = "seven umbrellas eat granite"
HERE = "192.0.2.7"  # an address of the documentation: nothing is sent there


@cache
def hash_of(password: str = PASSWORD) -> PasswordHash:
    """The hash of a password; made once, as it takes long."""
    return passwords.hashed(password, "nobody")


@contextmanager
def acting(desk: Desk, actor: str = "boss") -> Iterator[Work]:
    """A transaction of the console at the desk's present time."""
    with desk.store.write() as session:
        yield replace(desk.work(session, actor), via="console", address=HERE)


def add(desk: Desk, name: str = "rahim", role: Role = Role.OFFICER, password: str = PASSWORD) -> None:
    with acting(desk) as work:
        users.add(work, name, Profile(role), hash_of(password) if password else None)


def enter(desk: Desk, name: str, password: str = PASSWORD, code: str = "", address: str = HERE) -> LogIn:
    """Types name and password into the form."""
    typed = Typed(name, password, code, address, agent="Mozilla/5.0")
    return log_in.log_in(desk.store, desk.office, typed, desk.clock.utc())


def with_second_factor(desk: Desk, name: str) -> str:
    """Turns the second factor on; returns its secret."""
    secret = second_factor.new_secret()
    with acting(desk, name) as work:
        second_factors.turn_on(work, name, secret, code_of(desk, secret))
    desk.clock.advance(90)  # the code that turned it on has been used
    return secret


def code_of(desk: Desk, secret: str, steps: int = 0) -> str:
    """What the authenticator shows at the desk's time, or some steps of 30 s later."""
    import pyotp

    return pyotp.TOTP(secret).at(desk.clock.utc() + timedelta(seconds=30 * steps))


def acts(desk: Desk) -> list[tuple[str, str, str]]:
    """(kind, about, actor) of all acts."""
    with desk.store.read() as session:
        return [(act.kind, act.about, act.actor) for act in session.query(Act).order_by(Act.id)]
