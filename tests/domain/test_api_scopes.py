"""What a token may ask for, and what a user's role allows in the API."""

from itertools import pairwise

from monitor.domain.api_scopes import ADMIN, PERSONAL_READ, SCOPES, STATUS_READ, TICKETS_WRITE, allows, scopes_of
from monitor.domain.roles import Role


def test_each_role_has_all_scopes_of_the_one_before_and_an_administrator_every_scope() -> None:
    of_roles = [scopes_of(role) for role in Role]
    assert all(less < more for less, more in pairwise(of_roles))
    assert of_roles[-1] == SCOPES.keys()


def test_a_viewer_reads_states_but_no_requesters_and_changes_nothing() -> None:
    viewer = scopes_of(Role.VIEWER)
    assert STATUS_READ in viewer
    assert PERSONAL_READ not in viewer
    assert not any(scope.endswith((":write", ":make")) or scope == ADMIN for scope in viewer)


def test_admin_allows_everything_and_any_other_scope_itself_alone() -> None:
    assert all(allows({ADMIN}, scope) for scope in SCOPES)
    assert allows({TICKETS_WRITE}, TICKETS_WRITE)
    assert not allows({TICKETS_WRITE}, STATUS_READ)
