"""Make the JSON of a site's past: what the page's charts and `history --json` get."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypedDict, TypeVar

from monitor.reports.site_past import LinkPast, SitePast, times_of
from monitor.store.history.last_day import DayMinute
from monitor.store.history.reading import Step

T = TypeVar("T")


class ChartDocument(TypedDict):
    """A chart's data: times in seconds since 1970, and a column for each curve; None where nothing is kept."""

    times: list[int]
    columns: list[list[float | None]]


class PastDocument(TypedDict):
    """A site's past. ``charts``: see `past_document`."""

    source: str
    step_s: int
    charts: dict[str, ChartDocument]


def past_document(minutes: Sequence[tuple[datetime, DayMinute]], past: SitePast) -> PastDocument:
    """Return the document, with its charts and their columns.

    day: slowest time in ms, loss in per cent (100: no answer, 1: some loss) by the minute; rounds: median time, usual
    band from and to in ms, loss in per cent; traffic: in, out, capacity in Mb/s; power NAME: lowest charge, time on
    battery, both in per cent.
    """
    charts = {"day": _day_of(minutes), "rounds": _rounds_of(past)}
    if past.link is not None:
        charts["traffic"] = _traffic_of(past.link, past.step)
    for name, readings in past.power.items():
        times = times_of(readings, past.step)
        said = [readings.get(at) for at in times]
        charts[f"power {name}"] = _chart(
            times,
            _each(said, lambda one: one.lowest_charge),
            _each(said, lambda one: round(one.on_battery / max(one.readings, 1) * 100, 1)),
        )
    return {"source": past.source, "step_s": int(past.step.length.total_seconds()), "charts": charts}


def _day_of(minutes: Sequence[tuple[datetime, DayMinute]]) -> ChartDocument:
    found = [minute for _, minute in minutes]
    return _chart(
        [at for at, _ in minutes],
        _each(found, lambda one: _ms(one.rtt_us)),
        _each(found, lambda one: 100.0 if one.rtt_us is None else float(one.is_lossy)),
    )


def _rounds_of(past: SitePast) -> ChartDocument:
    times = times_of(past.rounds, past.step)
    rounds, bands = [past.rounds.get(at) for at in times], [past.usual(at) for at in times]
    return _chart(
        times,
        _each(rounds, lambda one: _ms(one.median_us)),
        _each(bands, lambda band: _ms(band.low_us)),
        _each(bands, lambda band: _ms(band.high_us)),
        _each(rounds, lambda one: None if one.loss is None else round(one.loss * 100, 2)),
    )


def _traffic_of(link: LinkPast, step: Step) -> ChartDocument:
    times = times_of(link.rates, step)
    rates = [link.rates.get(at) for at in times]
    capacity: list[float | None] = [_mbps(link.capacity_bps)] * len(times)
    return _chart(
        times, _each(rates, lambda one: _mbps(one.in_bps)), _each(rates, lambda one: _mbps(one.out_bps)), capacity
    )


def _chart(times: Sequence[datetime], *columns: list[float | None]) -> ChartDocument:
    return {"times": [int(at.timestamp()) for at in times], "columns": list(columns)}


def _each(items: Sequence[T | None], value: Callable[[T], float | None]) -> list[float | None]:
    return [None if item is None else value(item) for item in items]


def _ms(time_us: float | None) -> float | None:
    return None if time_us is None else round(time_us / 1_000, 3)


def _mbps(rate_bps: float | None) -> float | None:
    return None if rate_bps is None else round(rate_bps / 1e6, 3)
