"""Run what makes reports in a process of its own: pickled in, pickled out, within a time."""

import asyncio
import pickle
from asyncio.subprocess import PIPE
from collections.abc import Sequence

from monitor.alerts.cases.edition_jobs import Job, MadeFile, MadeReport, NotMade, Render
from monitor.domain.message import said_by_system
from monitor.domain.reasons import ReasonCode, reason
from monitor.net.pool import Pool

_PICKLING = Pool("report process", threads=1, backlog=64)  # the office of 20,000 sites takes tenths of a second


async def in_process(command: Sequence[str], job: Job | Render, within_s: float) -> MadeReport | MadeFile | NotMade:
    """Return what the process that ``command`` starts makes of a job, or why it made nothing. On the event loop.

    The process is ended after ``within_s``, and when this is cancelled.
    """
    given = await asyncio.wrap_future(_PICKLING.submit(pickle.dumps, job, pickle.HIGHEST_PROTOCOL))
    try:
        process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE)
    except OSError as error:
        return NotMade(reason(ReasonCode.PROGRAM_FAULT, fault=str(said_by_system(error))))
    try:
        async with asyncio.timeout(within_s):
            said, _ = await process.communicate(given)
    except TimeoutError:
        return NotMade(reason(ReasonCode.REPORT_TOO_LONG, seconds=round(within_s)))
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode or not said:
        return NotMade(reason(ReasonCode.REPORT_ENDED, status=process.returncode or 0))
    found: MadeReport | MadeFile | NotMade = await asyncio.wrap_future(_PICKLING.submit(pickle.loads, said))
    return found
