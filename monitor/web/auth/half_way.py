"""Keep log-ins that lack only the code of the second factor, so that nobody types a password twice.

They stay in this process's memory, a few and for minutes; the page carries a random token of each, never the password.
"""

import secrets
from datetime import datetime, timedelta
from typing import NamedTuple

LASTS = timedelta(minutes=5)
MOST = 100


class _Waiting(NamedTuple):
    name: str
    password: str
    until_utc: datetime


class HalfWay:
    """Log-ins that wait for their code. On the event loop."""

    def __init__(self) -> None:
        self._waiting: dict[str, _Waiting] = {}

    def keep(self, name: str, password: str, now_utc: datetime) -> str:
        """Keep a log-in whose password was right; return its token. Of too many the oldest is dropped."""
        self._waiting = {token: each for token, each in self._waiting.items() if now_utc < each.until_utc}
        while len(self._waiting) >= MOST:
            self._waiting.pop(next(iter(self._waiting)))
        token = secrets.token_urlsafe(32)
        self._waiting[token] = _Waiting(name, password, now_utc + LASTS)
        return token

    def take(self, token: str, now_utc: datetime) -> tuple[str, str] | None:
        """Return name and password of a token, and forget them; None for an unknown or old one."""
        found = self._waiting.pop(token, None)
        return (found.name, found.password) if found is not None and now_utc < found.until_utc else None
