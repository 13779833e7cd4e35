"""What the kernel says of a process is read as it is: of real ones, with rights taken away and without."""

import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.doctor.finding import Finding
from monitor.doctor.sandbox import SANDBOX, Seen, seen_of
from monitor.settings.in_force import InForce, started_of
from tests.doctor.installation import Installation, codes

IN_UNIT = "0::/system.slice/upazila-monitor.service\n"
STRICT = "21 1 8:1 / / ro,relatime shared:1 - ext4 /dev/sda1 rw\n30 21 8:1 /var /var rw - ext4 /dev/sda1 rw\n"
OPEN = "21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
GOOD = Seen(True, 997, 0, True, True, False)


def judged(seen: Seen | None) -> list[Finding]:
    from datetime import UTC, datetime

    return list(SANDBOX.judge(seen, datetime(2026, 11, 24, tzinfo=UTC)))


def status_of(*words: str) -> str:
    """What /proc says of a process that these words start."""
    done = subprocess.run([*words, "cat", "/proc/self/status"], capture_output=True, encoding="utf-8", check=True)
    return done.stdout


def test_a_process_without_rights_in_the_unit_is_well() -> None:
    assert codes(judged(GOOD)) == ["ok"]
    assert codes(judged(None)) == ["no-daemon"]


@pytest.mark.parametrize(
    ("seen", "code"),
    [
        (replace(GOOD, uid=0), ["as-root"]),
        (replace(GOOD, in_unit=False), ["no-unit"]),
        (replace(GOOD, capabilities=1 << 21), ["rights"]),
        (replace(GOOD, capabilities=1 << 13 | 1 << 10), ["ok"]),
        (replace(GOOD, no_new_privileges=False), ["new-privileges"]),
        (replace(GOOD, filters_calls=False), ["system-calls"]),
        (replace(GOOD, is_root_writable=True), ["writable"]),
        (replace(GOOD, is_root_writable=None), ["ok"]),
    ],
)
def test_each_part_of_the_sandbox_is_missed_when_it_is_gone(seen: Seen, code: list[str]) -> None:
    assert codes(judged(seen)) == code


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="setpriv is not installed")
def test_a_process_that_may_gain_no_rights_is_told_from_one_that_may() -> None:
    assert not seen_of(status_of(), IN_UNIT, STRICT).no_new_privileges
    assert seen_of(status_of("setpriv", "--no-new-privs"), IN_UNIT, STRICT).no_new_privileges


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has rights to take away")
def test_rights_that_were_taken_away_are_gone() -> None:
    assert seen_of(status_of(), IN_UNIT, STRICT).capabilities
    without = status_of("setpriv", "--bounding-set=-all", "--inh-caps=-all")
    assert seen_of(without, IN_UNIT, STRICT).capabilities == 0
    nobody = status_of("setpriv", "--reuid=65534", "--clear-groups")
    assert seen_of(nobody, IN_UNIT, STRICT).uid == 65_534


def test_the_unit_and_the_root_file_system_are_read_as_the_kernel_writes_them() -> None:
    status = status_of()
    assert seen_of(status, IN_UNIT, STRICT).in_unit
    assert seen_of(status, "0::/system.slice/upazila-monitor@north.service\n", STRICT).in_unit
    assert not seen_of(status, "0::/user.slice/session-3.scope\n", STRICT).in_unit
    assert seen_of(status, IN_UNIT, STRICT).is_root_writable is False
    assert seen_of(status, IN_UNIT, OPEN).is_root_writable is True
    assert seen_of(status, IN_UNIT, "").is_root_writable is None


def test_a_daemon_that_runs_is_looked_at_and_one_that_ended_is_not(office: Installation) -> None:
    lives = InForce(str(office.config), {}, "x", os.getpid(), started_of(os.getpid()), 0)
    assert "no-daemon" not in office.found("sandbox", daemon=lives)
    assert office.found("sandbox", daemon=replace(lives, started="1")) == ["no-daemon"]
    assert office.found("sandbox") == ["no-daemon"]
    assert Path("/proc/self/status").exists()
