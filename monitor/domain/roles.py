"""Define who may do what in the console and the API: roles, rights, and the scope of a user or token.

A role is a set of rights. A scope says for which sites: all, or those of named unions and kinds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """A user's role; each has all rights of the one before."""

    VIEWER = "viewer"
    OFFICER = "officer"
    PROGRAMMER = "programmer"
    ADMIN = "admin"


class Right(StrEnum):
    """What a page or an act needs; the tokens' scopes of the API are mapped to these."""

    READ = "read"  # now, sites, tickets without requesters, charter, calendar, planned work
    PERSONAL = "personal"  # names, phones and addresses of requesters
    TICKETS = "tickets"  # acts on tickets and outages, notes of sites
    REGISTER = "register"  # complaints and requests
    PLAN = "plan"  # planned work
    PROBE = "probe"  # probe now, trace
    HEALTH = "health"  # the monitor's own condition
    RAISE = "raise"  # raise a ticket to the next stage; excuse an outage
    CALENDAR = "calendar"  # holidays and hours by order
    AUDIT = "audit"
    RESEND = "resend"  # send a letter again
    USERS = "users"
    TOKENS = "tokens"


_OF_ROLE: Mapping[Role, frozenset[Right]] = {
    Role.VIEWER: frozenset({Right.READ, Right.HEALTH}),
    Role.OFFICER: frozenset(
        {Right.PERSONAL, Right.TICKETS, Right.REGISTER, Right.PLAN, Right.PROBE, Right.RESEND, Right.AUDIT}
    ),
    Role.PROGRAMMER: frozenset({Right.RAISE, Right.CALENDAR}),
    Role.ADMIN: frozenset({Right.USERS, Right.TOKENS}),
}

RIGHTS: Mapping[Role, frozenset[Right]] = {
    role: frozenset().union(*(_OF_ROLE[each] for each in list(Role)[: list(Role).index(role) + 1])) for role in Role
}
"""The rights of each role."""
OF_ALL_SITES = frozenset({Right.USERS, Right.TOKENS})
"""Rights of those alone whom no scope narrows: who gives scopes out could give themselves a wider one."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The sites a user or token is for: those of its unions, and of its kinds; an empty tuple restricts nothing."""

    unions: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()

    @property
    def is_all(self) -> bool:
        """Return whether it restricts nothing."""
        return not (self.unions or self.kinds)

    def covers(self, union: str, kind: str) -> bool:
        """Return whether a site of that union (empty: none) and kind is within it."""
        return (not self.unions or union in self.unions) and (not self.kinds or kind in self.kinds)

    def covers_ticket(self, about: str | None, place: tuple[str, str] | None) -> bool:
        """Return whether a ticket is within it, by the id of its site, and that site's union and kind.

        One about no site concerns the whole office: it is in every scope. One about a site that was removed from the
        configuration (no ``place``) is for those who are for all sites.
        """
        if self.is_all or about is None:
            return True
        return place is not None and self.covers(*place)


EVERYWHERE = Scope()
