"""No page and no answer of the API shows an administrator a secret of the configuration."""

import http.client
import re
from collections.abc import Iterator
from contextlib import closing, suppress

import pytest

from monitor.configuration import load
from tests.story.canaries import Planted, planted
from tests.web.matrix.all_rows import ROWS
from tests.web.world import World, world

ENDLESS = {"/stream", "/api/v1/stream"}
SITE_WITH_A_SECRET = "backbone-north"  # in the address of its page


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, Planted]]:
    home = tmp_path_factory.mktemp("planted")
    with planted(home) as found, world(home / "world", lambda _: load(home / "config")) as made:
        yield made, found


def test_no_page_shows_a_secret(office: tuple[World, Planted]) -> None:
    made, found = office
    told, asked = dict[str, list[str]](), 0
    for row in ROWS:
        if row.changes or row.path in ENDLESS:
            continue
        for path in {row.asked.format_map(made.gaps()), re.sub(r"{(id|site_id)}", SITE_WITH_A_SECRET, row.path)}:
            if "{" in path:
                continue
            text = answer(made, path)
            asked += 1
            if keys := found.found_in(text):
                told[path] = keys
    assert told == {}
    assert asked > 80


def answer(made: World, path: str) -> str:
    """Status, headers and body for the administrator."""
    with closing(http.client.HTTPConnection("127.0.0.1", made.port, timeout=20)) as connection:
        connection.request("GET", path, headers={"Cookie": made.logins["admin"].cookie})
        got = connection.getresponse()
        text = f"{got.status} {got.getheaders()} "
        with suppress(http.client.IncompleteRead):
            text += got.read().decode("utf-8", "replace")
    return text
