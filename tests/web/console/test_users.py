"""What administrators do with users, by real requests."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from monitor.accounts import users
from monitor.accounts.nodes import Places
from monitor.accounts.users import Profile
from monitor.alerts.cases.entered import Entered
from monitor.configuration import load_installation
from monitor.domain.roles import Role
from monitor.store.models import Act, ApiToken, User
from monitor.store.work import Work
from monitor.web.app import make_app
from tests.settings.many_offices import installation as made
from tests.store.migrated import new_store
from tests.web.administrator import HASH, PASSWORD, browser
from tests.web.console.offices_desk import OfficesDesk, with_people
from tests.web.desk import Desk, office
from tests.web.serving import Serving
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


@pytest.fixture
def district(tmp_path: Path) -> Iterator[tuple[OfficesDesk, Browser]]:
    """The browser of an administrator of the district Kushtia, logged in, where there is another district."""
    installation = load_installation(made(tmp_path))
    store = new_store(tmp_path)
    desk = OfficesDesk(installation.host, store)
    desk.live.offices = Entered().offices(installation)
    with_people(desk, installation)
    with store.write() as session:
        work, places = Work(session, desk.office, desk.clock.utc(), "test"), Places.of(installation, "")
        for name, node in (("nasreen", "kushtia"), ("karim", "gangni")):
            users.add(work, name, Profile(Role.ADMIN, lang="en", node=node), HASH, places=places)
    app = make_app(
        *(desk.live, desk.exposition, store, lambda: desk.settings, desk.ages, desk.clock),
        installation_of=lambda: installation,
    )
    with Serving(app) as serving:
        browser = Browser(serving.port)
        assert browser.log_in("nasreen", PASSWORD).status == 303
        yield desk, browser
    store.close()


def test_an_administrator_of_a_district_manages_the_users_at_and_below_it_and_knows_of_no_other(
    district: tuple[OfficesDesk, Browser],
) -> None:
    desk, browser = district
    listed = browser.get("/users")
    for name in ("nasreen", "user-kushtia", "user-mirpur", "user-bheramara"):
        assert f'href="/users/{name}"' in listed.text
    for name in ("rahim", "karim", "user-khulna", "user-meherpur", "user-gangni"):
        assert f"/users/{name}" not in listed.text
        assert browser.get(f"/users/{name}").status == 404
        path = f"/users/{name}"
        for act in ("", "/invite", "/disable", "/enable", "/sessions", "/second-factor"):
            given = {"role": "viewer", "lang": "en", "node": "mirpur"} if not act else {}
            assert browser.post(f"{path}{act}", drawn=listed, **given).status == 404, (name, act)
    with desk.store.read() as session:
        assert {user.role for user in session.scalars(select(User))} == {"admin"}
        assert all(user.enabled for user in session.scalars(select(User)))
    assert browser.post("/users/user-mirpur", drawn=browser.get("/users/user-mirpur"), role="officer", lang="en").status
    with desk.store.read() as session:
        one = session.scalars(select(User).where(User.name == "user-mirpur")).one()
        assert (one.role, one.node) == ("officer", "mirpur"), "a form without a place leaves it as it is"


@pytest.mark.parametrize(
    ("node", "status"), [("mirpur", 200), ("kushtia", 200), ("", 422), ("khulna", 422), ("gangni", 422)]
)
def test_only_who_sees_a_place_gives_it(district: tuple[OfficesDesk, Browser], node: str, status: int) -> None:
    desk, browser = district
    drawn = browser.get("/users")
    offered = set(
        re.findall(r'<option value="([^"]*)"', drawn.text.partition('name="node"')[2].partition("</select>")[0])
    )
    assert offered == {"kushtia", "bheramara", "mirpur"}
    assert browser.post("/users", drawn=drawn, name="salma", role="officer", lang="en", node=node).status == status
    asked = {"name": "program", "scopes": "status:read", "days": "9", "node": node}
    assert browser.post("/tokens", drawn=browser.get("/tokens"), **asked).status == status
    with desk.store.read() as session:
        found = [row.node for row in session.scalars(select(User).where(User.name == "salma"))]
        found += [row.node for row in session.scalars(select(ApiToken).where(ApiToken.name == "program"))]
        assert found == ([node, node] if status == 200 else [])


def test_a_union_of_another_office_stays_a_users_who_is_changed_in_this_one(
    district: tuple[OfficesDesk, Browser],
) -> None:
    desk, browser = district
    with desk.store.write() as session:
        session.scalars(select(User).where(User.name == "user-mirpur")).one().unions = ["sadar"]
    drawn = browser.get("/users/user-mirpur?office=bheramara")
    assert (
        '<input type="checkbox" name="unions" value="sadar" checked> Mirpur Sadar <small>Mirpur</small>' in drawn.text
    )
    asked = {"role": "viewer", "lang": "en", "node": "mirpur", "phone": "01711000000"}
    assert browser.post("/users/user-mirpur", drawn=drawn, unions="sadar", **asked).status == 303
    with desk.store.read() as session:
        one = session.scalars(select(User).where(User.name == "user-mirpur")).one()
        assert (one.unions, one.phone) == (["sadar"], "01711000000")
    # Nobody is given one that neither the office has nor he had.
    other = browser.get("/users/user-bheramara")
    asked["node"] = "bheramara"
    assert browser.post("/users/user-bheramara", drawn=other, unions="sadar", **asked).status == 422


def test_a_union_is_named_as_the_office_names_it_that_a_user_or_program_is_for(
    district: tuple[OfficesDesk, Browser],
) -> None:
    desk, browser = district
    with desk.store.write() as session:
        session.scalars(select(User).where(User.name == "user-mirpur")).one().unions = ["sadar"]
        session.scalars(select(ApiToken).where(ApiToken.name == "program-mirpur")).one().unions = ["sadar"]
    for chosen in ("bheramara", "mirpur"):
        for page in ("/users", "/tokens"):
            listed = browser.get(f"{page}?office={chosen}&lang=en").text.partition("<fieldset")[0]
            assert "Mirpur Sadar" in listed, (chosen, page)


def unions_offered(page: str) -> dict[str, str]:
    """The words of the unions that a form offers, each with what stands beside its box."""
    return dict(re.findall(r'name="unions" value="([^"]*)"(?: checked)?>(.*?)</label>', page))


def test_the_unions_offered_are_those_of_the_offices_that_a_user_is_for(district: tuple[OfficesDesk, Browser]) -> None:
    _, browser = district
    of_mirpur = unions_offered(browser.get("/users/user-mirpur?office=bheramara").text)
    assert {word: " ".join(shown.split()) for word, shown in of_mirpur.items()} == {
        "sadar": "Mirpur Sadar <small>Mirpur</small>"
    }
    of_district = unions_offered(browser.get("/users/user-kushtia").text)
    assert of_district.keys() == {"sadar", *unions_offered(browser.get("/users/user-bheramara").text)}
    assert "<small>Bheramara</small>" in of_district["juniadaha"]
    asked = {"role": "viewer", "lang": "en", "node": "kushtia"}
    drawn = browser.get("/users/user-kushtia?office=bheramara")
    assert browser.post("/users/user-kushtia", drawn=drawn, unions=["sadar", "juniadaha"], **asked).status == 303
    drawn = browser.get("/tokens?office=bheramara")
    assert "sadar" in unions_offered(drawn.text)
    program = {"name": "program", "scopes": "status:read", "days": "9", "node": "mirpur"}
    assert browser.post("/tokens", drawn=drawn, unions="sadar", **program).status == 200
    drawn = browser.get("/tokens")
    program |= {"name": "other", "node": "bheramara"}
    assert browser.post("/tokens", drawn=drawn, unions="sadar", **program).status == 422


def test_tokens_of_other_places_are_not_there_to_be_revoked(district: tuple[OfficesDesk, Browser]) -> None:
    desk, browser = district
    listed = browser.get("/tokens")
    assert "program-mirpur" in listed.text
    assert "program-gangni" not in listed.text
    assert browser.post("/tokens/program-gangni/revoke", drawn=listed).status == 404
    assert browser.post("/tokens/program-mirpur/revoke", drawn=listed).status == 303
    with desk.store.read() as session:
        revoked = [row.name for row in session.scalars(select(ApiToken)) if row.revoked_utc is not None]
    assert revoked == ["program-mirpur"]


def test_a_place_that_is_not_in_the_tree_any_more_shows_nothing_and_that_is_said_of_it(
    district: tuple[OfficesDesk, Browser],
) -> None:
    desk, browser = district
    with desk.store.write() as session:
        session.scalars(select(User).where(User.name == "nasreen")).one().node = "gone"
        session.add(User(name="boss", role="admin", password_hash=HASH, created_utc=desk.clock.utc()))
    assert browser.get("/sites").status == 404
    assert browser.get("/users").status == 404
    assert browser.get("/me").status == 200
    whole = Browser(browser.port)
    assert whole.log_in("boss", PASSWORD).status == 303
    assert "gone is not in the tree of offices any more: nothing is seen" in whole.get("/users?lang=en").text
    # Saving something else of that user gives no other place.
    drawn = whole.get("/users/nasreen")
    assert '<option value="gone" selected>' in drawn.text
    assert whole.post("/users/nasreen", drawn=drawn, role="officer", lang="en", node="gone").status == 303
    with desk.store.read() as session:
        assert session.scalars(select(User).where(User.name == "nasreen")).one().node == "gone"


def test_the_api_knows_the_place_of_a_session(district: tuple[OfficesDesk, Browser]) -> None:
    _, browser = district
    assert browser.get("/api/v1/sites?office=mirpur").status == 200
    assert browser.get("/api/v1/sites?office=gangni").status == 404
