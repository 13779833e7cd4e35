"""Bytes, requests and files that nobody ever meant: each is read, or refused in words."""

import gc
import importlib.util
import os
import random
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import ModuleType
from unittest.mock import patch

from monitor.configuration import load
from monitor.settings import load as reading
from monitor.settings import toml
from monitor.settings.problems import ConfigError
from tests.fuzz.api_office import served
from tests.fuzz.api_requests import asked_here
from tests.places import SHIPPED
from tests.torture.power import in_memory
from tests.torture.trial import Found, Steps

PARSERS = ("icmp", "snmp", "snmp_v3", "traps")
A_PORTION = 100_000  # inputs to one process
OF_AN_OFFICE = 10_000  # requests: its records would grow, and with them what reading them takes
OF_A_FOLDER = 2_000  # configurations of one process between two looks at what has come
PROCESSES = len(os.sched_getaffinity(0))
ALL_ARE_NEEDED = b"[[citizen]]"  # every kind of site is promised by one of them, and they are numbered
SITES, ENTRIES = 8, 4  # of the shipped office's; those that others lie behind stand first
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
        start_new_session=True,  # who ends the trial with its group ends no search, which would look like a fault
    )
    ended = re.search(r"^Done (\d+) runs", done.stderr, re.MULTILINE)
    # What was kept before is tried too, however few are wanted.
    if done.returncode or not ended or int(ended[1]) < runs:
        found.undetected += 1
        found.note(f"{name}: {done.stderr[-500:]}")


def _side_by_side(portion: Callable[[int, int], Found], size: int, count: int, seed: int) -> Steps:
    """Do so many in portions of that size, in a process for each core; ``portion`` gets how many, and its seed."""
    found = Found()
    with ProcessPoolExecutor(PROCESSES) as pool:
        while found.done < count:
            firsts = range(found.done, count, size)[:PROCESSES]
            sizes = [min(size, count - first) for first in firsts]
            for told in pool.map(portion, sizes, [seed + first for first in firsts]):
                found.add(told)
            yield found


def requests(count: int, seed: int) -> Steps:
    """Ask the API what its document allows, spoilt, and bytes that are hardly HTTP; undetected is a fault."""
    return _side_by_side(some_requests, OF_AN_OFFICE, count, seed)


def some_requests(count: int, seed: int) -> Found:
    """Ask an office of their own so many."""
    gc.collect()
    gc.freeze()  # what was imported is much, and would be looked through again and again
    found = Found()
    with tempfile.TemporaryDirectory(dir=in_memory()) as folder, served(Path(folder)) as (port, tokens):
        tally = asked_here(port, tokens, count, seed)
    found.done = tally.statuses.total()
    found.undetected = len(tally.faults)
    for fault in tally.faults:
        found.note(fault)
    found.count("answered with success", sum(n for status, n in tally.statuses.items() if status.startswith("2")))
    found.count("asked again later, as 503 said of a busy machine", tally.statuses["503"])
    return found


def configurations(count: int, seed: int) -> Steps:
    """Spoil a file of the configuration; undetected is an error that is none of ours, or names no file."""
    return _side_by_side(some_configurations, OF_A_FOLDER, count, seed)


def some_configurations(count: int, seed: int) -> Found:
    """Spoil a file of a folder, so many times."""
    chance, found = random.Random(seed), Found()
    with tempfile.TemporaryDirectory(dir=in_memory()) as folder:
        office = Path(folder) / "config"
        contents = bare_copy(office)
        with sound_files_are_read_once(office):
            for _ in range(count):
                found.done += 1
                file = chance.choice(list(contents))
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
    return found


def bare_copy(office: Path) -> dict[Path, bytes]:
    """Make a folder of the shipped files, each small; return what stands in them."""
    contents = {office / file.name: bare(file.read_bytes()) for file in sorted(SHIPPED.glob("*.toml"))}
    office.mkdir()
    for file, content in contents.items():
        file.write_bytes(content)
    return contents


@contextmanager
def sound_files_are_read_once(office: Path) -> Iterator[None]:
    """Keep what the sound files of a folder are parsed and validated to; what is spoilt goes the whole way each time.

    That depends on a file's bytes alone, and four of five are as before. Each is still read from the disk, and what
    lies between files is looked at each time.
    """
    kept = dict[tuple[object, ...], tuple[object, object]]()
    is_sound = True

    def once(module: ModuleType, name: str, others_that_count: int) -> AbstractContextManager[object]:
        function = getattr(module, name)

        def asked(first: object, *others: object) -> object:
            # An object is the same only if it is that very one; it is kept, so that no other gets its id.
            same = first if isinstance(first, bytes) else id(first)
            key = (name, same, *others[:others_that_count])
            if key in kept:
                return kept[key][1]
            result = function(first, *others)
            if is_sound:
                kept[key] = first, result
            return result

        return patch.object(module, name, asked)

    with once(toml, "parse", 1), once(reading, "validate", 1), once(reading, "_sound_sites", 0):
        load(office)
        is_sound = False
        yield


def bare(content: bytes) -> bytes:
    """Return a small file: without comments and empty lines, which nothing can be wrong with, and with little of what
    there is much of, sites, services, holidays and long texts.
    """
    tables = re.split(rb"(?m)^(?=\[)", toml.without_comments(content))
    sites, kept = 0, []
    for number, table in enumerate(tables):
        sites += table.startswith(b"[sites.")
        head = table.partition(b"\n")[0]
        is_one_of_many = table.startswith(b"[[") and tables[number - 1].startswith(head) and head != ALL_ARE_NEEDED
        if table.startswith(b"[sites."):
            is_one_of_many = sites > SITES
        if not is_one_of_many:
            kept += _few_entries(table)
    return re.sub(rb'"([^"\\\n]{40,})"', lambda long: b'"%b"' % long[1].decode()[:10].encode(), b"".join(kept))


def _few_entries(table: bytes) -> list[bytes]:
    """Return its lines; of a list with an entry on each line only the first few."""
    lines = [line for line in table.splitlines(keepends=True) if line.strip()]
    entries = [line for line in lines if line.startswith(b"  {")]
    return [line for line in lines if line not in entries[ENTRIES:]]


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
