"""Tokens of the API as given out, listed and revoked by command."""

import json
from pathlib import Path

import pytest

from monitor.accounts.tokens import is_token
from tests.cli.typed import typed
from tests.desk import Desk

READ = ("--scope", "status:read")


def test_a_token_is_printed_alone_and_never_again(home: Path, desk: Desk) -> None:
    assert typed(home, "token", "list").stdout == "No tokens.\n"
    token = typed(home, "token", "add", "dashboard", *READ, "--scope", "tickets:read", "--days", "30").stdout
    assert is_token(token.removesuffix("\n"))
    (row,) = json.loads(typed(home, "token", "list", "--json").stdout)
    assert (row["name"], row["scopes"]) == ("dashboard", ["status:read", "tickets:read"])
    assert token.strip() not in typed(home, "token", "list").stdout
    document = json.loads(typed(home, "token", "add", "feed", *READ, "--feed", "--json").stdout)
    assert (is_token(document["token"]), document["feed"]) == (True, True)


def test_a_revoked_token_stays_in_the_list(home: Path, desk: Desk) -> None:
    typed(home, "token", "add", "dashboard", *READ)
    assert typed(home, "token", "revoke", "dashboard").stdout == "Token dashboard is revoked.\n"
    assert "revoked" in typed(home, "token", "list").stdout
    assert typed(home, "token", "revoke", "none").returncode == 1


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["x y", *READ], "NAME: found 'x y'."),
        (["xy"], "--scope"),
        (["xy", "--scope", "all"], "--scope: found 'all'. Expected one of: status:read, "),
        (["xy", *READ, "--days", "366"], "--days"),
        (["xy", *READ, "--days", "0"], "--days"),
        (["xy", *READ, "--kind", "pond"], "--kind: found 'pond'."),
        (["xy", "--scope", "admin", "--feed"], "--scope: Expected of a feed only: status:read, tickets:read"),
    ],
)
def test_what_no_token_can_be_is_said(home: Path, desk: Desk, words: list[str], message: str) -> None:
    done = typed(home, "token", "add", *words)
    assert done.returncode == 2
    assert message in done.stderr
    assert json.loads(typed(home, "token", "list", "--json").stdout) == []
