"""Define the scopes of the API's tokens, and the rights that each gives."""

from collections.abc import Collection, Mapping
from enum import StrEnum

from monitor.domain.roles import Right


class TokenScope(StrEnum):
    """What a token may do; one without a scope for it gets 403, which names the scope."""

    STATUS_READ = "status:read"  # sites, outages, events, charter, calendar, planned work, the monitor's condition
    TICKETS_READ = "tickets:read"
    TICKETS_WRITE = "tickets:write"
    MAINTENANCE_WRITE = "maintenance:write"
    CALENDAR_WRITE = "calendar:write"
    REPORTS_READ = "reports:read"
    REPORTS_MAKE = "reports:make"
    AUDIT_READ = "audit:read"
    PERSONAL_READ = "personal:read"  # names, phones and addresses of requesters
    ADMIN = "admin"  # users, tokens, letters


S, R = TokenScope, Right
RIGHTS_OF_SCOPE: Mapping[TokenScope, frozenset[Right]] = {
    S.STATUS_READ: frozenset({R.READ, R.HEALTH}),
    S.TICKETS_READ: frozenset({R.READ}),
    S.TICKETS_WRITE: frozenset({R.READ, R.TICKETS, R.REGISTER, R.RAISE}),
    S.MAINTENANCE_WRITE: frozenset({R.READ, R.PLAN}),
    S.CALENDAR_WRITE: frozenset({R.READ, R.CALENDAR}),
    S.REPORTS_READ: frozenset({R.READ}),
    S.REPORTS_MAKE: frozenset({R.READ}),
    S.AUDIT_READ: frozenset({R.AUDIT}),
    S.PERSONAL_READ: frozenset({R.PERSONAL}),
    S.ADMIN: frozenset({R.USERS, R.TOKENS, R.RESEND}),
}
FEED_SCOPES = frozenset({S.STATUS_READ, S.TICKETS_READ})
"""The scopes that a token of a calendar feed may have: the feeds of deadlines need tickets:read."""


def rights_of(scopes: Collection[str]) -> frozenset[Right]:
    """Return the rights that these scopes give together; one that this version does not know gives none."""
    return frozenset().union(*(RIGHTS_OF_SCOPE[S(scope)] for scope in scopes if scope in set(S)))
