"""Show lists of tickets by urgency, as their URL says; act on several at once; write them as a table."""

from collections.abc import Sequence
from itertools import islice

from starlette.responses import RedirectResponse, Response

from monitor.alerts.cases import actions, tickets
from monitor.alerts.cases.edition_jobs import MadeFile, NotMade
from monitor.alerts.cases.refusals import BadInput, NotAllowed, Refused, Seen
from monitor.domain.csv_text import BYTE_ORDER_MARK
from monitor.domain.message import Message, message, messages
from monitor.domain.reasons import ReasonCode, reason
from monitor.domain.roles import Right
from monitor.i18n.catalogue import tr
from monitor.i18n.reasons import reason_message
from monitor.reports.due_word import due_word
from monitor.reports.edition_process import COMMAND
from monitor.reports.export.workbook import Imprint
from monitor.reports.report_scope import office_name
from monitor.runtime.report_process import in_process
from monitor.store import acts, ticket_list
from monitor.store.session import Session
from monitor.store.ticket_list import ListedTicket, TicketFilter
from monitor.store.work import Work
from monitor.web.console.asked import Asked, NotFound, PageRoute
from monitor.web.console.console import Console
from monitor.web.console.dispatch import refused_page
from monitor.web.console.ticket_filters import TABS, ListQuery, choices, filter_of, source_text, tabs_of, within_tab
from monitor.web.console.ticket_table import Row, as_csv, as_spreadsheet

A_PAGE = 50
MOST_EXPORTED = 20_000
MOST_IN_WORKBOOK = 10_000  # a workbook takes longer than a text, and has to be ready within one answer
MOST_PICKED = 50
WITHIN_S = 60.0  # what the server allows for an answer is less: then the process is ended
TOGETHER = ("ack", "comment")
"""The acts that may be done to several tickets at once."""


def routes(console: Console) -> list[PageRoute]:
    """Return the routes of the lists."""

    async def show(asked: Asked) -> Response:
        query, after = ListQuery.of(asked.query), asked.query("after")
        visitor, overview = asked.visitor, await console.overview(asked.visitor)
        wanted = filter_of(query, visitor, overview, asked.now_utc)
        filters = {tab: within_tab(wanted, tab, visitor, console.office, asked.now_utc) for tab in tabs_of(visitor)}

        def read(session: Session) -> tuple[list[ListedTicket], dict[str, int]]:
            start = int(after) if after.isascii() and after.isdigit() and len(after) < 16 else 0
            rows = _listed(console, session, filters[query.tab], start, A_PAGE + 1)
            return rows, ticket_list.counts(session, wanted, filters)

        found, counts = await console.read(read)
        rows = [_row(console, ticket, asked) for ticket in found[:A_PAGE]]
        return console.page(
            asked,
            "tickets.html.j2",
            query=query,
            tabs=[(tab, TABS[tab], counts[tab]) for tab in filters],
            rows=rows,
            next_url=f"{query.url()}&after={rows[-1].ticket.id}" if len(found) > A_PAGE else "",
            first_url=query.url() if after else "",
            here_url=f"{query.url()}{f'&after={after}' if after else ''}",
            choices=choices(console.office, overview.by_union, asked.lang),
            charter=console.office.charter,
            source_text=lambda source: source_text(source, asked.lang),
        )

    async def several(asked: Asked) -> Response:
        picked, action = asked.fields("pick")[:MOST_PICKED], asked.field("do")
        back = ListQuery.of(asked.field).url()
        if not picked:
            return console.back(asked, back, message("Nothing was chosen: tick the tickets first."))
        if action == "print":
            numbers = "&".join(f"n={each.partition('@')[0]}" for each in picked)
            return RedirectResponse(f"/tickets/print?{numbers}", 303)
        if action not in TOGETHER:
            raise NotFound
        if action == "comment" and not asked.field("text"):
            raise BadInput("text", message("Write the comment first."))
        done, refused = await console.act(asked, lambda work: _do_each(console, asked, work, picked, action))
        return console.back(asked, back, _done_to_several(action, done, refused))

    async def export(asked: Asked) -> Response:
        query = ListQuery.of(asked.field)
        personal = asked.visitor.may(Right.PERSONAL) and asked.field("personal") == "yes"
        wanted = filter_of(query, asked.visitor, await console.overview(asked.visitor), asked.now_utc)
        wanted = within_tab(wanted, query.tab, asked.visitor, console.office, asked.now_utc)

        is_workbook = asked.field("format") == "xlsx"

        def read(work: Work) -> list[ListedTicket]:
            most = MOST_IN_WORKBOOK if is_workbook else MOST_EXPORTED
            found = _listed(console, work.session, wanted, 0, most)
            said = {"filter": query.parameters(), "rows": len(found), "personal": personal}
            acts.record(work, "tickets.export", "", {}, said)
            return found

        found = await console.act(asked, read, ("audit",))
        rows = [_row(console, ticket, asked) for ticket in found]
        name = f"tickets-{asked.now_utc:%Y%m%d-%H%M}"
        if not is_workbook:
            return _file(f"{name}.csv", "text/csv", BYTE_ORDER_MARK + as_csv(rows, asked.lang, personal=personal))
        about = Imprint(tr(asked.lang, "Tickets"), office_name(console.office).name(asked.lang), asked.now_utc)
        made = await in_process(COMMAND, as_spreadsheet(rows, about, asked.lang, personal=personal), WITHIN_S)
        if not isinstance(made, MadeFile):
            why = made.why if isinstance(made, NotMade) else reason(ReasonCode.REPORT_ENDED, status=0)
            return refused_page(console, asked, 503, reason_message(why))
        return _file(f"{name}.xlsx", made.media, made.content)

    return [
        PageRoute("/tickets", Right.READ, get=show, post=several, post_right=Right.TICKETS),
        PageRoute("/tickets/export", Right.READ, post=export, session=True),
    ]


def may_see(console: Console, asked: Asked, site_id: str | None) -> bool:
    """Return whether a ticket about that site (None: about none) is within the visitor's scope."""
    site = console.live.fleet.sites.get(site_id or "")
    return asked.visitor.scope.covers_ticket(site_id, (site.union or "", site.kind) if site else None)


def _listed(console: Console, session: Session, wanted: TicketFilter, after: int, limit: int) -> list[ListedTicket]:
    services = console.office.charter.services
    standing = [key for key, service in services.items() if service.waiting_pauses]
    return ticket_list.listed(session, wanted, standing=standing, after=after, limit=limit)


def _row(console: Console, ticket: ListedTicket, asked: Asked) -> Row:
    site = console.live.fleet.sites.get(ticket.site or "")
    return Row(ticket, site, due_word(console.office, ticket, asked.now_utc))


def _do_each(
    console: Console, asked: Asked, work: Work, picked: Sequence[str], action: str
) -> tuple[list[str], list[str]]:
    """Do the act to each ticket that was ticked, as it was seen; return those done and those that refused."""
    done, refused = [], []
    for each in picked:
        number, _, version = each.partition("@")
        try:
            if not may_see(console, asked, tickets.find(work, number).site):
                raise NotAllowed(message("there is no such ticket"))
            seen = Seen(int(version)) if version.isascii() and version.isdigit() and len(version) < 10 else None
            actions.act(work, number, action, asked.field("text"), seen=None if action == "comment" else seen)
            done.append(number)
        except Refused:
            refused.append(number)
    return done, refused


def _done_to_several(action: str, done: Sequence[str], refused: Sequence[str]) -> Message:
    if action == "ack":
        said = messages("{count} ticket acknowledged.", "{count} tickets acknowledged.", len(done))
    else:
        said = messages("The comment stands in {count} ticket.", "The comment stands in {count} tickets.", len(done))
    if not refused:
        return said
    numbers = list(islice(refused, 5))
    return message("{done} Not possible, or changed meanwhile: {numbers}", done=said, numbers=numbers)


def _file(name: str, media: str, content: str | bytes) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return Response(content, media_type=media, headers=headers)
