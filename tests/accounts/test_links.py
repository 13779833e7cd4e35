"""Codes that are good once, by themselves: whatever their taker does with them."""

from datetime import timedelta

import pytest

from monitor.accounts import links
from monitor.accounts.links import Purpose
from monitor.alerts.cases.refusals import NotAllowed
from tests.accounts.people import acting
from tests.desk import Desk


def test_a_code_is_good_once_for_its_purpose_alone(desk: Desk) -> None:
    with acting(desk) as work:
        code = links.give_out(work, Purpose.SETUP)
        with pytest.raises(NotAllowed):
            links.take(work, Purpose.INVITATION, code)
        assert links.take(work, Purpose.SETUP, code).purpose == "setup"
        with pytest.raises(NotAllowed):
            links.take(work, Purpose.SETUP, code)


@pytest.mark.parametrize(("later", "is_good"), [(-301, False), (-1, True), (0, True), (86_399, True), (86_400, False)])
def test_an_invitation_is_good_for_a_day_by_a_clock_that_was_right(desk: Desk, later: int, is_good: bool) -> None:
    with acting(desk) as work:
        code = links.give_out(work, Purpose.INVITATION)
        found = links.find(work.session, Purpose.INVITATION, code, work.now_utc + timedelta(seconds=later))
    assert (found is not None) is is_good


@pytest.mark.parametrize("typed", ["", "-", "0000-0000-0000-0000", "\u09e6" * 16, "x" * 10_000])
def test_what_is_no_code_is_not_good(desk: Desk, typed: str) -> None:
    with acting(desk) as work:
        links.give_out(work, Purpose.SETUP)
        assert links.find(work.session, Purpose.SETUP, typed, work.now_utc) is None
