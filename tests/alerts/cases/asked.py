"""A request of a citizen, and who hears of it."""

from monitor.alerts.cases.complaints import Request, register
from monitor.store.work import Work
from tests.desk import Desk


def ask(desk: Desk, service: str = "citizen:8", site: str | None = None, email: str = "teacher@example.org") -> str:
    now = desk.clock.utc()
    request = Request(service, "person", "একজন শিক্ষক", "ল্যাব চালু হচ্ছে না", now, email, site)
    with desk.store.write() as session:
        return register(Work(session, desk.office, now, "an officer"), request).number


def kinds_to(desk: Desk, recipient: str) -> list[str]:
    return [kind for kind, to in desk.notices() if to == recipient]
