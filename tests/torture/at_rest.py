"""Files that change by themselves, or end too early: noticed before anything is judged by them, or harmless."""

import random
import sqlite3
import struct
import tempfile
from contextlib import closing
from pathlib import Path

from monitor.store.errors import StoreError
from monitor.store.opening import DATABASE, open_store
from tests.store.filled import fill, is_noticed, rows
from tests.torture.power import in_memory
from tests.torture.recorded import fingerprint
from tests.torture.trial import Found, Steps

COMMITS = 40
WAL_HEADER, FRAME_HEADER = 32, 24


def flipped_bits(count: int, seed: int) -> Steps:
    """Turn one bit of the database's file; undetected is other data without a word."""
    chance, found = random.Random(seed), Found()
    with tempfile.TemporaryDirectory(dir=in_memory()) as folder:
        state = Path(folder)
        fill(state)
        path = state / DATABASE
        whole, before = path.read_bytes(), rows(path)
        for _ in range(count):
            found.done += 1
            flipped = bytearray(whole)
            at = chance.randrange(len(whole))
            flipped[at] ^= 1 << chance.randrange(8)
            path.write_bytes(flipped)
            if is_noticed(state):
                found.count("noticed at the start")
            elif rows(path) == before:
                found.count("harmless: every row is what it was")
            else:
                found.undetected += 1
                found.note(f"byte {at}")
            yield found


def torn_tails(count: int, seed: int) -> Steps:
    """End a write-ahead log at any byte, with anything behind it; lost is a commit whose frames are whole."""
    chance, found = random.Random(seed), Found()
    with tempfile.TemporaryDirectory(dir=in_memory()) as folder:
        state, again = Path(folder) / "state", Path(folder) / "again"
        state.mkdir()
        again.mkdir()
        whole, log, states = _with_log(state, chance)
        installed = {file.name: file.read_bytes() for file in state.iterdir() if not file.name.startswith(DATABASE)}
        ends = _ends_of_commits(log)
        for _ in range(count):
            yield found
            found.done += 1
            cut = chance.randrange(len(log) + 1)
            behind = chance.choice([b"", bytes(4_096), chance.randbytes(chance.randrange(1, 8_192))])
            for name, content in {**installed, DATABASE: whole, f"{DATABASE}-wal": log[:cut] + behind}.items():
                (again / name).write_bytes(content)
            (again / f"{DATABASE}-shm").unlink(missing_ok=True)
            expected = states[sum(end <= cut for end in ends)]
            try:
                open_store(again).close()
            except StoreError as error:
                found.lost += 1
                found.note(f"refused, cut at {cut}: {error}")
                continue
            if (stored := fingerprint(again / DATABASE)) != expected:
                found.lost += 1
                found.note(f"cut at {cut}: {states.index(stored) if stored in states else 'no'} commits are there")
        yield found


def _with_log(state: Path, chance: random.Random) -> tuple[bytes, bytes, list[str]]:
    """Return a database, a log of many commits beside it, and what is stored after each of them."""
    fill(state)
    path = state / DATABASE
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        raw.execute("PRAGMA journal_mode=WAL")
        raw.execute("PRAGMA wal_autocheckpoint=0")
        whole, states = path.read_bytes(), [fingerprint(path)]
        for number in range(COMMITS):
            raw.execute("BEGIN IMMEDIATE")
            for place in range(chance.choice([1, 3, 30])):
                site = f"torn-{number}-{place}"
                raw.execute(
                    "INSERT INTO site_states (site, state, since_utc, flapping) VALUES (?, 'up', ?, 0)",
                    (site, "2026-11-24 04:00:00.000000"),
                )
            raw.execute("COMMIT")
            states.append(fingerprint(path))
        log = path.with_name(f"{DATABASE}-wal").read_bytes()
    return whole, log, states


def _ends_of_commits(log: bytes) -> list[int]:
    """Return where each commit's last frame ends (https://sqlite.org/walformat.html)."""
    page = struct.unpack_from(">I", log, 8)[0]
    starts = range(WAL_HEADER, len(log), FRAME_HEADER + page)
    return [at + FRAME_HEADER + page for at in starts if struct.unpack_from(">I", log, at + 4)[0]]
