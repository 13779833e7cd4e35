"""The unit and drop-ins as systemd itself reads them. PID 1 need not be systemd for that."""

import json
import shutil
import subprocess
from pathlib import Path

from tests.places import SYSTEMD

UNIT = SYSTEMD / "upazila-monitor.service"
MOST_EXPOSED = 13  # tenths: systemd calls anything up to 2.0 well protected; see the unit for what is left


def output_of(*words: str | Path) -> str:
    done = subprocess.run(words, capture_output=True, text=True, timeout=60)
    return done.stdout + done.stderr


def about_ours(told: str) -> list[str]:
    """What is said of our unit, not of others that happen to be on the machine."""
    return [line for line in told.splitlines() if UNIT.name in line or str(SYSTEMD) in line]


def test_systemd_has_nothing_to_say_about_the_unit() -> None:
    assert about_ours(output_of("systemd-analyze", "verify", UNIT)) == []


def test_a_misspelt_key_would_be_noticed(tmp_path: Path) -> None:
    misspelt = tmp_path / UNIT.name
    misspelt.write_text(UNIT.read_text().replace("WatchdogSec", "WatchdogSecs"))
    assert any("WatchdogSecs" in line for line in about_ours(output_of("systemd-analyze", "verify", misspelt)))


def test_the_unit_is_locked_down() -> None:
    command = ("systemd-analyze", "security", "--offline=true", f"--threshold={MOST_EXPOSED}", "--json=short", UNIT)
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    worst = sorted(json.loads(done.stdout), key=lambda row: -float(row["exposure"] or 0))[:5]
    assert done.returncode == 0, worst


def test_the_sysctl_file_is_what_sysctl_understands() -> None:
    lines = [line for line in (SYSTEMD / "60-upazila-monitor.conf").read_text().splitlines() if line[:1] != "#"]
    for line in lines:
        key = line.partition("=")[0].strip()
        assert Path("/proc/sys", *key.split(".")).exists()


def test_the_user_and_the_folders_are_made(tmp_path: Path) -> None:
    root = tmp_path / "root"
    for folder in ("etc", "var/lib"):
        (root / folder).mkdir(parents=True)
    sysusers = output_of("systemd-sysusers", f"--root={root}", SYSTEMD / "upazila-monitor.sysusers.conf")
    assert "upazila-monitor" in (root / "etc/passwd").read_text(), sysusers
    output_of("systemd-tmpfiles", f"--root={root}", "--create", SYSTEMD / "upazila-monitor.tmpfiles.conf")
    assert (root / "etc/upazila-monitor").stat().st_mode & 0o777 == 0o750
    assert (root / "var/lib/upazila-monitor").is_dir()


def test_systemd_is_here_to_be_asked() -> None:
    assert shutil.which("systemd-analyze"), "apt-get install systemd"
