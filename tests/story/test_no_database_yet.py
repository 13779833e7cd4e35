"""The database cannot be opened at the start: sites are probed all the same, and nothing that happens is lost."""

import json
import resource
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.lab.daemon import Daemon
from tests.lab.fleet import Settings, shipped_sites, write_config
from tests.lab.network import Lab
from tests.lab.waiting import until
from tests.story.reading import outages, wait_until_state

CENTRE, ADDRESS = "udc-juniadaha", "10.77.2.6"
OTHER, OTHER_ADDRESS = "udc-bahadurpur", "10.77.2.1"
QUICK: Settings = {
    "probing": {"interval_s": 1, "recheck_s": 1, "echoes": 2, "spacing_s": 0.05, "timeout_s": 0.4},
    "judging": {"trace": False},
}


@pytest.fixture
def daemon(lab: Lab, tmp_path: Path) -> Iterator[Daemon]:
    """One that ran before, saw an outage and was killed in it."""
    with Daemon(lab, tmp_path) as made:
        write_config(made.config, sites=shipped_sites(), listen=made.listen, settings=QUICK)
        made.start()
        lab.down(OTHER_ADDRESS)
        wait_until_state(made, OTHER, "down", within_s=10)
        until(lambda: outages(made), "the outage on record", within_s=10)
        made.kill()
        yield made
    print(f"---- the daemon said:\n{made.log()}")


def refusal(daemon: Daemon) -> str:
    """What the page says of it."""
    status, body = daemon.get("/api/v1/status")
    return str(json.loads(body)["store_refuses"]) if status == 200 else ""


def happens_meanwhile(lab: Lab, daemon: Daemon) -> None:
    """One site falls silent, and the one that was silent answers; all of it is seen, and told."""
    assert until(lambda: refusal(daemon), "the page to say that there is no database", within_s=10)
    lab.down(ADDRESS)
    lab.up(OTHER_ADDRESS)
    wait_until_state(daemon, CENTRE, "down", within_s=10)
    wait_until_state(daemon, OTHER, "up", within_s=10)
    assert daemon.metric("upazila_store_readable") == 0
    assert (daemon.metric("upazila_store_decisions_waiting") or 0) > 0


def is_stored_afterwards(daemon: Daemon) -> None:
    """The outage of before ends, that of meanwhile is on record, and the time in which nobody watched is no longer."""
    until(lambda: len(outages(daemon)) == 2, "both outages on record", within_s=30)
    until(lambda: outages(daemon)[0]["ended_utc"], "the end of the first outage", within_s=15)
    assert [outage["site"] for outage in outages(daemon)] == [OTHER, CENTRE]
    assert outages(daemon)[1]["ended_utc"] is None
    assert refusal(daemon) == ""
    assert "Traceback" not in daemon.log()


def test_a_database_that_is_locked_at_the_start_stops_no_probing(lab: Lab, daemon: Daemon) -> None:
    with closing(sqlite3.connect(daemon.home / "var" / "monitor.db", isolation_level=None)) as blocker:
        blocker.execute("BEGIN EXCLUSIVE")
        daemon.start()
        happens_meanwhile(lab, daemon)
        blocker.execute("ROLLBACK")
    is_stored_afterwards(daemon)


def test_a_disk_that_is_full_at_the_start_stops_no_probing(lab: Lab, daemon: Daemon) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))  # handed on to the daemon, but not what it has open
    try:
        daemon.start(ready_within_s=None)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    happens_meanwhile(lab, daemon)
    resource.prlimit(daemon.pid, resource.RLIMIT_FSIZE, before)
    is_stored_afterwards(daemon)


@pytest.mark.long
def test_a_disk_that_is_read_only_at_the_start_stops_no_probing(lab: Lab, daemon: Daemon) -> None:
    state = daemon.home / "var"
    aside = shutil.copytree(state, daemon.home / "aside")
    shutil.rmtree(state)
    state.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "none", str(state)], check=True)
    try:
        shutil.copytree(aside, state, dirs_exist_ok=True)
        subprocess.run(["mount", "-o", "remount,ro", str(state)], check=True)
        daemon.start()
        happens_meanwhile(lab, daemon)
        subprocess.run(["mount", "-o", "remount,rw", str(state)], check=True)
        is_stored_afterwards(daemon)
        daemon.stop()
    finally:
        subprocess.run(["umount", "--lazy", str(state)], check=False)
