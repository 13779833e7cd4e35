"""List the pages of the console. A new page is one module and one line."""

from monitor.web.console import now, public, site, stream
from monitor.web.console.asked import PageRoute
from monitor.web.console.console import Console

PAGES = (now, site, public, stream)


def page_routes(console: Console) -> list[PageRoute]:
    """Return the routes of all pages, those of the longest paths first where one would hide another."""
    return [route for module in PAGES for route in module.routes(console)]
