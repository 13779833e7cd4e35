"""Who asks: what their role allows them, and what a scope takes away from it."""

import pytest

from monitor.domain.roles import OF_ALL_SITES, RIGHTS, Right, Role, Scope
from monitor.web.auth.visitor import Visitor


@pytest.mark.parametrize("role", list(Role))
def test_a_scope_takes_users_and_tokens_away_and_nothing_else(role: Role) -> None:
    whole, narrowed = Visitor("x", role), Visitor("x", role, Scope(kinds=("lab",)))
    assert {right for right in Right if whole.may(right)} == RIGHTS[role]
    assert {right for right in Right if narrowed.may(right)} == RIGHTS[role] - OF_ALL_SITES
    assert {Right.USERS, Right.TOKENS} == OF_ALL_SITES


def test_who_has_no_role_may_nothing() -> None:
    assert not any(Visitor().may(right) for right in Right)
