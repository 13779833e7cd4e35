"""Query the rows of the API's tokens."""

from collections.abc import Sequence

from sqlalchemy import select

from monitor.domain.text import comparison_key
from monitor.store.models import ApiToken
from monitor.store.session import Session


def tokens(session: Session) -> Sequence[ApiToken]:
    """Return all tokens by name, those that hold no longer included."""
    return session.scalars(select(ApiToken).order_by(ApiToken.name)).all()


def token(session: Session, name: str) -> ApiToken | None:
    """Return the token of that name, or of one that a reader takes for it."""
    key = comparison_key(name)
    return next((each for each in tokens(session) if comparison_key(each.name) == key), None)


def token_of(session: Session, token_hash: bytes) -> ApiToken | None:
    """Return the token of that hash."""
    return session.scalars(select(ApiToken).where(ApiToken.token_hash == token_hash)).one_or_none()
