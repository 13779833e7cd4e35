"""Draw the past of a site as figures of an SVG, which print as they are and need no script. Pure: no words.

Nothing that was not measured is bridged: a line ends where nothing is kept, and begins again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.judging.availability import Interval
from monitor.reports.site_past import LinkPast, SitePast, times_of
from monitor.store.history.last_day import DayMinute
from monitor.store.history.reading import Step

WIDTH, HEIGHT = 720.0, 120.0
LEAST_BAR = 2.0
LOSSY = 0.25  # how high the bar of a minute is that lost some echoes, of the chart
A_MINUTE = timedelta(minutes=1)
TOP = 1.05  # of the highest value: it does not touch the edge


@dataclass(frozen=True, slots=True)
class Curve:
    """A path and the class that it is drawn with."""

    path: str
    look: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar that rises from the base."""

    x: float
    width: float
    height: float
    look: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart. ``most``: the value at its upper edge, in the unit of what it shows."""

    most: float
    curves: tuple[Curve, ...]
    bars: tuple[Bar, ...] = ()


def day_chart(minutes: Sequence[tuple[datetime, DayMinute]], window: Interval) -> Chart:
    """Return a day by the minute: the slowest time in microseconds, and a bar for each minute in which echoes got lost.

    A minute in which nothing answered has a bar from the base to the top.
    """
    most = max((one.rtt_us for _, one in minutes if one.rtt_us is not None), default=0.0) * TOP or 1.0
    points: list[tuple[datetime, float | None]] = []
    for at, one in minutes:
        if points and at - points[-1][0] > A_MINUTE:
            points.append((points[-1][0] + A_MINUTE, None))
        points.append((at, one.rtt_us))
    lost = [(at, LOSSY if one.rtt_us is not None else 1.0) for at, one in minutes if one.is_lossy]
    return Chart(most, (Curve(_line(points, window, most), "line"),), tuple(_bars(lost, window, A_MINUTE)))


def rounds_chart(past: SitePast) -> Chart | None:
    """Return the median round-trip time in microseconds, its usual band, and a bar for each stretch with loss."""
    if not past.rounds:
        return None
    times = times_of(past.rounds, past.step)
    bands = [(at, past.usual(at)) for at in times]
    highest = [one.median_us for one in past.rounds.values() if one.median_us is not None]
    highest += [band.high_us for _, band in bands if band is not None]
    most = max(highest, default=0.0) * TOP or 1.0
    medians = [(at, past.rounds[at].median_us if at in past.rounds else None) for at in times]
    low = [(at, band and band.low_us) for at, band in bands]
    high = [(at, band and band.high_us) for at, band in bands]
    lost = [(at, one.loss) for at, one in past.rounds.items() if one.loss]
    curves = (Curve(_area(low, high, past.window, most), "band"), Curve(_line(medians, past.window, most), "line"))
    return Chart(most, curves, tuple(_bars(lost, past.window, past.step.length)))


def traffic_chart(link: LinkPast, window: Interval, step: Step) -> Chart | None:
    """Return what came in and went out, bits a second, and the capacity as a line where it is known."""
    if not link.rates:
        return None
    times = times_of(link.rates, step)
    incoming = [(at, link.rates[at].in_bps if at in link.rates else None) for at in times]
    outgoing = [(at, link.rates[at].out_bps if at in link.rates else None) for at in times]
    known = [value for _, value in (*incoming, *outgoing) if value is not None]
    most = max([*known, link.capacity_bps or 0.0, 1.0]) * TOP
    curves = [Curve(_line(incoming, window, most), "line"), Curve(_line(outgoing, window, most), "line out")]
    if link.capacity_bps:
        curves.append(Curve(f"M0 {_y(link.capacity_bps, most)}H{WIDTH:g}", "limit"))
    return Chart(most, tuple(curves))


def power_chart(past: SitePast, device: str) -> Chart | None:
    """Return the lowest charge of a UPS, per cent, and a bar for each stretch on battery: the longer, the higher."""
    readings = past.power.get(device)
    if not readings:
        return None
    charge = [(at, readings[at].lowest_charge if at in readings else None) for at in times_of(readings, past.step)]
    shares = [(at, one.on_battery / one.readings) for at, one in readings.items() if one.on_battery]
    curves = (Curve(_line(charge, past.window, 100 * TOP), "line"),)
    return Chart(100.0, curves, tuple(_bars(shares, past.window, past.step.length)))


Points = Sequence[tuple[datetime, float | None]]


def _line(points: Points, window: Interval, most: float) -> str:
    parts, is_drawn = [], False
    for at, value in points:
        if value is not None:
            parts.append(f"{'L' if is_drawn else 'M'}{_x(at, window)} {_y(value, most)}")
        is_drawn = value is not None
    return "".join(parts)


def _area(low: Points, high: Points, window: Interval, most: float) -> str:
    """Return closed areas between two lines, one for each stretch without a gap."""
    parts: list[str] = []
    run: list[tuple[datetime, float, float]] = []
    for (at, least), (_, highest) in (*zip(low, high, strict=True), ((window[1], None), (window[1], None))):
        if least is not None and highest is not None:
            run.append((at, least, highest))
        elif run:
            over = "L".join(f"{_x(at, window)} {_y(value, most)}" for at, _, value in run)
            back = "L".join(f"{_x(at, window)} {_y(value, most)}" for at, value, _ in reversed(run))
            parts.append(f"M{over}L{back}Z")
            run = []
    return "".join(parts)


def _bars(shares: Iterable[tuple[datetime, float]], window: Interval, step: timedelta) -> Iterable[Bar]:
    wide = round(max(step / (window[1] - window[0]) * WIDTH, 1.0), 1)
    for at, share in shares:
        yield Bar(_x(at, window), wide, round(max(LEAST_BAR, min(share, 1.0) * HEIGHT), 1), "down")


def _x(at: datetime, window: Interval) -> float:
    return round((at - window[0]) / (window[1] - window[0]) * WIDTH, 1)


def _y(value: float, most: float) -> float:
    return round(HEIGHT - min(value / most, 1.0) * HEIGHT, 1)
