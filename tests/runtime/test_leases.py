"""What the parts ask about leases: where one daemon holds everything, and where each duty is one of several's."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select, text

from monitor.alerts.cases import editions
from monitor.alerts.cases.editions import Wanted
from monitor.alerts.channels.registry import channels_of
from monitor.domain.leases import ALL_NAMES, ALL_SHARDS, Duty, Lease
from monitor.runtime.edition_maker import EditionMaker
from monitor.runtime.helpdesk_worker import HelpdeskWorker
from monitor.runtime.leases import SoleHolder, store_for
from monitor.runtime.notifier import Notifier
from monitor.settings.helpdesk_section import Helpdesk
from monitor.store.leases import LeaseLost
from monitor.store.models import Edition, HelpdeskTicket, Notice
from monitor.store.opening import open_store
from tests.desk import Desk, shipped_office
from tests.runtime.built import OfOthers, settings_of, state_of
from tests.store import servers


def test_who_has_the_lock_of_the_state_folder_holds_everything_and_needs_no_proof(desk: Desk) -> None:
    leases = SoleHolder()
    assert leases.shards() == ALL_SHARDS
    held = [lease for name in ALL_NAMES if (lease := leases.held(name)) is not None]
    assert held == [Lease(name) for name in ALL_NAMES]
    leases.lost(held)
    assert (leases.held("shard/00"), leases.members()) == (Lease("shard/00"), ())
    with desk.store.write(behind=held) as session:
        assert session.is_active


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[Desk]:
    """An office whose database several daemons share, with a letter that is due and a report that is asked for."""
    store = open_store(tmp_path / "var", servers.migrated_of(tmp_path / "var"))
    made = Desk(shipped_office(), store)
    made.goes_down("backbone-north")
    made.wait(days=2)
    with store.write() as session:
        editions.ask(made.work(session, "karim"), Wanted("month", "2026-11", date(2026, 11, 1), files=("en.json",)))
    yield made
    store.close()


def untouched(shared: Desk) -> bool:
    """Whether no letter was leased, no report begun and no ticket mirrored."""
    with shared.store.read() as session:
        leased = session.scalars(select(Notice).where(Notice.attempts > 0)).all()
        begun = session.scalars(select(Edition).where(Edition.state != "queued")).all()
        return not leased and not begun and not session.scalars(select(HelpdeskTicket)).all()


def parts(shared: Desk, leases: OfOthers, folder: Path) -> tuple[Notifier, EditionMaker, HelpdeskWorker]:
    live = state_of(shared.clock, office=shared.office)
    (folder / "token").write_text("0123456789abcdef")
    desk = Helpdesk(kind="zammad", url="http://127.0.0.1:9", token_file=folder / "token", queue="NOC", timeout_s=1)
    return (
        Notifier(shared.store, live, lambda office: channels_of(office, folder, folder), shared.clock, leases),
        EditionMaker(shared.store, live, settings_of(), shared.clock, ("false",), lambda _: None, leases),
        HelpdeskWorker(shared.store, live, settings_of(helpdesk=desk), shared.clock, leases),
    )


async def one_turn(parts: tuple[Notifier, EditionMaker, HelpdeskWorker]) -> None:
    for part in parts:
        if isinstance(part, EditionMaker):
            assert not await part.turn()
            continue
        running = asyncio.create_task(part.run())
        await asyncio.sleep(0.5)  # a look that does nothing leaves no trace to wait for
        assert not running.done()
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
    for part in parts:
        await part.close()


async def test_what_is_another_daemons_duty_nobody_does_here(shared: Desk, tmp_path: Path) -> None:
    await one_turn(parts(shared, OfOthers(), tmp_path))
    assert untouched(shared)


@pytest.mark.parametrize("duty", [Duty.OUTBOX, Duty.REPORTS, Duty.HELPDESK])
async def test_a_duty_that_has_become_another_s_unnoticed_is_dropped_at_the_first_write(
    shared: Desk, tmp_path: Path, duty: Duty
) -> None:
    with shared.store.write() as session:
        taken = "INSERT INTO leases (name, holder, epoch, until) VALUES (:duty, 'b/2', 8, now() + interval '1 hour')"
        session.execute(text(taken), {"duty": duty})
    before = Lease(duty, "a/1", 7)
    leases = OfOthers(before)
    await one_turn(parts(shared, leases, tmp_path))
    assert leases.refused == {before}
    assert untouched(shared)


def test_a_store_for_a_duty_proves_it_with_every_write(shared: Desk) -> None:
    leases = OfOthers()
    assert store_for(leases, Duty.NIGHTLY, shared.store) is None
    leases.holds = Lease(Duty.NIGHTLY, "a/1", 7)
    found = store_for(leases, Duty.NIGHTLY, shared.store)
    assert found is not None
    with pytest.raises(LeaseLost), found.write():
        pass
    with shared.store.write(), found.read():
        pass
