"""Bytes, requests and files that nobody ever meant: each is read, or refused in words."""

import importlib.util
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from monitor.configuration import load
from monitor.settings.problems import ConfigError
from monitor.settings.toml import without_comments
from tests.fuzz.api_office import asked, served
from tests.places import SHIPPED
from tests.torture.trial import Found, Steps

PARSERS = ("icmp", "snmp", "snmp_v3", "traps")
A_PORTION = 100_000  # inputs to one process
A_TURN = 20_000  # requests between two looks at what has come
PROCESSES = max(1, (os.cpu_count() or 1) // 2)
SITE_TABLES = 8  # of the shipped office's: sites that others lie behind stand first
WRONG = ("0", "-1", "1e999", "nan", "true", '""', '"\\u0000"', "[]", "{}", "2026-13-99", '"১২"', "9" * 40, "''' x '''")


def datagrams(count: int, seed: int) -> Steps:
    """Throw bytes at the parsers of what comes from the network; undetected is one that breaks."""
    found = Found()
    if importlib.util.find_spec("atheris") is None:
        found.note("atheris has no build for this Python or machine")
        yield found
        return
    with tempfile.TemporaryDirectory() as folder:
        while found.done < count:
            for name in PARSERS:
                runs = max(1, min(A_PORTION, (count - found.done) // len(PARSERS)))
                found.done += runs
                _fuzz(name, runs, seed + found.done, Path(folder), found)
                yield found


def _fuzz(name: str, runs: int, seed: int, folder: Path, found: Found) -> None:
    """Go on where the search through that parser has come to: what it has found worth keeping lies in the folder."""
    ways = folder / name
    ways.mkdir(exist_ok=True)
    words = [str(ways), f"-runs={runs}", f"-seed={seed}", f"-artifact_prefix={folder}/"]
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz.harness", name, *words],
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    ended = re.search(r"^Done (\d+) runs", done.stderr, re.MULTILINE)
    # What was kept before is tried too, however few are wanted.
    if done.returncode or not ended or int(ended[1]) < runs:
        found.undetected += 1
        found.note(f"{name}: {done.stderr[-500:]}")


def requests(count: int, seed: int) -> Steps:
    """Ask the API what its document allows, spoilt, and bytes that are hardly HTTP; undetected is a fault."""
    found = Found()
    with tempfile.TemporaryDirectory() as folder, served(Path(folder)) as (port, tokens):
        while found.done < count:
            statuses, faults, _, _ = asked(port, tokens, min(A_TURN, count - found.done), PROCESSES, seed + found.done)
            found.done += statuses.total()
            found.undetected += len(faults)
            for fault in faults:
                found.note(fault)
            found.count("answered with success", sum(n for status, n in statuses.items() if status.startswith("2")))
            yield found


def configurations(count: int, seed: int) -> Steps:
    """Spoil a file of the configuration; undetected is an error that is none of ours, or names no file."""
    chance, found = random.Random(seed), Found()
    with tempfile.TemporaryDirectory() as folder:
        office = Path(shutil.copytree(SHIPPED, Path(folder) / "config"))
        files = sorted(office.glob("*.toml"))
        contents = {file: bare(file.read_bytes()) for file in files}
        for file, content in contents.items():
            file.write_bytes(content)
        for _ in range(count):
            found.done += 1
            file = chance.choice(files)
            file.write_bytes(spoilt(contents[file], chance))
            try:
                load(office)
                found.count("still right")
            except ConfigError as refused:
                found.count("refused in words")
                if not refused.problems or not all(file.name in str(each) for each in refused.problems[:1]):
                    found.count("of which by another file that refers to it")
            except Exception as error:
                found.undetected += 1
                found.note(f"{file.name}: {type(error).__name__}: {error}")
            file.write_bytes(contents[file])
            yield found


def bare(content: bytes) -> bytes:
    """Return a file without comments and empty lines, which nothing can be wrong with, and with its first few sites."""
    tables = re.split(rb"(?m)^(?=\[)", without_comments(content))
    sites = [table for table in tables if table.startswith(b"[sites.")]
    kept = [table for table in tables if table not in sites[SITE_TABLES:]]
    return b"".join(line for table in kept for line in table.splitlines(keepends=True) if line.strip())


def spoilt(content: bytes, chance: random.Random) -> bytes:
    """Return a file with one to three things wrong."""
    lines = content.splitlines(keepends=True)
    for _ in range(chance.choice([1, 1, 2, 3])):
        at = chance.randrange(len(lines))
        line = lines[at]
        match chance.randrange(8):
            case 0:
                lines[at] = b""
            case 1:
                lines[at] = line * 2
            case 2:
                other = chance.randrange(len(lines))
                lines[at], lines[other] = lines[other], line
            case 3 if b"=" in line:
                lines[at] = line.partition(b"=")[0] + b"= " + chance.choice(WRONG).encode() + b"\n"
            case 4 if line.strip():
                place = chance.randrange(len(line))
                lines[at] = line[:place] + bytes([line[place] ^ 1 << chance.randrange(8)]) + line[place + 1 :]
            case 5:
                lines[at] = line[: chance.randrange(len(line) + 1)]
            case 6:
                lines[at] = chance.randbytes(chance.randrange(1, 200)) + b"\n"
            case _:
                del lines[at + 1 + chance.randrange(20) :]
    return b"".join(lines) or b"\n"
