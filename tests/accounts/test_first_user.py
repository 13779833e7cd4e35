"""The first user: by the code of a start, once."""

import pytest

from monitor.accounts import first_user
from monitor.accounts.log_in import Answer
from monitor.accounts.users import Profile
from monitor.alerts.cases.refusals import BadInput, NotAllowed
from monitor.domain.roles import Role
from monitor.store import user_rows
from monitor.store.models import OneTimeLink
from monitor.store.opening import DATABASE
from tests.accounts.people import acting, acts, enter, hash_of
from tests.desk import Desk


def test_the_code_of_the_last_start_makes_one_administrator_and_no_second(desk: Desk) -> None:
    with acting(desk) as work:
        assert first_user.is_missing(work.session)
        older, code = first_user.new_code(work), first_user.new_code(work)
    assert code.encode() not in (desk.store.state / DATABASE).read_bytes()
    with pytest.raises(NotAllowed), acting(desk, "") as work:
        first_user.set_up(work, older, "boss", hash_of(), Profile())
    with pytest.raises(BadInput), acting(desk, "") as work:
        first_user.set_up(work, code, "", hash_of(), Profile())
    with acting(desk, "") as work:
        # The code was not used up by the bad name; whatever else is typed, it is an administrator for all sites.
        first_user.set_up(work, code.upper(), "boss", hash_of(), Profile(Role.VIEWER, kinds=["lab"], lang="bn"))
    with acting(desk, "") as work:
        user = user_rows.user(work.session, "boss")
        assert user is not None
        assert (user.role, user.kinds, user.lang) == ("admin", [], "bn")
        assert not first_user.is_missing(work.session)
        assert first_user.new_code(work) == ""
        with pytest.raises(NotAllowed):
            first_user.set_up(work, code, "second", hash_of(), Profile())
    assert enter(desk, "boss").answer is Answer.IN
    assert acts(desk)[0] == ("user.add", "boss", "boss")


def test_the_code_holds_for_a_week(desk: Desk) -> None:
    with acting(desk) as work:
        code = first_user.new_code(work)
    desk.clock.advance(7 * 86_400)
    with acting(desk) as work, pytest.raises(NotAllowed):
        first_user.set_up(work, code, "boss", hash_of(), Profile())


def test_only_the_hash_of_a_code_is_stored(desk: Desk) -> None:
    with acting(desk) as work:
        first_user.new_code(work)
        (link,) = work.session.query(OneTimeLink)
        assert (link.purpose, len(link.code_hash), link.user_id) == ("setup", 32, None)
