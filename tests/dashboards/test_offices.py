"""The dashboards of three offices, of which one missed a promise and cannot send: each shows its own, and no other's.

A real Prometheus reads the page of metrics that a daemon of these offices would give out.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from dashboards.generator.reading import dashboards, variables
from tests.dashboards.asking import answers, choices
from tests.dashboards.prometheus import Prometheus, Series, prometheus
from tests.lab.waiting import until
from tests.metrics.three_offices import OFFICES, ThreeOffices, three_offices

BOARDS = {name: board for name, board in dashboards().items() if name.startswith("en/")}
MONITOR = "bheramara"  # [office] id of the shipped charter, which is the installation's here

pytestmark = pytest.mark.long  # the same figures of each office are tested at the page itself


@dataclass(frozen=True)
class Scraped:
    """Prometheus, and the offices whose page it reads."""

    prometheus: Prometheus
    offices: ThreeOffices

    def shown(self, board: str, title: str, **chosen: str) -> dict[str, list[Series]]:
        """What a panel is answered, by question, with what the reader has chosen."""
        found = answers(self.prometheus, BOARDS[f"en/{board}"], chosen)
        return {answer.query.ref: answer.series for answer in found if answer.query.title == title}


@contextmanager
def served(text: str) -> Iterator[str]:
    """A page of metrics on loopback; its host and port."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/plain; version=0.0.4")
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


@pytest.fixture(scope="module")
def scraped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scraped]:
    """Mirpur has missed a promise, and its letter has waited since."""
    home = tmp_path_factory.mktemp("offices")
    with three_offices(home) as offices:
        offices.know()
        offices.down("mirpur.udc")
        offices.clock.advance(timedelta(days=5).total_seconds())
        offices.decide()
        offices.clock.advance(timedelta(hours=1).total_seconds())
        with served(offices.exposition.render().body.decode()) as target, prometheus(home, target) as running:
            until(lambda: running.now("upazila_office_info"), "a scrape", 30)
            yield Scraped(running, offices)


def test_the_reader_chooses_among_all_offices_of_the_monitor(scraped: Scraped) -> None:
    for name, board in BOARDS.items():
        offered = {one["name"]: one for one in variables(board)}
        chosen = {"office": "mirpur", "monitor": MONITOR}
        shown = "offices" if name == "en/itself" else "office"
        assert sorted(choices(scraped.prometheus, offered[shown], chosen)) == sorted(OFFICES), name
        assert list(choices(scraped.prometheus, offered["monitor"], chosen)) == [MONITOR], name


def test_a_promise_missed_in_one_office_is_on_that_offices_charter_alone(scraped: Scraped) -> None:
    missed, open_ = {}, {}
    for office in OFFICES:
        (series,) = scraped.shown("charter", "Targets missed in 7 days", office=office)["A"]
        missed[office] = series.last
        (series,) = scraped.shown("charter", "Open tickets", office=office)["A"]
        open_[office] = series.last
    assert missed == {"bheramara": 0, "mirpur": 1, "gangni": 0}
    assert open_ == {"bheramara": 0, "mirpur": 1, "gangni": 0}


def test_what_is_down_in_one_office_is_not_in_anothers_morning(scraped: Scraped) -> None:
    table = "What is down now, and since when"
    (down,) = scraped.shown("morning", table, office="mirpur")["A"]
    assert down.labels["site"] == "mirpur.udc"
    for office in ("bheramara", "gangni"):
        (row,) = scraped.shown("morning", table, office=office)["A"]
        assert row.labels == {"name_en": "Nothing is down"}, office


def test_mail_that_waits_in_one_office_is_a_fault_there_and_of_the_monitor(scraped: Scraped) -> None:
    faults = {office: scraped.shown("morning", "The monitor itself", office=office)["W"][0].last for office in OFFICES}
    assert faults["mirpur"] == faults["gangni"] + 1 == faults["bheramara"] + 1
    (oldest,) = scraped.shown("itself", "Oldest mail pending", monitor=MONITOR)["A"]
    assert oldest.last > 3_000
    (quiet,) = scraped.shown("itself", "Oldest mail pending", monitor=MONITOR, offices="gangni")["A"]
    assert quiet.last == 0
    (all_,) = scraped.shown("itself", "Mail waiting", monitor=MONITOR)["A"]
    assert all_.last == sum(scraped.offices.values("upazila_outbox_owed").values())  # type: ignore[arg-type]


def test_alerts_name_the_office(scraped: Scraped) -> None:
    def firing() -> set[tuple[str, str]]:
        found = scraped.prometheus.now('ALERTS{alertname=~"MailStuck|TargetMissed"}')
        return {(one.labels["alertname"], one.labels["office"]) for one in found}

    until(lambda: len(firing()) == 2, "both alerts", 30)
    assert firing() == {("MailStuck", "mirpur"), ("TargetMissed", "mirpur")}
