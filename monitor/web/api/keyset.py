"""Page long lists by place and not by number: what is added meanwhile moves no page. Pure.

A place is the key of the last entry that was shown. Callers get it as an opaque text and hand it back as ``after``.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import urlencode

from monitor.domain.json_text import parse_json
from monitor.domain.message import message
from monitor.domain.text import is_printable
from monitor.store.keyset_queries import Place

MOST, USUAL = 500, 100
LONGEST = 400  # characters of a place
LARGEST_ID = 2**63 - 1

BY_NUMBER = (int,)
BY_TIME = (datetime, int)
BY_RANK = (datetime, int, int)

KeyPart = str | int | datetime


def written(place: Place) -> str:
    """Return the opaque text of a place."""
    parts = [part.isoformat() if isinstance(part, datetime) else part for part in place]
    return base64.urlsafe_b64encode(json.dumps(parts, ensure_ascii=False).encode()).decode().rstrip("=")


def read(text: str, kinds: Sequence[type]) -> Place:
    """Return the place of a text; ``kinds``: of the key's parts. Raises ValueError for what we never wrote."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        parts = parse_json(raw.decode())
        if not isinstance(parts, list) or len(parts) != len(kinds):
            raise ValueError
        return tuple(_part(part, kind) for part, kind in zip(parts, kinds, strict=True))
    except (ValueError, TypeError, OverflowError):
        raise ValueError(message("is no place in this list. Expected what the last answer gave")) from None


def _part(value: object, kind: type) -> KeyPart:
    if kind is datetime and isinstance(value, str):
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError
        return moment.astimezone(UTC)
    if kind is int and isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST_ID:
        return value
    if kind is str and isinstance(value, str) and is_printable(value):
        return value
    raise ValueError


def next_link(path: str, query: Mapping[str, str], place: Place) -> str:
    """Return the Link header (RFC 8288) to the page after ``place``."""
    return f'<{path}?{urlencode({**query, "after": written(place)})}>; rel="next"'
