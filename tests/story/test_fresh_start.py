"""The database has gone: a start is refused with the choice spelled out, and `run --fresh` begins with nothing."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.lab.daemon import Daemon
from tests.lab.fleet import Settings, shipped_sites, write_config
from tests.lab.network import Lab
from tests.lab.waiting import until
from tests.story.reading import outages, wait_until_state

SITE, ADDRESS = "udc-juniadaha", "10.77.2.6"
QUICK: Settings = {
    "probing": {"interval_s": 1, "recheck_s": 1, "echoes": 2, "spacing_s": 0.05, "timeout_s": 0.4},
    "judging": {"trace": False},
}


@pytest.fixture
def daemon(lab: Lab, tmp_path: Path) -> Iterator[Daemon]:
    """One that has seen an outage and was stopped; a copy of its database lies beside it."""
    with Daemon(lab, tmp_path) as made:
        write_config(made.config, sites=shipped_sites(), listen=made.listen, settings=QUICK)
        made.start()
        lab.down(ADDRESS)
        until(lambda: outages(made), "the outage on record", within_s=15)
        assert made.run("backup", "create").returncode == 0
        made.stop()
        lab.up(ADDRESS)
        yield made
    print(f"---- the daemon said:\n{made.log()}")


def is_refused(daemon: Daemon, *, fresh: bool = False) -> str:
    """Starts it and waits for its end; what it said."""
    before = len(daemon.log())
    daemon.start(ready_within_s=None, fresh=fresh)
    until(lambda: not daemon.running, "the end of a daemon that is refused", within_s=20)
    return daemon.log()[before:]


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        pytest.param(Path.unlink, "is missing", id="gone"),
        pytest.param(
            lambda database: database.write_bytes(b"\0" * 40_000), "is damaged", id="damaged", marks=pytest.mark.long
        ),
    ],
)
@pytest.mark.long
def test_begins_with_nothing_only_when_that_is_said_and_keeps_what_lay_there(
    daemon: Daemon, harm: Callable[[Path], object], words: str
) -> None:
    state = daemon.home / "var"
    assert "run without --fresh" in is_refused(daemon, fresh=True)
    kept = shutil.copytree(state / "backups", daemon.home / "kept")
    harm(state / "monitor.db")
    told = is_refused(daemon)
    assert words in told
    assert "backup restore" in told

    daemon.start(fresh=True)
    wait_until_state(daemon, SITE, "up", within_s=10)
    assert outages(daemon) == []
    assert daemon.metric("upazila_store_readable") == 1
    assert [path.name for path in (state / "backups").iterdir()] == [path.name for path in Path(kept).iterdir()]
    assert bool(list(state.glob("aside-*"))) == (words == "is damaged")

    # What is begun anew goes on like any other.
    daemon.stop()
    daemon.start()
    wait_until_state(daemon, SITE, "up", within_s=10)
