"""Register a complaint or request while its caller is on the line: place, service, due date, repeats, one slip."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import segno
from markupsafe import Markup
from starlette.responses import Response

from monitor.alerts.cases import actions
from monitor.alerts.cases.complaints import Request
from monitor.alerts.cases.refusals import BadInput
from monitor.charter.calendar import CalendarError
from monitor.charter.deadline import Deadline, target_deadline
from monitor.charter.office import Office
from monitor.charter.services import Service
from monitor.domain.message import Said, message
from monitor.domain.roles import Right
from monitor.domain.text import clean, clean_lines
from monitor.domain.ticket_states import WAYS
from monitor.domain.tracking_code import shown
from monitor.i18n.sorting import name_key
from monitor.settings.fleet import Site
from monitor.store import outage_rows, ticket_list
from monitor.store.models import Outage, Ticket
from monitor.store.session import Session
from monitor.store.ticket_list import ListedTicket
from monitor.store.ticket_rows import numbered
from monitor.store.work import Work
from monitor.web.console.asked import Asked, NotFound, PageRoute
from monitor.web.console.console import Console
from monitor.web.console.count import CountView, count_view
from monitor.web.console.rendering import site_name
from monitor.web.console.ticket import local_time
from monitor.web.console.tickets import may_see
from monitor.web.overview import Overview

MOST_PLACES = 8
REPEATS_WITHIN = timedelta(days=30)
TWICE_WITHIN = timedelta(minutes=10)
FIELDS = (
    "way",
    "received",
    "why_late",
    "where",
    "site",
    "tie",
    "service",
    "chosen",
    "text",
    "asker",
    "phone",
    "email",
    "memo",
    "repeat_of",
)
"""The fields of the form; ``chosen``: the service that was set by the place, until somebody chose another."""

OF_REQUEST = {"asker_email": "email", "asker_phone": "phone", "received_utc": "received"}
"""Fields of a request that the form calls otherwise."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What the form says so far. ``typed``: its fields; ``wrong``: what is wrong with one, by its name."""

    typed: Mapping[str, str]
    wrong: Mapping[str, Said] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        return self.typed.get(name, "")


@dataclass(frozen=True, slots=True)
class Trouble:
    """An open outage that explains the complaint; ``own``: of the same site, so that both can be tied together."""

    site: str
    since_utc: datetime
    cause: str
    own: bool


@dataclass(frozen=True, slots=True)
class Promise:
    """When it will be due, day by day; ``opens_utc``: from when it counts, if the office is closed now."""

    count: CountView
    due_utc: datetime
    immediate: bool
    opens_utc: datetime | None


def routes(console: Console) -> list[PageRoute]:
    """Return the routes of the register."""

    async def empty(asked: Asked) -> Response:
        typed = {name: asked.query(name) for name in ("site", "service", "where")}
        return await _form(console, asked, Draft({"way": "phone", "tie": "yes", **typed}))

    async def take(asked: Asked) -> Response:
        draft = Draft({name: asked.field(name) for name in FIELDS})
        if asked.part or asked.field("do") == "count":
            return await _form(console, asked, draft)
        try:
            request = await _request(console, asked, draft)
            number = await console.act(asked, lambda work: _registered(work, request))
        except BadInput as refused:
            name = OF_REQUEST.get(refused.field, refused.field)
            return await _form(console, asked, Draft(draft.typed, {name: refused.args[0]}), 422)
        if asked.field("do") == "next":
            return console.back(asked, "/tickets/new", message("{number} is registered.", number=number))
        return console.back(asked, f"/tickets/{number}/slip", message("{number} is registered.", number=number))

    async def slip(asked: Asked) -> Response:
        number = asked.path("number")
        ticket = await console.read(lambda session: numbered(session, number))
        if ticket is None or not ticket.code or not may_see(console, asked, ticket.site):
            raise NotFound
        return console.page(asked, "slip.html.j2", **_slip(console, ticket))

    return [
        PageRoute("/tickets/new", Right.REGISTER, get=empty, post=take),
        PageRoute("/tickets/{number}/slip", Right.REGISTER, get=slip),
    ]


async def _form(console: Console, asked: Asked, draft: Draft, status: int = 200) -> Response:
    """Return the form as it is filled in so far, with what follows from it."""
    office, overview = console.office, await console.overview(asked.visitor)
    site = overview.sites.get(draft["site"])
    service = service_of(office, draft, site)
    received_utc = _received(draft, asked.now_utc)

    def read(session: Session) -> tuple[Trouble | None, list[ListedTicket]]:
        trouble = outage_rows.trouble_of(session, site.id) if site else None
        repeats = ticket_list.similar_requests(
            session,
            since_utc=asked.now_utc - REPEATS_WITHIN,
            site=site.id if site else "",
            service=service.key if service else "",
            phone=clean(draft["phone"]),
        )
        return _trouble(trouble, site), repeats

    trouble, repeats = await console.read(read)
    return console.page(
        asked,
        "register.html.j2",
        status,
        draft=draft,
        ways=WAYS,
        site=site,
        places=places(overview, draft["where"], site, asked.lang),
        trouble=trouble,
        service=service,
        services=list(office.charter.services.values()),
        promise=promise(office, service, received_utc, asked) if service else None,
        mismatch=actions.mismatch(office, service.key, site.id) if service and site else "",
        back_dated=actions.is_back_dated(office, received_utc, asked.now_utc),
        repeats=[each for each in repeats if may_see(console, asked, each.site)],
        first_stage=office.charter.stages[0] if office.charter.stages else None,
        charter=office.charter,
        known=overview.sites,
    )


async def _request(console: Console, asked: Asked, draft: Draft) -> Request:
    """Return the request that the form makes; raises BadInput by the name of a field."""
    overview = await console.overview(asked.visitor)
    if draft["site"] and draft["site"] not in overview.sites:
        raise BadInput("site", message("There is no such site. Search for it again."))
    service = service_of(console.office, draft, overview.sites.get(draft["site"]))
    if service is None:
        raise BadInput("service", message("Which service? Choose one, or the site first."))
    received = draft["received"]
    return Request(
        service.key,
        draft["way"],
        draft["asker"],
        draft["text"],
        local_time("received", received) if received else asked.now_utc,
        draft["email"],
        draft["site"] or None,
        draft["phone"],
        draft["memo"],
        draft["why_late"],
        draft["tie"] == "yes",
        draft["repeat_of"],
    )


def _registered(work: Work, request: Request) -> str:
    """Register the request, and return its number; the number of its twin where the same form came twice."""
    whole = request.cleaned(actions.LONGEST_ASKER, actions.LONGEST_TEXT)
    known = ticket_list.twin(
        work.session,
        since_utc=work.now_utc - TWICE_WITHIN,
        service=request.service,
        source=request.way,
        site=request.site,
        asker=whole.asker,
        text=clean_lines(request.text, actions.LONGEST_TEXT),
    )
    return known or actions.register(work, request).number


def service_of(office: Office, draft: Draft, site: Site | None) -> Service | None:
    """Return the service that was chosen; until somebody chose one, that of the site's kind. None for neither."""
    services = office.charter.services
    by_hand = draft["service"] if draft["service"] != draft["chosen"] else ""
    if by_hand in services:
        return services[by_hand]
    if site is not None:
        return office.charter.service_for_kind(site.kind)
    return services.get(draft["service"])


def places(overview: Overview, typed: str, chosen: Site | None, lang: str) -> list[tuple[Site, str]]:
    """Return the sites whose names have what was typed, those that do not answer first; the chosen one on top."""
    wanted = clean(typed, 100).casefold()
    found = [site for site in overview.sites.values() if wanted and _is_called(site, wanted)]
    ranks = {"down": 0, "unreachable": 1, "degraded": 2}
    found.sort(key=lambda site: (ranks.get(overview.states[site.id], 3), name_key(site_name(lang, site))))
    first = [chosen] if chosen else []
    kept = [*first, *(site for site in found if site != chosen)][:MOST_PLACES]
    return [(site, overview.states[site.id]) for site in kept]


def promise(office: Office, service: Service, received_utc: datetime, asked: Asked) -> Promise | None:
    """Return when a request received then is due; None where the calendar has no answer."""
    try:
        deadline = _deadline(office, service, received_utc)
        opens_utc = office.calendar.office_time(received_utc)
    except CalendarError:
        return None
    closed = opens_utc > received_utc and service.target.unit == "working_days"
    is_immediate = deadline.rule == "immediate"
    return Promise(count_view(deadline, asked.lang), deadline.due_utc, is_immediate, opens_utc if closed else None)


def _deadline(office: Office, service: Service, received_utc: datetime) -> Deadline:
    calendar = office.calendar
    return target_deadline(service.target, started_utc=received_utc, confirmed_utc=received_utc, calendar=calendar)


def _received(draft: Draft, now_utc: datetime) -> datetime:
    """Return when the request was received; now where that is not written, or not yet."""
    try:
        return local_time("received", draft["received"]) if draft["received"] else now_utc
    except BadInput:
        return now_utc


def _is_called(site: Site, wanted: str) -> bool:
    return wanted in site.name_bn.casefold() or wanted in site.name_en.casefold() or wanted in site.id


def _trouble(outage: Outage | None, site: Site | None) -> Trouble | None:
    if outage is None or site is None:
        return None
    return Trouble(outage.site, outage.started_utc, outage.cause, outage.site == site.id)


def _slip(console: Console, ticket: Ticket) -> Mapping[str, Any]:
    """Return the values of the slip; its picture leads to the public page, else it says number and code."""
    office = console.office
    settings = console.settings_of().monitor
    link = settings.public.url
    if link and settings.web.public:  # a copy for another web server has no page that asks for number and code
        link = f"{link.rstrip('/')}/track?number={ticket.number}"
    stages: Sequence[object] = office.charter.stages[:1]
    return {
        "ticket": ticket,
        "code": shown(ticket.code),
        "link": link,
        "picture": picture(link or f"{ticket.number} {shown(ticket.code)}"),
        "service": office.charter.service(ticket.service),
        "site": console.live.fleet.sites.get(ticket.site or ""),
        "first_stage": stages[0] if stages else None,
        "charter": office.charter,
    }


def picture(text: str) -> Markup:
    """Return a QR code as SVG, without any style of its own."""
    svg = segno.make(text, error="m", micro=False).svg_inline(border=2, svgclass=None, lineclass=None, omitsize=True)
    return Markup(svg)
