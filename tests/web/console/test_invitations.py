"""The first user by the code of the start, and others by an invitation: each code once."""

import re
from collections.abc import Iterator

import pytest

from monitor.accounts import first_user, users
from monitor.accounts.users import Profile
from monitor.domain.roles import Role
from monitor.store.models import Act, User
from monitor.store.work import Work
from tests.web.desk import Desk, office
from tests.web.serving import Serving
from tests.web.visiting import Browser

__all__ = ["office"]

PASSWORD = "four-words-apart-rice"


@pytest.fixture
def browser(office: Desk) -> Iterator[Browser]:
    with Serving(office.app()) as serving:
        yield Browser(serving.port)


def test_the_first_user_is_set_up_by_the_code_of_the_start_and_then_there_is_no_such_page(
    office: Desk, browser: Browser
) -> None:
    with office.store.write() as session:
        code = first_user.new_code(Work(session, office.office, office.clock.utc()))
    form = {"name": "rahim", "name_bn": "রহিম", "password": PASSWORD, "again": PASSWORD}
    assert '<a href="/setup">' in browser.get("/login").text, "nobody can log in yet"
    wrong = browser.post("/setup", code="7kq2-m9xd-hc04-wz8e", **form)
    assert (wrong.status, 'value="রহিম"' in wrong.text, PASSWORD in wrong.text) == (422, True, False)
    assert browser.post("/setup", code=code, **{**form, "again": "another"}).status == 422
    assert browser.post("/setup", code=code, **{**form, "password": "short", "again": "short"}).status == 422
    done = browser.post("/setup", code=code.upper(), **form)
    assert (done.status, done.to) == (303, "/login")
    entrance = browser.get("/login")
    assert "rahim" in entrance.toast
    assert "/setup" not in entrance.text
    assert browser.log_in("rahim", PASSWORD).status == 303
    assert browser.get("/users").status == 200, "an administrator"

    assert browser.get("/setup").status == 404
    assert browser.post("/setup", drawn=browser.get("/me"), code=code, **form).status == 404
    with office.store.read() as session:
        assert [user.name for user in session.query(User)] == ["rahim"]
        act = session.query(Act).filter_by(kind="user.add").one()
        assert (act.actor, act.via, act.address) == ("rahim", "console", "127.0.0.1")


def test_an_invited_user_chooses_a_password_once(office: Desk, browser: Browser) -> None:
    with office.store.write() as session:
        work = Work(session, office.office, office.clock.utc(), "test")
        users.add(work, "salma", Profile(role=Role.OFFICER))
        code = users.invite(work, "salma")
    path = f"/invite/{code}"
    drawn = browser.get(path)
    assert (drawn.status, "salma" in drawn.text) == (200, True)
    weak = browser.post(path, drawn=drawn, password="salma-salma-1", again="salma-salma-1")
    assert weak.status == 422
    assert re.search(r'<p class="wrong">[^<]', weak.text)
    assert browser.post(path, drawn=drawn, password=PASSWORD, again=PASSWORD).to == "/login"
    assert browser.log_in("salma", PASSWORD).status == 303
    assert browser.get(path).status == 404
    assert browser.post(path, drawn=browser.get("/me"), password=PASSWORD, again=PASSWORD).status == 404


def test_an_invitation_is_good_for_a_day(office: Desk, browser: Browser) -> None:
    with office.store.write() as session:
        work = Work(session, office.office, office.clock.utc(), "test")
        users.add(work, "salma", Profile(role=Role.OFFICER))
        code = users.invite(work, "salma")
    office.clock.advance(24 * 3_600 + 1)
    assert browser.get(f"/invite/{code}").status == 404
