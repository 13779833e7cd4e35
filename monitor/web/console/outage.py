"""Show an outage to those who say something of it: to the public, or why it counts against nobody."""

from starlette.responses import Response

from monitor.alerts.cases import actions
from monitor.alerts.cases.publishing import LONGEST_NOTE
from monitor.domain.message import Message, message
from monitor.domain.roles import Right
from monitor.settings.load import Settings
from monitor.store.public_rows import NotedOutage, noted_outage
from monitor.store.work import Work
from monitor.web.console.asked import Asked, NotFound, PageRoute
from monitor.web.console.console import Console


def routes(console: Console) -> list[PageRoute]:
    """Return the routes of this page."""

    async def outage_of(asked: Asked) -> NotedOutage:
        typed = asked.path("id")
        id_ = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0
        found = await console.read(lambda session: noted_outage(session, id_))
        if found is None:
            raise NotFound
        console.site(asked, found.site)
        return found

    async def show(asked: Asked) -> Response:
        outage = await outage_of(asked)
        return console.page(
            asked,
            "outage.html.j2",
            outage=outage,
            site=console.site(asked, outage.site),
            path=f"/outages/{outage.id}",
            published=published_by(console.settings_of()),
            longest=LONGEST_NOTE,
        )

    async def note(asked: Asked) -> Response:
        outage = await outage_of(asked)

        def does(work: Work) -> None:
            actions.note_outage(work, outage.id, asked.field("text"), seen=asked.seen)

        await console.act(asked, does, (f"site:{outage.site}",))
        said = (
            message("The public page says so now")
            if asked.field("text")
            else message("The public page says nothing more")
        )
        return console.back(asked, f"/outages/{outage.id}", said)

    async def excuse(asked: Asked) -> Response:
        outage = await outage_of(asked)

        def does(work: Work) -> None:
            actions.excuse_outage(work, outage.id, asked.field("why"), seen=asked.seen)

        await console.act(asked, does, (f"site:{outage.site}",))
        said = message("It counts against nobody now") if asked.field("why") else message("It counts again")
        return console.back(asked, f"/outages/{outage.id}", said)

    return [
        PageRoute("/outages/{id}", Right.READ, show),
        PageRoute("/outages/{id}/note", Right.READ, show, note, post_right=Right.TICKETS),
        PageRoute("/outages/{id}/excuse", Right.READ, show, excuse, post_right=Right.RAISE),
    ]


def published_by(settings: Settings) -> Message:
    """Return when the public is told of what is written now."""
    rules, served = settings.monitor.public, settings.monitor.web.public
    if served:
        return message("The public page says it within half a minute.")
    if rules.directory is not None:
        return message("The public page says it within {minutes} minutes.", minutes=rules.every_minutes)
    return message("There is no public page yet: nobody but officers sees it.")
