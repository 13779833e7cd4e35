"""The daemon ends when it is told to, whatever hangs, and its page is there until then."""

import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import pytest

from tests.lab.daemon import Daemon
from tests.lab.fleet import many_sites, write_config
from tests.lab.network import Lab
from tests.lab.waiting import patient, until

HANGS = """
import logging, threading
import monitor.daemon as app
logging.basicConfig()
app.END_WITHIN_S = 0.3
app.Daemon._end_in_time()
threading.Thread(target=threading.Event().wait).start()
threading.Event().wait()
"""


@pytest.mark.long
def test_a_locked_database_takes_neither_the_metrics_away_nor_keeps_the_daemon_from_ending(
    lab: Lab, daemon: Daemon
) -> None:
    write_config(daemon.config, sites=many_sites(10), listen=daemon.listen)
    daemon.start()
    with closing(sqlite3.connect(daemon.home / "var" / "monitor.db", isolation_level=None)) as other:
        other.execute("PRAGMA busy_timeout = 5000")
        other.execute("BEGIN EXCLUSIVE")
        lab.down("10.77.2.3")  # there is something to write
        for _ in range(3):
            time.sleep(1.1)  # past the age at which a page is given out again
            begun = time.monotonic()
            assert daemon.metric("upazila_store_readable") == 0
            assert time.monotonic() - begun < patient(1.5)  # half a second of it waits for the database
        until(lambda: daemon.samples("upazila_probe_success", site="site-0002") == [0.0], "its silence", 10)
        begun = time.monotonic()
        assert daemon.stop() == 0
        assert time.monotonic() - begun < patient(10)


@pytest.mark.alone
def test_who_does_not_end_in_time_is_ended() -> None:
    begun = time.monotonic()
    done = subprocess.run([sys.executable, "-P", "-c", HANGS], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0
    assert "something did not end within 0.3 s" in done.stderr
    assert time.monotonic() - begun < patient(15)
