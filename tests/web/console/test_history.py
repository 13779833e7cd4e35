"""A site's past, as it is served: charts that are drawn without a script, a table beside each, and the data of both."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.configuration import load
from monitor.domain.clock import VirtualClock
from monitor.domain.sample import Sample, Verdict
from monitor.judging.links import Passage, Rates
from monitor.judging.power import UpsReading
from monitor.runtime.history_keeper import HistoryKeeper
from monitor.settings.fleet import Fleet, Link, Site
from monitor.settings.load import Settings
from monitor.store.history.file import FILE, HistoryFile
from tests.places import SHIPPED
from tests.store.migrated import new_store
from tests.web.asking import ask
from tests.web.desk import Desk
from tests.web.serving import Serving

SITE = "backbone-north"
HOUR = timedelta(hours=1)


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


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Looked]:
    with looked(tmp_path) as made:
        yield made


async def test_what_the_charts_show_is_what_was_measured(office: Looked) -> None:
    await measure(office, 3)
    charts = await office.data()
    rounds = charts["rounds"]["columns"]
    assert rounds[0][0] == pytest.approx(4.0, rel=0.01)
    assert rounds[0][-1] == pytest.approx(12.0, rel=0.01)
    assert rounds[3][1] == 40.0, "two of five rounds got no answer"
    incoming, outgoing, capacity = charts["traffic"]["columns"]
    assert [incoming[0], incoming[-1]] == [pytest.approx(1.0, rel=0.01), pytest.approx(3.0, rel=0.01)]
    assert {round(each or 0, 1) for each in outgoing} == {0.5}
    assert set(capacity) == {100.0}
    assert charts["power gateway"]["columns"][0][0] == 90
    assert len(charts["day"]["times"]) == 180
    assert charts["day"]["columns"][1].count(100.0) == 6


async def test_the_page_draws_each_chart_without_a_script_and_has_a_table_beside_it(office: Looked) -> None:
    await measure(office, 3)
    page = await office.page()
    figures = re.findall(r'<figure[^>]* data-chart="([^"]+)".*?</figure>', page)
    assert figures == ["day", "rounds", "traffic", "power gateway"]
    for drawn in re.findall(r"<figure.*?</figure>", page):
        assert re.search(r'<svg[^>]*role="img" aria-label="[^"]{10,}".*?<path class="line" d="M', drawn)
        assert re.search(r"<table>.*<th scope=\"col\".*<td", drawn)
    assert "As the operator bills it" in page
    assert "Its use does not grow by a line" in page
    assert 'data-names="[&#34;' in page, "JSON in an attribute is escaped"


async def test_the_part_that_the_sites_page_loads_is_the_charts_alone(office: Looked) -> None:
    await measure(office, 1)
    part = await office.page("part=charts&lang=en")
    assert part.lstrip().startswith('<div id="history"')
    assert "<h1" not in part
    site = (await ask(office.port, f"/sites/{SITE}?lang=en")).text
    assert f'hx-get="/sites/{SITE}/history?part=charts"' in site
    assert f'href="/sites/{SITE}/history"' in site, "without a script there is a link"


async def test_nothing_kept_is_said_and_nothing_is_drawn(office: Looked) -> None:
    page = await office.page()
    assert "Nothing is kept of it yet" in page
    assert "<figure" not in page


async def test_a_damaged_file_is_said_on_the_page_and_the_last_24_hours_stand(office: Looked) -> None:
    await measure(office, 1)
    (office.desk.settings.state / FILE).write_bytes(b"rubbish" * 500)
    page = await office.page()
    assert "The history cannot be read: file is not a database" in page
    assert re.findall(r'data-chart="([^"]+)"', page) == ["day"]
    answer = await ask(office.port, f"/sites/{SITE}/history.json?from={office.began_s}&to={office.now_s}")
    assert answer.status == 503


@pytest.mark.parametrize(
    "words", ["", "from=a&to=b", "from=9&to=5", "from=0&to=4000000000", "from=1&to=99999999999999", "from=%D9%A1&to=5"]
)
async def test_a_time_that_is_none_and_one_too_long_are_not_found(office: Looked, words: str) -> None:
    assert (await ask(office.port, f"/sites/{SITE}/history.json?{words}")).status == 404


async def test_a_gap_is_not_bridged(office: Looked) -> None:
    await measure(office, 1)
    office.desk.clock.advance(HOUR.total_seconds())
    await measure(office, 1)
    charts = await office.data()
    assert None in charts["rounds"]["columns"][0]
    page = await office.page("days=7&lang=en")
    (line,) = re.findall(r'data-chart="day".*?<path class="line" d="([^"]*)"', page)
    assert line.count("M") >= 3, "two gaps of two silent minutes, and an hour in which the monitor did not run"


async def test_words_and_digits_are_bangla_in_bangla(office: Looked) -> None:
    await measure(office, 1)
    page = await office.page("lang=bn&days=90")
    assert "গত ২৪ ঘণ্টায় যাওয়া-আসার সময়" in page
    assert 'aria-current="true">৯০ দিন' in page
