"""Requests that change something, repeated under one Idempotency-Key at one moment, as to several daemons."""

from sqlalchemy import func, select

from monitor.alerts.cases import actions
from monitor.alerts.cases.complaints import Request
from monitor.store.models import Ticket
from monitor.store.work import Work
from monitor.web.api import changes
from monitor.web.api.answers import Found
from tests.at_one_moment import at_one_moment
from tests.web.desk import Desk


def test_a_key_that_is_used_by_twelve_at_one_moment_does_it_once_and_all_get_its_answer(office: Desk) -> None:
    now_utc = office.clock.utc()

    def registers(work: Work) -> Found:
        asked = Request("citizen:8", "phone", "a citizen", "no Internet", now_utc)
        return Found({"number": actions.register(work, asked).number}, 201)

    def asks() -> tuple[int, str, bool]:
        with office.store.write_once() as session:
            answer = changes.once(Work(session, office.live.office, now_utc, "token:desk"), b"key", b"body", registers)
            return answer.status, answer.body, answer.is_repeated

    number = f'{{"number":"BHR-{now_utc.year}-000001"}}'
    assert at_one_moment(asks) == {(201, number, False): 1, (201, number, True): 11}
    with office.store.read() as session:
        assert session.scalar(select(func.count()).select_from(Ticket)) == 1
