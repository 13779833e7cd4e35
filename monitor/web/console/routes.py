"""List the pages of the console. A new page is one module and one line."""

from monitor.web.console import (
    audit,
    calendar_page,
    charter,
    health,
    history,
    invitations,
    log_in,
    maintenance,
    me,
    now,
    offices,
    operators,
    outage,
    papers,
    place_reports,
    public,
    register,
    reports,
    site,
    sites,
    stream,
    ticket,
    tickets,
    tokens,
    users,
)
from monitor.web.console.asked import PageRoute
from monitor.web.console.console import Console

PAGES = (
    now,
    offices,
    place_reports,
    sites,
    site,
    history,
    papers,
    charter,
    calendar_page,
    maintenance,
    register,
    tickets,
    ticket,
    outage,
    public,
    stream,
    log_in,
    invitations,
    me,
    users,
    tokens,
    maintenance,
    audit,
    health,
    operators,
    reports,
)


def page_routes(console: Console) -> list[PageRoute]:
    """Return the routes of all pages, those of the longest paths first where one would hide another."""
    return [route for module in PAGES for route in module.routes(console)]
