"""A letter whose reader is gone is given up; anybody else's is not."""

import pytest

from monitor.alerts.cases import letters
from monitor.alerts.cases.refusals import NotAllowed
from monitor.domain.message import said_by
from monitor.store.models import Notice
from tests.desk import Desk


def test_only_a_waiting_letter_of_a_removed_reader_is_dropped(desk: Desk) -> None:
    desk.goes_down("backbone-north")
    desk.look()
    with desk.store.write() as session:
        work = desk.work(session, "an officer")
        with pytest.raises(NotAllowed) as refused:
            letters.drop(work, 1)
        assert "the configuration still has" in str(said_by(refused.value))
        notice = session.get(Notice, 1)
        assert notice is not None
        notice.recipient = "someone-of-before"
        assert letters.drop(work, 1).dead_utc == work.now_utc
        with pytest.raises(NotAllowed) as refused:
            letters.drop(work, 1)
        assert "does not wait" in str(said_by(refused.value))
        with pytest.raises(NotAllowed):
            letters.drop(work, 999_999)
        assert letters.resend(work, 1).dead_utc is None
