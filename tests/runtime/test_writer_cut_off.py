"""The line to a PostgreSQL server is cut at a COMMIT: its fate is found out; nothing is stored twice or lost."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from monitor.domain.clock import VirtualClock
from monitor.domain.event_kinds import EventKind
from monitor.judging.decisions import DeviceEvent, OutageOpened
from monitor.runtime.trusted_clock import TrustedClock
from monitor.runtime.writer import DecisionWriter
from monitor.settings.storage_section import Server
from monitor.store import ticket_history
from monitor.store.errors import DatabaseError
from monitor.store.models import Event, Outage, Ticket
from monitor.store.opening import open_store
from tests.runtime.built import writer_of
from tests.store import servers
from tests.store.cut_line import Cut, CutLine
from tests.told import said


@pytest.fixture
async def cut_off(tmp_path: Path) -> AsyncIterator[tuple[DecisionWriter, CutLine, VirtualClock]]:
    clock, address = VirtualClock(), servers.migrated_of(tmp_path).url.partition("?")[0]
    with CutLine(servers.shared().folder, tmp_path / "line") as line:
        store = open_store(tmp_path, Server(f"{address}?host={line.folder}"))
        trusted = TrustedClock(clock, "this boot", lambda: False)
        trusted.begin(None, None)
        writer = writer_of(trusted, store)
        yield writer, line, clock
        await writer.close()
        store.close()


def stored_outages(state: Path) -> int:
    """How many there are, past the line."""
    store = open_store(state, servers.migrated_of(state))
    try:
        with store.read() as session:
            return session.scalar(select(func.count(Outage.id))) or 0
    finally:
        store.close()


@pytest.mark.parametrize("cut", list(Cut))
async def test_what_was_cut_off_in_its_commit_is_stored_exactly_once(
    tmp_path: Path, cut_off: tuple[DecisionWriter, CutLine, VirtualClock], cut: Cut
) -> None:
    writer, line, clock = cut_off
    now = clock.utc()
    await writer.turn()
    line.cut = cut
    writer.put(
        [
            OutageOpened("backbone-north", now - timedelta(seconds=15), now, None, said("timeout")),
            DeviceEvent("udc-juniadaha", "udc-juniadaha/router", EventKind.RESTARTED, said("timeout"), now),
        ]
    )
    with pytest.raises(DatabaseError):
        await writer.turn()
    if cut is not Cut.UNDER_WAY:
        assert stored_outages(tmp_path) == (cut is Cut.ANSWER_LOST), "it was cut where it was to be"

    writer.put([DeviceEvent("backbone-north", "backbone-north/router", EventKind.RESTARTED, said("timeout"), now)])
    await writer.turn()

    assert stored_outages(tmp_path) == 1
    store = open_store(tmp_path, servers.migrated_of(tmp_path))
    with store.read() as session:
        assert list(session.scalars(select(Event.device).order_by(Event.id))) == [
            "udc-juniadaha/router",
            "backbone-north/router",
        ]
        assert list(session.scalars(select(Ticket.seq))) == [1]
        assert ticket_history.verify(session).fault == ""
    store.close()
    assert writer.waiting == 0
