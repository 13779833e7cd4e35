"""Run what makes reports in a process of its own: pickled in, pickled out, within a time."""

import asyncio
import pickle
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Sequence
from contextlib import suppress

from monitor.alerts.cases.edition_jobs import MadeFile, MadeReport, NotMade
from monitor.domain.edition_states import EditionProgress, EditionStage
from monitor.domain.message import said_by_system
from monitor.domain.reasons import ReasonCode, reason
from monitor.net.pool import Pool
from monitor.own_code import EXCHANGED

_PICKLING = Pool("report process", threads=1, backlog=64)  # the office of 20,000 sites takes tenths of a second


async def in_process(
    command: Sequence[str],
    job: object,
    within_s: float,
    shows: Callable[[EditionProgress], None] = lambda progress: None,
) -> MadeReport | MadeFile | NotMade:
    """Return what the process that ``command`` starts makes of a job, or why it made nothing. On the event loop.

    The process is ended after ``within_s``, and when this is cancelled. ``shows``: told how far it is.
    """
    given = await asyncio.wrap_future(_PICKLING.submit(pickle.dumps, job, pickle.HIGHEST_PROTOCOL))
    try:
        process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE)
    except OSError as error:
        return NotMade(reason(ReasonCode.PROGRAM_FAULT, fault=str(said_by_system(error))))
    try:
        async with asyncio.timeout(within_s):
            _, said = await asyncio.gather(_give(process, given), _take(process, shows))
            await process.wait()
    except TimeoutError:
        return NotMade(reason(ReasonCode.REPORT_TOO_LONG, seconds=round(within_s)))
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode == EXCHANGED:
        return NotMade(reason(ReasonCode.PROGRAM_EXCHANGED))
    if process.returncode or not said:
        return NotMade(reason(ReasonCode.REPORT_ENDED, status=process.returncode or 0))
    found: MadeReport | MadeFile | NotMade = await asyncio.wrap_future(_PICKLING.submit(pickle.loads, said))
    return found


async def _give(process: Process, given: bytes) -> None:
    assert process.stdin is not None
    with suppress(BrokenPipeError, ConnectionResetError):  # it has ended: its exit code says more
        process.stdin.write(given)
        await process.stdin.drain()
    process.stdin.close()


async def _take(process: Process, shows: Callable[[EditionProgress], None]) -> bytes:
    """Return what stands behind the empty line; what stands before it is told."""
    assert process.stdout is not None
    while (line := await process.stdout.readline()) not in {b"", b"\n"}:
        with suppress(ValueError):  # whatever else a library prints
            stage, _, share = line.decode().partition(" ")
            shows(EditionProgress(EditionStage(stage), float(share)))
    return await process.stdout.read()
