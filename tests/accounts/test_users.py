"""Users are added, changed, disabled; what is recorded of it has no secret in it."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from monitor.accounts import sessions, users
from monitor.accounts.log_in import Answer
from monitor.accounts.users import Profile
from monitor.alerts.cases.entered import entered_by
from monitor.alerts.cases.refusals import BadInput, NotAllowed, Seen, StaleVersion
from monitor.charter import deputies
from monitor.domain.roles import Role, Scope
from monitor.store import user_rows
from monitor.store.models import Act, User
from monitor.store.work import Work
from tests.accounts.people import PASSWORD, acting, acts, add, enter, hash_of
from tests.desk import Desk


def get(desk: Desk, name: str) -> User:
    with desk.store.read() as session:
        found = user_rows.user(session, name)
        assert found is not None
        return found


def test_a_user_is_added_with_role_scope_and_contact(desk: Desk) -> None:
    some = Profile(
        Role.OFFICER, ["bahirchar"], ["lab"], "bn", "\u09b0\u09b9\u09bf\u09ae", "Rahim", "r@example.org", "01700-000000"
    )
    union = next(site.union for site in desk.office.fleet.sites.values() if site.union)
    with acting(desk) as work:
        with pytest.raises(BadInput):
            users.add(work, "rahim", Profile(Role.OFFICER, ["nowhere"]))
        users.add(
            work,
            "rahim",
            Profile(Role.OFFICER, [union.upper()], ["lab"], "bn", some.name_bn, some.name_en, some.email, some.phone),
        )
    user = get(desk, "RAHIM")
    assert users.scope_of(user) == Scope((union,), ("lab",))
    assert (user.role, user.lang, user.email, user.phone) == ("officer", "bn", "r@example.org", "01700-000000")
    assert acts(desk) == [("user.add", "rahim", "boss")]


@pytest.mark.parametrize(
    ("name", "profile", "field"),
    [
        ("", Profile(Role.VIEWER), "name"),
        ("a", Profile(Role.VIEWER), "name"),
        ("a" * 65, Profile(Role.VIEWER), "name"),
        ("two words", Profile(Role.VIEWER), "name"),
        ("cli:root", Profile(Role.VIEWER), "name"),
        ("Monitor", Profile(Role.VIEWER), "name"),
        ("r\u0430him", Profile(Role.VIEWER), "name"),  # a Cyrillic letter
        ("rahim\u200b", Profile(Role.VIEWER), "name"),
        ("<script>", Profile(Role.VIEWER), "name"),
        ("KARIM", Profile(Role.VIEWER), "name"),
        ("rahim", Profile(), "role"),
        ("rahim", Profile(Role.VIEWER, lang="xx"), "lang"),
        ("rahim", Profile(Role.VIEWER, email="nobody"), "email"),
        ("rahim", Profile(Role.VIEWER, phone="none"), "phone"),
        ("rahim", Profile(Role.VIEWER, kinds=["pond"]), "kind"),
        ("rahim", Profile(Role.VIEWER, unions=["nowhere"]), "union"),
    ],
)
def test_what_cannot_be_a_user_is_refused_and_nothing_is_stored(
    desk: Desk, name: str, profile: Profile, field: str
) -> None:
    add(desk, "karim")
    with pytest.raises(BadInput) as refused, acting(desk) as work:
        users.add(work, name, profile)
    assert refused.value.field == field
    with desk.store.read() as session:
        assert [user.name for user in user_rows.users(session)] == ["karim"]
    assert len(acts(desk)) == 1


def test_a_bangla_name_is_one_name_in_both_spellings(desk: Desk) -> None:
    add(desk, "\u09b0\u09be\u09af\u09bc\u09b9\u09be\u09a8")
    assert get(desk, "\u09b0\u09be\u09df\u09b9\u09be\u09a8").name == "\u09b0\u09be\u09af\u09bc\u09b9\u09be\u09a8"
    assert enter(desk, "\u09b0\u09be\u09df\u09b9\u09be\u09a8").answer is Answer.IN


def test_the_last_administrator_who_can_log_in_stays_one(desk: Desk) -> None:
    add(desk, "boss", Role.ADMIN)
    add(desk, "guest", Role.ADMIN, password="")  # invited, never came
    with acting(desk) as work:
        with pytest.raises(NotAllowed):
            users.disable(work, "boss")
        with pytest.raises(NotAllowed):
            users.change(work, "boss", Profile(Role.OFFICER))
        with pytest.raises(NotAllowed):
            users.change(work, "boss", Profile(kinds=["lab"]))  # who would manage no users any more
        users.disable(work, "guest")
    add(desk, "second", Role.ADMIN)
    with acting(desk) as work:
        users.change(work, "boss", Profile(Role.OFFICER))
        with pytest.raises(NotAllowed):
            users.disable(work, "second")


def test_a_disabled_user_cannot_log_in_until_enabled_again(desk: Desk) -> None:
    add(desk)
    with acting(desk) as work:
        users.disable(work, "rahim")
        users.disable(work, "rahim")  # it is so already: nothing more is recorded
        with pytest.raises(NotAllowed):
            users.invite(work, "rahim")
    assert enter(desk, "rahim").answer is Answer.WRONG
    with acting(desk) as work:
        users.enable(work, "rahim")
    assert enter(desk, "rahim").answer is Answer.IN
    assert [kind for kind, *_ in acts(desk)] == ["user.add", "user.disable", "user.enable", "session.begin"]


def test_an_invitation_sets_the_password_once(desk: Desk) -> None:
    add(desk, password="")
    with acting(desk) as work:
        older, code = users.invite(work, "rahim"), users.invite(work, "rahim")
    with desk.store.read() as session:
        assert users.invited(session, older, desk.clock.utc()) is None
        found = users.invited(session, code, desk.clock.utc())
        assert found is not None
        assert found.name == "rahim"
    with acting(desk, "") as work:
        users.accept_invitation(work, f" {code.upper()} ", hash_of())
        with pytest.raises(NotAllowed):
            users.accept_invitation(work, code, hash_of())
    assert enter(desk, "rahim").answer is Answer.IN
    assert ("user.password", "rahim", "rahim") in acts(desk)


def test_an_invitation_ends_after_a_day_and_when_the_user_is_disabled(desk: Desk) -> None:
    add(desk, password="")
    add(desk, "karim", password="")
    with acting(desk) as work:
        code, other = users.invite(work, "rahim"), users.invite(work, "karim")
        users.disable(work, "karim")
        users.enable(work, "karim")
        with pytest.raises(NotAllowed):
            users.accept_invitation(work, other, hash_of())
    desk.clock.advance(24 * 3_600)
    with acting(desk) as work, pytest.raises(NotAllowed):
        users.accept_invitation(work, code, hash_of())


def test_who_saw_another_version_is_refused(desk: Desk) -> None:
    add(desk)
    seen = Seen(get(desk, "rahim").version)
    with acting(desk) as work:
        users.change(work, "rahim", Profile(lang="en"), seen=seen)
    late: list[Callable[[Work], User]] = [
        lambda work: users.change(work, "rahim", Profile(lang="bn"), seen=seen),
        lambda work: users.disable(work, "rahim", seen=seen),
    ]
    for act in late:
        with pytest.raises(StaleVersion) as stale, acting(desk) as work:
            act(work)
        assert stale.value.now.content["lang"] == "en"
        assert "password_hash" not in json.dumps(stale.value.now.content)


def test_the_deputy_is_in_charge_while_somebody_is_away(desk: Desk) -> None:
    for name in ("rahim", "karim", "salma"):
        add(desk, name)
    add(desk, "guest", Role.VIEWER)
    now = desk.clock.utc()
    day = timedelta(days=1)
    with acting(desk, "rahim") as work:
        for deputy in ("nobody", "rahim", "guest"):
            with pytest.raises(BadInput):
                users.go_away(work, "rahim", now, now + day, deputy)
        with pytest.raises(BadInput):
            users.go_away(work, "rahim", now - 2 * day, now - day, "karim")
        users.go_away(work, "rahim", now + day, now + 3 * day, "Karim")
        users.go_away(work, "karim", now + 2 * day, now + 4 * day, "salma")
        assert [in_charge(work, "rahim", days) for days in (0, 1, 2, 3)] == ["rahim", "karim", "salma", "rahim"]
        users.come_back(work, "karim")
        assert in_charge(work, "rahim", 2) == "karim"
        users.go_away(work, "karim", now, now + 4 * day, "rahim")
        assert in_charge(work, "rahim", 2) == "rahim"  # both are away


def in_charge(work: Work, name: str, days: int) -> str:
    """Who is in charge for somebody in so many days."""
    at_utc = work.now_utc + timedelta(days=days)
    known = {each.name: each for each in entered_by(work.session, work.now_utc).colleagues}
    return deputies.in_charge(name, known, at_utc)


def test_no_act_holds_a_password_a_hash_or_a_secret(desk: Desk) -> None:
    from tests.accounts.people import with_second_factor

    add(desk)
    secret = with_second_factor(desk, "rahim")
    with acting(desk) as work:
        code = users.invite(work, "rahim")
        users.set_password(work, "rahim", hash_of())
        sessions.end_all(work, users.find(work.session, "rahim"))
    with desk.store.read() as session:
        said = json.dumps([[act.before, act.after] for act in session.query(Act)])
    for hidden in (PASSWORD, "argon2", secret, code):
        assert hidden not in said


def test_users_may_not_change_their_own_rights_with_their_own_profile() -> None:
    typed = Profile(Role.ADMIN, [], [], "en", "a", "b", "c@example.org", "017")
    assert users.own(typed) == Profile(None, None, None, "en", "a", "b", "c@example.org", "017")
