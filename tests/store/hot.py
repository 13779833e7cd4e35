"""A database whose writer was killed in the middle of a commit: its journal is left behind, to be replayed."""

import shutil
import signal
import subprocess
import sys
from pathlib import Path

from monitor.store.belonging import JOURNAL_MAGIC, header
from tests.lab.waiting import until

# One page of cache: changed pages reach the file long before the commit, and the first page is not in the journal yet.
KILLED = """
import os, sqlite3, sys
c = sqlite3.connect(sys.argv[1], isolation_level=None)
c.execute("PRAGMA journal_mode=" + sys.argv[2])
c.execute("PRAGMA synchronous=FULL")
c.execute("PRAGMA cache_size=1")
c.execute("BEGIN IMMEDIATE")
if sys.argv[3] == "in place":
    c.execute("UPDATE site_states SET state = 'pu'")
for number in range(0 if sys.argv[3] == "in place" else 400):
    c.execute("INSERT OR REPLACE INTO site_states (site, state, since_utc, flapping) "
              "VALUES (?, 'down', '2026-11-24 04:00:00.000000', 0)", ("killed-%04d" % number,))
if sys.argv[3] != "in place":
    c.execute("DELETE FROM site_states WHERE site LIKE 'site-%'")
if sys.argv[2] == "wal":
    c.execute("COMMIT")
os.kill(os.getpid(), 9)
"""


def leave_hot_journal(database: Path, journal_mode: str = "truncate", how: str = "") -> Path:
    """Kills a writer; the journal that it leaves beside ``database``. ``how``: 'in place' changes no page count."""
    killed = subprocess.run([sys.executable, "-c", KILLED, str(database), journal_mode, how], capture_output=True)
    assert killed.returncode == -9, killed.stderr
    left = database.with_name(f"{database.name}-{'wal' if journal_mode == 'wal' else 'journal'}")
    assert left.stat().st_size > 1_000
    return left


OURS = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from monitor.store.models import SiteState
from monitor.store.opening import existing_store
store = existing_store(Path(sys.argv[1]), None)
for number in range(1_000_000):
    with store.write() as session:
        session.merge(SiteState(site="again", state=str(number), since_utc=datetime(2026, 11, 24, tzinfo=UTC)))
"""


def commits(database: Path) -> int:
    """How many commits the database has seen."""
    found = header(database.read_bytes()[:100])
    assert found is not None
    return found.counter


def stop_in_a_commit(database: Path, into: Path) -> None:
    """Copies the database and its journal into ``into``, as a kill in the middle of a commit of ours leaves them."""
    journal = database.with_name(f"{database.name}-journal")
    before = commits(database)
    writer = subprocess.Popen([sys.executable, "-c", OURS, str(database.parent)])

    def caught() -> bool:
        writer.send_signal(signal.SIGSTOP)
        until(lambda: Path(f"/proc/{writer.pid}/stat").read_text().split()[2] == "T", "the writer to stand", within_s=5)
        is_hot = commits(database) > before + 3 and journal.read_bytes().startswith(JOURNAL_MAGIC)
        if is_hot:
            shutil.copy(database, into)
            shutil.copy(journal, into)
        else:
            writer.send_signal(signal.SIGCONT)
        return is_hot

    try:
        until(caught, "a commit under way", within_s=30)
    finally:
        writer.kill()
        writer.wait()
