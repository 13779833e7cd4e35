"""Logging in and out by real requests: with and without the second step, by who may and by who must not."""

from collections.abc import Iterator
from dataclasses import replace

import pyotp
import pytest

from monitor.accounts import second_factor, second_factors, users
from monitor.accounts.passwords import hashed
from monitor.accounts.users import Profile
from monitor.domain.roles import Role
from monitor.settings.web_section import Web
from monitor.store.work import Work
from tests.web.desk import Desk, office
from tests.web.serving import Serving
from tests.web.visiting import Browser, Page

__all__ = ["office"]

NAME, PASSWORD = "rahim", "four-words-apart-rice"
HASH = hashed(PASSWORD, NAME)


def add_user(desk: Desk, name: str = NAME, role: Role = Role.OFFICER) -> None:
    with desk.store.write() as session:
        users.add(Work(session, desk.office, desk.clock.utc(), "test"), name, Profile(role=role), HASH)


def with_second_factor(desk: Desk) -> pyotp.TOTP:
    secret = second_factor.new_secret()
    generator = pyotp.TOTP(secret)
    with desk.store.write() as session:
        work = Work(session, desk.office, desk.clock.utc(), "test")
        second_factors.turn_on(work, NAME, secret, generator.at(desk.clock.utc()))
    desk.clock.advance(60)
    return generator


@pytest.fixture
def browser(office: Desk) -> Iterator[Browser]:
    add_user(office)
    with Serving(office.app()) as serving:
        yield Browser(serving.port)


def test_who_knows_name_and_password_is_in_and_goes_where_he_wanted(browser: Browser) -> None:
    asked = browser.get("/me")
    assert (asked.status, asked.to) == (303, "/login?next=/me")
    drawn = browser.get(asked.to)
    assert 'name="code"' not in drawn.text, "a code is wanted of those who have one, later"
    entered = browser.post("/login", drawn=drawn, name=NAME, password=PASSWORD, next=drawn.hidden("next"))
    assert (entered.status, entered.to) == (303, "/me")
    (cookie,) = entered.cookies
    assert cookie.startswith("upazila-session=")
    assert cookie.endswith("; Path=/; Max-Age=604800; HttpOnly; SameSite=Lax")
    me = browser.get("/me")
    assert (me.status, NAME in me.text) == (200, True)
    assert browser.get("/login?next=/sites").to == "/sites", "who is in needs no form"


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "evil", "/\t/evil.example"],
)
def test_no_link_leads_from_the_log_in_to_another_site(browser: Browser, elsewhere: str) -> None:
    assert browser.post("/login", name=NAME, password=PASSWORD, next=elsewhere).to == "/"


def test_a_wrong_name_and_a_wrong_password_get_the_same_page(browser: Browser) -> None:
    def told(page: Page) -> tuple[int, str]:
        return page.status, page.text.replace(NAME, "…").replace("nobody", "…")

    wrong_password = told(browser.log_in(NAME, "another-password"))
    assert wrong_password == told(browser.log_in("nobody", "another-password"))
    assert wrong_password[0] == 401
    assert "Name, password or code is wrong." in browser.post("/login?lang=en", name=NAME, password="no").text
    assert browser.cookies.keys() == {"upazila-lang"}


def test_after_too_many_wrong_tries_it_says_how_long_to_wait(browser: Browser) -> None:
    for _ in range(5):
        assert browser.log_in(NAME, "another-password").status == 401
    told = browser.log_in(NAME, PASSWORD)
    assert (told.status, 'name="code"' in told.text) == (429, True)
    assert 0 < int(told.headers["retry-after"]) <= 900
    assert "upazila-session" not in browser.cookies


def test_the_second_step_asks_for_the_code_alone_and_the_page_never_holds_the_password(
    office: Desk, browser: Browser
) -> None:
    generator = with_second_factor(office)
    half = browser.log_in(NAME, PASSWORD, next="/me")
    assert half.status == 200
    assert PASSWORD not in half.text
    assert 'name="password"' not in half.text
    wrong = browser.post("/login", drawn=half, half=half.hidden("half"), code="000000", next=half.hidden("next"))
    assert wrong.status == 401
    entered = browser.post(
        "/login", drawn=wrong, half=wrong.hidden("half"), code=generator.at(office.clock.utc()), next="/me"
    )
    assert (entered.status, entered.to) == (303, "/me")
    used_up = Browser(browser.port).post("/login", half=half.hidden("half"), code=generator.at(office.clock.utc()))
    assert used_up.status == 401, "a half log-in is good once"


def test_a_half_log_in_that_waits_too_long_begins_again(office: Desk, browser: Browser) -> None:
    generator = with_second_factor(office)
    half = browser.log_in(NAME, PASSWORD)
    office.clock.advance(301)
    late = browser.post("/login", drawn=half, half=half.hidden("half"), code=generator.at(office.clock.utc()))
    assert late.status == 401
    assert 'name="password"' in late.text


def test_who_floods_a_name_keeps_its_owner_with_a_code_out_for_no_minute(office: Desk, browser: Browser) -> None:
    generator = with_second_factor(office)
    for _ in range(6):
        browser.log_in(NAME, "another-password")
    assert browser.log_in(NAME, PASSWORD).status == 429
    office.clock.advance(30)
    assert browser.log_in(NAME, PASSWORD, code=generator.at(office.clock.utc())).status == 303


def test_name_password_and_code_at_once_do_as_well(office: Desk, browser: Browser) -> None:
    generator = with_second_factor(office)
    assert browser.log_in(NAME, PASSWORD, code=generator.at(office.clock.utc())).status == 303


def test_logging_out_ends_the_session_for_every_copy_of_its_cookie(browser: Browser) -> None:
    browser.log_in(NAME, PASSWORD)
    copy = Browser(browser.port, dict(browser.cookies))
    assert copy.get("/me").status == 200
    left = browser.post("/logout")
    assert (left.status, left.to) == (303, "/login")
    assert "upazila-session" not in browser.cookies
    assert copy.get("/me").status == 303


def test_another_user_of_the_same_browser_ends_the_session_of_the_first(office: Desk, browser: Browser) -> None:
    add_user(office, "salma")
    browser.log_in(NAME, PASSWORD)
    first = Browser(browser.port, dict(browser.cookies))
    drawn = browser.get("/me")
    assert browser.post("/login", drawn=drawn, name="salma", password=PASSWORD).status == 303
    assert "salma" in browser.get("/me").text
    assert first.get("/me").status == 303


def test_a_form_from_elsewhere_or_without_its_secret_does_nothing(browser: Browser) -> None:
    browser.log_in(NAME, PASSWORD)
    drawn = browser.get("/me")
    assert browser.post("/logout", drawn=replace(drawn, text="")).status == 403
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": "https://evil.example"}
    assert browser.ask("POST", "/logout", f"csrf={drawn.hidden('csrf')}", headers).status == 403
    assert browser.ask("POST", "/login", f"name={NAME}&password={PASSWORD}", headers).status == 403
    assert browser.ask("POST", "/logout", f"csrf={drawn.hidden('csrf')}", {}).status == 403
    assert browser.get("/me").status == 200, "it goes on"


def test_what_is_dangerous_wants_the_password_again_after_ten_minutes(office: Desk, browser: Browser) -> None:
    browser.log_in(NAME, PASSWORD)
    assert browser.get("/me/second-factor").status == 200
    office.clock.advance(601)
    assert browser.get("/me/second-factor").to == "/me/prove?next=/me/second-factor"
    drawn = browser.get("/me/prove?next=/me/second-factor")
    assert browser.post("/me/prove", drawn=drawn, password="another-password").status == 401
    proved = browser.post("/me/prove", drawn=drawn, password=PASSWORD, next=drawn.hidden("next"))
    assert proved.to == "/me/second-factor"
    assert browser.get("/me/second-factor").status == 200


def test_a_session_ends_an_hour_after_the_last_request(office: Desk, browser: Browser) -> None:
    browser.log_in(NAME, PASSWORD)
    office.clock.advance(3_599)
    assert browser.get("/me").status == 200
    office.clock.advance(3_700)
    assert browser.get("/me").status == 303


def test_an_open_page_that_asks_by_itself_keeps_no_session_alive(office: Desk, browser: Browser) -> None:
    browser.log_in(NAME, PASSWORD)
    for _ in range(4):
        office.clock.advance(1_000)
        status = browser.get("/", HX_Request="true").status
        browser.get("/alive")
    assert status == 200, "on loopback it goes on reading"
    assert browser.get("/me").status == 303, "but nobody was there for an hour"


def test_a_language_that_was_chosen_once_stays_with_and_without_a_name(browser: Browser) -> None:
    assert 'lang="bn"' in browser.get("/login").text
    browser.get("/login?lang=en")
    assert "<h1>Log in</h1>" in browser.get("/login").text
    browser.log_in(NAME, PASSWORD)
    assert '<html lang="en">' in browser.get("/me").text
    browser.get("/me?lang=bn")
    assert '<html lang="bn">' in Browser(browser.port, dict(browser.cookies)).get("/me").text
    assert '<html lang="bn">' in browser.get("/me?lang=xx").text, "an unknown one changes nothing"


@pytest.mark.parametrize(
    ("web", "status"),
    [
        (Web(), 200),
        (Web(anonymous=""), 303),
        (Web(behind_proxy=("192.0.2.1",)), 303),
        (Web(behind_proxy=("192.0.2.1",), anonymous="viewer"), 200),
    ],
)
def test_who_has_no_name_reads_on_loopback_alone_unless_it_is_said(office: Desk, web: Web, status: int) -> None:
    office.settings = replace(office.settings, monitor=office.settings.monitor.model_copy(update={"web": web}))
    with Serving(office.app()) as serving:
        assert Browser(serving.port).get("/").status == status


def test_behind_a_proxy_that_speaks_tls_the_cookie_is_for_tls_alone(office: Desk) -> None:
    add_user(office)
    web = Web(behind_proxy=("127.0.0.1",))
    office.settings = replace(office.settings, monitor=office.settings.monitor.model_copy(update={"web": web}))
    with Serving(office.app()) as serving:
        browser = Browser(serving.port)
        headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Forwarded-For": "192.0.2.8"}
        by_tls = {**headers, "X-Forwarded-Proto": "https", "Origin": f"https://127.0.0.1:{serving.port}"}
        entered = browser.ask("POST", "/login", f"name={NAME}&password={PASSWORD}", by_tls)
        assert entered.status == 303
        assert entered.cookies[0].startswith("__Host-session=")
        assert "strict-transport-security" in entered.headers
        in_the_clear = {**by_tls, "X-Forwarded-Proto": "http"}
        assert browser.ask("POST", "/login", f"name={NAME}&password={PASSWORD}", in_the_clear).status == 403
        shown = browser.ask("GET", "/me", "", {"X-Forwarded-For": "192.0.2.8", "X-Forwarded-Proto": "https"})
        assert "<b>192.0.2.8</b>" in shown.text, "the session is where the browser is, not where the proxy is"
