"""Give out and revoke the API's tokens: ``upm_``, 32 random bytes and a checksum in base 62.

Only the SHA-256 is stored; the token is shown once. The checksum tells a mistyped or cut token from a wrong one, and
lets scanners of published files find lost ones.
"""

import secrets
import string
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.accounts.codes import hash_of
from monitor.accounts.documents import token_document
from monitor.accounts.names import refuse_bad_name
from monitor.accounts.nodes import ONE_OFFICE, WHOLE, Places
from monitor.accounts.scopes import refuse_unknown_scope
from monitor.alerts.cases.refusals import BadInput, NotAllowed
from monitor.domain.api_scopes import SCOPES, STATUS_READ, TICKETS_READ
from monitor.domain.message import message
from monitor.domain.roles import Scope
from monitor.domain.text import clean
from monitor.store import acts, token_rows, turns
from monitor.store.models import ApiToken
from monitor.store.session import Session
from monitor.store.turns import ACCOUNTS
from monitor.store.work import Work

PREFIX = "upm_"
RANDOM_BYTES, LETTERS, CHECKSUM_LETTERS = 32, 43, 6
BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
LONGEST_DAYS = 365
RECORDED = {"scopes", "unions", "kinds", "node", "feed", "expires_utc"}
FEEDS = (STATUS_READ, TICKETS_READ)  # the scopes of a token for calendar feeds: deadlines need the second
USED_EVERY = timedelta(minutes=10)  # so coarsely it is noted when a token was last used


@dataclass(frozen=True, slots=True)
class Wanted:
    """A token that is to be given out: for whom or what, and what it may do. ``days``: until it expires, 1–365."""

    name: str
    scopes: Sequence[str]
    days: int = LONGEST_DAYS
    unions: Sequence[str] = ()
    kinds: Sequence[str] = ()
    feed: bool = False
    node: str = WHOLE


def new_token() -> str:
    """Return a new token."""
    body = _base62(int.from_bytes(secrets.token_bytes(RANDOM_BYTES)), LETTERS)
    return f"{PREFIX}{body}{_checksum(body)}"


def is_token(text: str) -> bool:
    """Return whether ``text`` has a token's form, and its checksum fits."""
    body, checksum = text[len(PREFIX) : -CHECKSUM_LETTERS], text[-CHECKSUM_LETTERS:]
    has_form = text.startswith(PREFIX) and len(body) == LETTERS and text.isascii()
    return has_form and secrets.compare_digest(checksum, _checksum(body))


def give_out(work: Work, wanted: Wanted, places: Places = ONE_OFFICE) -> str:
    """Store a token and return it: it cannot be read again. Raises BadInput.

    ``places``: of the tree of offices, which whoever acts may give.
    """
    refuse_bad_name(wanted.name)
    places.refuse_beyond(wanted.node)
    turns.take(work.session, ACCOUNTS)
    if token_rows.token(work.session, wanted.name) is not None:
        said = message("there is or was a token {name} already. Expected another name", name=wanted.name)
        raise BadInput("name", said)
    scopes = _checked_scopes(wanted)
    if not 1 <= wanted.days <= LONGEST_DAYS:
        raise BadInput("days", message("found {days}. Expected 1 to {most}", days=wanted.days, most=LONGEST_DAYS))
    unions, kinds = refuse_unknown_scope(
        work.office, wanted.unions, wanted.kinds, fleets=places.fleets_of(wanted.node).values()
    )
    token = new_token()
    row = ApiToken(
        name=wanted.name,
        token_hash=hash_of(token),
        scopes=scopes,
        unions=list(unions or ()),
        kinds=list(kinds or ()),
        feed=wanted.feed,
        node=wanted.node,
        created_utc=work.now_utc,
        expires_utc=work.now_utc + timedelta(days=wanted.days),
    )
    work.session.add(row)
    recorded = {key: value for key, value in token_document(row).items() if key in RECORDED}
    acts.record(work, "token.add", row.name, {}, recorded)
    return token


def revoke(work: Work, name: str) -> None:
    """Revoke a token at once and for ever; raises NotAllowed when there is none."""
    turns.take(work.session, ACCOUNTS)
    row = token_rows.token(work.session, name)
    if row is None:
        said = message("there is no token {name}. `upazila-monitor token list` lists them", name=clean(name, 64))
        raise NotAllowed(said)
    if row.revoked_utc is None:
        row.revoked_utc = work.now_utc
        acts.record(work, "token.revoke", row.name, {"revoked": False}, {"revoked": True})


def find(session: Session, text: str, now_utc: datetime, *, feed: bool = False) -> ApiToken | None:
    """Return the token that holds now; None for a wrong, expired or revoked one.

    ``feed``: whether it was found in the path of a calendar feed: those tokens are good there alone, others are not.
    """
    row = token_rows.token_of(session, hash_of(text)) if is_token(text) else None
    return row if row is not None and holds(row, now_utc) and row.feed == feed else None


def holds(row: ApiToken, now_utc: datetime) -> bool:
    """Return whether a token is neither revoked nor expired."""
    return row.revoked_utc is None and (row.expires_utc is None or now_utc < row.expires_utc)


def scope_of(row: ApiToken) -> Scope:
    """Return the sites that the token is for."""
    return Scope(tuple(row.unions), tuple(row.kinds))


def is_to_be_noted(row: ApiToken, now_utc: datetime) -> bool:
    """Return whether `used` is to be called: only one use in ten minutes writes."""
    return row.used_utc is None or not timedelta(0) <= now_utc - row.used_utc < USED_EVERY


def used(work: Work, id_: int) -> None:
    """Note that a token was used."""
    row = work.session.get(ApiToken, id_)
    if row is not None:
        row.used_utc = work.now_utc


def _checked_scopes(wanted: Wanted) -> list[str]:
    known = list(SCOPES)
    for scope in wanted.scopes:
        if scope not in known:
            raise BadInput("scope", message("found '{scope}'. Expected one of: {known}", scope=scope, known=known))
    if not wanted.scopes:
        raise BadInput("scope", message("Expected at least one of: {known}", known=known))
    if wanted.feed and not set(FEEDS).issuperset(wanted.scopes):
        raise BadInput("scope", message("Expected of a feed only: {known}", known=FEEDS))
    return sorted(set(wanted.scopes), key=known.index)


def _checksum(body: str) -> str:
    return _base62(zlib.crc32(body.encode()), CHECKSUM_LETTERS)


def _base62(number: int, letters: int) -> str:
    """Return a number in base 62, with so many letters."""
    found = ""
    for _ in range(letters):
        number, digit = divmod(number, len(BASE62))
        found = BASE62[digit] + found
    return found
