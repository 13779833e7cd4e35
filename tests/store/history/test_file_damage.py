"""What happens to the file costs summaries of an hour at most, and never the daemon: kills, torn bytes, full disks."""

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.store.history.file import FILE, HistoryFile, HistoryRefuses, Kept
from monitor.store.history.summaries import Echoes

T0 = datetime(2026, 11, 24, tzinfo=UTC)
HOUR, FIVE = timedelta(hours=1), timedelta(minutes=5)
WEEKS = timedelta(weeks=8)
TURNS = (
    T0 + WEEKS + timedelta(hours=-int((T0 + WEEKS).timestamp()) // 3_600 % (14 * 24))
)  # the first series' hour is next
DEVICES = 40
# Of 281 and 603 SQLite quotes bytes that are no text; 259 makes a text of a row, 692 puts rows out of order.
FEW = (*range(30), 259, 281, 603, 692)

WRITER = """
import sys
from datetime import timedelta
from pathlib import Path
from tests.store.history.test_file_damage import DEVICES, T0, HOUR, TURNS, hour_of
from monitor.store.history.file import HistoryFile, Kept

file = HistoryFile(Path(sys.argv[1]))
file.open()
for number in range(int(sys.argv[2]), 100_000):
    now_utc = T0 + number * HOUR
    file.add({f"site-{each}/gateway": hour_of(now_utc) for each in range(DEVICES)})
    print(number, flush=True)
    file.join_hours(TURNS + number % (DEVICES + 1) * HOUR)
    file.prune(now_utc, Kept(fine=40))
"""


def hour_of(begins: datetime) -> dict[datetime, Echoes]:
    """An hour of summaries."""
    return {begins + number * FIVE: Echoes(5, 0, 0, 15, 0, 4_000, 4_200, 9_000) for number in range(12)}


def written(file: HistoryFile, device: str) -> set[datetime]:
    """The hours of which all twelve five minutes are there, and each once."""
    found = file.read("fine", device, Echoes, T0, T0 + 100_000 * HOUR)
    assert {one.answered for one in found.values()} <= {5}, "nothing is counted twice"
    hours = [at.replace(minute=0) for at in found]
    return {hour for hour in hours if hours.count(hour) == 12}


@pytest.mark.long
def test_a_killed_writer_loses_no_hour_that_it_had_written(tmp_path: Path) -> None:
    chance, begins = random.Random(11), 0
    for _ in range(25):
        words = [sys.executable, "-c", WRITER, str(tmp_path), str(begins)]
        with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            last = int(process.stdout.readline())
            for _ in range(chance.randrange(4)):
                last = int(process.stdout.readline())
            time.sleep(chance.random() * 0.02)  # somewhere in the next hour's writing
            process.send_signal(signal.SIGKILL)
            told = [int(line) for line in process.stdout.read().split()]
        last = max([last, *told])
        file = HistoryFile(tmp_path)
        file.open()
        assert file.set_aside == "", "what a kill leaves is rolled back, not damage"
        hours = {T0 + number * HOUR for number in range(last + 1)}
        for device in ("site-0/gateway", f"site-{DEVICES - 1}/gateway"):
            assert hours <= written(file, device)
            coarse = file.read("coarse", device, Echoes, T0, T0 + 100_000 * HOUR)
            assert hours <= set(coarse), "joined or not"
            assert {coarse[hour].answered for hour in hours} == {60}
        begins = len(written(file, "site-0/gateway"))  # the hour under way may have been whole


IN_THE_MIDDLE = """
import os, signal, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA journal_mode = TRUNCATE")
connection.execute("PRAGMA cache_size = 1")
connection.execute("BEGIN IMMEDIATE")
connection.execute("UPDATE coarse SET packed = zeroblob(900)")
connection.execute("UPDATE fine SET packed = zeroblob(900)")
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("reads_first", [True, False])
def test_what_was_half_written_at_a_kill_is_rolled_back_by_the_next_one(tmp_path: Path, reads_first: bool) -> None:
    file = HistoryFile(tmp_path)
    file.open()
    file.add({f"site-{each}/gateway": hour_of(T0) for each in range(DEVICES)})
    before = file.path.read_bytes()
    subprocess.run([sys.executable, "-c", IN_THE_MIDDLE, str(file.path)], check=False)
    assert file.path.read_bytes() != before, "it was killed with half of it in the file"
    if reads_first:
        assert written(file, "site-7/gateway") == {T0}
    file.open()
    assert file.set_aside == ""
    assert written(file, "site-7/gateway") == {T0}


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A file with three days of forty devices, and half of a fortnight of them joined."""
    folder = tmp_path_factory.mktemp("sound")
    file = HistoryFile(folder)
    file.open()
    for number in range(0, 72, 12):
        hours = {at: one for part in range(12) for at, one in hour_of(T0 + (number + part) * HOUR).items()}
        file.add({f"site-{each}/gateway": hours for each in range(DEVICES)})
    for turn in range(DEVICES // 2):
        file.join_hours(TURNS + turn * HOUR)
    with sqlite3.connect(file.path) as connection:
        (rows,) = connection.execute("SELECT count(*) FROM coarse").fetchone()
    connection.close()
    assert rows < 3 * DEVICES, "some are joined"
    return (folder / FILE).read_bytes()


def torn(sound: bytes, chance: random.Random) -> bytes:
    """The file with flipped bits, or cut, or with a stretch of another content."""
    data = bytearray(sound)
    match chance.randrange(3):
        case 0:
            for _ in range(chance.randint(1, 20)):
                data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        case 1:
            del data[chance.randrange(len(data)) :]
        case _:
            begins = chance.randrange(len(data))
            data[begins : begins + chance.randint(1, 8_192)] = chance.randbytes(chance.randint(1, 8_192))
    return bytes(data)


@pytest.mark.parametrize(
    "seed", [*FEW, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(1_000) if seed not in FEW)]
)
def test_a_torn_file_is_read_as_far_as_it_is_whole_or_begun_again(sound: bytes, tmp_path: Path, seed: int) -> None:
    (tmp_path / FILE).write_bytes(torn(sound, random.Random(seed)))
    file = HistoryFile(tmp_path)
    try:
        for table in ("fine", "coarse"):
            found = file.read(table, "site-7/gateway", Echoes, T0, T0 + 72 * HOUR)
            assert all(one == Echoes.of(one.codes()) for one in found.values())
    except HistoryRefuses:
        pass
    file.open()
    file.add({f"site-{each}/gateway": hour_of(T0 + 100 * HOUR) for each in (7, 31)})
    for turn in range(0, DEVICES, 3):
        file.join_hours(TURNS + turn * HOUR)
    file.prune(T0 + WEEKS, Kept(fine=60))
    for device in ("site-7/gateway", "site-31/gateway"):
        assert T0 + 100 * HOUR in written(HistoryFile(tmp_path), device)
        assert T0 + 100 * HOUR in file.read("coarse", device, Echoes, T0, T0 + 200 * HOUR)
    if file.set_aside:
        assert Path(file.set_aside).is_file()


def test_a_file_of_another_program_is_set_aside_as_it_was(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / FILE) as connection:
        connection.execute("CREATE TABLE fine (other TEXT)")
    connection.close()
    before = (tmp_path / FILE).read_bytes()
    file = HistoryFile(tmp_path)
    file.open()
    assert Path(file.set_aside).read_bytes() == before
    file.add({"a": hour_of(T0)})


def test_a_journal_that_is_none_of_its_own_is_not_played_into_a_file_begun_again(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"rubbish" * 1_000)
    (tmp_path / f"{FILE}-journal").write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + bytes(5_000))
    file = HistoryFile(tmp_path)
    file.open()
    file.add({"a": hour_of(T0)})
    assert written(file, "a") == {T0}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk of one megabyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(words, capture_output=True, check=False).returncode:
        pytest.skip("no right to mount a small disk")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def fill(ballast: Path) -> None:
    """Take all the room there is."""
    with ballast.open("wb", buffering=0) as output, suppress(OSError):
        while True:
            output.write(bytes(4_096))


def test_a_full_disk_refuses_and_takes_again_when_there_is_room(small_disk: Path) -> None:
    file = HistoryFile(small_disk)
    file.open()
    file.add({"a": hour_of(T0)})
    ballast = small_disk / "ballast"
    fill(ballast)
    with pytest.raises(HistoryRefuses, match=r"full|disk I/O"):
        file.add({f"site-{each}": hour_of(T0) for each in range(2_000)})
    ballast.unlink()
    assert written(file, "a") == {T0}, "and what was there is there"
    file.add({"a": hour_of(T0 + HOUR)})
    assert written(file, "a") == {T0, T0 + HOUR}


AS_NOBODY = """
import os, sys
from pathlib import Path
from monitor.store.history.file import HistoryFile, HistoryRefuses
os.setgid(65534); os.setuid(65534)
file = HistoryFile(Path(sys.argv[1]))
for job in (file.open, lambda: file.add({})):
    try:
        job()
    except HistoryRefuses as error:
        print(error)
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_file_of_another_owner_refuses_in_words_and_is_left_alone() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o777)
        file = HistoryFile(folder)
        file.open()
        file.add({"a": hour_of(T0)})
        file.path.chmod(0o600)
        words = [sys.executable, "-c", AS_NOBODY, name]
        done = subprocess.run(words, capture_output=True, text=True, check=True)
        assert done.stdout.splitlines() == ["unable to open database file"] * 2
        assert written(file, "a") == {T0}
        assert not list(folder.glob("*.damaged"))


def test_a_file_that_is_busy_is_not_taken_for_damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.store.history.file.BUSY_TIMEOUT_S", 0.05)
    file = HistoryFile(tmp_path)
    file.open()
    file.add({"a": hour_of(T0)})
    with sqlite3.connect(file.path, isolation_level=None) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        with pytest.raises(HistoryRefuses, match="locked"):
            file.open()
        connection.execute("ROLLBACK")
    connection.close()
    file.open()
    assert (file.set_aside, written(file, "a")) == ("", {T0})
