"""Give out what is printed on paper as PDF: the letter about a ticket, and the charter as the notice board's sheet."""

from datetime import datetime

from starlette.responses import Response

from monitor.alerts.cases.edition_jobs import NotMade
from monitor.domain.roles import Right
from monitor.i18n.reasons import reason_message
from monitor.reports.export.charter_sheet import PAPERS, sheet
from monitor.reports.export.ticket_letter import letter
from monitor.reports.export.typesetting import Document
from monitor.reports.sla_record import SPANS, record, span_of
from monitor.store import ticket_rows
from monitor.store.session import Session
from monitor.web.console.asked import Asked, NotFound, PageRoute
from monitor.web.console.console import Console
from monitor.web.console.dispatch import refused_page
from monitor.web.console.tickets import may_see
from monitor.web.papers import as_of


def routes(console: Console) -> list[PageRoute]:
    """Return the routes of what is printed."""

    async def ticket(asked: Asked) -> Response:
        number, at_utc = asked.path("number"), as_of(asked.now_utc)
        found = await console.read(lambda session: _letter(console, asked, session, number, at_utc))
        if found is None:
            raise NotFound
        return await _printed(console, asked, found, f"{number}.{asked.lang}.pdf")

    async def charter(asked: Asked) -> Response:
        office, at_utc = console.office, as_of(asked.now_utc)
        span = asked.query("span") if asked.query("span") in SPANS else "year"
        paper = next((each for each in PAPERS if each == asked.query("paper")), PAPERS[0])

        def read(session: Session) -> Document:
            return sheet(office, record(session, office, span_of(span, at_utc), at_utc), asked.lang, paper)

        return await _printed(console, asked, await console.read(read), f"charter-{paper}.{asked.lang}.pdf")

    return [
        PageRoute("/tickets/{number}/letter", Right.READ, get=ticket, session=True),
        PageRoute("/charter/sheet", Right.READ, get=charter, session=True),
    ]


def _letter(console: Console, asked: Asked, session: Session, number: str, at_utc: datetime) -> Document | None:
    row = ticket_rows.numbered(session, number)
    if row is None or not may_see(console, asked, row.site):
        return None
    return letter(session, console.office, row, at_utc, asked.lang, personal=asked.visitor.may(Right.PERSONAL))


async def _printed(console: Console, asked: Asked, document: Document, filename: str) -> Response:
    made = await console.papers.printed(document, filename)
    if isinstance(made, NotMade):
        return refused_page(console, asked, 503, reason_message(made.why))
    headers = {"content-disposition": f'attachment; filename="{made.filename}"', "cache-control": "no-store"}
    return Response(made.content, media_type=made.media, headers=headers)
