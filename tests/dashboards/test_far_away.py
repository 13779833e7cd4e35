"""Metrics reach a VictoriaMetrics by each of the recipes, whole, and nothing is lost while it is away; it answers."""

import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.dashboards.far_away import AGENT, VMAGENT, WAYS, sending, victoria
from tests.dashboards.prometheus import Prometheus, free_port
from tests.lab.waiting import until
from tests.metrics.busy import grow
from tests.web.desk import Desk, office

__all__ = ["office"]

COUNTED = "upazila_pages_given_out"


class Page(ThreadingHTTPServer):
    """Gives out the page of metrics of an office, and how often it did."""

    def __init__(self, text: str) -> None:
        self.text, self.given_out = text.removesuffix("# EOF\n"), 0
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def target(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: Page

    def do_GET(self) -> None:
        self.server.given_out += 1
        page = f"{self.server.text}# TYPE {COUNTED} counter\n{COUNTED} {self.server.given_out}\n".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def given_out(office: Desk) -> Iterator[Page]:
    """The page of an office where everything happens."""
    grow(office)
    with Page(office.text()) as page:
        thread = threading.Thread(target=page.serve_forever)
        thread.start()
        try:
            yield page
        finally:
            page.shutdown()
            thread.join()


def series_of(text: str) -> set[str]:
    """Every series of a page: its name and labels."""
    return {
        json.dumps(
            {"__name__": each.name, **{name: value for name, value in each.labels.items() if value}}, sort_keys=True
        )
        for family in text_string_to_metric_families(text)
        for each in family.samples
    }


def stored(there: Prometheus) -> set[str]:
    """Every series of the monitor's in VictoriaMetrics."""
    of_scraping = {"instance", "job"}
    return {
        json.dumps({name: value for name, value in each.labels.items() if name not in of_scraping}, sort_keys=True)
        for each in there.now('{__name__=~"upazila_.*"}')
        if each.labels["__name__"] != COUNTED
    }


@pytest.mark.parametrize("way", WAYS)
def test_every_series_arrives_as_it_was(tmp_path: Path, office: Desk, way: str) -> None:
    port = free_port()
    with ExitStack() as stack:
        page = stack.enter_context(given_out(office))
        target = "" if way in {AGENT, VMAGENT} else page.target
        there = stack.enter_context(victoria(tmp_path, port, target))
        stack.enter_context(sending(way, tmp_path, page.target, port))
        wanted = {each for each in series_of(page.text) if '"upazila_' in each}
        until(lambda: len(stored(there)) >= len(wanted), "all series", within_s=90)
        assert stored(there) == wanted
        assert {each.labels["office"] for each in there.now("upazila_site_state")} == {"bheramara"}
