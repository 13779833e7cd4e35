"""An office at work while all that reaches its database's files is recorded: ``python -m tests.torture.recorded``.

The words are: the office's folder, where the recording goes, how many transactions, how they are synced (FULL or OFF).
"""

import hashlib
import marshal
import os
import pickle
import random
import sqlite3
import sys
import traceback
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from sqlalchemy import event

from monitor.charter.office import Office
from monitor.configuration import load
from monitor.judging.decisions import Decision, OutageClosed, OutageOpened
from monitor.store.models import Base
from monitor.store.opening import DATABASE, open_store
from tests.desk import Desk
from tests.places import SHIPPED
from tests.store.migrated import new_store
from tests.told import said
from tests.torture.recording_vfs import Operation, RecordingVfs

TABLES = sorted(Base.metadata.tables)
WITHOUT_REFERENCES = 2  # the version of marshal whose bytes depend on values alone


def fingerprint(database: Path) -> str:
    """Return the hash of every row that is stored."""
    found = hashlib.sha256()
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as raw:
        for table in TABLES:
            rows = raw.execute(f"SELECT * FROM {table} ORDER BY rowid").fetchall()
            found.update(marshal.dumps((table, rows), WITHOUT_REFERENCES))
    return found.hexdigest()


def main() -> None:
    """Work, and write down what happened."""
    folder, trace, count, synced = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    new_store(folder).close()
    vfs = RecordingVfs()
    store = open_store(folder, daemon=True)
    event.listen(store.engine, "connect", lambda made, _: made.execute(f"PRAGMA synchronous={synced}"))
    store.engine.dispose()
    desk, chance = Desk(Office.of(load(SHIPPED)), store), random.Random(count)
    first = {file.name: file.read_bytes() for file in folder.iterdir()}
    vfs.operations.clear()
    sites, down = sorted(desk.office.fleet.sites), set[str]()
    for number in range(count):
        now = desk.clock.utc()
        batch = list[Decision]()
        for site in chance.sample(sites, chance.choice([1, 1, 1, 2, 5, 20])):
            if site in down:
                batch.append(OutageClosed(site, now))
            else:
                batch.append(OutageOpened(site, now - timedelta(seconds=15), now, None, said("timeout")))
            down ^= {site}
        desk.decide(*batch)
        vfs.operations.append(Operation("done", fingerprint(folder / DATABASE), 2 * number))
        desk.wait(hours=chance.choice([0.1, 1, 8, 24]))
        vfs.operations.append(Operation("done", fingerprint(folder / DATABASE), 2 * number + 1))
    trace.write_bytes(pickle.dumps((first, vfs.operations)))
    store.close()


if __name__ == "__main__":
    try:
        main()
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)  # SQLite closes what is left after Python has taken the recording functions away
