"""What happens to tickets is logged once it is stored, by number and site, without what people wrote."""

from pathlib import Path

from sqlalchemy import select

from monitor.alerts.cases import tickets
from monitor.alerts.cases.actions import act
from monitor.alerts.cases.set_aside import run_each_alone
from monitor.alerts.cases.ticket_log import log_history
from monitor.domain.clock import VirtualClock
from monitor.judging.decisions import OutageClosed, OutageOpened, SiteChanged
from monitor.judging.health import State
from monitor.runtime.trusted_clock import TrustedClock
from monitor.store.models import Ticket
from tests.desk import Desk
from tests.logs.logfmt import decoded
from tests.logs.written import written
from tests.runtime.built import writer_of
from tests.store.migrated import new_store
from tests.told import said

SITE = "backbone-north"  # promised at once


def lines(log: str) -> list[tuple[str, str, str]]:
    """Event, ticket and site of each line about a ticket."""
    found = [decoded(line) for line in log.splitlines()]
    return [(each["event"], each["ticket"], each["site"]) for each in found if "ticket" in each]


async def test_the_daemon_logs_that_a_ticket_opens_climbs_and_closes(tmp_path: Path) -> None:
    clock = VirtualClock()
    trusted = TrustedClock(clock, "this boot", lambda: False)
    trusted.begin(None, None)
    store = new_store(tmp_path)
    writer = writer_of(trusted, store)
    with written("logfmt") as log:
        writer.put([OutageOpened(SITE, clock.utc(), clock.utc(), None, said("timeout"))])
        await writer.turn()
        await writer.turn()
        opened = log.getvalue()
        writer.put([OutageClosed(SITE, clock.utc()), SiteChanged(SITE, State.UP, clock.utc())])
        await writer.turn()
        clock.advance(1_000)
        await writer.turn()
    await writer.close()
    store.close()
    number = lines(opened)[0][1]
    assert lines(opened) == [("ticket_opened", number, SITE), ("ticket_escalated", number, SITE)]
    assert lines(log.getvalue())[2:] == [("ticket_resolved", number, SITE)]


def test_each_kind_of_line_has_its_event_and_no_text_of_a_person_is_logged(desk: Desk) -> None:
    desk.goes_down(SITE)
    desk.wait(days=1)
    with written("logfmt", "debug") as log:
        for action in ("ack", "resolve", "reopen"):
            with desk.store.write() as session:
                work = desk.work(session, "an officer")
                number = session.scalars(select(Ticket.number)).one()
                act(work, number, action, "the neighbour's secret")
            log_history(work.history)
    found = [event for event, _, _ in lines(log.getvalue())]
    assert found == ["ticket_changed", "ticket_resolved", "ticket_reopened"]
    assert "secret" not in log.getvalue()


def test_what_was_taken_back_is_not_logged(desk: Desk) -> None:
    desk.goes_down(SITE)
    with written("logfmt") as log, desk.store.write() as session:
        work = desk.work(session)

        def opens_and_fails() -> list[object]:
            tickets.open_overdue(work)
            raise KeyError("a service that is gone")

        run_each_alone(work, [opens_and_fails])
        log_history(work.history)
    assert lines(log.getvalue()) == []
