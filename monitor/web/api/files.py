"""Answer with files: their routes' declarations, and their contents, once they are made."""

import asyncio
from collections.abc import Awaitable, Collection
from typing import Annotated, Any

from fastapi import Query
from starlette.responses import Response

from monitor.alerts.cases.edition_jobs import MadeFile, NotMade
from monitor.domain.message import message
from monitor.i18n.languages import Lang, languages
from monitor.i18n.reasons import reason_message
from monitor.net.pool import PoolFull
from monitor.web.api import asked
from monitor.web.api.answers import ALWAYS
from monitor.web.api.asked import SCOPE
from monitor.web.api.problems import bad_parameter, late
from monitor.web.api.schemas import problems

WAIT_S = 5
Language = Annotated[str, Query(alias="lang", max_length=8, description="bn or en.")]


def language(typed: str) -> Lang:
    """Return the language that was asked for; raises Problem."""
    if typed not in languages():
        raise bad_parameter("lang", message("Expected one of: {forms}", forms=", ".join(languages())))
    return typed


def file_route(scope: str, media: Collection[str], *refusals: str) -> dict[str, Any]:
    """Return what the decorator of a route that gives out a file says; ``media``: the types that it may be of."""
    content = {each: {"schema": {"type": "string", "format": "binary"}} for each in sorted({*media})}
    return {
        "responses": {
            200: {"description": "The file.", "content": content},
            **problems(*ALWAYS, "bad-values", "not-found", "database-away", *refusals),
        },
        "openapi_extra": {SCOPE: scope},
        "response_model": None,
    }


async def waited_for(making: Awaitable[MadeFile | NotMade]) -> MadeFile:
    """Return a file that is being made; raises Problem where it takes longer, or cannot be made."""
    try:
        async with asyncio.timeout(asked.LATE_S):
            made = await making
    except (TimeoutError, PoolFull):  # what takes longer is finished all the same, for whoever asks again
        raise late("busy", WAIT_S) from None
    if isinstance(made, NotMade):
        raise late("busy", WAIT_S, reason_message(made.why))
    return made


def given_out(file: MadeFile) -> Response:
    """Answer with a file, under its name."""
    headers = {"content-disposition": f'attachment; filename="{file.filename}"', "cache-control": "no-cache"}
    return Response(file.content, media_type=file.media, headers=headers)
