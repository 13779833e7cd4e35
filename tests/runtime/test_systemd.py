"""What the daemon takes from systemd and tells it, over real sockets."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.runtime.systemd import Systemd, listen_fds

# Takes descriptor 3 over as systemd hands it out, and answers one connection on it.
CHILD = """
import os, sys
from monitor.runtime.systemd import listen_fds
os.dup2(int(sys.argv[1]), 3)
os.environ |= {"LISTEN_FDS": "1", "LISTEN_PID": str(os.getpid()) if sys.argv[2] == "mine" else "1"}
handed = listen_fds()
print(len(handed), "LISTEN_FDS" in os.environ, flush=True)
if handed:
    handed[0].setblocking(True)
    connection, _ = handed[0].accept()
    connection.sendall(b"here")
    connection.close()
"""


def child(listener: socket.socket, whose: str) -> "subprocess.Popen[str]":
    words = [sys.executable, "-c", CHILD, str(listener.fileno()), whose]
    return subprocess.Popen(words, pass_fds=[listener.fileno()], stdout=subprocess.PIPE, text=True)


def test_a_socket_opened_by_systemd_is_taken_over_and_not_passed_on() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, child(listener, "mine") as process:
        with socket.create_connection(listener.getsockname()[:2], timeout=10) as connection:
            assert connection.recv(4) == b"here"
        assert process.communicate()[0].split() == ["1", "False"]


def test_sockets_meant_for_another_process_are_left_alone() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, child(listener, "another's") as process:
        assert process.communicate()[0].split() == ["0", "False"]


def test_without_systemd_there_are_no_sockets_and_nothing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LISTEN_FDS", "LISTEN_PID", "NOTIFY_SOCKET"):
        monkeypatch.delenv(name, raising=False)
    assert listen_fds() == []
    Systemd().ready()


@pytest.mark.parametrize("abstract", [False, True])
def test_systemd_hears_ready_watchdog_reload_and_stop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, abstract: bool
) -> None:
    name = f"upazila-test-{os.getpid()}" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind("\0" + name if abstract else name)
        systemd.settimeout(10)
        monkeypatch.setenv("NOTIFY_SOCKET", "@" + name if abstract else name)
        notifier = Systemd()
        assert "NOTIFY_SOCKET" not in os.environ  # nothing that we start may speak for us
        notifier.ready()
        notifier.watchdog()
        notifier.reloading()
        notifier.stopping()
        heard = [systemd.recv(200).decode() for _ in range(4)]
    assert heard[:2] == ["READY=1", "WATCHDOG=1"]
    assert heard[2].startswith("RELOADING=1\nMONOTONIC_USEC=")
    assert heard[3] == "STOPPING=1"


def test_a_systemd_that_is_gone_does_no_harm(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    place = str(tmp_path / "notify")
    monkeypatch.setenv("NOTIFY_SOCKET", place)
    notifier = Systemd()
    notifier.watchdog()

    # Once somebody listens there again, he hears us: it was not given up.
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(place)
        systemd.settimeout(10)
        notifier.watchdog()
        assert systemd.recv(200) == b"WATCHDOG=1"


def test_a_systemd_that_reads_nothing_keeps_nobody_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as deaf:
        deaf.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        systemd = Systemd()
        for _ in range(1_000):  # far more than its queue holds
            systemd.watchdog()
