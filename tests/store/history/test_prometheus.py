"""A real Prometheus is asked the same questions as the file, and answers the same."""

import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from monitor.domain.clock import DHAKA
from monitor.settings.fleet import Link
from monitor.store.history.file import HistoryRefuses
from monitor.store.history.prometheus import PrometheusHistory
from monitor.store.history.reading import Step
from monitor.store.history.use import use_of
from tests.dashboards.prometheus import prometheus
from tests.lab.waiting import patient

DEVICE = "north/router"
LINK = Link("north/interface", "north", DEVICE, "sfp1", 100.0)
BARE = Link("south/interface", "south", DEVICE, "ether2")
HOURS = 54
RESTARTS_AT_MINUTE = 1_000


def rate_bps(minute: int) -> float:
    """What passes in that minute: another rate each five minutes."""
    return 1e6 * (1 + minute // 5 % 37)


def told(begins_s: int) -> Iterator[str]:
    """What would have been scraped, once a minute."""
    series = f'office="bheramara",site="north",device="{DEVICE.partition("/")[2]}"'
    port = f'{{{series},ifIndex="3",ifName="sfp1",ifDescr="fibre"}}'
    bare = f'{{{series},ifIndex="4",ifName="",ifDescr="ether2"}}'
    probed = f'{{{series},kind="backbone",probe="icmp"}}'
    lines: dict[str, list[str]] = {}
    octets = 0.0
    for minute in range(HOURS * 60):
        at_s = begins_s + minute * 60
        octets = 0.0 if minute == RESTARTS_AT_MINUTE else octets + rate_bps(minute) * 60 / 8
        is_up = minute % 60 < 50
        facts = {
            f"ifHCInOctets{port}": octets,
            f"ifHCOutOctets{port}": octets / 2,
            f"ifInOctets{bare}": octets,
            f"upazila_probe_success{probed}": int(is_up),
            f"upazila_icmp_packet_loss_ratio{probed}": 0.0 if is_up else 1.0,
            **({f"upazila_icmp_rtt_seconds{probed}": 0.004 + 0.001 * (minute % 5)} if is_up else {}),
            f"upazila_ups_on_battery{{{series}}}": int(minute % 60 >= 50),
            f"upazila_ups_battery_charge_percent{{{series}}}": 100 - minute % 60,
        }
        for name, value in facts.items():
            lines.setdefault(name, []).append(f"{name} {value} {at_s}")
    for name in sorted(lines):
        yield from lines[name]
    yield "# EOF"


@pytest.fixture(scope="module")
def begins_utc() -> datetime:
    """Midnight of the office two days ago, and nothing lies in the future."""
    today = datetime.now(DHAKA).replace(hour=0, minute=0, second=0, microsecond=0)
    return (today - timedelta(days=3)).astimezone(UTC)


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory, begins_utc: datetime) -> Iterator[PrometheusHistory]:
    home = tmp_path_factory.mktemp("prometheus")
    metrics = home / "metrics.txt"
    metrics.write_text("\n".join(told(int(begins_utc.timestamp()))) + "\n", encoding="utf-8")
    words = ["promtool", "tsdb", "create-blocks-from", "openmetrics", str(metrics), str(home / "data")]
    subprocess.run(words, check=True, capture_output=True, timeout=120)
    with prometheus(home, "127.0.0.1:1") as made:
        yield PrometheusHistory(f"http://127.0.0.1:{made.port}/", "bheramara")


def test_rates_of_five_minutes_are_those_that_were_and_a_restart_is_no_rate(
    asked: PrometheusHistory, begins_utc: datetime
) -> None:
    window = begins_utc, begins_utc + timedelta(hours=HOURS)
    rates = asked.rates(LINK, Step.FINE, window)
    assert len(rates) >= HOURS * 12 - 1
    for at_utc, rate in rates.items():
        minute = (at_utc - begins_utc) // timedelta(minutes=1)
        if not minute <= RESTARTS_AT_MINUTE < minute + 5 and minute:
            assert rate.in_bps == pytest.approx(rate_bps(minute + 1), rel=0.3), at_utc
            assert rate.out_bps == pytest.approx((rate.in_bps or 0) / 2, rel=0.01)
    assert max(rate.in_bps or 0 for rate in rates.values()) < 40e6, "a restart looks like no burst"


def test_a_port_without_64_bit_counters_or_a_name_is_found_too(asked: PrometheusHistory, begins_utc: datetime) -> None:
    window = begins_utc + timedelta(hours=1), begins_utc + timedelta(hours=2)
    assert len(asked.rates(BARE, Step.FINE, window)) == 12
    (hour,) = asked.rates(BARE, Step.HOUR, window).values()
    assert hour.in_bps == pytest.approx(sum(rate_bps(minute) for minute in range(60, 120)) / 60, rel=0.1)
    assert hour.out_bps is None


def test_rounds_and_readings_of_a_ups_are_counted_in_scrapes(asked: PrometheusHistory, begins_utc: datetime) -> None:
    window = begins_utc + timedelta(hours=5), begins_utc + timedelta(hours=6)
    rounds = asked.rounds(DEVICE, Step.FINE, window)
    assert len(rounds) == 12
    assert [one.failed for one in rounds.values()][:9] == [0] * 9
    assert [one.loss for one in rounds.values()][-1] == 1.0
    assert rounds[window[0]].fastest_us == pytest.approx(4_000)
    assert rounds[window[0]].slowest_us == pytest.approx(8_000)
    (hour,) = asked.power(DEVICE, Step.HOUR, window).values()
    assert hour.on_battery == 10
    assert hour.lowest_charge == 41


def test_days_and_months_have_the_percentile_of_their_rates(asked: PrometheusHistory, begins_utc: datetime) -> None:
    first = begins_utc.astimezone(DHAKA).date()
    days = asked.daily_use(LINK, first, first + timedelta(days=2))
    assert list(days) == [first, first + timedelta(days=1)]
    rates = asked.rates(LINK, Step.FINE, (begins_utc, begins_utc + timedelta(days=1)))
    counted = use_of(rates.values())
    assert counted is not None
    assert days[first].in_p95_bps == pytest.approx(counted.in_p95_bps, rel=0.05)
    assert days[first].in_octets == pytest.approx(counted.in_octets, rel=0.02)
    month = asked.monthly_use(LINK, first.replace(day=1))
    assert month is not None
    assert month.in_p95_bps == pytest.approx(35e6, rel=0.1)


def test_a_name_with_quotes_in_it_is_no_other_question(asked: PrometheusHistory, begins_utc: datetime) -> None:
    hostile = Link("north/interface", "north", DEVICE, 'sfp1"} or {ifName="sfp1', 100.0)
    window = begins_utc, begins_utc + timedelta(hours=1)
    assert asked.rates(hostile, Step.FINE, window) == {}


def test_a_prometheus_that_is_not_there_refuses_in_words_and_soon() -> None:
    begun = time.monotonic()
    now = datetime.now(UTC)
    with pytest.raises(HistoryRefuses, match=r"\w"):
        PrometheusHistory("http://127.0.0.1:1", "bheramara").rounds(DEVICE, Step.HOUR, (now - timedelta(days=1), now))
    assert time.monotonic() - begun < patient(30)


def test_what_prometheus_says_of_a_question_it_does_not_understand_is_told(asked: PrometheusHistory) -> None:
    now = datetime.now(UTC)
    with pytest.raises(HistoryRefuses, match="exceeded maximum resolution"):
        asked._asked("up", timedelta(seconds=1), (now - timedelta(days=1), now))
