"""What administrators do with users, by real requests."""

import re

import pytest

from monitor.store.models import Act, User
from tests.web.administrator import PASSWORD, browser
from tests.web.desk import Desk, office
from tests.web.visiting import Browser

__all__ = ["browser", "office"]


def as_salma(browser: Browser) -> Browser:
    other = Browser(browser.port)
    assert other.log_in("salma", PASSWORD).status == 303
    return other


def test_an_invitation_is_shown_once_and_lets_the_invited_in(office: Desk, browser: Browser) -> None:
    form = {"name": "karim", "role": "officer", "unions": ["juniadaha"], "kinds": ["udc", "lab"], "lang": "bn"}
    made = browser.post("/users", **form)
    link = re.search(r"<code>(http://127\.0\.0\.1:\d+)(/invite/[^<]+)</code>", made.text)
    assert link
    assert "/invite/" not in browser.get("/users/karim").text.replace("/users/karim/invite", "")
    with office.store.read() as session:
        user = session.query(User).filter_by(name="karim").one()
        assert (user.role, user.unions, user.kinds) == ("officer", ["juniadaha"], ["lab", "udc"])
    karims = Browser(browser.port)
    assert karims.post(link[2], password=PASSWORD, again=PASSWORD).to == "/login"
    assert karims.log_in("karim", PASSWORD).status == 303
    assert karims.get("/users").status == 403


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "salma", "role": "officer"},
        {"name": "SALMA", "role": "officer"},
        {"name": "a name", "role": "officer"},
        {"name": "karim"},
        {"name": "karim", "role": "king"},
        {"name": "karim", "role": "officer", "unions": "atlantis"},
        {"name": "karim", "role": "officer", "kinds": "castle"},
        {"name": "karim", "role": "officer", "email": "nobody"},
    ],
)
def test_what_is_wrong_in_the_form_is_said_and_nobody_is_added(
    office: Desk, browser: Browser, wrong: dict[str, str]
) -> None:
    told = browser.post("/users", **wrong)
    assert told.status == 422
    assert '<p class="wrong" role="alert">' in told.text
    assert f'value="{wrong["name"]}"' in told.text
    with office.store.read() as session:
        assert session.query(User).count() == 2


def test_another_role_ends_the_users_sessions_and_is_recorded_with_who_and_from_where(
    office: Desk, browser: Browser
) -> None:
    hers = as_salma(browser)
    assert browser.post("/users/salma", role="programmer", lang="en").to == "/users/salma"
    assert hers.get("/me").status == 303
    with office.store.read() as session:
        act = session.query(Act).filter_by(kind="user.change").one()
        assert (act.actor, act.about, act.via, act.address) == ("rahim", "salma", "console", "127.0.0.1")
        assert (act.before["role"], act.after["role"]) == ("officer", "programmer")


def test_a_disabled_user_is_out_at_once_and_comes_back_with_the_same_password(browser: Browser) -> None:
    hers = as_salma(browser)
    drawn = browser.get("/users/salma")
    assert browser.post("/users/salma/disable", drawn=drawn).to == "/users/salma"
    assert hers.get("/me").status == 303
    assert hers.log_in("salma", PASSWORD).status == 401
    assert browser.post("/users/salma/enable", drawn=browser.get("/users/salma")).status == 303
    as_salma(browser)


def test_the_last_administrator_stays_one(browser: Browser) -> None:
    drawn = browser.get("/users/rahim")
    assert browser.post("/users/rahim/disable", drawn=drawn).status == 409
    assert browser.post("/users/rahim", drawn=drawn, role="viewer").status == 409
    assert browser.get("/users").status == 200


def test_sessions_and_the_second_step_of_a_user_are_ended_by_an_administrator(browser: Browser) -> None:
    hers = as_salma(browser)
    drawn = browser.get("/users/salma")
    assert browser.post("/users/salma/sessions", drawn=drawn).to == "/users/salma"
    assert hers.get("/me").status == 303
    assert browser.post("/users/salma/second-factor", drawn=drawn).to == "/users/salma"


def test_a_change_wants_the_password_again_after_ten_minutes_and_says_so_before(office: Desk, browser: Browser) -> None:
    assert "/me/prove?next=" not in browser.get("/users").text
    office.clock.advance(601)
    drawn = browser.get("/users")
    assert "/me/prove?next=/users" in drawn.text
    assert browser.post("/users", drawn=drawn, name="karim", role="officer").to == "/me/prove?next=/users"
    with office.store.read() as session:
        assert session.query(User).count() == 2


def test_who_is_not_there_has_no_page(browser: Browser) -> None:
    assert browser.get("/users/nobody").status == 404
    assert browser.post("/users/nobody/disable", drawn=browser.get("/me")).status == 404
