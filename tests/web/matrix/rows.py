"""A row of the matrix: a route, and what it answers to whom.

Nothing of it is taken from the program's own tables of roles and rights: it says what the office expects.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

EVERYBODY = "everybody"
VIEWER, OFFICER, PROGRAMMER, ADMIN = ROLES = ("viewer", "officer", "programmer", "admin")


class Asker(StrEnum):
    """Who asks, and how; the values head the columns of the docs."""

    NOBODY = "no session"
    VIEWER = "viewer"
    OFFICER = "officer"
    PROGRAMMER = "programmer"
    ADMIN = "admin"
    FAR = "foreign scope"
    ORIGIN = "foreign Origin"
    NO_CSRF = "no CSRF token"
    GET = "GET for a change"
    STALE = "stale version"
    TOKEN = "token without scope"


@dataclass(frozen=True)
class Row:
    """A route, and what is expected of it.

    ``least``: who may ask: everybody, or from which role on. ``to``: the path that is asked for, with gaps that the
    world fills. ``form``: what a right form of that kind holds; ``body``: the same, as JSON for the API. ``done``: its
    status. ``far``: what somebody gets whose scope does not cover it; None: the same as anybody of that role.
    ``stale``: what an old version gets; None: there is no version. ``get``: what a GET of a path that only changes
    gets; 0: that path has a GET of its own. ``scope``: the scope that a token of the API needs. ``notes``: what a right
    request leaves in the database although it changes nothing. ``anonymous``: what somebody without a name gets, where
    that is peculiar. ``secret``: False for a form for those who have no session yet, and so no secret of it.
    """

    method: str
    path: str
    least: str
    to: str = ""
    form: Mapping[str, str] = field(default_factory=dict)
    done: int = 200
    far: int | None = None
    stale: int | None = None
    get: int = 405
    scope: str = ""
    notes: str = ""
    anonymous: int | None = None
    body: Mapping[str, object] = field(default_factory=dict)
    secret: bool = True

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def asked(self) -> str:
        return self.to or self.path

    @property
    def changes(self) -> bool:
        return self.method not in {"GET", "HEAD"}

    @property
    def is_api(self) -> bool:
        return self.path.startswith("/api/v1")


def expected(row: Row, asker: Asker) -> int | None:
    """What this asker gets on a listener of loopback, where reading needs no name; None: it cannot be asked so."""
    match asker:
        case Asker.NOBODY:
            if row.anonymous is not None:
                return row.anonymous
            if row.least == EVERYBODY or (row.least == VIEWER and not row.changes):
                return row.done
            return 401 if row.changes or row.is_api else 303
        case Asker.FAR:
            return row.far if row.least != EVERYBODY else None
        case Asker.NO_CSRF if not row.secret:
            return None
        case Asker.ORIGIN | Asker.NO_CSRF:
            return 403 if row.changes else None
        case Asker.GET:
            return row.get if row.changes and row.get else None
        case Asker.STALE:
            return row.stale
        case Asker.TOKEN:
            return 403 if row.scope else None
        case _:
            may = row.least == EVERYBODY or ROLES.index(asker.value) >= ROLES.index(row.least)
            return row.done if may else 403
