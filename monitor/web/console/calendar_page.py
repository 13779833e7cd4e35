"""Show the office's calendar by month and year, and take orders that change it: what moves is said first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from starlette.responses import PlainTextResponse, Response

from monitor.alerts.cases import actions, calendar_orders
from monitor.alerts.cases.calendar_orders import Consequences, EnteredOrder
from monitor.alerts.cases.refusals import BadInput, Refused
from monitor.alerts.notices.moved_dates import MovedDate
from monitor.alerts.notices.routing import ASKER, goes_at
from monitor.charter.calendar import Calendar, Day
from monitor.domain.clock import DHAKA
from monitor.domain.day import clock_text
from monitor.domain.message import message, messages, said_by
from monitor.domain.notice_kinds import MOVED
from monitor.domain.roles import Right
from monitor.domain.text import ascii_digits
from monitor.i18n import formats
from monitor.i18n.catalogue import render
from monitor.reports.ticket_timeline import addressee
from monitor.settings.calendar_text import calendar_text
from monitor.store.session import Session
from monitor.store.work import Work
from monitor.web.console.asked import Asked, PageRoute
from monitor.web.console.console import Console
from monitor.web.console.dispatch import refused_page

YEARS = (2000, 2099)
MOST_MOVED = 50
WEEK = tuple(date(2026, 1, 4) + timedelta(days=each) for each in range(7))  # any, from Sunday on
FIELDS = ("what", "undoes", "date", "first", "last", "bn", "en", "order", "dated", "opens", "closes", "public")


@dataclass(frozen=True, slots=True)
class MonthView:
    """A month in weeks of seven days from Sunday on; None where the week belongs to another month."""

    first: date
    weeks: Sequence[Sequence[Day | None]]

    @property
    def days(self) -> list[Day]:
        return [day for week in self.weeks for day in week if day is not None]

    @property
    def working(self) -> int:
        """Return how many working days it has."""
        return sum(day.working for day in self.days)


def routes(console: Console) -> list[PageRoute]:
    """Return the routes of this page."""

    async def show(asked: Asked) -> Response:
        office, today = console.office.calendar, asked.now_utc.astimezone(DHAKA).date()
        year = _year(asked.query("year"))
        first = date(year, 1, 1) if year else _month(asked.query("month"), today)
        months = [month_view(office, each) for each in (_months(year) if year else [first])]
        entered = await console.read(calendar_orders.orders)
        return console.page(
            asked,
            "calendar.html.j2",
            calendar=office,
            today=office.day(today),
            year=year,
            first=first,
            months=months,
            before=_near(first, -1),
            after=_near(first, 1),
            unusual=[day for month in months for day in month.days if is_unusual(office, day)],
            missing=office.missing_years(today),
            missing_ramadans=office.missing_ramadans(today),
            entered=list(reversed(entered)),
            may_order=may_order(asked),
            weekdays=[
                (formats.weekday_text(each, asked.lang), formats.narrow_weekday_text(each, asked.lang)) for each in WEEK
            ],
            clock_of=lambda at: formats.digits(clock_text(at), asked.lang),
        )

    async def form(asked: Asked) -> Response:
        typed = {name: asked.query(name) for name in FIELDS}
        tried, version, undone, wrong = await console.read(lambda session: _try(console, asked, session, typed))
        return _form(console, asked, typed, tried, version, undone, wrong)

    async def enter(asked: Asked) -> Response:
        if not asked.visitor.scope.is_all:
            return refused_page(
                console, asked, 403, message("It concerns every union, and you are in charge of a part.")
            )
        typed = {name: asked.field(name) for name in FIELDS}
        done = await console.act(
            asked, lambda work: actions.order_calendar(work, typed, seen=asked.seen), changed=("calendar",)
        )
        said = messages(
            "The order is entered; {count} deadline moves.",
            "The order is entered; {count} deadlines move.",
            len(done.moved),
        )
        if not done.moved:
            said = message("The order is entered; no deadline moves.")
        return console.back(asked, f"/calendar?month={done.change.start:%Y-%m}", said)

    async def export(asked: Asked) -> Response:
        text = calendar_text(console.office.calendar.file)
        headers = {"content-disposition": 'attachment; filename="calendar.toml"'}
        return PlainTextResponse(text, media_type="application/toml", headers=headers)

    return [
        PageRoute("/calendar", Right.READ, get=show),
        PageRoute("/calendar/order", Right.CALENDAR, get=form, post=enter, session=True),
        PageRoute("/calendar/export", Right.CALENDAR, get=export, session=True),
    ]


def may_order(asked: Asked) -> bool:
    """Return whether the visitor may change the calendar, which concerns every union."""
    return asked.visitor.may(Right.CALENDAR) and asked.visitor.scope.is_all


def _try(
    console: Console, asked: Asked, session: Session, typed: dict[str, str]
) -> tuple[Consequences | None, int, EnteredOrder | None, Refused | None]:
    """Return what the order would do, the version of the calendar, the order to be undone, and what is wrong."""
    version = calendar_orders.version(session)
    number = ascii_digits(typed["undoes"])
    undone = next((each for each in calendar_orders.orders(session) if str(each.number) == number), None)
    if not asked.query("order"):
        return None, version, undone, None
    try:
        work = Work(session, console.office, asked.now_utc, asked.visitor.name)
        return actions.order_calendar(work, typed, dry_run=True), version, undone, None
    except Refused as refused:
        return None, version, undone, refused


def _form(
    console: Console,
    asked: Asked,
    typed: dict[str, str],
    tried: Consequences | None,
    version: int,
    undone: EnteredOrder | None,
    wrong: Refused | None,
) -> Response:
    charter = console.office.charter
    seen = [each for each in tried.moved if _is_seen(console, asked, each)] if tried else []
    return console.page(
        asked,
        "calendar_order.html.j2",
        422 if wrong else 200,
        typed=typed,
        version=version,
        tried=tried,
        moved=seen[:MOST_MOVED],
        more=len(tried.moved) - len(seen[:MOST_MOVED]) if tried else 0,
        officers=[charter.officer(role) for role in tried.officers] if tried else [],
        readers=[_addressee(console, asked, each.recipient) for each in tried.letters if each.recipient != ASKER]
        if tried
        else [],
        requesters=sum(each.recipient == ASKER for each in tried.letters) if tried else 0,
        undone=undone,
        wrong=said_by(wrong) if wrong else "",
        wrong_field=wrong.field if isinstance(wrong, BadInput) else "",
        known=console.live.fleet.sites,
        charter=charter,
    )


def _addressee(console: Console, asked: Asked, recipient: str) -> str:
    """Return who gets the letter to an officer about moved dates, were the order entered now."""
    at_utc = goes_at(console.office, MOVED, recipient, asked.now_utc)
    return render(addressee(console.office, recipient, at_utc, asked.lang), asked.lang)


def _is_seen(console: Console, asked: Asked, moved: MovedDate) -> bool:
    site = console.live.fleet.sites.get(moved.site)
    return asked.visitor.scope.is_all if site is None else asked.visitor.sees(site)


def month_view(office: Calendar, first: date) -> MonthView:
    """Return the month that begins with ``first``; its weeks begin on Sunday, as the office's do."""
    cells: list[Day | None] = [None] * (first.isoweekday() % 7)
    cells += office.month(first)
    cells += [None] * (-len(cells) % 7)
    return MonthView(first, [cells[at : at + 7] for at in range(0, len(cells), 7)])


def is_unusual(office: Calendar, day: Day) -> bool:
    """Return whether a list, an order or an estimate decides about the day, and no usual week."""
    by_order = day.working and day.date in office.other_hours
    return day.kind in {"holiday", "order"} or day.date in office.rulings or by_order


def _months(year: int) -> list[date]:
    return [date(year, month, 1) for month in range(1, 13)]


def _near(first: date, step: int) -> date:
    """Return the first day of the month before or after, within the years that there are."""
    found = (first + timedelta(days=32)).replace(day=1) if step > 0 else (first - timedelta(days=1)).replace(day=1)
    return found if YEARS[0] <= found.year <= YEARS[1] else first


def _year(text: str) -> int:
    text = ascii_digits(text)
    return int(text) if len(text) == 4 and text.isdigit() and YEARS[0] <= int(text) <= YEARS[1] else 0


def _month(text: str, today: date) -> date:
    try:
        found = date.fromisoformat(f"{ascii_digits(text)}-01")
    except ValueError:
        return today.replace(day=1)
    return found if YEARS[0] <= found.year <= YEARS[1] else today.replace(day=1)
