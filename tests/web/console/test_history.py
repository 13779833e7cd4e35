"""A site's past, as it is served: charts that are drawn without a script, a table beside each, and the data of both."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.store.history.file import FILE
from tests.web.asking import ask
from tests.web.measured import SITE, Looked, looked, measure

HOUR = timedelta(hours=1)


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
