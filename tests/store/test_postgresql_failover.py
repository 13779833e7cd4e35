"""The server dies and its standby is promoted: the daemon finds it by its address's other host, and loses nothing."""

import shutil
import signal
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from monitor.domain.clock import VirtualClock
from monitor.judging.decisions import OutageOpened
from monitor.runtime.trusted_clock import TrustedClock
from monitor.settings.storage_section import Server
from monitor.store.errors import DatabaseError
from monitor.store.models import Outage
from monitor.store.opening import open_store
from tests.lab.waiting import until
from tests.runtime.built import writer_of
from tests.store import servers
from tests.store.servers import DEBIAN, USER, Cluster, as_its_user
from tests.told import said

OPTIONS = ["-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=60", "-c", "shared_buffers=32MB"]


@pytest.fixture
def primary() -> Iterator[Cluster]:
    folder = servers.made_folder()
    made = servers.started(folder, OPTIONS)
    made.create("upazila")
    yield made
    if made.process.poll() is None:
        made.stop()
    shutil.rmtree(folder)


@pytest.fixture
def standby(primary: Cluster) -> Iterator[Cluster]:
    folder = servers.made_folder()
    shutil.rmtree(folder / "data")
    copy: list[str | Path] = [
        DEBIAN[-1] / "pg_basebackup",
        "-h",
        primary.folder,
        "-U",
        USER,
        "-D",
        folder / "data",
        "-R",
        "-c",
        "fast",
    ]
    subprocess.run(as_its_user(*copy), check=True, capture_output=True, cwd="/")
    made = servers.started(folder, OPTIONS)
    # A commit is confirmed when the standby has it too.
    with primary.connect() as connection:
        connection.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
        connection.execute("SELECT pg_reload_conf()")
    until(lambda: is_synchronous(primary), "a synchronous standby", within_s=60)
    yield made
    made.stop()
    shutil.rmtree(folder)


def is_synchronous(primary: Cluster) -> bool:
    with primary.connect() as connection:
        return connection.execute("SELECT sync_state FROM pg_stat_replication").fetchall() == [("sync",)]


async def test_a_promoted_standby_is_found_and_nothing_is_lost_or_stored_twice(
    tmp_path: Path, primary: Cluster, standby: Cluster
) -> None:
    clock = VirtualClock()
    # The standby stands first: it is passed over as long as it takes no writes.
    hosts = f"host={standby.folder},{primary.folder}"
    store = open_store(tmp_path, Server(f"postgresql+psycopg://{USER}@/upazila?{hosts}"))
    trusted = TrustedClock(clock, "this boot", lambda: False)
    trusted.begin(None, None)
    writer = writer_of(trusted, store)

    def down(site: str) -> OutageOpened:
        return OutageOpened(site, clock.utc() - timedelta(seconds=15), clock.utc(), None, said("timeout"))

    writer.put([down("backbone-north")])
    await writer.turn()
    primary.stop(signal.SIGKILL)
    writer.put([down("udc-juniadaha")])
    with pytest.raises(DatabaseError):
        await writer.turn()
    with pytest.raises(DatabaseError):  # a standby takes none
        await writer.turn()
    assert writer.waiting == 1

    with standby.connect() as connection:
        connection.execute("ALTER SYSTEM RESET synchronous_standby_names")  # it has none of its own yet
        connection.execute("SELECT pg_reload_conf()")
        connection.execute("SELECT pg_promote()")
    await writer.turn()
    await writer.close()
    with store.read() as session:
        assert list(session.scalars(select(Outage.site).order_by(Outage.id))) == ["backbone-north", "udc-juniadaha"]
        assert session.scalar(text("SELECT pg_is_in_recovery()")) is False
    store.close()
