"""Usual round-trip times are stored as they change, and go with their devices."""

from pathlib import Path

from monitor.judging.baseline import Baselines, Usual
from monitor.store import board_state
from monitor.store.database import Store
from tests.store.migrated import new_store


def written(store: Store, packed: dict[str, bytes], changed: set[str], elsewhere: set[str]) -> dict[str, bytes]:
    """What is stored after these were written."""
    baselines = Baselines(known={device: Usual(some) for device, some in packed.items()}, changed=changed)
    with store.write() as session:
        board_state.write_usual_times(session, baselines, elsewhere)
    with store.read() as session:
        return {device: usual.packed for device, usual in board_state.usual_times(session).items()}


def test_what_has_changed_is_stored_and_what_is_gone_is_forgotten(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    first = {"a/gateway": b"1", "b/gateway": b"1", "c/gateway": b"1"}
    assert written(store, first, {*first, "gone/gateway"}, set()) == first
    second = {"a/gateway": b"2", "b/gateway": b"2", "d/gateway": b"2"}
    assert written(store, second, {"a/gateway", "d/gateway"}, set()) == {
        "a/gateway": b"2",
        "b/gateway": b"1",
        "d/gateway": b"2",
    }
    assert written(store, {"a/gateway": b"3"}, set(), {"d/gateway"}) == {"a/gateway": b"2", "d/gateway": b"2"}
    with store.read() as session:
        assert board_state.usual_times(session, ["d/gateway"]).keys() == {"d/gateway"}
    store.close()
