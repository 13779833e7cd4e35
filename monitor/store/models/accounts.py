"""Define the tables of people and programs that act: users, sessions, one-time links, tokens, and their acts."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, false, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from monitor.store.columns import Line, Lines
from monitor.store.models.base import LONGEST_SITE, Base, OfOffice


class User(Base):
    """A person who may log in; disabled, never deleted.

    ``password_hash``: argon2id in PHC form, empty until an invitation was taken. ``unions``, ``kinds``: the scope,
    empty for all. ``totp_secret``: base32, empty without a second factor; ``totp_step``: the last time step that was
    used, as one code counts once. ``recovery_hashes``: SHA-256 of unused recovery codes. ``away_from_utc``,
    ``away_until_utc``: while away ``deputy`` (a user's name) is in charge. ``looked_utc``: when the visit before this
    one ended. ``node``: the place in the tree of offices below which they see everything, '' for the whole.
    """

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Line(64), unique=True)
    name_bn: Mapped[str] = mapped_column(Line(200), default="")
    name_en: Mapped[str] = mapped_column(Line(200), default="")
    role: Mapped[str] = mapped_column(Line(16))
    unions: Mapped[list[Any]] = mapped_column(JSON, default=list)
    kinds: Mapped[list[Any]] = mapped_column(JSON, default=list)
    lang: Mapped[str] = mapped_column(Line(8), default="")
    email: Mapped[str] = mapped_column(Line(254), default="")
    phone: Mapped[str] = mapped_column(Line(40), default="")
    password_hash: Mapped[str] = mapped_column(Line(200), default="")
    totp_secret: Mapped[str] = mapped_column(Line(64), default="")
    totp_step: Mapped[int] = mapped_column(default=0)
    recovery_hashes: Mapped[list[Any]] = mapped_column(JSON, default=list)
    enabled: Mapped[bool] = mapped_column(default=True, server_default=true())
    away_from_utc: Mapped[datetime | None]
    away_until_utc: Mapped[datetime | None]
    deputy: Mapped[str] = mapped_column(Line(64), default="")
    created_utc: Mapped[datetime]
    seen_utc: Mapped[datetime | None]
    looked_utc: Mapped[datetime | None]
    node: Mapped[str] = mapped_column(Line(63), default="", server_default="")
    version: Mapped[int] = mapped_column(server_default="1")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 (SQLAlchemy's own form)


class UserSession(Base):
    """A session of the console. ``token_hash``: SHA-256 of the cookie's 32 random bytes, which are not stored.

    ``proved_utc``: when the password was last given, for acts that need it again.
    """

    __tablename__ = "user_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    csrf: Mapped[str] = mapped_column(Line(64))
    created_utc: Mapped[datetime]
    seen_utc: Mapped[datetime]
    proved_utc: Mapped[datetime]
    address: Mapped[str] = mapped_column(Line(64), default="")
    agent: Mapped[str] = mapped_column(Line(200), default="")
    lang: Mapped[str] = mapped_column(Line(8), default="")

    user: Mapped[User] = relationship()


class OneTimeLink(Base):
    """A one-time code that is out: the first user's set-up (no user), or an invitation or new password of a user."""

    __tablename__ = "one_time_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[str] = mapped_column(Line(16))
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_utc: Mapped[datetime]
    expires_utc: Mapped[datetime]
    used_utc: Mapped[datetime | None]

    user: Mapped[User | None] = relationship()


class LoginAttempt(Base):
    """A failed log-in, by the hash of the typed name and by the address; kept as long as the throttle counts."""

    __tablename__ = "login_attempts"

    id: Mapped[int] = mapped_column(primary_key=True)
    at_utc: Mapped[datetime] = mapped_column(index=True)
    name_hash: Mapped[bytes] = mapped_column(LargeBinary(32), index=True)
    address: Mapped[str] = mapped_column(Line(64), index=True)


class ApiToken(Base):
    """A token of the API. ``token_hash``: SHA-256 of the token, which is shown once and not stored.

    ``scopes``: as in the API's documents. ``feed``: it may stand in the path of a calendar feed, and does nothing else.
    ``node``: as a user's.
    """

    __tablename__ = "api_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Line(64), unique=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    scopes: Mapped[list[Any]] = mapped_column(JSON, default=list)
    unions: Mapped[list[Any]] = mapped_column(JSON, default=list)
    kinds: Mapped[list[Any]] = mapped_column(JSON, default=list)
    feed: Mapped[bool] = mapped_column(default=False, server_default=false())
    created_utc: Mapped[datetime]
    expires_utc: Mapped[datetime | None]
    used_utc: Mapped[datetime | None]
    revoked_utc: Mapped[datetime | None]
    node: Mapped[str] = mapped_column(Line(63), default="", server_default="")


class IdempotentAnswer(Base):
    """The answer that was given to an Idempotency-Key, kept for a day. ``actor``: the token or user it belongs to."""

    __tablename__ = "idempotent_answers"

    id: Mapped[int] = mapped_column(primary_key=True)
    key_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    body_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    at_utc: Mapped[datetime] = mapped_column(index=True)
    status: Mapped[int]
    headers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    body: Mapped[str] = mapped_column(Lines, default="")


class Act(OfOffice, Base):
    """An act of a person: who, when, from where, and what it changed. Chained with the history of tickets.

    ``after_event_id``: the last event of a ticket before it, which gives its place in the chain; ``kind``: such as
    'ticket.ack' or 'user.disable'; ``about``: the ticket's number, site, user or plan. ``via``: cli, console or api.
    """

    __tablename__ = "acts"

    id: Mapped[int] = mapped_column(primary_key=True)
    after_event_id: Mapped[int] = mapped_column(index=True)
    at_utc: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str] = mapped_column(Line(100), index=True)
    via: Mapped[str] = mapped_column(Line(16))
    address: Mapped[str] = mapped_column(Line(64), default="")
    kind: Mapped[str] = mapped_column(Line(40), index=True)
    about: Mapped[str] = mapped_column(Line(130), default="", index=True)
    before: Mapped[dict[str, Any]] = mapped_column(default=dict)
    after: Mapped[dict[str, Any]] = mapped_column(default=dict)
    hash: Mapped[str] = mapped_column(Line(64))


class CalendarOrder(OfOffice, Base):
    """An order that changes the calendar, entered in the console over holidays.toml and calendar.toml.

    ``entry``: the keys of an [[order]] of calendar.toml, as plain JSON values. An order is undone by another one:
    ``undone_by``.
    """

    __tablename__ = "calendar_orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    entry: Mapped[dict[str, Any]]
    actor: Mapped[str] = mapped_column(Line(100))
    created_utc: Mapped[datetime]
    undone_by: Mapped[int | None]


class SiteNote(OfOffice, Base):
    """A dated and signed note about a site."""

    __tablename__ = "site_notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    site: Mapped[str] = mapped_column(Line(LONGEST_SITE), index=True)
    at_utc: Mapped[datetime]
    actor: Mapped[str] = mapped_column(Line(100))
    text: Mapped[str] = mapped_column(Lines)
