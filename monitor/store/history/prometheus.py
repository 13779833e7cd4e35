"""Answer what pages and reports ask of the history from a Prometheus that scrapes this office's /metrics.

The names are those of docs/metrics.md. Prometheus has the last round at each scrape, so rounds are counted in
scrapes, echoes in hundredths of them. A stretch is asked for at its last millisecond, so that what was scraped at
the beginning of the next is none of it.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from json import dumps
from math import isfinite
from typing import Any

from monitor.domain.day import at_dhaka
from monitor.domain.json_text import parse_json
from monitor.domain.text import clean
from monitor.judging.availability import Interval
from monitor.net import http
from monitor.net.deadline import Deadline
from monitor.settings.fleet import Link
from monitor.store.history.counting import MIDNIGHT, ONE_DAY, month_after
from monitor.store.history.file import HistoryRefuses
from monitor.store.history.reading import Step
from monitor.store.history.summaries import Echoes, Traffic, UpsPower
from monitor.store.history.use import BILLED, Use, use_of

ANSWER_S = 10.0  # how long it may take for one question
MOST_BYTES = 8 * 1024 * 1024
MOST_POINTS = 10_000  # of a question; Prometheus itself allows 11,000
HUNDREDTHS = 100
LAST = timedelta(milliseconds=1)
STEPS = {Step.FINE: "5m", Step.HOUR: "1h"}

Points = Mapping[datetime, float]


class PrometheusHistory:
    """The history of a Prometheus. Thread-safe; each question blocks for `ANSWER_S` at most."""

    source = "prometheus"

    def __init__(self, url: str, office: str) -> None:
        self._url, self._office = f"{url.rstrip('/')}/api/v1/query_range", office

    def rounds(self, device: str, step: Step, window: Interval) -> Mapping[datetime, Echoes]:
        """Return a device's rounds of echoes, as many as there were scrapes."""
        of, over = self._device(device, probe="icmp"), STEPS[step]
        rtt = f"upazila_icmp_rtt_seconds{of}[{over}]"
        count, good, loss, least, middle, most = (
            self._points(question, step.length, window)
            for question in (
                f"count_over_time(upazila_probe_success{of}[{over}])",
                f"sum_over_time(upazila_probe_success{of}[{over}])",
                f"avg_over_time(upazila_icmp_packet_loss_ratio{of}[{over}])",
                f"min_over_time({rtt})",
                f"quantile_over_time(0.5, {rtt})",
                f"max_over_time({rtt})",
            )
        )
        found = {}
        for at_utc, rounds in count.items():
            answered, sent = round(good.get(at_utc, 0.0)), round(rounds) * HUNDREDTHS
            lost = round(loss.get(at_utc, 0.0) * sent)
            times = (times[at_utc] * 1e6 if at_utc in times else None for times in (least, middle, most))
            found[at_utc] = Echoes(answered, round(rounds) - answered, 0, sent, lost, *times)
        return found

    def rates(self, link: Link, step: Step, window: Interval) -> Mapping[datetime, Traffic]:
        """Return what passed a link's interface."""
        ways = (self._points(_by_step(self._rate(link, way), step), step.length, window) for way in ("In", "Out"))
        incoming, outgoing = ways
        seconds = step.length.total_seconds()
        return {
            at_utc: Traffic(seconds, incoming.get(at_utc), outgoing.get(at_utc))
            for at_utc in sorted({*incoming, *outgoing})
        }

    def power(self, device: str, step: Step, window: Interval) -> Mapping[datetime, UpsPower]:
        """Return the readings of a device's UPS, as many as there were scrapes."""
        of, over = self._device(device), STEPS[step]
        count, on_battery, charge = (
            self._points(question, step.length, window)
            for question in (
                f"count_over_time(upazila_ups_on_battery{of}[{over}])",
                f"sum_over_time(upazila_ups_on_battery{of}[{over}])",
                f"min_over_time(upazila_ups_battery_charge_percent{of}[{over}])",
            )
        )
        return {
            at_utc: UpsPower(
                round(readings),
                round(on_battery.get(at_utc, 0.0)),
                round(charge[at_utc]) if at_utc in charge else None,
            )
            for at_utc, readings in count.items()
        }

    def daily_use(self, link: Link, first: date, until: date) -> Mapping[date, Use]:
        """Return a link's use on each day, counted by Prometheus."""
        window = at_dhaka(first, MIDNIGHT), at_dhaka(until, MIDNIGHT)
        found: dict[date, dict[str, float]] = {}
        for way in ("In", "Out"):
            rates = f"({self._rate(link, way)})[1d:5m]"
            asked = {
                f"{way} rates": f"count_over_time({rates})",
                f"{way} p95": f"quantile_over_time({BILLED}, {rates})",
                f"{way} octets": f"sum_over_time({rates}) * {Step.FINE.length.total_seconds() / 8}",
            }
            for name, question in asked.items():
                for at_utc, value in self._points(question, ONE_DAY, window).items():
                    found.setdefault(first + (at_utc - window[0]) // ONE_DAY * ONE_DAY, {})[name] = value
        return {
            day: Use(
                round(max(of.get("In rates", 0.0), of.get("Out rates", 0.0))),
                of.get("In p95"),
                of.get("Out p95"),
                round(of.get("In octets", 0.0)),
                round(of.get("Out octets", 0.0)),
            )
            for day, of in sorted(found.items())
        }

    def monthly_use(self, link: Link, month: date) -> Use | None:
        """Return a link's use in a month, from all its five-minute rates."""
        window = at_dhaka(month, MIDNIGHT), at_dhaka(month_after(month), MIDNIGHT)
        return use_of(self.rates(link, Step.FINE, window).values())

    def _device(self, device: str, **labels: str) -> str:
        site, _, name = device.partition("/")
        return _selector(office=self._office, site=site, device=name, **labels)

    def _rate(self, link: Link, way: str) -> str:
        """Return the question for an interface's rate over five minutes: from 64-bit counters where it has them."""
        site, _, device = link.device.partition("/")
        of = {"office": self._office, "site": site, "device": device}
        names = [_selector(**of, **{label: link.interface.strip()}) for label in ("ifName", "ifDescr")]
        rates = [f"rate({counter}{name}[5m])" for counter in (f"ifHC{way}Octets", f"if{way}Octets") for name in names]
        return f"max({' or '.join(rates)}) * 8"

    def _points(self, question: str, step: timedelta, window: Interval) -> Points:
        """Return the values by the beginning of the stretch that each looks back on. Raises HistoryRefuses."""
        found: dict[datetime, float] = {}
        begins, most = _aligned(window[0], step), MOST_POINTS * step
        while begins < window[1]:
            ends = min(begins + most, window[1] + step)
            found |= self._asked(question, step, (begins + step, ends))
            begins += most
        return {at_utc: value for at_utc, value in found.items() if window[0] <= at_utc < window[1]}

    def _asked(self, question: str, step: timedelta, between: Interval) -> Points:
        parameters = {
            "query": question,
            "start": (between[0] - LAST).timestamp(),
            "end": (between[1] - LAST).timestamp(),
            "step": step.total_seconds(),
        }
        try:
            answer = http.request(
                "GET", self._url, Deadline.after(ANSWER_S), parameters=parameters, most_bytes=MOST_BYTES
            )
        except http.HttpError as error:
            raise HistoryRefuses(str(error)) from None
        return {at_utc + LAST - step: value for at_utc, value in _values(answer)}


def _values(answer: http.Answer) -> list[tuple[datetime, float]]:
    """Return the points of the one series that was asked for; raises HistoryRefuses for any other answer."""
    try:
        said = parse_json(answer.body) if answer.is_whole else None
        if not isinstance(said, dict) or said.get("status") != "success":
            error = said.get("error") if isinstance(said, dict) else None
            raise HistoryRefuses(clean(str(error or f"HTTP {answer.status}")))
        series: list[Any] = said["data"]["result"]
        points = [point for one in series[:1] for point in one["values"]]
        found = [(datetime.fromtimestamp(float(at_s), UTC), float(value)) for at_s, value in points]
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, OSError):
        raise HistoryRefuses(f"HTTP {answer.status}") from None
    return [(at_utc, value) for at_utc, value in found if isfinite(value)]


def _by_step(rate: str, step: Step) -> str:
    return rate if step is Step.FINE else f"avg_over_time(({rate})[1h:5m])"


def _selector(**labels: str) -> str:
    """Return a selector of PromQL, whose strings are escaped as JSON's are."""
    return "{" + ",".join(f"{name}={dumps(value, ensure_ascii=False)}" for name, value in labels.items()) + "}"


def _aligned(at_utc: datetime, step: timedelta) -> datetime:
    """Return the beginning of the stretch in which a time lies; days begin where the office's do."""
    origin = at_dhaka(date(1970, 1, 2), MIDNIGHT) if step == ONE_DAY else datetime(1970, 1, 1, tzinfo=UTC)
    return origin + (at_utc - origin) // step * step
