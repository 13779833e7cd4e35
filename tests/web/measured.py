"""An office with a link and a UPS at one site, measured for some hours, served for real."""

import json
import random
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import cos, pi
from pathlib import Path

from monitor.configuration import load
from monitor.domain.clock import DHAKA, VirtualClock
from monitor.domain.sample import Sample, Verdict
from monitor.judging.links import Passage, Rates
from monitor.judging.power import UpsReading
from monitor.runtime.history_keeper import HistoryKeeper
from monitor.settings.fleet import Fleet, Link, Site
from monitor.settings.load import Settings
from monitor.store.history.counting import count_use
from monitor.store.history.file import HistoryFile
from monitor.store.history.names import ups_series
from monitor.store.history.summaries import Echoes, Summary, Traffic, UpsPower
from tests.places import SHIPPED
from tests.store.migrated import new_store
from tests.web.asking import ask
from tests.web.desk import Desk
from tests.web.serving import Serving

SITE = "backbone-north"


@dataclass
class Looked:
    """An office whose link was measured for some hours; ``began_s`` in seconds since 1970."""

    desk: Desk
    site: Site
    keeper: HistoryKeeper
    port: int
    began_s: int

    @property
    def now_s(self) -> int:
        return int(self.desk.clock.utc().timestamp())

    async def page(self, words: str = "lang=en") -> str:
        answer = await ask(self.port, f"/sites/{SITE}/history?{words}")
        assert answer.status == 200
        return re.sub(r"\s+", " ", answer.text)

    async def data(self, begins_s: int | None = None) -> dict[str, dict[str, list[list[float | None]]]]:
        begins_s = self.began_s if begins_s is None else begins_s
        answer = await ask(self.port, f"/sites/{SITE}/history.json?from={begins_s}&to={self.now_s}")
        assert answer.status == 200
        found = json.loads(answer.text)
        assert found["source"] == "history"
        charts: dict[str, dict[str, list[list[float | None]]]] = found["charts"]
        return charts


def settings_in(folder: Path) -> Settings:
    """The shipped office, its state in ``folder``, with a link of 100 Mb/s and a UPS at one site."""
    shipped = load(SHIPPED)
    site = shipped.fleet.sites[SITE]
    devices = tuple(replace(device, snmp="core") for device in site.devices)
    altered = replace(site, link=Link(f"{SITE}/interface", SITE, site.gateway.id, "sfp1", 100.0), devices=devices)
    fleet = Fleet({**shipped.fleet.sites, SITE: altered}, shipped.fleet.groups, shipped.fleet.unions)
    storage = shipped.monitor.storage.model_copy(update={"directory": folder})
    return replace(shipped, fleet=fleet, monitor=shipped.monitor.model_copy(update={"storage": storage}))


@contextmanager
def looked(folder: Path) -> Iterator[Looked]:
    settings = settings_in(folder)
    clock = VirtualClock()
    desk = Desk(settings, new_store(folder), clock)
    keeper = HistoryKeeper(clock, HistoryFile(settings.state), settings)
    desk.keeper = keeper
    with Serving(desk.app()) as serving:
        yield Looked(desk, settings.fleet.sites[SITE], keeper, serving.port, int(clock.utc().timestamp()))
    desk.store.close()


async def measure(office: Looked, hours: int) -> None:
    """A round a minute, two of each hour without an answer; the link busier by the hour; half of it on battery."""
    clock, gateway = office.desk.clock, office.site.gateway.id
    assert office.site.link is not None
    await office.keeper.open()
    for minute in range(hours * 60):
        received = 0 if minute % 60 in {7, 8} else 3
        verdict = Verdict.OK if received else Verdict.FAILED
        times = (round(4_000_000 * (1 + minute // 60)),) * received
        office.keeper.take(Sample(gateway, "icmp", clock.utc(), clock.mono_ns(), verdict, 3, received, times))
        clock.advance(60)
        office.keeper.measured(Passage(office.site.link.id, clock.utc(), 60, Rates(1e6 * (1 + minute // 60), 5e5)))
        office.keeper.measured(UpsReading(gateway, clock.utc(), on_battery=minute % 2 == 0, charge=90))
        if minute % 60 == 59:
            await office.keeper.write()


def remember(office: Looked, days: int, chance: random.Random) -> None:
    """Fill the file with the days before now: busy by day and more so every week, a cut of five hours, power cuts."""
    assert office.site.link is not None
    now_utc = office.desk.clock.utc()
    first = now_utc.replace(minute=0, second=0) - timedelta(days=days)
    gateway, link = office.site.gateway.id, office.site.link.id
    file = HistoryFile(office.desk.settings.state)
    file.open()
    for day in range(days + 1):
        rounds: dict[datetime, Summary] = {}
        rates: dict[datetime, Summary] = {}
        power: dict[datetime, Summary] = {}
        peak_bps = (34 + 36 * day / days) * 1e6 * chance.uniform(0.95, 1.05)
        for slot in range(288):
            at = first + timedelta(days=day, minutes=5 * slot)
            if at >= now_utc:
                break
            hour = at.astimezone(DHAKA).hour + at.minute / 60
            is_weekend = at.astimezone(DHAKA).weekday() in {4, 5}
            busy = max(0.06, 0.5 - 0.5 * cos((hour - 4) / 24 * 2 * pi)) * (0.45 if is_weekend else 1)
            is_cut = days - day == 9 and 10 <= hour < 15
            on_battery = 19 <= hour < 20.5 and day % 3 == 0
            if is_cut:
                rounds[at] = Echoes(0, 5, 0, 15, 15)
            else:
                fastest = chance.gauss(4_000, 60)
                middle = fastest + busy * chance.expovariate(1 / 2_500)
                lost = int(chance.random() < 0.03) * chance.randint(1, 3)
                rounds[at] = Echoes(5, 0, 0, 15, lost, fastest, middle, middle + chance.expovariate(1 / 4_000))
            incoming = 0.0 if is_cut else peak_bps * busy * chance.uniform(0.8, 1.1)
            rates[at] = Traffic(300, incoming, incoming * chance.uniform(0.12, 0.2))
            drawn = hour - 19 if on_battery else 1.5 * (23 - hour) / 2.5 if day % 3 == 0 and 20.5 <= hour < 23 else 0.0
            charge = round(100 - 30 * drawn)  # down by 30 per cent an hour, and up again in two and a half
            power[at] = UpsPower(5, 5 if on_battery else 0, charge)
        file.add({gateway: rounds, link: rates, ups_series(gateway): power})
    count_use(file, [link], now_utc, days)
    for minute in range(1_440):
        at = now_utc - timedelta(minutes=1_440 - minute)
        received = 0 if 300 <= minute < 312 else 2 if chance.random() < 0.02 else 3
        times = tuple(round(1e3 * (chance.gauss(4_000, 60) + chance.expovariate(1 / 900))) for _ in range(received))
        verdict = Verdict.OK if received else Verdict.FAILED
        office.keeper.take(Sample(gateway, "icmp", at, 0, verdict, 3, received, times))
