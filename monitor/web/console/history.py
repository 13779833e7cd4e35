"""Show a site's past: charts and tables of what the history keeps, and the same as data for the browser's charts."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.responses import JSONResponse, Response

from monitor.domain.clock import DHAKA
from monitor.domain.roles import Right
from monitor.judging.availability import Interval
from monitor.reports.charts import Chart, day_chart, power_chart, rounds_chart, traffic_chart
from monitor.reports.past_document import past_document
from monitor.reports.site_past import SitePast, by_day, past_of
from monitor.settings.fleet import Site
from monitor.store.history.file import HistoryRefuses
from monitor.store.history.last_day import DayMinute
from monitor.web.console.asked import Asked, NotFound, PageRoute
from monitor.web.console.console import Console

SPANS = (7, 30, 90, 365, 1_096)  # days that can be chosen
FIRST_SPAN = 30
LONGEST = timedelta(days=SPANS[-1])
A_DAY = timedelta(hours=24)
MOST_DAYS = 31  # in a table
LAST_SECOND = 4_102_444_800  # 2100: no time beyond it is asked for

Minutes = Sequence[tuple[datetime, DayMinute]]


def routes(console: Console) -> list[PageRoute]:
    """Return the routes of this page."""

    async def show(asked: Asked) -> Response:
        site = console.site(asked, asked.path("id"))
        asked_days = asked.query("days")
        days = int(asked_days) if asked_days in map(str, SPANS) else FIRST_SPAN
        window = (asked.now_utc - timedelta(days=days), asked.now_utc)
        minutes, past, trouble = await _looked_up(console, site, window, asked.now_utc)
        values = _values(asked, site, minutes, past)
        return console.page(asked, "history.html.j2", **values, days=days, spans=SPANS, trouble=trouble)

    async def data(asked: Asked) -> Response:
        site = console.site(asked, asked.path("id"))
        window = _window_of(asked)
        minutes, past, trouble = await _looked_up(console, site, window, asked.now_utc)
        if past is None:
            return JSONResponse({"trouble": trouble}, 503)
        return JSONResponse(past_document(minutes, past))

    return [
        PageRoute("/sites/{id}/history", Right.READ, get=show),
        PageRoute("/sites/{id}/history.json", Right.READ, get=data),
    ]


async def _looked_up(
    console: Console, site: Site, window: Interval, now_utc: datetime
) -> tuple[Minutes, SitePast | None, str]:
    """Return the last 24 hours by the minute, the past in a window, and why that cannot be read: '' if it can."""
    keeper = console.keeper
    minutes = [] if keeper is None else keeper.last_day(site.gateway.id, now_utc)
    try:
        return minutes, await console.look_back(lambda history: past_of(history, site, window, now_utc)), ""
    except HistoryRefuses as error:
        return minutes, None, str(error)


def _window_of(asked: Asked) -> Interval:
    """Return the window that is asked for in seconds since 1970; raises NotFound for none, and for one too long."""
    texts = asked.query("from"), asked.query("to")
    if not all(text.isascii() and text.isdigit() and len(text) <= 10 for text in texts):
        raise NotFound
    seconds = [min(int(text), LAST_SECOND) for text in texts]
    begins, ends = (datetime.fromtimestamp(each, UTC) for each in seconds)
    if not timedelta() < ends - begins <= LONGEST + A_DAY:
        raise NotFound
    return begins, ends


def _values(asked: Asked, site: Site, minutes: Minutes, past: SitePast | None) -> Mapping[str, Any]:
    """Return what the template shows."""
    now_utc = asked.now_utc
    charts: dict[str, Chart | None] = {"day": day_chart(minutes, (now_utc - A_DAY, now_utc)) if minutes else None}
    rows: dict[str, Sequence[Any]] = {"day": _hours_of(minutes)}
    if past is not None:
        charts["rounds"] = rounds_chart(past)
        rows["rounds"] = by_day(past.rounds)[:MOST_DAYS]
        if past.link is not None:
            charts["traffic"] = traffic_chart(past.link, past.window, past.step)
            rows["traffic"] = sorted(past.link.days.items(), reverse=True)[:MOST_DAYS]
        for name, readings in past.power.items():
            charts[f"power {name}"] = power_chart(past, name)
            rows[f"power {name}"] = by_day(readings)[:MOST_DAYS]
    return {
        "site": site,
        "past": past,
        "charts": charts,
        "rows": rows,
        "day_begins": now_utc - A_DAY,
        "window": past.window if past else (now_utc, now_utc),
        "data_url": f"/sites/{site.id}/history.json",
    }


def _hours_of(minutes: Minutes) -> list[tuple[datetime, int, int, float | None]]:
    """Return, by the hour, the latest first: how many minutes were measured, how many with loss, the slowest in us."""
    hours: dict[datetime, list[DayMinute]] = {}
    for at_utc, minute in minutes:
        hours.setdefault(at_utc.astimezone(DHAKA).replace(minute=0, second=0, microsecond=0), []).append(minute)
    return [
        (
            hour,
            len(parts),
            sum(part.is_lossy for part in parts),
            max((part.rtt_us for part in parts if part.rtt_us is not None), default=None),
        )
        for hour, parts in sorted(hours.items(), reverse=True)
    ]
