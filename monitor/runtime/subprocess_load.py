"""Load the configuration in a process of its own: 20,000 sites take seconds and a hundred megabytes to check.

So neither the loop waits for it nor does the daemon keep that memory. Settings come back over a pipe, pickled.
"""

import asyncio
import gc
import pickle
import sys
from asyncio.subprocess import PIPE
from collections.abc import Mapping
from pathlib import Path

from monitor.configuration import load_installation
from monitor.domain.message import message, said_by_system
from monitor.net.pool import Pool
from monitor.settings.installation import Installation
from monitor.settings.problems import ConfigError, Problem

LARGE_BYTES = 1_000_000  # some 4,000 sites
_THREAD = Pool("reload", threads=1, backlog=1)


async def load_in_subprocess(directory: Path) -> tuple[Installation, Mapping[str, bytes]]:
    """Load as `load_installation` does, with the files' contents; raises ConfigError.

    It raises that as well when there is no memory for another process, or it was killed.
    """
    # -P: whatever lies in the folder in which the daemon was started is not imported instead of ours.
    words = [sys.executable, "-P", "-m", "monitor.runtime.subprocess_load", str(directory)]
    try:
        process = await asyncio.create_subprocess_exec(*words, stdout=PIPE)
    except OSError as error:
        raise ConfigError(
            [Problem(str(directory), 0, "", message("could not be read: {fault}", fault=said_by_system(error)))]
        ) from None
    try:
        said, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    if process.returncode != 0:
        raise ConfigError(
            [Problem(str(directory), 0, "", message("reading it ended with exit code {code}", code=process.returncode))]
        )
    found: tuple[Installation, dict[str, bytes]] | list[Problem] = await asyncio.wrap_future(
        _THREAD.submit(pickle.loads, said)
    )
    if isinstance(found, list):
        raise ConfigError(found)
    return found


def load_at_start(directory: Path, sources: dict[str, bytes]) -> Installation:
    """Load as `load_installation` does; large files in a process of their own, whose memory the daemon then never had.

    For a thread without an event loop.
    """
    files = [file for file in directory.rglob("*.toml") if file.exists()]
    if sum(file.stat().st_size for file in files) < LARGE_BYTES:
        return load_installation(directory, sources)
    installation, read = asyncio.run(load_in_subprocess(directory))
    sources |= read
    return installation


def main() -> None:
    """Write the installation of a folder to standard output, or its faults."""
    gc.disable()  # it ends before there is anything to gain
    found: tuple[Installation, dict[str, bytes]] | list[Problem]
    sources: dict[str, bytes] = {}
    try:
        found = load_installation(Path(sys.argv[1]), sources), sources
    except ConfigError as error:
        found = list(error.problems)
    sys.stdout.buffer.write(pickle.dumps(found, pickle.HIGHEST_PROTOCOL))


if __name__ == "__main__":
    main()
