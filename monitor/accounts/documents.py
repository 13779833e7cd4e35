"""Make the documents of users, sessions and tokens, as `--json`, the API and the record of acts have them.

No password, secret or hash is in any of them. Times are in ISO 8601, UTC. Keys are public.
"""

from datetime import datetime
from typing import TypedDict

from monitor.store.models import ApiToken, User, UserSession


class UserDocument(TypedDict):
    """A user. ``password``, ``second_factor``: whether there is one. Empty ``unions``, ``kinds``, ``node``: all.

    ``node``: the place of the tree of offices below which they see and do something.
    """

    name: str
    name_bn: str
    name_en: str
    role: str
    unions: list[str]
    kinds: list[str]
    node: str
    lang: str
    email: str
    phone: str
    enabled: bool
    password: bool
    second_factor: bool
    away_from_utc: str | None
    away_until_utc: str | None
    deputy: str
    created_utc: str
    seen_utc: str | None
    version: int


class SessionDocument(TypedDict):
    """A session of the console."""

    id: int
    user: str
    began_utc: str
    seen_utc: str
    address: str
    agent: str


class TokenDocument(TypedDict):
    """A token of the API, without the token itself. Empty ``unions``, ``kinds``, ``node``: all."""

    name: str
    scopes: list[str]
    unions: list[str]
    kinds: list[str]
    node: str
    feed: bool
    created_utc: str
    expires_utc: str | None
    used_utc: str | None
    revoked_utc: str | None


def user_document(user: User) -> UserDocument:
    """Return the document of a stored user."""
    return {
        "name": user.name,
        "name_bn": user.name_bn or "",
        "name_en": user.name_en or "",
        "role": user.role,
        "unions": list(user.unions or []),
        "kinds": list(user.kinds or []),
        "node": user.node or "",
        "lang": user.lang or "",
        "email": user.email or "",
        "phone": user.phone or "",
        "enabled": user.enabled,
        "password": bool(user.password_hash),
        "second_factor": bool(user.totp_secret),
        "away_from_utc": _iso(user.away_from_utc),
        "away_until_utc": _iso(user.away_until_utc),
        "deputy": user.deputy or "",
        "created_utc": user.created_utc.isoformat(),
        "seen_utc": _iso(user.seen_utc),
        "version": user.version,
    }


def session_document(row: UserSession) -> SessionDocument:
    """Return the document of a session."""
    return {
        "id": row.id,
        "user": row.user.name,
        "began_utc": row.created_utc.isoformat(),
        "seen_utc": row.seen_utc.isoformat(),
        "address": row.address,
        "agent": row.agent,
    }


def token_document(row: ApiToken) -> TokenDocument:
    """Return the document of a token."""
    return {
        "name": row.name,
        "scopes": list(row.scopes),
        "unions": list(row.unions or []),
        "kinds": list(row.kinds or []),
        "node": row.node or "",
        "feed": row.feed,
        "created_utc": row.created_utc.isoformat(),
        "expires_utc": _iso(row.expires_utc),
        "used_utc": _iso(row.used_utc),
        "revoked_utc": _iso(row.revoked_utc),
    }


def _iso(at_utc: datetime | None) -> str | None:
    return None if at_utc is None else at_utc.isoformat()
