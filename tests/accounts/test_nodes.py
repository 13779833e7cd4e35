"""Who gives users and tokens a place in the tree of offices, and over whom they are set."""

from pathlib import Path

import pytest

from monitor.accounts import tokens, users
from monitor.accounts.nodes import ONE_OFFICE, Places
from monitor.accounts.users import Profile
from monitor.alerts.cases.refusals import BadInput, NotAllowed
from monitor.configuration import load_installation
from monitor.domain.message import said_by
from monitor.domain.roles import Role
from monitor.store import user_rows
from monitor.store.models import Act
from tests.accounts.people import acting, acts, hash_of
from tests.desk import Desk
from tests.places import SHIPPED
from tests.settings.many_offices import offices

__all__ = ["offices"]
NODES = ("", "khulna", "kushtia", "bheramara", "mirpur", "meherpur", "gangni", "gone")


def may_be_given(places: Places) -> set[str]:
    found = set()
    for node in NODES:
        try:
            places.refuse_beyond(node)
        except BadInput:
            continue
        found.add(node)
    return found


def test_from_a_place_only_what_is_at_or_below_it_is_given_and_managed(offices: Path) -> None:
    installation = load_installation(offices)
    below = {
        "": {*NODES} - {"gone"},
        "khulna": {*NODES} - {"", "gone"},
        "kushtia": {"kushtia", "bheramara", "mirpur"},
        "gangni": {"gangni"},
        "gone": set[str](),
    }
    for node, mine in below.items():
        places = Places.of(installation, node)
        assert may_be_given(places) == mine
        managed = {each for each in NODES if places.holds(each)}
        assert managed == (mine if node else {*NODES}), "whoever is for the whole mends those who lost their place"
        assert [each.id for _, each in places.rows()][:1] == ([] if not mine else [node or "khulna"])
    assert Places.of(installation, "").is_lost("gone")
    assert not Places.of(installation, "").is_lost("")


def test_the_rows_of_the_tree_have_each_place_before_its_parts(offices: Path) -> None:
    rows = Places.of(load_installation(offices), "").rows()
    assert [(depth, node.id) for depth, node in rows] == [
        (0, "khulna"),
        (1, "kushtia"),
        (2, "bheramara"),
        (2, "mirpur"),
        (1, "meherpur"),
        (2, "gangni"),
    ]


def test_where_one_office_stands_alone_there_is_no_place_to_give() -> None:
    for places in (ONE_OFFICE, Places.of(load_installation(SHIPPED), "")):
        assert may_be_given(places) == {""}
        assert places.rows() == ()
        with pytest.raises(BadInput) as refused:
            places.refuse_beyond("bheramara")
        assert str(said_by(refused.value)) == "there is one office only. Expected no place"


def test_a_place_is_recorded_and_another_one_ends_the_sessions(desk: Desk, offices: Path) -> None:
    places = Places.of(load_installation(offices), "kushtia")
    with acting(desk) as work:
        with pytest.raises(BadInput):
            users.add(work, "rahim", Profile(Role.OFFICER), hash_of(), places=places)
        users.add(work, "rahim", Profile(Role.OFFICER, node="mirpur"), hash_of(), places=places)
    from tests.accounts.people import enter

    assert enter(desk, "rahim").token
    with acting(desk) as work:
        with pytest.raises(BadInput):
            users.change(work, "rahim", Profile(node="gangni"), places=places)
        with pytest.raises(BadInput):
            users.change(work, "rahim", Profile(node=""), places=places)
        users.change(work, "rahim", Profile(node="kushtia"), places=places)
        assert user_rows.sessions(work.session) == []
    with desk.store.read() as session:
        changed = session.query(Act).filter_by(kind="user.change").one()
        assert (changed.before, changed.after) == ({"node": "mirpur"}, {"node": "kushtia"})
    assert ("session.end", "rahim", "boss") in acts(desk)


def test_the_last_administrator_of_the_whole_installation_keeps_the_whole(desk: Desk, offices: Path) -> None:
    places = Places.of(load_installation(offices), "")
    with acting(desk) as work:
        users.add(work, "boss", Profile(Role.ADMIN), hash_of())
        users.add(work, "salma", Profile(Role.ADMIN, node="kushtia"), hash_of(), places=places)
        with pytest.raises(NotAllowed):
            users.change(work, "boss", Profile(node="kushtia"), places=places)
        with pytest.raises(NotAllowed):
            users.disable(work, "boss")
        users.disable(work, "salma")


def test_a_token_gets_no_place_beyond_its_givers(desk: Desk, offices: Path) -> None:
    places = Places.of(load_installation(offices), "kushtia")
    with acting(desk) as work:
        for node in ("", "meherpur", "gone"):
            with pytest.raises(BadInput):
                tokens.give_out(work, tokens.Wanted("dashboard", ["status:read"], node=node), places)
        given = tokens.give_out(work, tokens.Wanted("dashboard", ["status:read"], node="mirpur"), places)
        row = tokens.find(work.session, given, desk.clock.utc())
        assert row is not None
        assert row.node == "mirpur"
    with desk.store.read() as session:
        assert session.query(Act).filter_by(kind="token.add").one().after["node"] == "mirpur"


def test_a_deputy_is_of_ones_own_place_or_below_it(desk: Desk, offices: Path) -> None:
    from datetime import timedelta

    installation = load_installation(offices)
    now_utc, places = desk.clock.utc(), Places.of(installation, "")
    with acting(desk) as work:
        for name, node in (("rahim", "kushtia"), ("salma", "mirpur"), ("karim", "gangni")):
            users.add(work, name, Profile(Role.OFFICER, node=node), hash_of(), places=places)
        mine = Places.of(installation, "kushtia")
        ends = now_utc + timedelta(days=2)
        with pytest.raises(BadInput):
            users.go_away(work, "rahim", now_utc, ends, "karim", places=mine)
        assert users.go_away(work, "rahim", now_utc, ends, "salma", places=mine).deputy == "salma"
