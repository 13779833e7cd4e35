"""Give out files of editions: those that were kept, and others, which a process of its own renders when asked for."""

import asyncio
from collections import OrderedDict

from monitor.alerts.cases.edition_jobs import MadeFile, NotMade, Render
from monitor.i18n.languages import Lang
from monitor.reports.edition_process import COMMAND
from monitor.runtime.report_process import in_process
from monitor.store import edition_rows
from monitor.store.session import Session

WITHIN_S = 120.0
MOST_BYTES = 64_000_000

Name = tuple[int, Lang, str]


def kept(session: Session, edition: int, name: str) -> MadeFile | None:
    """Return a file that was kept with an edition, as it left the house; None for none."""
    found = edition_rows.kept_file(session, edition, name)
    return None if found is None else MadeFile(found.filename, found.media, found.content)


def kept_or_value(session: Session, edition: int, name: str) -> tuple[MadeFile | None, bytes | None]:
    """Return a file that was kept; without it what the edition says, of which it can be rendered."""
    there = kept(session, edition, name)
    return there, None if there else edition_rows.value_of(session, edition)


class EditionFiles:
    """Renders one file at a time, and gives out what it rendered lately. On the event loop.

    A file that takes longer than its reader waits is finished all the same, for whoever asks again.
    """

    def __init__(self) -> None:
        self._one_at_a_time = asyncio.Lock()
        self._under_way: dict[Name, asyncio.Task[MadeFile | NotMade]] = {}
        self._made: OrderedDict[Name, MadeFile] = OrderedDict()

    async def rendered(self, name: Name, value: bytes) -> MadeFile | NotMade:
        """Return the file of an edition, a language and a format; ``value``: what the edition says, packed."""
        if name in self._made:
            self._made.move_to_end(name)
            return self._made[name]
        if name not in self._under_way:
            self._under_way[name] = asyncio.create_task(self._render(name, value))
        return await asyncio.shield(self._under_way[name])

    async def _render(self, name: Name, value: bytes) -> MadeFile | NotMade:
        try:
            async with self._one_at_a_time:
                made = await in_process(COMMAND, Render(value, name[1], name[2]), WITHIN_S)
        finally:
            del self._under_way[name]
        if isinstance(made, MadeFile):
            self._made[name] = made
            while len(self._made) > 1 and sum(len(each.content) for each in self._made.values()) > MOST_BYTES:
                self._made.popitem(last=False)
            return made
        assert isinstance(made, NotMade)
        return made
