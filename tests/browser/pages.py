"""Every page of the console, from the list of its routes: a new one is looked at too, without a word here."""

from tests.web.matrix.page_rows import PAGES
from tests.web.matrix.rows import Row
from tests.web.world import World

NO_PAGES = {
    "/metrics",
    "/healthz",
    "/readyz",
    "/api/status",
    "/static/{name}",
    "/stream",
    "/alive",
    "/calendar/export",
    "/reports/{id}/file",
    "/tickets/{number}/letter",
    "/charter/sheet",
    "/sites/{id}/history.json",
    "/public/badges/{name}",
    "/public/{name}",
}
"""What is no page for people: texts, files, streams."""
BESIDES = ("/public/en.html", "/sites/backbone-north", "/tickets/BHR-2026-000003", "/tickets?tab=all&text=x")
"""Pages in another state than those of the rows: with an outage, with a ticket of the monitor, with nothing found."""


def page_rows() -> list[Row]:
    """The rows of pages that are looked at."""
    return [row for row in PAGES if row.method == "GET" and row.path not in NO_PAGES and row.done == 200]


def paths(world: World) -> list[str]:
    """A path for each of them, with what it is about."""
    return [*(row.asked.format_map(world.gaps()) for row in page_rows()), *BESIDES]


def with_lang(path: str, lang: str) -> str:
    """The path that chooses a language."""
    return f"{path}{'&' if '?' in path else '?'}lang={lang}"
