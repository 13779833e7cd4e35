"""What a real server may answer to a write: what passes is tried again until it is stored once, the rest set aside."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from monitor.domain.clock import VirtualClock
from monitor.domain.event_kinds import EventKind
from monitor.judging.decisions import DeviceEvent, OutageClosed, OutageOpened
from monitor.runtime.trusted_clock import TrustedClock
from monitor.runtime.writer import DecisionWriter
from monitor.store.database import Store
from monitor.store.errors import DatabaseError, may_pass
from monitor.store.models import Event, Outage, SetAside
from monitor.store.opening import open_store
from tests.runtime.built import writer_of
from tests.store import servers
from tests.told import said

PASSES = {
    "08000": "the connection failed",
    "08P01": "a pooler has no server connection left",
    "25006": "a standby",
    "40001": "a serialization failure",
    "40P01": "a deadlock",
    "53100": "the disk is full",
    "53300": "too many connections",
    "55P03": "a lock that was not to be had in time",
    "57014": "cancelled: a statement took too long",
    "57P01": "stopped by its administrator",
    "57P03": "it is starting",
}
SET_ASIDE = {
    "22001": "a text is too long",
    "22003": "a number is too large",
    "22021": "a character that its encoding lacks",
    "22P05": "a character that cannot be translated",
    "23502": "a value is missing",
    "23503": "it refers to what is not there",
    "23505": "it is there already",
    "23514": "a check refuses it",
}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(tmp_path, servers.migrated_of(tmp_path))


@pytest.fixture
async def writer(store: Store) -> AsyncIterator[DecisionWriter]:
    clock = VirtualClock()
    trusted = TrustedClock(clock, "this boot", lambda: False)
    trusted.begin(None, None)
    made = writer_of(trusted, store)
    now = clock.utc()
    await made.turn()
    made.put(
        [
            OutageOpened("backbone-north", now - timedelta(seconds=15), now, None, said("timeout")),
            DeviceEvent("udc-juniadaha", "udc-juniadaha/router", EventKind.RESTARTED, said("timeout"), now),
        ]
    )
    yield made
    await made.close()
    store.close()


def refuse(state: Path, what: str) -> None:
    """Each outage that is inserted from now on makes the server do this."""
    with servers.shared().connect(servers.name_of(state)) as connection:
        connection.execute(
            f"CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {what}; RETURN NEW; END $$"
        )
        connection.execute("CREATE TRIGGER refuse BEFORE INSERT ON outages FOR EACH ROW EXECUTE FUNCTION refuse()")


def accept(state: Path) -> None:
    with servers.shared().connect(servers.name_of(state)) as connection:
        connection.execute("DROP FUNCTION refuse CASCADE")


def stored(store: Store) -> tuple[list[str], list[str], int]:
    """The sites of outages, the kinds of the timeline's events, and how many decisions were set aside."""
    with store.read() as session:
        events = [str(kind) for kind in session.scalars(select(Event.kind).order_by(Event.id))]
        return list(session.scalars(select(Outage.site))), events, len(session.scalars(select(SetAside)).all())


BY_CODE = [(f"RAISE 'refused' USING ERRCODE = '{state}'", state) for state in PASSES]
REALLY = [
    ("PERFORM pg_terminate_backend(pg_backend_pid())", "57P01"),
    ("PERFORM pg_cancel_backend(pg_backend_pid()); PERFORM pg_sleep(9)", "57014"),
    ("SET LOCAL transaction_read_only = on; DELETE FROM set_aside", "25006"),
]


@pytest.mark.parametrize(("what", "state"), [*BY_CODE, *REALLY])
async def test_what_passes_is_tried_again_until_it_is_stored_once(
    tmp_path: Path, writer: DecisionWriter, store: Store, what: str, state: str
) -> None:
    refuse(tmp_path, what)
    for _ in range(2):
        with pytest.raises(DatabaseError) as refusal:
            await writer.turn()
        assert getattr(refusal.value.orig, "sqlstate", None) in {state, None}  # None: by then the line was closed
        assert may_pass(refusal.value.orig)
        assert writer.waiting == 2
    accept(tmp_path)
    await writer.turn()
    assert writer.waiting == 0
    assert stored(store) == (["backbone-north"], [EventKind.RESTARTED], 0)


@pytest.mark.parametrize("state", SET_ASIDE)
async def test_what_is_refused_for_what_it_holds_is_set_aside_at_once_and_stops_nothing_else(
    tmp_path: Path, writer: DecisionWriter, store: Store, state: str
) -> None:
    refuse(tmp_path, f"RAISE 'refused' USING ERRCODE = '{state}'")
    await writer.turn()
    assert writer.waiting == 0
    assert stored(store) == ([], [EventKind.SET_ASIDE, EventKind.RESTARTED], 1)


async def test_a_row_that_another_changes_meanwhile_is_read_anew_and_its_decision_is_stored_once(
    tmp_path: Path, writer: DecisionWriter, store: Store
) -> None:
    await writer.turn()
    # As an officer's act does between the moment at which the outage is read and that at which its end is written.
    with servers.shared().connect(servers.name_of(tmp_path)) as connection:
        connection.execute("CREATE EXTENSION dblink")
    words = f"host={servers.shared().folder} user={servers.USER} dbname={servers.name_of(tmp_path)}"
    act = "UPDATE outages SET version = version + 1, note = ''an act''"
    what = f"PERFORM dblink_exec('{words}', '{act}')"
    with servers.shared().connect(servers.name_of(tmp_path)) as connection:
        connection.execute(
            f"CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {what}; RETURN NULL; END $$"
        )
        connection.execute(
            "CREATE TRIGGER refuse BEFORE UPDATE ON outages FOR EACH STATEMENT "
            "WHEN (pg_trigger_depth() = 0 AND current_setting('application_name') = 'upazila-monitor') "
            "EXECUTE FUNCTION refuse()"
        )
    writer.put([OutageClosed("backbone-north", VirtualClock().utc())])
    with pytest.raises(DatabaseError, match="changed the same row") as refusal:
        await writer.turn()
    assert may_pass(refusal.value.orig)
    accept(tmp_path)
    await writer.turn()
    with store.read() as session:
        (outage,) = session.scalars(select(Outage))
        assert (outage.ended_utc is not None, outage.note) == (True, "an act")
    assert stored(store)[2] == 0
