"""The browser of an administrator who has logged in, beside whom there is an officer."""

from collections.abc import Iterator

import pytest

from monitor.accounts import users
from monitor.accounts.passwords import hashed
from monitor.accounts.users import Profile
from monitor.domain.roles import Role
from monitor.store.work import Work
from tests.web.desk import Desk
from tests.web.serving import Serving
from tests.web.visiting import Browser

PASSWORD = "four-words-apart-rice"
HASH = hashed(PASSWORD, "rahim")


@pytest.fixture
def browser(office: Desk) -> Iterator[Browser]:
    """An administrator's, logged in."""
    with office.store.write() as session:
        work = Work(session, office.office, office.clock.utc(), "test")
        for name, role in (("rahim", Role.ADMIN), ("salma", Role.OFFICER)):
            users.add(work, name, Profile(role=role, lang="en"), HASH)
    with Serving(office.app()) as serving:
        browser = Browser(serving.port)
        assert browser.log_in("rahim", PASSWORD).status == 303
        yield browser
