"""The disk is measured for real: full, read-only, and as it grows."""

import os
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from monitor.doctor.disk import growth_a_day, measure
from monitor.domain.clock import VirtualClock
from monitor.store.history.file import HistoryFile
from monitor.store.history.summaries import Echoes
from tests.doctor.installation import Installation, is_allowed

MEGABYTE = 1_000_000


@pytest.fixture
def small_disk(office: Installation) -> Iterator[Installation]:
    """An installation whose state folder is a disk of 200 megabytes with 5,000 files at most."""
    office.state.mkdir(mode=0o750)
    words = ["mount", "-t", "tmpfs", "-o", "size=200m,nr_inodes=5000,mode=750", "tmpfs", str(office.state)]
    if not is_allowed(words):
        pytest.skip("no right to mount a small disk")
    yield office
    subprocess.run(["umount", str(office.state)], check=True)


def test_an_empty_disk_is_well_and_a_full_one_is_not(small_disk: Installation) -> None:
    assert small_disk.found("disk") == ["new"]
    begins = small_disk.clock.now_utc - timedelta(days=10)
    copy_of(small_disk, begins, MEGABYTE)
    copy_of(small_disk, begins + timedelta(days=10), MEGABYTE + 10_000)
    assert small_disk.found("disk") == ["ok"]
    with (small_disk.state / "ballast").open("wb") as ballast:
        os.posix_fallocate(ballast.fileno(), 0, 150 * MEGABYTE)
    (finding,) = small_disk.examined("disk").findings
    assert finding.kind.code == "disk.full"
    assert str(small_disk.state) in str(finding.mend)


def test_a_disk_without_room_for_more_files_is_not_well(small_disk: Installation) -> None:
    for number in range(4_500):
        (small_disk.state / f"letter-{number}").touch()
    assert small_disk.found("disk") == ["no-files"]


def test_a_disk_that_went_read_only_is_not_well(small_disk: Installation) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk.state)], check=True)
    assert small_disk.found("disk") == ["read-only"]


def copy_of(office: Installation, day: datetime, size: int) -> None:
    folder = office.state / "backups"
    folder.mkdir(mode=0o750, exist_ok=True)
    path = folder / f"monitor-{day:%Y%m%d}.db"
    with path.open("wb") as file:
        file.truncate(size)
    os.utime(path, (day.timestamp(), day.timestamp()))


def test_it_is_foretold_when_a_disk_will_be_full(small_disk: Installation) -> None:
    begins = small_disk.clock.now_utc - timedelta(days=10)
    copy_of(small_disk, begins, 10 * MEGABYTE)
    copy_of(small_disk, begins + timedelta(days=10), 40 * MEGABYTE)
    (finding,) = small_disk.examined("disk").findings
    free = measure(small_disk.state, small_disk.clock.utc()).free
    assert finding.kind.code == "disk.full-soon"
    # 3 MB a day, and as much for the copy that grows with it.
    assert finding.values["growth"] == pytest.approx(6 * MEGABYTE)
    assert finding.values["days"] == int(free / (6 * MEGABYTE))


def test_the_history_counts_as_growth_from_its_first_day() -> None:
    assert growth_a_day([]) == 0
    day = datetime(2026, 11, 1, tzinfo=UTC)
    assert growth_a_day([(day, 5_000), (day + timedelta(hours=3), 9_000)]) == 0, "less than a day says nothing"
    assert growth_a_day([(day + timedelta(days=2), 9_000), (day, 5_000)]) == 2_000
    assert growth_a_day([(day + timedelta(days=2), 5_000), (day, 9_000)]) == 0


def test_a_history_of_ten_days_grows_by_a_tenth_of_itself_a_day(office: Installation) -> None:
    office.has_run()
    history = HistoryFile(office.state)
    history.open()
    begins = office.clock.now_utc.replace(minute=0, second=0, microsecond=0) - timedelta(days=10)
    history.add({"a": {begins: Echoes(5, 0, 0, 15, 0, 4_000, 4_200, 9_000)}})
    assert history.began_on() == begins.date()
    size = history.path.stat().st_size
    assert measure(office.state, office.clock.utc()).growth == pytest.approx(size / 10)


def test_before_the_first_start_there_is_nothing_to_measure(office: Installation) -> None:
    assert isinstance(office.clock, VirtualClock)
    assert office.found("disk") == ["no-folder"]
