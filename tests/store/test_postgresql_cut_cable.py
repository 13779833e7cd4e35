"""The cable to the server is cut in the middle of a write: both ends find out within seconds, whichever way."""

import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from monitor.store.opening import open_store
from tests.cluster.network import ClusterNetwork, Cut
from tests.cluster.server import DATABASE, ClusterServer
from tests.lab.waiting import until

WITHIN_S = 6.5  # keepalives after 2 s, three of them a second apart; 5 s for what is sent and not confirmed
CASES = [(cut, what) for cut in (Cut.BOTH, Cut.ANSWERS, Cut.QUESTIONS) for what in ("waits", "sends")]


@pytest.mark.long
@pytest.mark.alone
def test_a_cut_in_the_middle_of_a_write_is_found_by_both_ends_and_nothing_of_it_is_stored(tmp_path: Path) -> None:
    with ExitStack() as stack:
        network = stack.enter_context(ClusterNetwork(daemons=len(CASES)))
        server = stack.enter_context(ClusterServer(network.server))
        with server.connect("postgres") as connection:
            connection.execute(f"CREATE DATABASE {DATABASE}")
        open_store(tmp_path, server.here).close()
        with server.connect() as connection:
            for row in range(len(CASES)):
                connection.execute(
                    "INSERT INTO last_operations (writer, operation) VALUES (%s, 'whole')", [f"row-{row}"]
                )
        clients = [
            seat.monitor.popen(
                [sys.executable, "-m", "tests.store.at_a_cut_cable", str(tmp_path), server.url, f"row-{row}", what],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
            for row, (seat, (_, what)) in enumerate(zip(network.seats, CASES, strict=True))
        ]
        for client in clients:
            assert client.stdout is not None
            assert client.stdout.readline() == "locked\n"
        until(lambda: is_busy(server), "those who wait for an answer", within_s=20)

        began_s = time.monotonic()
        for seat, client, (cut, what) in zip(network.seats, clients, CASES, strict=True):
            seat.cut(cut)
            if what == "sends":
                assert client.stdin is not None
                client.stdin.write("go\n")
                client.stdin.flush()
        with server.connect() as connection:
            # Whoever comes next gets the locks of those who were cut off.
            connection.execute("SELECT writer FROM last_operations WHERE writer LIKE 'row-%' FOR UPDATE")
            freed_s = time.monotonic() - began_s
            rows = connection.execute("SELECT operation FROM last_operations WHERE writer LIKE 'row-%'").fetchall()
        told = [client.communicate(timeout=60)[0].split(" ", 2) for client in clients]

    assert rows == [("whole",)] * len(CASES)
    assert freed_s < WITHIN_S + 0.5, "the server's end"
    for (cut, what), (took_s, passes, _) in zip(CASES, told, strict=True):
        assert passes == "True", (cut, what, told)
        assert float(took_s) < WITHIN_S, (cut, what, told)


def is_busy(server: ClusterServer) -> bool:
    """Whether all that wait for an answer have asked."""
    with server.connect() as connection:
        query = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%pg_sleep(25)%'"
        return connection.execute(query).fetchall() == [(3 + 1,)]  # this question too
