"""Tokens of the API: shown once, known by a hash, and good for what they were given out for."""

from datetime import timedelta

import pytest

from monitor.accounts import tokens
from monitor.accounts.tokens import Wanted
from monitor.alerts.cases.refusals import BadInput, NotAllowed
from monitor.domain.roles import Scope
from monitor.store import token_rows
from monitor.store.opening import DATABASE
from tests.accounts.people import acting, acts
from tests.desk import Desk


def give(desk: Desk, wanted: Wanted) -> str:
    with acting(desk) as work:
        return tokens.give_out(work, wanted)


def is_good(desk: Desk, token: str, *, feed: bool = False) -> bool:
    with desk.store.read() as session:
        return tokens.find(session, token, desk.clock.utc(), feed=feed) is not None


def test_a_token_is_prefix_43_letters_and_a_checksum() -> None:
    made = {tokens.new_token() for _ in range(200)}
    assert len(made) == 200
    for token in made:
        assert token.startswith("upm_")
        assert token[4:].isalnum()
        assert (len(token), tokens.is_token(token)) == (53, True)


@pytest.mark.parametrize("wrong", ["", "upm_", "upm_" + "0" * 49, "\u09e6" * 53])
def test_what_is_no_token_is_told_without_the_database(wrong: str) -> None:
    assert not tokens.is_token(wrong)


def test_a_mistyped_token_does_not_fit_its_checksum() -> None:
    token = tokens.new_token()
    assert not tokens.is_token(token[:10] + ("a" if token[10] != "a" else "b") + token[11:])
    assert not tokens.is_token(token[:-1])


def test_a_token_is_known_again_and_stored_only_as_a_hash(desk: Desk) -> None:
    token = give(desk, Wanted("dashboard", ["status:read", "tickets:read", "status:read"], kinds=["lab"]))
    with desk.store.read() as session:
        row = tokens.find(session, token, desk.clock.utc())
        assert row is not None
        assert (row.scopes, tokens.scope_of(row)) == (["status:read", "tickets:read"], Scope((), ("lab",)))
        assert tokens.is_to_be_noted(row, desk.clock.utc())
    assert token.encode() not in (desk.store.state / DATABASE).read_bytes()
    assert not is_good(desk, tokens.new_token())
    with acting(desk) as work:
        tokens.used(work, row.id)
    with desk.store.read() as session:
        used = tokens.find(session, token, desk.clock.utc())
        assert used is not None
        assert not tokens.is_to_be_noted(used, desk.clock.utc() + timedelta(minutes=9))
        assert tokens.is_to_be_noted(used, desk.clock.utc() + timedelta(minutes=10))


def test_a_token_expires_and_is_revoked_for_ever(desk: Desk) -> None:
    short, long = (give(desk, Wanted(name, ["status:read"], days)) for name, days in (("short", 1), ("long", 365)))
    desk.clock.advance(86_399)
    assert is_good(desk, short)
    desk.clock.advance(1)
    assert not is_good(desk, short)
    assert is_good(desk, long)
    with acting(desk) as work:
        tokens.revoke(work, "Long")
        tokens.revoke(work, "long")  # it is so already: nothing more is recorded
        with pytest.raises(NotAllowed):
            tokens.revoke(work, "none")
    assert not is_good(desk, long)
    with pytest.raises(BadInput):
        give(desk, Wanted("LONG", ["status:read"]))  # its name is not used again
    assert [kind for kind, *_ in acts(desk)] == ["token.add", "token.add", "token.revoke"]


def test_a_feeds_token_is_good_in_a_feed_alone(desk: Desk) -> None:
    feed = give(desk, Wanted("feed", ["tickets:read"], feed=True))
    other = give(desk, Wanted("other", ["tickets:read"]))
    assert (is_good(desk, feed), is_good(desk, feed, feed=True)) == (False, True)
    assert (is_good(desk, other), is_good(desk, other, feed=True)) == (True, False)


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        (Wanted("x y", ["status:read"]), "name"),
        (Wanted("xy", []), "scope"),
        (Wanted("xy", ["everything"]), "scope"),
        (Wanted("xy", ["admin"], feed=True), "scope"),
        (Wanted("xy", ["status:read"], 0), "days"),
        (Wanted("xy", ["status:read"], 366), "days"),
        (Wanted("xy", ["status:read"], unions=["nowhere"]), "union"),
        (Wanted("xy", ["status:read"], kinds=["pond"]), "kind"),
    ],
)
def test_what_no_token_may_be_is_refused(desk: Desk, wanted: Wanted, field: str) -> None:
    with pytest.raises(BadInput) as refused:
        give(desk, wanted)
    assert refused.value.field == field
    with desk.store.read() as session:
        assert token_rows.tokens(session) == []
