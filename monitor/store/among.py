"""Ask for rows about one of many sites: a handful is listed in the query, more come as one value.

SQLite takes 32,766 values in a query (Debian's 250,000), PostgreSQL 65,535; a scope of a country has more sites than
that.
"""

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import Boolean, ColumnElement
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

HANDFUL = 200


class _IsListed(FunctionElement[bool]):
    """The condition that a column's value stands in a JSON list, which is one value of the query."""

    name = "is_listed"
    type = Boolean()
    inherit_cache = True


@compiles(_IsListed)
def _in_sqlite(element: _IsListed, compiler: SQLCompiler, **options: Any) -> str:
    column, listed = (compiler.process(each, **options) for each in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({listed}))"


@compiles(_IsListed, "postgresql")
def _in_postgresql(element: _IsListed, compiler: SQLCompiler, **options: Any) -> str:
    column, listed = (compiler.process(each, **options) for each in element.clauses)
    return f"{column} IN (SELECT json_array_elements_text(CAST({listed} AS json)))"


def among(column: InstrumentedAttribute[Any], ids: Collection[str]) -> ColumnElement[bool]:
    """Return the condition that ``column`` is one of the ids."""
    if len(ids) <= HANDFUL:
        return column.in_(sorted(ids))
    return _IsListed(column, json.dumps(sorted(ids)))
