"""Cut the power: what was not synced vanishes, or reaches the disk in part and in any order; then the program starts.

The operations of an office at work are recorded (`recorded`), and the files are put together as they may lie on the
disk at any moment: all that was synced, and of the rest any sectors whatever. A journal that ends anywhere is tried by
the same recording.
"""

import pickle
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from monitor.store.errors import StoreError
from monitor.store.opening import DATABASE, open_store
from tests.torture.recorded import fingerprint
from tests.torture.recording_vfs import Operation
from tests.torture.trial import Found, Steps

SECTOR = 512
TRANSACTIONS = 60  # of two commits each; fewer for a quick look
A_PASS = 500  # cuts of one passage through the recording, from its beginning to its end
IN_MEMORY = Path("/dev/shm")


def in_memory() -> Path | None:
    """Return where files lie in memory; None, for the usual place, where there is none."""
    return IN_MEMORY if IN_MEMORY.exists() else None


@dataclass
class File:
    """A file: what is certainly on the disk, and what was done to it since it was last synced.

    ``lasts``: whether its name is on the disk as well.
    """

    synced: bytes = b""
    lasts: bool = False
    later: list[Operation] = field(default_factory=list)

    def sync(self) -> None:
        """Take all that was done to it for certain."""
        self.synced, self.later, self.lasts = as_left(self, lambda _: True), [], True


def as_left(file: File, reaches: Callable[[Operation], bool]) -> bytes:
    """Return what lies on the disk when those sectors of what is not synced have reached it."""
    if not file.later:
        return file.synced
    found = bytearray(file.synced)
    for done in file.later:
        if done.kind == "truncate":
            if reaches(done):
                del found[done.offset :]
                found.extend(bytes(done.offset - len(found)))
            continue
        for at in range(0, len(done.data), SECTOR):
            if reaches(done):
                place, sector = done.offset + at, done.data[at : at + SECTOR]
                found.extend(bytes(max(0, place + len(sector) - len(found))))
                found[place : place + len(sector)] = sector
    return bytes(found)


class Reaches:
    """Whether a part of an operation reaches the disk: with a chance that each power cut draws anew."""

    def __init__(self, chance: random.Random) -> None:
        self._chance, self._share = chance, chance.choice([0.0, 0.1, 0.5, 0.9, 1.0])

    def __call__(self, _: Operation) -> bool:
        return self._chance.random() < self._share


def record(folder: Path, transactions: int, synced: str = "FULL") -> tuple[dict[str, bytes], list[Operation]]:
    """Let an office work in a process of its own; return its files before, and what was done to them."""
    office, trace = folder / "office", folder / "trace"
    office.mkdir()
    words = [str(office), str(trace), str(transactions), synced]
    subprocess.run([sys.executable, "-m", "tests.torture.recorded", *words], check=True, timeout=1_200)
    first, operations = pickle.loads(trace.read_bytes())
    return first, operations


def moments(
    first: dict[str, bytes], operations: list[Operation], cuts: list[int]
) -> Iterator[tuple[dict[str, File], list[str]]]:
    """Yield the files at each of those moments, and what may be stored then: as after the last transaction that was
    acknowledged, or after the one that was under way.
    """
    files = {name: File(data, lasts=True) for name, data in first.items()}
    fingerprints = [done.path for done in operations if done.kind == "done"]
    acknowledged, at = 0, 0
    for cut in cuts:
        for done in operations[at:cut]:
            name = Path(done.path).name
            if done.kind == "done":
                acknowledged += 1
            elif done.kind == "delete":
                files.pop(name, None)
            elif done.kind == "sync":
                files.setdefault(name, File()).sync()
            else:
                files.setdefault(name, File()).later.append(done)
        at = cut
        if acknowledged:
            yield files, fingerprints[acknowledged - 1 : acknowledged + 1]


def cut_power(count: int, seed: int, *, synced: str = "FULL") -> Steps:
    """Cut the power so many times; lost is what had been acknowledged, or all of a database that is refused."""
    chance, found = random.Random(seed), Found()
    with tempfile.TemporaryDirectory(dir=in_memory()) as folder:
        first, operations = record(Path(folder), max(6, min(TRANSACTIONS, count // 50)), synced)
        again = Path(folder) / "again"
        while found.done < count:
            cuts = sorted(chance.randrange(len(operations)) for _ in range(min(A_PASS, count - found.done)))
            for files, may_be in moments(first, operations, cuts):
                found.done += 1
                again.mkdir()
                reaches = Reaches(chance)
                for name, file in files.items():
                    if file.lasts or reaches(Operation("write", name)):
                        (again / name).write_bytes(as_left(file, reaches))
                judge(again, may_be, found)
                for left in again.iterdir():
                    left.unlink()
                again.rmdir()
                yield found


def judge(folder: Path, may_be: list[str], found: Found) -> None:
    """Start as the daemon does, and compare what is stored."""
    try:
        open_store(folder).close()
    except StoreError as error:
        found.lost += 1
        found.note(f"refused: {error}")
        return
    stored = fingerprint(folder / DATABASE)
    if stored not in may_be:
        found.lost += 1
        found.note("another state than before or after the transaction under way")
    elif stored == may_be[0]:
        found.count("as before it")
    else:
        found.count("with the transaction under way")
