"""Parse JSON from outside."""

import json
from typing import Any


def parse_json(text: str | bytes) -> Any:
    """Parse ``text`` as JSON; raises ValueError for whatever is none, and for what is nested too deep."""
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deep") from None
