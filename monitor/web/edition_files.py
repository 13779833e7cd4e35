"""Give out files of editions: those that were kept, and others, which a process of its own renders when asked for."""

from monitor.alerts.cases.edition_jobs import MadeFile, MadeReport, NotMade, Render
from monitor.i18n.languages import Lang
from monitor.reports.edition_process import COMMAND
from monitor.runtime.report_process import in_process
from monitor.store import edition_rows
from monitor.store.session import Session
from monitor.web.made_files import MadeFiles

WITHIN_S = 120.0

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
    """Renders one file at a time, and gives out what it rendered lately. On the event loop."""

    def __init__(self) -> None:
        self._files = MadeFiles[Name]()

    async def rendered(self, name: Name, value: bytes) -> MadeFile | NotMade:
        """Return the file of an edition, a language and a format; ``value``: what the edition says, packed."""

        async def render() -> MadeFile | NotMade:
            made = await in_process(COMMAND, Render(value, name[1], name[2]), WITHIN_S)
            assert not isinstance(made, MadeReport)
            return made

        return await self._files.made(name, render)
