"""What is the same for all pages: forms without end, a database that is away, a stranger's link."""

import http.client
from collections.abc import Iterator
from contextlib import closing

import pytest

from monitor.store.opening import DATABASE
from monitor.web.console.dispatch import LARGEST_FORM, LARGEST_OF_NOBODY
from tests.web.desk import Desk, office
from tests.web.serving import Serving
from tests.web.visiting import Browser
from tests.web.world import World
from tests.web.world import world as made_world

__all__ = ["office"]


@pytest.fixture
def browser(office: Desk) -> Iterator[Browser]:
    with Serving(office.app()) as serving:
        yield Browser(serving.port)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with made_world(tmp_path_factory.mktemp("world")) as made:
        yield made


def in_pieces(browser: Browser, path: str, size: int, cookie: str = "") -> int:
    """The status of a form of that size whose length is not announced."""
    headers = {"Origin": f"http://127.0.0.1:{browser.port}", "Content-Type": "application/x-www-form-urlencoded"}
    with closing(http.client.HTTPConnection("127.0.0.1", browser.port, timeout=20)) as connection:
        pieces = iter([b"name=", *[b"x" * 1_024] * (size // 1_024), b""])
        connection.request("POST", path, pieces, {**headers, "Cookie": cookie}, encode_chunked=True)
        return connection.getresponse().status


def test_nobody_without_a_name_can_send_more_than_a_log_in_needs(browser: Browser) -> None:
    assert browser.log_in("x" * (LARGEST_OF_NOBODY - 200), "x").status == 401
    assert browser.log_in("x" * LARGEST_OF_NOBODY, "x").status == 413
    assert in_pieces(browser, "/login", LARGEST_OF_NOBODY + 8_192) == 413


def test_a_user_can_send_a_long_text_and_no_form_without_end(world: World) -> None:
    cookie = world.logins["officer"].cookie
    browser = Browser(world.port)
    assert in_pieces(browser, "/me", LARGEST_FORM - 8_192, cookie) == 403, "without its secret"
    assert in_pieces(browser, "/me", LARGEST_FORM + 8_192, cookie) == 413


def test_while_the_database_is_away_a_page_says_so(office: Desk, browser: Browser) -> None:
    drawn = browser.get("/login?lang=en")
    (office.store.state / DATABASE).write_bytes(b"rubbish" * 1_000)
    office.store.close()
    told = browser.post("/login", drawn=drawn, name="rahim", password="four-words-apart-rice")
    assert told.status == 503
    assert "The database does not answer; try again in a moment" in told.text
    assert "rahim" in told.text, "what was typed is not lost"


def test_a_form_whose_session_has_ended_shows_what_was_typed_and_changes_nothing(world: World) -> None:
    browser = Browser(world.port, dict([world.logins["officer"].cookie.split("=", 1)]))
    drawn = browser.get("/sites/udc-juniadaha")
    browser.cookies.clear()
    told = browser.post("/sites/udc-juniadaha/note", drawn=drawn, text="The key is upstairs")
    assert (told.status, "The key is upstairs" in told.text) == (401, True)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": "https://evil.example"}
    foreign = browser.ask("POST", "/sites/udc-juniadaha/note", "text=Ring+0900", headers)
    assert (foreign.status, "Ring 0900" in foreign.text) == (401, False), "no page of others speaks here"


def test_a_part_of_an_open_page_and_its_stream_get_no_log_in_page_in_their_place(world: World) -> None:
    browser = Browser(world.port)
    assert browser.get("/users", HX_Request="true").status == 401
    assert browser.get("/users", Sec_Fetch_Mode="cors").status == 401
    assert browser.get("/users", Sec_Fetch_Mode="navigate").to == "/login?next=/users"
