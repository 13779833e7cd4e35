"""Define the scopes of the API: what a token may ask for, and what a user's role allows there. Pure."""

from collections.abc import Collection, Mapping

from monitor.domain.message import N_
from monitor.domain.roles import RIGHTS, Right, Role

STATUS_READ = "status:read"
TICKETS_READ = "tickets:read"
TICKETS_WRITE = "tickets:write"
MAINTENANCE_WRITE = "maintenance:write"
CALENDAR_WRITE = "calendar:write"
REPORTS_READ = "reports:read"
REPORTS_MAKE = "reports:make"
AUDIT_READ = "audit:read"
PERSONAL_READ = "personal:read"
ADMIN = "admin"

SCOPES: Mapping[str, str] = {
    STATUS_READ: N_("Read states, outages, events, the charter, the calendar, planned work and the monitor's health."),
    TICKETS_READ: N_("Read tickets and notices, without requesters and what they wrote."),
    TICKETS_WRITE: N_("Act on tickets and outages, register complaints and requests, send a notice again."),
    MAINTENANCE_WRITE: N_("Plan work, extend it and end it."),
    CALENDAR_WRITE: N_("Change the office's calendar by an order."),
    REPORTS_READ: N_("Read reports."),
    REPORTS_MAKE: N_("Make reports."),
    AUDIT_READ: N_("Read and verify the audit log."),
    PERSONAL_READ: N_("Read names, telephones and addresses of requesters, and what they wrote."),
    ADMIN: N_("Everything, and read users and tokens; raise a ticket, excuse an outage."),
}
"""What each scope allows, in words."""

_NEEDS: Mapping[str, Right] = {
    STATUS_READ: Right.READ,
    TICKETS_READ: Right.READ,
    TICKETS_WRITE: Right.TICKETS,
    MAINTENANCE_WRITE: Right.PLAN,
    CALENDAR_WRITE: Right.CALENDAR,
    REPORTS_READ: Right.READ,
    REPORTS_MAKE: Right.TICKETS,
    AUDIT_READ: Right.AUDIT,
    PERSONAL_READ: Right.PERSONAL,
    ADMIN: Right.USERS,
}


def scopes_of(role: Role) -> frozenset[str]:
    """Return the scopes that a user of that role has in a session."""
    return frozenset(scope for scope, right in _NEEDS.items() if right in RIGHTS[role])


def allows(given: Collection[str], scope: str) -> bool:
    """Return whether ``given`` scopes allow what needs ``scope``; 'admin' allows everything."""
    return scope in given or ADMIN in given
