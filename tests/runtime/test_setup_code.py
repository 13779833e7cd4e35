"""The line of a start that lets the first user in."""

import re

from monitor.accounts import first_user
from monitor.accounts.users import Profile
from monitor.runtime.setup_code import setup_line
from monitor.store.opening import DATABASE
from tests.accounts.people import acting, hash_of
from tests.desk import Desk


def code_of(desk: Desk) -> str:
    """The code in the line of a start; '' without one."""
    found = re.search(r"works once: ([0-9a-z-]{19})\.", str(setup_line(desk.store, desk.office, desk.clock.utc())))
    return found[1] if found else ""


def test_each_start_prints_another_code_until_there_is_a_user(desk: Desk) -> None:
    first, second = code_of(desk), code_of(desk)
    assert first != second
    with acting(desk, "") as work:
        first_user.set_up(work, second, "boss", hash_of(), Profile())
    assert setup_line(desk.store, desk.office, desk.clock.utc()) is None


def test_a_database_that_refuses_holds_no_start_up(desk: Desk) -> None:
    desk.store.waiting = "locked"
    assert setup_line(desk.store, desk.office, desk.clock.utc()) is None
    desk.store.waiting = ""
    (desk.store.state / DATABASE).rename((desk.store.state / DATABASE).with_name("away.db"))
    assert setup_line(desk.store, desk.office, desk.clock.utc()) is None
