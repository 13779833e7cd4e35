"""The thread that mirrors: it never holds up the loop, takes a new configuration, and stops at once."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from monitor.alerts.cases.entered import Entered
from monitor.alerts.cases.of_offices import Works
from monitor.charter.office import Office
from monitor.configuration import load, load_installation
from monitor.domain.clock import SystemClock
from monitor.domain.reasons import TIMEOUT
from monitor.judging.decisions import OutageOpened
from monitor.runtime.helpdesk_worker import HelpdeskWorker
from monitor.runtime.leases import SoleHolder
from monitor.settings.helpdesk_section import Helpdesk
from monitor.store.models import HelpdeskTicket, Ticket
from tests.desk import Desk
from tests.lab.desks import TOKEN
from tests.lab.waiting import until
from tests.lab.zammad import Zammad
from tests.places import SHIPPED
from tests.runtime.built import settings_of, state_of
from tests.settings.many_offices import installation
from tests.store.migrated import new_store

NUMBER = "BHR-2026-000001"


@pytest.fixture
def place() -> Iterator[Zammad]:
    with Zammad() as running:
        yield running


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Desk]:
    """An office with one open ticket."""
    office = Office.of(load(SHIPPED))
    desk = Desk(office, new_store(tmp_path / "state"))
    desk.goes_down("backbone-north")
    desk.look()
    yield desk
    desk.store.close()


def section(place: Zammad, folder: Path, timeout_s: float = 30) -> Helpdesk:
    (folder / "token").write_text(TOKEN)
    file = folder / "token"
    return Helpdesk(kind="zammad", url=place.url, token_file=file, queue=place.queue, timeout_s=timeout_s)


def worker(here: Desk, wanted: Helpdesk) -> HelpdeskWorker:
    live = state_of(SystemClock(), office=here.office)
    return HelpdeskWorker(here.store, live, settings_of(helpdesk=wanted), SystemClock(), SoleHolder())


async def cancelled(running: "asyncio.Task[None]") -> None:
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def test_it_mirrors_as_soon_as_it_is_configured(here: Desk, place: Zammad, tmp_path: Path) -> None:
    mirroring = worker(here, Helpdesk())
    running = asyncio.create_task(mirroring.run())
    mirroring.reconfigure(settings_of(helpdesk=section(place, tmp_path)))
    await asyncio.to_thread(until, lambda: place.tickets(NUMBER), "the ticket there", 20)
    await cancelled(running)
    await mirroring.close()


async def test_an_office_that_has_named_another_help_desk_gives_nothing_to_the_installations(
    place: Zammad, tmp_path: Path
) -> None:
    offices, store = Entered().offices(load_installation(installation(tmp_path))), new_store(tmp_path / "state")
    wanted, now = section(place, tmp_path), SystemClock().utc()
    given = {id_: replace(each, helpdesk=wanted) for id_, each in offices.others.items() if id_ != "gangni"}
    offices = replace(offices, others={**offices.others, **given})
    for then, sites in ((now - timedelta(days=60), ("mirpur.pop", "gangni.pop")), (now, ())):
        with store.write() as session:
            works = Works(session, offices, then)
            works.store([(OutageOpened(site, then, then, None, TIMEOUT), then) for site in sites], certain=True)
            works.do_what_is_due(500)
    live = state_of(SystemClock(), office=offices.host)
    live.offices = offices
    mirroring = HelpdeskWorker(store, live, settings_of(helpdesk=wanted), SystemClock(), SoleHolder())
    running = asyncio.create_task(mirroring.run())
    with store.read() as session:
        numbers = {each.office: each.number for each in session.scalars(select(Ticket))}
    await asyncio.to_thread(until, lambda: place.tickets(numbers["mirpur"]), "the ticket there", 20)
    await cancelled(running)
    await mirroring.close()
    with store.read() as session:
        assert set(session.scalars(select(HelpdeskTicket.office))) == {"mirpur"}
    assert not place.tickets(numbers["gangni"])
    store.close()


async def test_a_desk_that_never_speaks_holds_up_neither_the_loop_nor_the_end(
    here: Desk, place: Zammad, tmp_path: Path
) -> None:
    place.misbehave("mute")
    mirroring = worker(here, section(place, tmp_path))
    running = asyncio.create_task(mirroring.run())
    await asyncio.to_thread(until, lambda: place.requests, "the first request", 10)
    latest_s = 0.0
    for _ in range(50):
        asked_s = time.monotonic()
        await asyncio.sleep(0.01)
        latest_s = max(latest_s, time.monotonic() - asked_s - 0.01)
    assert latest_s < 0.5
    await cancelled(running)
    stopping_s = time.monotonic()
    await mirroring.close()
    await asyncio.to_thread(until, lambda: not mirroring._thread.jobs, "the end of its thread", 10)
    # Without the cut it would wait for the request's 30 seconds.
    assert time.monotonic() - stopping_s < 5


async def test_a_missing_token_is_told_and_a_new_configuration_mends_it(
    here: Desk, place: Zammad, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    bad = Helpdesk(kind="zammad", url=place.url, token_file=Path("nowhere"), queue=place.queue)
    mirroring = worker(here, bad)
    running = asyncio.create_task(mirroring.run())
    await asyncio.to_thread(until, lambda: "tickets are not mirrored" in caplog.text, "the error", 10)
    assert place.requests == []
    mirroring.reconfigure(settings_of(helpdesk=section(place, tmp_path)))
    await asyncio.to_thread(until, lambda: place.tickets(NUMBER), "the ticket there", 20)
    await cancelled(running)
    await mirroring.close()


async def test_the_token_is_in_no_log(
    here: Desk, place: Zammad, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    place.misbehave("401")
    mirroring = worker(here, section(place, tmp_path))
    running = asyncio.create_task(mirroring.run())
    await asyncio.to_thread(until, lambda: "refuses us" in caplog.text, "the warning", 10)
    await cancelled(running)
    await mirroring.close()
    assert "401" in caplog.text
    assert TOKEN not in caplog.text
