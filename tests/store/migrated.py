"""A database with all migrations done, copied: making one takes eight times as long as copying it."""

import os
import tempfile
from functools import cache
from pathlib import Path

from monitor.store.database import Store
from monitor.store.opening import open_store
from tests.store import servers

DATABASE, POSTGRESQL = "UPAZILA_MONITOR_TEST_DATABASE", "postgresql"


def new_store(state: Path) -> Store:
    """Opens what `open_store` makes of a folder without a database."""
    state.mkdir(mode=0o750, parents=True, exist_ok=True)
    if on_server():
        return open_store(state, servers.migrated_of(state))
    for name, content in _made_once().items():
        (state / name).write_bytes(content)
    return open_store(state)


def on_server() -> bool:
    """Whether this run is for PostgreSQL: `pytest --database postgresql`."""
    return os.environ.get(DATABASE) == POSTGRESQL


@cache
def _made_once() -> dict[str, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        open_store(Path(folder)).close()
        return {file.name: file.read_bytes() for file in Path(folder).iterdir()}
