"""Load the configuration in a process of its own: 20,000 sites take seconds and a hundred megabytes to check.

So neither the loop waits for it nor does the daemon keep that memory. Settings come back over a pipe, pickled.
"""

import asyncio
import gc
import pickle
import subprocess
import sys
from functools import partial
from pathlib import Path
from subprocess import PIPE

from monitor.configuration import load_installation
from monitor.domain.message import message, said_by_system
from monitor.net.pool import Pool
from monitor.settings.installation import Installation
from monitor.settings.problems import ConfigError, Problem

LARGE_BYTES = 1_000_000  # some 4,000 sites
Loaded = tuple[Installation, dict[str, bytes]]
_THREAD = Pool("reload", threads=1, backlog=1)


async def load_in_subprocess(directory: Path) -> Loaded:
    """Load as `load_installation` does, with the files' contents; raises ConfigError.

    It raises that as well when there is no memory for another process, or it was killed.
    """
    try:
        process = await asyncio.create_subprocess_exec(*_command(directory), stdout=PIPE)
    except OSError as error:
        raise _not_read(directory, error) from None
    try:
        said, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    return await asyncio.wrap_future(_THREAD.submit(partial(_loaded, directory, process.returncode, said)))


def load_at_start(directory: Path, sources: dict[str, bytes]) -> Installation:
    """Load as `load_installation` does; large files in a process of their own, whose memory the daemon then never had.

    Without an event loop: asyncio's own would write the whole result out as text at its end.
    """
    files = [file for file in directory.rglob("*.toml") if file.exists()]
    if sum(file.stat().st_size for file in files) < LARGE_BYTES:
        return load_installation(directory, sources)
    try:
        done = subprocess.run(_command(directory), stdout=PIPE, check=False)
    except OSError as error:
        raise _not_read(directory, error) from None
    installation, read = _loaded(directory, done.returncode, done.stdout)
    sources |= read
    return installation


def _command(directory: Path) -> list[str]:
    # -P: whatever lies in the folder in which the daemon was started is not imported instead of ours.
    return [sys.executable, "-P", "-m", "monitor.runtime.subprocess_load", str(directory)]


def _not_read(directory: Path, error: OSError) -> ConfigError:
    return ConfigError(
        [Problem(str(directory), 0, "", message("could not be read: {fault}", fault=said_by_system(error)))]
    )


def _loaded(directory: Path, code: int | None, said: bytes) -> Loaded:
    """Return what the process wrote; raises ConfigError with what it found wrong, or how it ended."""
    if code != 0:
        raise ConfigError(
            [Problem(str(directory), 0, "", message("reading it ended with exit code {code}", code=code))]
        )
    found: Loaded | list[Problem] = pickle.loads(said)
    if isinstance(found, list):
        raise ConfigError(found)
    return found


def main() -> None:
    """Write the installation of a folder to standard output, or its faults."""
    gc.disable()  # it ends before there is anything to gain
    found: Loaded | list[Problem]
    sources: dict[str, bytes] = {}
    try:
        found = load_installation(Path(sys.argv[1]), sources), sources
    except ConfigError as error:
        found = list(error.problems)
    sys.stdout.buffer.write(pickle.dumps(found, pickle.HIGHEST_PROTOCOL))


if __name__ == "__main__":
    main()
