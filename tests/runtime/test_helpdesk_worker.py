"""The thread that mirrors: it never holds up the loop, takes a new configuration, and stops at once."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from monitor.alerts.cases.entered import Entered
from monitor.alerts.cases.of_offices import Works
from monitor.alerts.helpdesks.glpi import GlpiSection
from monitor.charter.office import Office
from monitor.charter.offices import Offices
from monitor.configuration import load, load_installation
from monitor.domain.clock import SystemClock
from monitor.domain.reasons import TIMEOUT
from monitor.judging.decisions import OutageOpened
from monitor.runtime.helpdesk_worker import HelpdeskWorker, desks_of
from monitor.runtime.leases import SoleHolder
from monitor.settings.helpdesk_section import Helpdesk
from monitor.store.database import Store
from monitor.store.models import HelpdeskTicket, Ticket
from tests.desk import Desk
from tests.lab.desks import TOKEN
from tests.lab.glpi import APP_TOKEN, Glpi
from tests.lab.waiting import patient, until
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


def own_section(place: Glpi, folder: Path) -> Helpdesk:
    (folder / "own-token").write_text(TOKEN)
    (folder / "app-token").write_text(APP_TOKEN)
    app_token = folder / "app-token"
    return GlpiSection(
        url=place.url, token_file=folder / "own-token", app_token_file=app_token, queue=place.queue, timeout_s=30
    )


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


@dataclass
class TwoDesks:
    """Three offices with a ticket each: Gangni's goes to a help desk of its own, the others' to the installation's."""

    offices: Offices
    store: Store
    section: Helpdesk

    def worker(self) -> HelpdeskWorker:
        live = state_of(SystemClock(), office=self.offices.host)
        live.offices = self.offices
        return HelpdeskWorker(self.store, live, settings_of(helpdesk=self.section), SystemClock(), SoleHolder())

    def numbers(self) -> dict[str, str]:
        with self.store.read() as session:
            return {each.office: each.number for each in session.scalars(select(Ticket))}


@pytest.fixture
def theirs() -> Iterator[Glpi]:
    with Glpi() as running:
        yield running


@pytest.fixture
def two(place: Zammad, theirs: Glpi, tmp_path: Path) -> Iterator[TwoDesks]:
    offices, store = Entered().offices(load_installation(installation(tmp_path))), new_store(tmp_path / "state")
    shared, own = section(place, tmp_path), own_section(theirs, tmp_path)
    desks = {"bheramara": shared, "mirpur": shared, "gangni": own}
    others = {id_: replace(each, helpdesk=desks[id_]) for id_, each in offices.others.items()}
    offices, now = replace(offices, others=others), SystemClock().utc()
    for then, sites in ((now - timedelta(days=60), ("udc-juniadaha", "mirpur.pop", "gangni.pop")), (now, ())):
        with store.write() as session:
            works = Works(session, offices, then)
            works.store([(OutageOpened(site, then, then, None, TIMEOUT), then) for site in sites], certain=True)
            works.do_what_is_due(500)
    yield TwoDesks(offices, store, shared)
    store.close()


async def test_each_offices_tickets_go_to_the_help_desk_that_it_names_and_to_no_other(
    two: TwoDesks, place: Zammad, theirs: Glpi
) -> None:
    mirroring, numbers = two.worker(), two.numbers()
    running = asyncio.create_task(mirroring.run())
    shared = (numbers["bheramara"], numbers["mirpur"])
    await asyncio.to_thread(until, lambda: all(map(place.tickets, shared)), "the shared one's tickets", 20)
    await asyncio.to_thread(until, lambda: theirs.tickets(numbers["gangni"]), "the office's own ticket", 20)
    await cancelled(running)
    await mirroring.close()
    assert not place.tickets(numbers["gangni"])
    assert not any(map(theirs.tickets, shared))
    with two.store.read() as session:
        found = {(row.office, row.desk.partition(" ")[0]) for row in session.scalars(select(HelpdeskTicket))}
    assert found == {("bheramara", "zammad"), ("mirpur", "zammad"), ("gangni", "glpi")}


async def test_a_help_desk_that_never_speaks_keeps_no_other_offices_tickets_waiting(
    two: TwoDesks, place: Zammad, theirs: Glpi
) -> None:
    place.misbehave("mute")
    mirroring, numbers = two.worker(), two.numbers()
    running = asyncio.create_task(mirroring.run())
    await asyncio.to_thread(until, lambda: place.requests, "the first request", 10)
    # Its request would take 30 seconds.
    await asyncio.to_thread(until, lambda: theirs.tickets(numbers["gangni"]), "the other's ticket", 10)
    await cancelled(running)
    await mirroring.close()


def test_an_installation_without_a_help_desk_may_have_offices_with_one(two: TwoDesks) -> None:
    (bheramara, *_), (gangni,) = (each.offices for each in desks_of(two.section, two.offices))
    assert (bheramara, gangni) == ("bheramara", "gangni")
    others = two.offices.others
    alone = replace(two.offices, others={**others, "mirpur": replace(others["mirpur"], helpdesk=Helpdesk())})
    assert [list(each.offices) for each in desks_of(Helpdesk(), alone)] == [["bheramara"], ["gangni"]]
    assert desks_of(Helpdesk(), Offices(two.offices.host)) == []


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
    assert time.monotonic() - stopping_s < patient(5)


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
