"""The delivery worker on a real loop, with a real database and real servers that misbehave."""

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path

import pytest
from sqlalchemy import select

from monitor.alerts.cases import outages
from monitor.alerts.cases.due import do_what_is_due
from monitor.alerts.cases.entered import Entered
from monitor.alerts.cases.of_offices import Works
from monitor.alerts.channels.registry import channels_of
from monitor.charter.office import Office
from monitor.configuration import load, load_installation
from monitor.domain.clock import NS_PER_S, Clock, SystemClock, VirtualClock
from monitor.judging.decisions import OutageOpened
from monitor.runtime.leases import SoleHolder
from monitor.runtime.live import RuntimeState
from monitor.runtime.notifier import Notifier
from monitor.settings.monitor_file import Mail
from monitor.settings.notices_section import Notices
from monitor.store.database import Store
from monitor.store.models import Notice
from monitor.store.work import Work
from tests.lab.bad_mail import BadMailServer, listening
from tests.lab.fleet import many_sites, write_config
from tests.lab.waiting import patient, until
from tests.runtime.built import state_of
from tests.settings.many_offices import installation
from tests.store.migrated import new_store
from tests.told import said

LONGEST_S = 30.0


@pytest.fixture
def office(tmp_path: Path) -> Office:
    write_config(tmp_path / "config", sites=many_sites(40), listen="127.0.0.1:1", target_s=1)
    plain = Office.of(load(tmp_path / "config"))
    return replace(plain, notices=Notices(quiet_hours=False, morning=(), weekly=()))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = new_store(tmp_path / "var")
    yield opened
    opened.close()


@pytest.fixture
def server() -> Iterator[BadMailServer]:
    with BadMailServer(listening()) as running:
        yield running


def mail_of(server: BadMailServer, **more: object) -> Mail:
    given = {"host": "127.0.0.1", "port": server.port, "security": "none", "sender": "m@example.org"}
    return Mail.model_validate({**given, "timeout_s": 1, "retry_s": 0.2, **more})


def goes_down(store: Store, office: Office, *sites: str) -> None:
    """Those sites miss their target, and what follows is owed."""
    now = SystemClock().utc()
    with store.write() as session:
        for site in sites:
            outages.apply(Work(session, office, now), OutageOpened(site, now, now, None, said("timeout")))
        later = now.replace(year=now.year)
        do_what_is_due(Work(session, office, later.fromtimestamp(later.timestamp() + 2, later.tzinfo)))


def notifier_of(store: Store, office: Office, clock: Clock, live: RuntimeState | None = None) -> Notifier:
    """Looks often; delivers what that office owes, by its own channels."""
    folder = store.state
    live = live or state_of(clock, office=office)
    return Notifier(store, live, lambda office: channels_of(office, folder, folder), clock, SoleHolder(), 0.05)


async def delivers(store: Store, office: Office, until: Callable[[], bool], live: RuntimeState | None = None) -> float:
    """Runs the worker until something holds; the longest time for which the loop stood still meanwhile, in seconds."""
    delivery = notifier_of(store, office, SystemClock(), live)
    task, longest_s, begun = asyncio.create_task(delivery.run()), 0.0, time.monotonic()
    try:
        while not until():
            before = time.monotonic()
            assert before - begun < LONGEST_S, "it takes too long"
            await asyncio.sleep(0.02)
            longest_s = max(longest_s, time.monotonic() - before - 0.02)
            assert not task.done()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await delivery.close()
    return longest_s


def owed(store: Store) -> int:
    """How many letters are not sent yet."""
    with store.read() as session:
        return len(session.scalars(select(Notice.id).where(Notice.sent_utc.is_(None))).all())


def states(store: Store) -> dict[str, str]:
    with store.read() as session:
        return {
            notice.recipient: "dead" if notice.dead_utc else "sent" if notice.sent_utc else "owed"
            for notice in session.scalars(select(Notice))
        }


@pytest.mark.alone
async def test_letters_wait_while_the_server_is_mute_and_all_go_when_it_speaks(
    store: Store, office: Office, server: BadMailServer
) -> None:
    office = replace(office, mail=mail_of(server))
    server.mode = "mute"
    goes_down(store, office, "site-0000")
    lag_s = await delivers(store, office, lambda: server.connections >= 2)
    assert set(states(store).values()) == {"owed"}
    server.mode = "good"
    await delivers(store, office, lambda: set(states(store).values()) == {"sent"})
    assert sorted(server.ids()) == sorted(set(server.ids()))
    assert lag_s < 1.0  # whoever waits for the server, for 1.5 s, the loop does not, however busy the disk is


async def test_a_slow_delivery_is_not_taken_for_a_worker_that_stands_still(
    store: Store, office: Office, server: BadMailServer
) -> None:
    office = replace(office, mail=mail_of(server, timeout_s=120))
    server.mode = "mute"
    goes_down(store, office, "site-0000")
    clock = VirtualClock(SystemClock().utc() + timedelta(seconds=5))
    delivery = notifier_of(store, office, clock)
    task = asyncio.create_task(delivery.run())
    try:
        await asyncio.to_thread(until, lambda: server.connections, "the first try", 10)
        clock.advance(150)
        await asyncio.to_thread(
            until, lambda: clock.mono_ns() - delivery.last_turn_mono_ns < 10 * NS_PER_S, "a look meanwhile", 10
        )
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await delivery.close()


async def test_a_server_that_cannot_be_used_is_named_at_the_first_try_until_it_takes_a_letter(
    store: Store, office: Office, server: BadMailServer
) -> None:
    office = replace(office, mail=mail_of(server))
    server.mode = "full"
    goes_down(store, office, "site-0000")
    live = state_of(SystemClock(), office=office)
    delivery = notifier_of(store, office, SystemClock(), live)
    task = asyncio.create_task(delivery.run())
    try:
        await asyncio.to_thread(until, lambda: live.mail_trouble, "its name", 10)
        assert live.mail_trouble == {"email": f"127.0.0.1:{server.port}: 421 4.3.2 too many connections"}
        server.mode = "good"
        await asyncio.to_thread(until, lambda: not live.mail_trouble, "its taking a letter", 10)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await delivery.close()


async def test_a_stop_does_not_wait_for_a_mute_server(store: Store, office: Office, server: BadMailServer) -> None:
    office = replace(office, mail=mail_of(server, timeout_s=60))
    server.mode = "mute"
    goes_down(store, office, "site-0000")
    delivery = notifier_of(store, office, SystemClock())
    task = asyncio.create_task(delivery.run())
    await asyncio.to_thread(until, lambda: server.connections, "the first try", 10)
    begun = time.monotonic()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await delivery.close()
    await asyncio.to_thread(until, lambda: not delivery._handing_over["email"].jobs, "the end of its thread", 5)
    assert time.monotonic() - begun < patient(5)


async def test_a_server_that_leaves_after_the_message_gets_it_again_under_the_same_name(
    store: Store, office: Office, server: BadMailServer
) -> None:
    office = replace(office, mail=mail_of(server))
    server.mode = "leaves"
    goes_down(store, office, "site-0000")
    await delivers(store, office, lambda: len(server.accepted) >= 2)
    server.mode = "good"
    await delivers(store, office, lambda: set(states(store).values()) == {"sent"})
    # Two letters, each of them at least twice: a reader's mail program shows two.
    assert len(set(server.ids())) == 2


async def test_a_recipient_whom_the_server_refuses_holds_nobody_else_up(
    store: Store, office: Office, server: BadMailServer
) -> None:
    office = replace(office, mail=mail_of(server))
    server.mode, server.unknown = "strict", frozenset({"responsible@office.example"})
    goes_down(store, office, "site-0000")
    await delivers(store, office, lambda: "owed" not in states(store).values())
    assert states(store) == {"responsible": "dead", "grievance": "sent"}


async def test_a_letter_that_we_cannot_write_waits_and_the_next_goes_out(
    store: Store, office: Office, server: BadMailServer
) -> None:
    office = replace(office, mail=mail_of(server))
    goes_down(store, office, "site-0000")
    with store.write() as session:
        poisoned = session.scalars(select(Notice).where(Notice.recipient == "responsible")).one()
        poisoned.facts = {"number": "BHR-2026-000001"}
    await delivers(store, office, lambda: states(store)["grievance"] == "sent")
    assert states(store) == {"responsible": "owed", "grievance": "sent"}


@pytest.mark.alone
async def test_a_hundred_letters_for_a_slow_server_do_not_slow_the_loop(
    store: Store, office: Office, server: BadMailServer
) -> None:
    office = replace(office, mail=mail_of(server), notices=Notices(quiet_hours=False, most_per_hour=1_000))
    goes_down(store, office, *(f"site-{number:04}" for number in range(40)))
    lag_s = await delivers(store, office, lambda: "owed" not in states(store).values())
    assert len(server.accepted) == 80
    assert lag_s < 1.0  # on a machine that does other things too; all of them take several seconds


async def test_the_letters_of_each_office_go_out_under_its_own_sender_each_office_in_its_turn(
    store: Store, tmp_path: Path
) -> None:
    config = installation(tmp_path / "many")
    for office in ("bheramara", "mirpur", "gangni"):
        mail = f'[mail]\nsender = "{office}@{office}.example"\n'
        (config / "offices" / office / "monitor.toml").write_text(mail)
    loaded = Entered().offices(load_installation(config))
    rules = Notices(quiet_hours=False, morning=(), weekly=())
    offices = replace(loaded, others={id_: replace(each, notices=rules) for id_, each in loaded.others.items()})
    now = SystemClock().utc()
    with store.write() as session:
        works = Works(session, offices, now - timedelta(days=30))
        sites = ("udc-juniadaha", "mirpur.udc", "mirpur.pop", "gangni.udc")
        then = works.now_utc
        works.store([(OutageOpened(site, then, then, None, said("timeout")), then) for site in sites], certain=True)
    with store.write() as session:
        assert Works(session, offices, now).do_what_is_due(500)
    live = state_of(SystemClock(), office=offices.host)
    live.offices = offices
    await delivers(store, offices.host, lambda: not owed(store), live)

    with store.read() as session:
        sent = session.execute(
            select(Notice.office, Notice.message_id, Notice.sent_utc).order_by(Notice.sent_utc)
        ).all()
    assert {(office, message_id.partition("@")[2].rstrip(">")) for office, message_id, _ in sent} == {
        (office, f"{office}.example") for office in ("bheramara", "mirpur", "gangni")
    }
    written = [message_from_bytes(path.read_bytes()) for path in (store.state / "outbox").glob("*.eml")]
    assert {(each["From"].rpartition("<")[2].rstrip(">"), each["Message-ID"]) for each in written} == {
        (f"{office}@{office}.example", message_id) for office, message_id, _ in sent
    }
