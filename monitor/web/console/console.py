"""Give the pages what they need: the present state, transactions in threads, rendering."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, TypeVar
from urllib.parse import quote, unquote

from starlette.responses import HTMLResponse, RedirectResponse, Response

from monitor.accounts.nodes import Places
from monitor.charter.office import Office
from monitor.doctor.examiner import Examiner
from monitor.domain.clock import Clock
from monitor.domain.message import N_, Said
from monitor.domain.roles import Right
from monitor.i18n.catalogue import render as rendered
from monitor.net.pool import Pool
from monitor.runtime.asked_probes import AskedProbes
from monitor.runtime.changes import Changes
from monitor.runtime.history_keeper import HistoryKeeper
from monitor.runtime.live import RuntimeView
from monitor.settings.fleet import Site
from monitor.settings.installation import Installation
from monitor.settings.load import Settings
from monitor.store.database import Store
from monitor.store.history.reading import History
from monitor.store.history.sources import history_of
from monitor.store.history.summaries import Summary
from monitor.store.session import Session
from monitor.store.work import Work
from monitor.web.auth.visitor import Visitor
from monitor.web.console.asked import Asked, NotFound
from monitor.web.console.rendering import render
from monitor.web.console.union_choices import UnionChoice, union_choices, union_names
from monitor.web.overview import Overview, Overviews
from monitor.web.papers import Papers

T = TypeVar("T")

NAV: tuple[tuple[str, str, Right], ...] = (
    ("/", N_("Now"), Right.READ),
    ("/sites", N_("Sites"), Right.READ),
    ("/tickets", N_("Tickets"), Right.READ),
    ("/charter", N_("Charter"), Right.READ),
    ("/calendar", N_("Calendar"), Right.READ),
    ("/maintenance", N_("Planned work"), Right.READ),
    ("/reports", N_("Reports"), Right.READ),
    ("/health", N_("Monitor"), Right.HEALTH),
    ("/audit", N_("Who did what"), Right.AUDIT),
    ("/users", N_("Users"), Right.USERS),
)
"""The pages in the order of the menu, each with the right to read it."""

OFFICES = ("/offices", N_("Offices"), Right.READ)
"""The page in the menu where there are several offices."""

BANNERS = {
    "demonstration": N_("This is a demonstration: nothing on these pages is real."),
    "clock": N_("This machine's clock is not trusted: no ticket is escalated"),
    "config": N_("The configuration on disk was refused, the one before stays in force (why: upazila-monitor check)"),
    "refuses": N_("The database refuses to write, decisions wait; is the disk full?"),
    "faults": N_("The database is not sound; see upazila-monitor backup verify"),
    "officers": N_(
        "The officers in charter.toml are not confirmed as this office's own (officers_confirmed): letters are written "
        "to files only."
    ),
}
"""The monitor's own trouble, and that it is a demonstration: they stand on every page."""

TOAST = "toast"
LONGEST_TOAST = 400  # characters; it travels in a cookie


@dataclass(frozen=True)
class Console:
    """What every page gets. On the event loop; jobs run in threads.

    ``settings_of``: returns the configuration in force; ``wake_delivery``: called when notices may be pending;
    ``probes``: probes that people ask for, None where no engine runs; ``overviews``: the sites counted, which the API
    asks for too; ``keeper``: what is not in the history's file yet; ``papers``: what is set as PDF, the API's too;
    ``examiner``: what was found wrong with the installation. ``whole``: the console of all offices, where this is one
    of several, and ``installation_of``: returns these.
    """

    live: RuntimeView
    store: Store
    clock: Clock
    settings_of: Callable[[], Settings]
    changes: Changes
    overviews: Overviews
    wake_delivery: Callable[[], None] = lambda: None
    probes: AskedProbes | None = None
    keeper: HistoryKeeper | None = None
    papers: Papers = field(default_factory=Papers)
    examiner: Examiner | None = None
    whole: "Console | None" = None
    installation_of: Callable[[], Installation] | None = None
    reading: Pool = field(default_factory=partial(Pool, "console reads", threads=2, backlog=64))
    looking_back: Pool = field(default_factory=partial(Pool, "history reads", threads=2, backlog=16))
    acting: Pool = field(default_factory=partial(Pool, "console acts", threads=1, backlog=32))

    @property
    def office(self) -> Office:
        """Return charter, calendar and planned work in force."""
        return self.live.office

    async def read(self, job: Callable[[Session], T]) -> T:
        """Return what ``job`` reads of the database, in one transaction; raises PoolFull, SQLAlchemyError."""

        def reads() -> T:
            with self.store.read_briefly() as session:
                return job(session)

        return await asyncio.wrap_future(self.reading.submit(reads))

    async def count(self, job: Callable[[], T]) -> T:
        """Return what ``job`` makes of what was read, in a thread and in no transaction; raises PoolFull."""
        return await asyncio.wrap_future(self.reading.submit(job))

    async def look_back(self, job: Callable[[History], T]) -> T:
        """Return what ``job`` finds in the history; raises PoolFull, HistoryRefuses."""
        settings, folder = self.settings_of(), self.settings_of().state
        history = history_of(settings.monitor.history, folder, self.live.office_id, self.clock.utc, self.unwritten)
        return await asyncio.wrap_future(self.looking_back.submit(job, history))

    def unwritten(self, series: str) -> Mapping[datetime, Summary]:
        """Return a series' summaries that the running monitor has not written yet."""
        return {} if self.keeper is None else self.keeper.unwritten(series)

    async def act(self, asked: Asked, job: Callable[[Work], T], changed: tuple[str, ...] = ()) -> T:
        """Do ``job`` in one transaction, by the visitor; raises Refused and has changed nothing then.

        ``changed``: names for `runtime.changes`, beside the tickets and sites whose history it adds to.
        """
        names = set(changed)

        def acts() -> T:
            with self.store.write_once() as session:
                who = asked.visitor
                work = Work(session, self.office, asked.now_utc, who.name, via="console", address=who.address)
                result = job(work)
                for line in work.history:
                    names.update((f"ticket:{line.ticket}", f"site:{line.site}"))
                return result

        result = await asyncio.wrap_future(self.acting.submit(acts))
        self.wake_delivery()
        self.changes.publish(sorted(names - {"site:"}) or ["all"])
        return result

    def page(self, asked: Asked, template: str, status: int = 200, **values: Any) -> Response:
        """Return a page, or only the part of it that was asked for (``?part=``, a block of the template)."""
        block = asked.part.replace("-", "_") if status == 200 else ""
        toast = asked.request.cookies.get(TOAST, "")
        values = {**self.frame(asked), **values, "toast": "" if block else unquote(toast)}
        try:
            html = render(template, asked.lang, asked.now_utc, values, block)
        except KeyError:
            if not block:
                raise
            raise NotFound from None
        answer = HTMLResponse(html, status)
        if toast and not block:
            answer.delete_cookie(TOAST, path="/", httponly=True, samesite="lax")
        return answer

    async def page_of_many(
        self, asked: Asked, template: str, values: Callable[[], Mapping[str, Any]], status: int = 200
    ) -> Response:
        """Return a page as `page` does, for hundreds of rows: worked out and rendered in a thread; raises PoolFull.

        ``values``: called there, so it iterates over nothing that changes on the loop.
        """
        return await self.count(lambda: self.page(asked, template, status, **values()))

    def frame(self, asked: Asked) -> Mapping[str, Any]:
        """Return the values of the frame around every page."""
        charter = self.office.charter
        return {
            "visitor": asked.visitor,
            "Right": Right,
            "office_name": charter.name_bn if asked.lang == "bn" else charter.name_en,
            "here": asked.request.url.path,
            "change_id": self.changes.id_of(self.changes.last),
            "union_name": lambda union: self.live.fleet.union_name(union).name(asked.lang),
            "union_names": partial(self._union_names, asked),
            "other_lang": lambda other: f"?{asked.request.url.include_query_params(lang=other).query}",
            "banners": self.banners(),
            "nav": NAV if self.whole is None else (*NAV, OFFICES),
            "office_shown": "" if self.whole is None else self.live.office_id,
            "banner_words": BANNERS,
        }

    def banners(self) -> list[str]:
        """Return codes of the monitor's own trouble, which stands on every page."""
        found = []
        if self.settings_of().monitor.web.demonstration:
            found.append("demonstration")
        if self.live.clock_suspect:
            found.append("clock")
        if self.live.verdict.refused:
            found.append("config")
        if self.live.store_refuses:
            found.append("refuses")
        if self.live.store_faults:
            found.append("faults")
        if not self.office.charter.officers_confirmed:
            found.append("officers")
        return found

    def back(self, asked: Asked, path: str, toast: Said) -> Response:
        """Send the browser on to a page with one line that says what was done (303)."""
        answer = RedirectResponse(path, 303)
        text = quote(rendered(toast, asked.lang)[:LONGEST_TOAST])
        answer.set_cookie(TOAST, text, max_age=60, path="/", httponly=True, samesite="lax")
        return answer

    def places(self, asked: Asked) -> Places:
        """Return the places of the tree of offices at or below the visitor's."""
        return Places.of(self.installation_of and self.installation_of(), asked.visitor.node)

    def union_choices(self, asked: Asked, node: str, given: Iterable[str]) -> Sequence[UnionChoice]:
        """Return the unions that a user or program of ``node`` can be given, and those that are ``given``."""
        here = {self.live.office_id: self.live.fleet}
        return union_choices(self.places(asked), node, here, given, asked.lang)

    def _union_names(self, asked: Asked, node: str, unions: Iterable[str]) -> list[str]:
        """Return what the unions of a user or program of ``node`` are called there."""
        here = {self.live.office_id: self.live.fleet}
        return list(union_names(self.places(asked), node, here, unions, asked.lang))

    def site(self, asked: Asked, id_: str) -> Site:
        """Return a site of the visitor's scope; raises NotFound."""
        found = self.live.fleet.sites.get(id_)
        if found is None or not asked.visitor.sees(found):
            raise NotFound
        return found

    async def overview(self, visitor: Visitor) -> Overview:
        """Return the sites of the visitor's scope with their states; raises PoolFull."""
        return await self.overviews.of(visitor.scope)
