"""Give out what is printed on paper, such as a letter about a ticket, as PDF. On the event loop."""

import asyncio
import hashlib
import json
from collections.abc import Callable
from datetime import datetime

from monitor.alerts.cases.edition_jobs import MadeFile, NotMade
from monitor.domain.message import said_by
from monitor.domain.reasons import ReasonCode, reason
from monitor.net.pool import Pool, PoolFull
from monitor.reports.export.faults import CannotRender
from monitor.reports.export.formats import MEDIA
from monitor.reports.export.typesetting import Document, typeset
from monitor.web.made_files import MadeFiles

MOST_BYTES = 8_000_000
MOST_WAITING = 8


def as_of(now_utc: datetime) -> datetime:
    """Return the minute that a document says that it was made in: whoever asks again within it gets the same one."""
    return now_utc.replace(second=0, microsecond=0)


class Papers:
    """Sets one document at a time, and gives out what it set lately; raises PoolFull where too many wait.

    ``sets``: sets a document as PDF, in a thread; raises CannotRender.
    """

    def __init__(self, sets: Callable[[Document], bytes] = typeset) -> None:
        self._sets = sets
        self._files = MadeFiles[str](MOST_BYTES)
        self._setting = Pool("typesetting", threads=1)
        self._waiting = 0

    async def printed(self, document: Document, filename: str) -> MadeFile | NotMade:
        """Return a document as PDF, or why it cannot be set; the same document is set once."""
        if self._waiting >= MOST_WAITING:
            raise PoolFull(f"{MOST_WAITING} documents wait to be set")

        async def sets() -> MadeFile | NotMade:
            try:
                made = await asyncio.wrap_future(self._setting.submit(self._sets, document))
            except CannotRender as error:
                return NotMade(reason(ReasonCode.PROGRAM_FAULT, fault=str(said_by(error))))
            return MadeFile(filename, MEDIA["pdf"], made)

        self._waiting += 1
        try:
            return await self._files.made(_key(document), sets)
        finally:
            self._waiting -= 1


def _key(document: Document) -> str:
    """Return the hash of all that a document shows."""
    shows = [document.template, document.name, document.lang, document.as_of_utc.isoformat(), document.values]
    return hashlib.sha256(json.dumps(shows, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
