"""Ask for rows about one of many sites: a handful is listed in the query, more come as one value.

SQLite takes 32,766 values in a query (Debian's 250,000); a scope of a country has more sites than that.
"""

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute

HANDFUL = 200


def among(column: InstrumentedAttribute[Any], ids: Collection[str]) -> ColumnElement[bool]:
    """Return the condition that ``column`` is one of the ids."""
    if len(ids) <= HANDFUL:
        return column.in_(sorted(ids))
    listed = func.json_each(json.dumps(sorted(ids))).table_valued("value")
    return column.in_(select(listed.c.value))
