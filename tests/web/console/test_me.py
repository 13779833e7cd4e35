"""What users change of their own: names, password, second step, absence, sessions."""

import html
import re
from collections.abc import Iterator

import pyotp
import pytest

from monitor.accounts import users
from monitor.accounts.passwords import hashed
from monitor.accounts.users import Profile
from monitor.domain.roles import Role
from monitor.store.models import User
from monitor.store.work import Work
from tests.web.desk import Desk, office
from tests.web.serving import Serving
from tests.web.visiting import Browser

__all__ = ["office"]

PASSWORD, OTHER = "four-words-apart-rice", "rice-apart-words-six"
HASH = hashed(PASSWORD, "rahim")


@pytest.fixture
def browser(office: Desk) -> Iterator[Browser]:
    """Rahim's, logged in."""
    with office.store.write() as session:
        work = Work(session, office.office, office.clock.utc(), "test")
        for name, role in (("rahim", Role.OFFICER), ("salma", Role.PROGRAMMER), ("karim", Role.VIEWER)):
            users.add(work, name, Profile(role=role, lang="en"), HASH)
    with Serving(office.app()) as serving:
        browser = Browser(serving.port)
        assert browser.log_in("rahim", PASSWORD).status == 303
        yield browser


def stored(office: Desk) -> User:
    with office.store.read() as session:
        return session.query(User).filter_by(name="rahim").one()


def test_names_and_language_are_ones_own_to_change_and_role_and_scope_are_not(office: Desk, browser: Browser) -> None:
    form = {"lang": "bn", "name_bn": "রহিম", "phone": "01700-000000", "email": "r@example.org"}
    done = browser.post("/me", role="admin", unions="juniadaha", follow=True, **form)
    assert done.toast == "সংরক্ষণ করা হয়েছে"
    user = stored(office)
    assert (user.lang, user.name_bn, user.phone, user.role, user.unions) == (
        "bn",
        "রহিম",
        "01700-000000",
        "officer",
        [],
    )
    wrong = browser.post("/me", **{**form, "email": "nobody"})
    assert (wrong.status, 'value="nobody"' in wrong.text) == (422, True), "what was typed stands there still"


def test_two_who_change_the_same_user_do_not_overwrite_each_other(browser: Browser) -> None:
    drawn = browser.get("/me")
    browser.post("/me", drawn=drawn, lang="en", name_en="Rahim")
    late = browser.post("/me", drawn=drawn, lang="en", name_en="R.")
    assert (late.status, "R." in late.text) == (409, True)


def test_a_new_password_needs_the_present_one_and_ends_all_other_sessions(browser: Browser) -> None:
    elsewhere = Browser(browser.port)
    elsewhere.log_in("rahim", PASSWORD)
    drawn = browser.get("/me")
    form = {"password": OTHER, "again": OTHER}
    assert browser.post("/me/password", drawn=drawn, present="wrong", **form).status == 401
    assert browser.post("/me/password", drawn=drawn, present=PASSWORD, **{**form, "again": "x"}).status == 422
    assert browser.post("/me/password", drawn=drawn, present=PASSWORD, **form).to == "/me"
    assert browser.get("/me").status == 200
    assert elsewhere.get("/me").status == 303
    assert elsewhere.log_in("rahim", PASSWORD).status == 401
    assert elsewhere.log_in("rahim", OTHER).status == 303


def test_the_second_step_is_turned_on_by_a_code_and_lets_one_in_without_the_telephone_once(
    office: Desk, browser: Browser
) -> None:
    drawn = browser.get("/me/second-factor")
    secret = drawn.hidden("secret")
    assert "<svg" in drawn.text
    generator = pyotp.TOTP(secret)
    again = browser.post("/me/second-factor", drawn=drawn, secret=secret, code="000000")
    assert (again.status, again.hidden("secret")) == (422, secret), "the same picture: the app has it already"
    codes = browser.post("/me/second-factor", drawn=drawn, secret=secret, code=generator.at(office.clock.utc()))
    recovery = re.findall(r"<li><code>([^<]+)</code>", codes.text)
    assert (codes.status, len(recovery)) == (200, 10)
    assert not any(code in browser.get("/me").text for code in recovery), "they are shown once"

    other = Browser(browser.port)
    half = other.log_in("rahim", PASSWORD)
    assert half.hidden("half")
    assert other.post("/login", drawn=half, half=half.hidden("half"), code=recovery[0]).status == 303
    half = other.log_in("rahim", PASSWORD, drawn=other.get("/me"))
    assert other.post("/login", drawn=half, half=half.hidden("half"), code=recovery[0]).status == 401
    assert "9 recovery codes are left." in browser.get("/me").text

    assert browser.post("/me/second-factor/off", drawn=browser.get("/me")).to == "/me"
    assert not stored(office).totp_secret


def test_a_deputy_is_in_charge_while_one_is_away(office: Desk, browser: Browser) -> None:
    drawn = browser.get("/me")
    assert "<option>salma</option>" in drawn.text
    assert "<option>karim</option>" not in drawn.text, "a viewer acts for nobody"
    away = {"deputy": "salma", "away_from": "2026-11-25T09:00", "away_until": "2026-11-30T17:00"}
    assert browser.post("/me/away", drawn=drawn, **{**away, "away_until": "soon"}).status == 422
    assert browser.post("/me/away", drawn=drawn, **{**away, "deputy": "karim"}).status == 422
    browser.post("/me/away", drawn=drawn, **away)
    user = stored(office)
    assert f"{user.away_from_utc} {user.away_until_utc}" == "2026-11-25 03:00:00+00:00 2026-11-30 11:00:00+00:00"
    drawn = browser.get("/me")
    assert "salma is in charge for you." in html.unescape(drawn.text)
    assert browser.post("/me/back", drawn=drawn).to == "/me"
    assert stored(office).deputy == ""


def test_one_sees_ones_own_sessions_and_ends_them_and_nobody_elses(office: Desk, browser: Browser) -> None:
    elsewhere, salmas = Browser(browser.port), Browser(browser.port)
    elsewhere.log_in("rahim", PASSWORD)
    salmas.log_in("salma", PASSWORD)
    drawn = browser.get("/me")
    others = re.findall(r'name="session" value="(\d+)"', drawn.text)
    assert len(others) == 1
    salma_id = re.search(r"\d+", str(int(others[0]) + 1))
    assert salma_id
    assert browser.post("/me/sessions", drawn=drawn, session=salma_id[0]).status == 409
    assert salmas.get("/me").status == 200
    browser.post("/me/sessions", drawn=drawn, session=others[0])
    assert elsewhere.get("/me").status == 303
    elsewhere.log_in("rahim", PASSWORD)
    browser.post("/me/sessions", drawn=drawn, session="others")
    assert elsewhere.get("/me").status == 303
    assert browser.get("/me").status == 200


def test_the_page_says_which_officer_of_the_charter_one_is(office: Desk, browser: Browser) -> None:
    assert "You are no officer of the charter" in browser.get("/me?lang=en").text
    officer = office.office.charter.officer("responsible")
    with office.store.write() as session:
        session.query(User).filter_by(name="rahim").one().phone = f"+88{officer.phone}"
    page = html.unescape(browser.get("/me?lang=en").text)
    assert f"In the charter you are: {officer.title('en') or officer.name('en')}." in page
