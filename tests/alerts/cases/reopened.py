"""The first ticket of an office, which somebody asked for."""

from monitor.alerts.cases.complaints import Request, register
from monitor.store.models import Ticket
from tests.desk import Desk

NUMBER = "BHR-2026-000001"


def ask(desk: Desk) -> None:
    """Somebody asks for something that is due in one working day: Wednesday at 17:00."""
    with desk.store.write() as session:
        request = Request("citizen:2", "phone", "Somebody", "No printer", desk.clock.utc())
        register(desk.work(session, "an officer"), request)


def ticket(desk: Desk) -> Ticket:
    with desk.store.read() as session:
        found = session.get(Ticket, 1)
    assert found is not None
    return found
