"""Load the configuration in a process of its own: 20,000 sites take seconds and a hundred megabytes to check.

So neither the loop waits for it nor does the daemon keep that memory. Settings come back over a pipe, pickled; at a
reload those of the offices alone whose files have changed, and of one that stands alone the sites alone that have.
"""

import asyncio
import gc
import json
import pickle
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from subprocess import DEVNULL, PIPE
from typing import Any, NamedTuple

from monitor.configuration import KINDS, load_installation
from monitor.domain.message import message, said_by_system
from monitor.net.pool import Pool
from monitor.own_code import EXCHANGED, IDENTITY, end_unless_of
from monitor.settings.changed_offices import ChangedOffices, Digests, Reading, put_in, read_changed
from monitor.settings.changed_sites import KnownSites, completed, each_of, site_digests, unknown_sites
from monitor.settings.fleet import Fleet
from monitor.settings.installation import Installation
from monitor.settings.problems import ConfigError, Problem

LARGE_BYTES = 1_000_000  # some 4,000 sites
_THREAD = Pool("reload", threads=1, backlog=1)


@dataclass(frozen=True)
class Known:
    """What is in force: digests of its files, and of an office that stands alone its sites with theirs."""

    files: Digests = field(default_factory=dict)
    sites: KnownSites = field(default_factory=KnownSites)


class Loaded(NamedTuple):
    """What the other process found, and the contents of the files.

    ``digests``: of all sites of an office that stands alone, of which ``found`` has those alone that were not known.
    """

    found: Installation | ChangedOffices
    sources: Mapping[str, bytes]
    digests: bytes = b""


async def load_in_subprocess(directory: Path) -> tuple[Installation, Mapping[str, bytes]]:
    """Load as `load_installation` does, with the files' contents; raises ConfigError.

    It raises that as well when there is no memory for another process, or it was killed.
    """
    loaded = await _apart(directory, {})
    assert isinstance(loaded.found, Installation)
    return loaded.found, loaded.sources


async def load_again(directory: Path, before: Installation, known: Known) -> Reading:
    """Load what has changed since ``before``, which is what is ``known``; raises ConfigError.

    Of several offices only those are read, and handed over, whose files are others now; of the sites of one that stands
    alone only those are handed over that are others.
    """
    files = known.files if before.several else {}
    loaded = await _apart(directory, {"files": files, "sites": known.sites.digests.hex()})
    if isinstance(loaded.found, ChangedOffices):
        whole = await asyncio.wrap_future(_THREAD.submit(partial(_with_changed, before, loaded.found)))
        if whole is not None:
            return Reading(whole, loaded.sources, frozenset(loaded.found.files))
        loaded = Loaded(*await load_in_subprocess(directory))  # which says what is wrong between them
    return await asyncio.wrap_future(_THREAD.submit(partial(_beside, before, loaded, known.sites)))


def _with_changed(before: Installation, changed: ChangedOffices) -> Installation | None:
    """Put changed offices in, and index what the loop would otherwise have to wait for."""
    whole = put_in(before, changed)
    if whole is not None:
        _index(whole.host.fleet)
    return whole


def _beside(before: Installation, loaded: Loaded, known: KnownSites) -> Reading:
    """Keep the sites that are as they were, and index what the loop would otherwise have to wait for."""
    found = loaded.found
    assert isinstance(found, Installation)
    if not (before.several or found.several):
        fleet = completed(found.host.fleet, loaded.digests, known)
        found = Installation.of(replace(found.host, fleet=_like(fleet, before.host.fleet)))
    _index(found.host.fleet)
    sites = KnownSites(found.host.fleet.sites, loaded.digests) if loaded.digests else KnownSites()
    return Reading(found, loaded.sources, sites=sites)


def _like(fleet: Fleet, before: Fleet) -> Fleet:
    """Return an equal fleet in which each site that is as it was before is the same object, with its devices."""
    pairs = ((site, before.sites.get(id_)) for id_, site in fleet.sites.items())
    sites = (was if was is not None and (was is site or was == site) else site for site, was in pairs)
    return replace(fleet, sites={site.id: site for site in sites})  # under the same objects again


def _index(fleet: Fleet) -> None:
    """Find out now what a fleet finds out once, of all its sites, when somebody asks for it."""
    _ = fleet.references, fleet.uplinks, fleet.devices, fleet.judged, fleet.services, fleet.workstations
    _ = fleet.links, fleet.feeders, fleet.children, fleet.roots, fleet.shortest_operator_limit


async def _apart(directory: Path, known: Mapping[str, object]) -> Loaded:
    """Load in another process; raises ConfigError. ``known``: as `main` reads it, empty to load everything."""
    try:
        process = await asyncio.create_subprocess_exec(*_command(directory), stdin=PIPE, stdout=PIPE)
    except OSError as error:
        raise _not_read(directory, error) from None
    try:
        said, _ = await process.communicate(json.dumps(known).encode())
    finally:
        if process.returncode is None:
            process.kill()
    return await asyncio.wrap_future(_THREAD.submit(partial(_loaded, directory, process.returncode, said)))


def load_at_start(
    directory: Path, sources: dict[str, bytes], meanwhile: Callable[[], object] = lambda: None
) -> Installation:
    """Load as `load_installation` does; large files in a process of their own, whose memory the daemon then never had.

    Without an event loop: asyncio's own would write the whole result out as text at its end. ``meanwhile``: what is to
    be done besides, while that process reads.
    """
    files = [file for file in directory.rglob("*.toml") if file.exists()]
    if sum(file.stat().st_size for file in files) < LARGE_BYTES:
        meanwhile()
        return load_installation(directory, sources)
    try:
        with subprocess.Popen(_command(directory), stdin=DEVNULL, stdout=PIPE) as process:
            meanwhile()
            said, _ = process.communicate()
    except OSError as error:
        raise _not_read(directory, error) from None
    loaded = _loaded(directory, process.returncode, said)
    assert isinstance(loaded.found, Installation)
    sources |= loaded.sources
    return loaded.found


def _command(directory: Path) -> list[str]:
    # -P: whatever lies in the folder in which the daemon was started is not imported instead of ours.
    return [sys.executable, "-P", "-m", "monitor.runtime.subprocess_load", str(directory), IDENTITY]


def _not_read(directory: Path, error: OSError) -> ConfigError:
    return ConfigError(
        [Problem(str(directory), 0, "", message("could not be read: {fault}", fault=said_by_system(error)))]
    )


def _loaded(directory: Path, code: int | None, output: bytes) -> Loaded:
    """Return what the process wrote; raises ConfigError with what it found wrong, or how it ended."""
    if code == EXCHANGED:
        said = message("was not read: the program's files have been exchanged since it was started. Restart it")
        raise ConfigError([Problem(str(directory), 0, "", said)])
    if code != 0:
        raise ConfigError(
            [Problem(str(directory), 0, "", message("reading it ended with exit code {code}", code=code))]
        )
    found: tuple[Any, ...] | list[Problem] = pickle.loads(output)
    if isinstance(found, list):
        raise ConfigError(found)
    return Loaded(*found)


def main() -> None:
    """Write the installation of a folder to standard output, or its faults.

    ``files`` on standard input: digests of known files, for the offices alone that have changed, if nothing else has.
    ``sites``: those of known sites, for the others alone of an office that stands alone.
    """
    end_unless_of(sys.argv[2])
    gc.disable()  # it ends before there is anything to gain
    directory, known = Path(sys.argv[1]), json.loads(sys.stdin.buffer.read() or b"{}")
    found: Loaded | list[Problem]
    sources: dict[str, bytes] = {}
    try:
        changed = read_changed(directory, KINDS, known["files"]) if known.get("files") else None
        if changed is not None:
            found = Loaded(*changed)
        else:
            found = Loaded(load_installation(directory, sources), sources)
            if "sites" in known:
                found = _unknown(found, bytes.fromhex(known["sites"]))
    except ConfigError as error:
        found = list(error.problems)
    # Without its class: it is of __main__ here, and of this module there.
    plain = found if isinstance(found, list) else tuple(found)
    sys.stdout.buffer.write(pickle.dumps(plain, pickle.HIGHEST_PROTOCOL))


def _unknown(loaded: Loaded, known: bytes) -> Loaded:
    """Leave the known sites of an office that stands alone out."""
    found = loaded.found
    if not isinstance(found, Installation) or found.several:
        return loaded
    digests = site_digests(found.host.fleet)
    fleet = unknown_sites(found.host.fleet, digests, set(each_of(known)))
    return Loaded(Installation.of(replace(found.host, fleet=fleet)), loaded.sources, digests)


if __name__ == "__main__":
    main()
