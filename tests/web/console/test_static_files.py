"""The console's own files are those that were taken over, come compressed, and are kept by browsers for good."""

import gzip
import hashlib
import re

import pytest

from monitor.web.console.rendering import asset, static_bytes
from monitor.web.console.static_files import TYPES
from tests.places import ROOT
from tests.web.asking import ask

STATIC = ROOT / "monitor" / "web" / "static"


def test_files_of_others_are_the_ones_that_were_taken_over_with_their_licences() -> None:
    listed = re.findall(r"^\| `([\w.-]+)` \| .* \| `([0-9a-f]{64})` \|$", (STATIC / "VENDORED.md").read_text(), re.M)
    names = {"htmx.min.js", "icons.svg", "noto-sans-bengali-400.woff2", "uplot.css", "uplot.min.js"}
    assert {name for name, _ in listed} == names
    for name, wanted in listed:
        assert hashlib.sha256((STATIC / name).read_bytes()).hexdigest() == wanted, name
    licences = {path.stem.partition(".")[0].partition("-")[0] for path in (STATIC / "licences").glob("*.txt")}
    assert len(licences) == len(listed) - 1  # uPlot's two files have one


def test_every_file_there_is_served_and_no_other() -> None:
    served = {path.name for path in STATIC.iterdir() if path.is_file()} - {"VENDORED.md"}
    assert served == TYPES.keys()


@pytest.mark.parametrize("name", TYPES)
async def test_each_is_served_under_a_url_that_changes_with_it(port: int, name: str) -> None:
    answer = await ask(port, asset(name))
    assert (answer.status, answer.body) == (200, static_bytes(name))
    assert "immutable" in answer.headers["cache-control"]
    packed = await ask(port, asset(name), accept_encoding="gzip")
    body = gzip.decompress(packed.body) if packed.headers.get("content-encoding") == "gzip" else packed.body
    assert body == answer.body


@pytest.mark.parametrize("path", ["/static/VENDORED.md", "/static/..%2fapp.py", "/static/nothing", "/static/"])
async def test_nothing_else_is(port: int, path: str) -> None:
    assert (await ask(port, path)).status == 404


def test_a_first_page_without_the_font_costs_at_most_45_kilobytes_with_a_page_of_20() -> None:
    needed = ["console.css", "console.js", "htmx.min.js", "icons.svg"]
    assert sum(len(gzip.compress(static_bytes(name), 9)) for name in needed) <= 25_000
    assert len(static_bytes("noto-sans-bengali-400.woff2")) <= 45_000
