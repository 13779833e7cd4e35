"""Make publications from the database: for the copy that is written by schedule, and for those who ask.

Threads make them, one at a time; what was made is given out for half a minute.
"""

import asyncio
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from monitor.charter.office import Office
from monitor.domain.clock import NS_PER_S, Clock
from monitor.domain.message import Said
from monitor.net.pool import Pool
from monitor.settings.areas_file import Areas
from monitor.settings.load import Settings
from monitor.store.database import Store
from monitor.web.areas import Drawing, drawing
from monitor.web.public.export import export
from monitor.web.public.files import badge_files, copy, pages
from monitor.web.public.gathering import Gatherer
from monitor.web.public.model import Publication
from monitor.web.public.open_data import OpenData
from monitor.web.public.rendering import Place

FRESH_S = 30
SERVED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class File:
    """A file that is given out, and the tag by which a reader knows whether it has it."""

    content: bytes
    tag: str

    @classmethod
    def of(cls, content: bytes) -> "File":
        return cls(content, f'"{hashlib.sha256(content).hexdigest()[:24]}"')


class Publisher:
    """Makes what the public is told. ``office_of``, ``settings_of``: return those in force; they may change.

    ``write_copy`` is called in a thread, `file` on the event loop.
    """

    def __init__(
        self, store: Store, office_of: Callable[[], Office], settings_of: Callable[[], Settings], clock: Clock
    ) -> None:
        self._store, self._office_of, self._settings_of, self._clock = store, office_of, settings_of, clock
        self._gatherer, self._open_data = Gatherer(), OpenData()
        self._lock = Lock()
        self._drawn: tuple[Areas | None, Drawing | None] = (None, None)
        self._threads = Pool("public page", threads=1, backlog=32)
        self._made: tuple[int, Office, Publication] | None = None
        self._files: dict[tuple[Place, str], File] = {}
        self._one_at_a_time = asyncio.Lock()

    def last_due(self, now_utc: datetime) -> datetime | None:
        """Return when a copy was last due; None without a folder for it."""
        rules = self._settings_of().monitor.public
        if rules.directory is None:
            return None
        return now_utc - timedelta(seconds=now_utc.timestamp() % (60 * rules.every_minutes))

    def write_copy(self) -> None:
        """Write the copy into its folder; raises ExportRefused, OSError, SQLAlchemyError."""
        settings = self._settings_of()
        if settings.monitor.public.directory is not None:
            export(settings.home / settings.monitor.public.directory, self.copy())

    def copy(self) -> dict[str, bytes]:
        """Return the files of a copy as of now; raises SQLAlchemyError."""
        settings, office = self._settings_of(), self._office_of()
        rules, now_utc = settings.monitor.public, self._clock.utc()
        found = self._publication(office)
        with self._lock:
            as_of_utc = now_utc - timedelta(minutes=rules.delay_minutes)
            data = self._open_data.files(self._store, office, rules, as_of_utc)
        return copy(found, office, self._drawing(settings), rules, data)

    async def file(self, name: str, place: Place) -> File | None:
        """Return a file of the publication, at most half a minute old; None for no such one."""
        async with self._one_at_a_time:
            office, found = await self._present()
            if (place, name) not in self._files:
                await asyncio.wrap_future(self._threads.submit(self._fill, found, office, name, place))
            return self._files.get((place, name))

    async def publication(self) -> Publication:
        """Return what is published, at most half a minute old."""
        async with self._one_at_a_time:
            return (await self._present())[1]

    async def _present(self) -> tuple[Office, Publication]:
        office, now_ns = self._office_of(), self._clock.mono_ns()
        if self._made is None or self._made[1] is not office or now_ns - self._made[0] > FRESH_S * NS_PER_S:
            found = await asyncio.wrap_future(self._threads.submit(self._publication, office))
            self._made, self._files = (now_ns, office, found), {}
        return self._made[1:]

    def _fill(self, found: Publication, office: Office, name: str, place: Place) -> None:
        settings = self._settings_of()
        made: Mapping[str, bytes]
        if name.startswith("badges/"):
            made = badge_files(found, office, name.removeprefix("badges/").rpartition(".")[0].removesuffix("-en"))
        else:
            made = pages(found, office, self._drawing(settings), settings.monitor.public, place)
        self._files |= {(place, file): File.of(content) for file, content in made.items()}

    def _publication(self, office: Office) -> Publication:
        delay = timedelta(minutes=self._settings_of().monitor.public.delay_minutes)
        with self._lock, self._store.read_briefly() as session:
            return self._gatherer.publication(session, office, self._clock.utc(), delay)

    def _drawing(self, settings: Settings) -> Drawing | None:
        if settings.areas is not self._drawn[0]:
            self._drawn = (settings.areas, drawing(settings.areas) if settings.areas else None)
        return self._drawn[1]


def served(*, tracks: bool, prefix: str = "", preview: Said = "", example: str = "") -> Place:
    """Return the place of a page that is made when it is asked for."""
    return Place(prefix, tracks, SERVED_EVERY, preview, "", example)
