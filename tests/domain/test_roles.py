"""Whose tickets a scope covers: one rule for pages, API and feeds."""

import pytest

from monitor.domain.roles import EVERYWHERE, Scope

LAB = ("juniadaha", "lab")


@pytest.mark.parametrize(
    ("scope", "about", "place", "covered"),
    [
        (EVERYWHERE, "lab-1", LAB, True),
        (EVERYWHERE, "removed", None, True),
        (EVERYWHERE, None, None, True),
        (Scope(("juniadaha",)), "lab-1", LAB, True),
        (Scope(("bahirchar",)), "lab-1", LAB, False),
        (Scope((), ("udc",)), "lab-1", LAB, False),
        (Scope(("juniadaha",), ("lab",)), "lab-1", LAB, True),
        # About no site: the whole office's.
        (Scope(("bahirchar",), ("udc",)), None, None, True),
        # Removed from the configuration: whose it was is not known any more.
        (Scope(("juniadaha",)), "removed", None, False),
    ],
)
def test_a_ticket_is_in_a_scope(scope: Scope, about: str | None, place: tuple[str, str] | None, covered: bool) -> None:
    assert scope.covers_ticket(about, place) is covered
