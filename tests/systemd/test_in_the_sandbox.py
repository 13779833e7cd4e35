"""The daemon with no more of /proc than the unit leaves it (ProcSubset=pid), through restarts and reboots."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from monitor.store.lock import daemon_runs
from tests.lab.clock import WallClock
from tests.lab.daemon import program
from tests.lab.waiting import until
from tests.places import ROOT

UNIT = ROOT / "systemd" / "upazila-monitor.service"
A_BOOT, THE_NEXT = "7d2e8f5b0c4a4b6f9f3f6d1c2b3a4958", "11112222333344445555666677778888"
THREE_DAYS_S = 3 * 86_400

# Nothing to be reached but itself; /proc as the unit mounts it; then it becomes the daemon.
SANDBOX = """
ip link set lo up && echo "0 2147483647" > /proc/sys/net/ipv4/ping_group_range || exit 77
mount -t proc -o subset=pid proc /proc || exit 77
exec "$@"
"""


class Machine:
    """Starts the daemon in its sandbox, as one boot of the machine after the other."""

    def __init__(self, home: Path) -> None:
        self.state, self._config = home / "var", home / "config"
        self._log = home / "daemon.log"
        shutil.copytree(ROOT / "config", self._config)

    def start(self, boot: str | None, up_s: int, environment: Mapping[str, str] | None = None) -> None:
        """Starts it, ``up_s`` after the boot of that identity (None: nobody tells), and kills it when it has begun."""
        told = {} if boot is None else told_by_the_unit(boot)
        changes = [f"{name}={value}" for name, value in {**told, **(environment or {})}.items()]
        user = [] if os.geteuid() == 0 else ["-r"]
        apart = ["unshare", *user, "-n", "-m", "-p", "-T", "--boottime", str(up_s), "--monotonic", str(up_s), "--fork"]
        words = [*apart, "--kill-child=KILL", "sh", "-c", SANDBOX, "sandbox"]
        with self._log.open("a", encoding="utf-8") as log:
            before = self.heartbeat()
            daemon = subprocess.Popen(
                [*words, "env", *changes, program(), "--config", str(self._config), "run"], stdout=log, stderr=log
            )
            with daemon:
                try:
                    until(lambda: self.heartbeat() != before or daemon.poll() is not None, "a heartbeat", within_s=120)
                finally:
                    daemon.kill()
        if daemon.returncode == 77:
            pytest.skip("this machine does not allow to mount a /proc of its own")
        until(lambda: not daemon_runs(self.state), "its end", within_s=15)

    def heartbeat(self) -> tuple[object, ...] | None:
        """What it wrote down of the clock last."""
        if not (self.state / "monitor.db").exists():
            return None
        with closing(sqlite3.connect(self.state / "monitor.db", timeout=10)) as database:
            try:
                row = database.execute("SELECT boot_id, boot_ns, suspect_since_boot_ns FROM heartbeat").fetchone()
            except sqlite3.OperationalError:  # not made yet
                return None
        return tuple(row) if row else None

    @property
    def suspect(self) -> bool:
        found = self.heartbeat()
        assert found is not None, self._log.read_text()
        return found[2] is not None


def told_by_the_unit(boot: str) -> dict[str, str]:
    """What the unit puts into the daemon's environment, with %b replaced as systemd does."""
    lines = [line.partition("=")[2] for line in UNIT.read_text().splitlines() if line.startswith("Environment=")]
    return {name: value.replace("%b", boot) for name, _, value in (line.partition("=") for line in lines)}


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    yield Machine(tmp_path)
    sys.stdout.write((tmp_path / "daemon.log").read_text())


def test_restarts_and_reboots_are_told_apart_and_neither_is_suspect(machine: Machine, tmp_path: Path) -> None:
    machine.start(A_BOOT, up_s=864_000)
    found = machine.heartbeat()
    assert found is not None
    assert found[0] == A_BOOT

    machine.start(A_BOOT, up_s=864_000)
    assert not machine.suspect
    machine.start(THE_NEXT, up_s=0)
    assert not machine.suspect

    # Within one boot a clock cannot have gone on by three days in a second; a machine that was off for them can.
    ahead = WallClock(tmp_path)
    ahead.set(THREE_DAYS_S)
    machine.start(THE_NEXT, up_s=0, environment=ahead.environment)
    assert machine.suspect


def test_where_nobody_tells_which_boot_it_is_a_reboot_is_no_reason_to_doubt_the_clock(machine: Machine) -> None:
    machine.start(None, up_s=864_000)
    machine.start(None, up_s=864_000)
    assert not machine.suspect
    machine.start(None, up_s=0)
    assert not machine.suspect
