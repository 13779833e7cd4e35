"""Show officers the public page: what is published, or what would be."""

from starlette.responses import Response

from monitor.domain.message import Message, message, messages, series
from monitor.domain.roles import Right
from monitor.settings.load import Settings
from monitor.web.console.asked import Asked, NotFound, PageRoute
from monitor.web.console.console import Console
from monitor.web.public.files import TYPES
from monitor.web.public.publisher import Publisher, served
from monitor.web.public.rendering import INDEX

PREFIX = "public/"


def routes(console: Console) -> list[PageRoute]:
    """Return the routes of the page, and of what it needs."""
    publisher = Publisher(console.store, lambda: console.office, console.settings_of, console.clock)

    async def give(name: str, prefix: str) -> Response:
        end = name.rpartition(".")[2]
        preview = said_of(console.settings_of())
        found = (
            await publisher.file(name, served(tracks=False, prefix=prefix, preview=preview)) if end in TYPES else None
        )
        if found is None:
            raise NotFound
        return Response(found.content, headers={"content-type": TYPES[end]})

    async def page(asked: Asked) -> Response:
        return await give(INDEX[asked.lang], PREFIX)

    async def file(asked: Asked) -> Response:
        return await give(asked.path("name"), "")

    async def badge(asked: Asked) -> Response:
        return await give(f"badges/{asked.path('name')}", "")

    return [
        PageRoute("/public", Right.READ, page),
        PageRoute("/public/badges/{name}", Right.READ, badge),
        PageRoute("/public/{name}", Right.READ, file),
    ]


def said_of(settings: Settings) -> Message:
    """Return where this is published, for officers."""
    rules, place = settings.monitor.public, settings.monitor.web.public
    where: list[Message] = []
    if rules.directory is not None:
        where.append(
            messages(
                "a copy is written into {folder} every minute",
                "a copy is written into {folder} every {count} minutes",
                rules.every_minutes,
                folder=rules.directory,
            )
        )
    if place:
        where.append(message("it is served on {address}", address=place))
    if not where:
        return message(
            "This is not published yet: the public would see it so. [public] directory or [web] public in monitor.toml "
            "publishes it."
        )
    return message("This is what the public sees: {where}.", where=series(where, "; "))
