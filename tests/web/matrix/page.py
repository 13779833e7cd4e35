"""Writes docs/console-access.md from the list of routes: python -m tests.web.matrix.page FOLDER."""

import sys
from collections.abc import Iterator
from pathlib import Path

from tests.web.matrix.all_rows import ROWS
from tests.web.matrix.rows import Asker, Row, expected

HEAD = """# Who may ask for what: every route of the console and the API
<!-- Made by scripts/docs from the lists in tests/web/matrix, which the tests try: do not edit. -->

Each cell is the status that is answered on a listener of loopback, where `[web] anonymous` is "viewer"; elsewhere
somebody without a name gets 303 to the log-in, and 401 for a change or from the API. What is refused changes nothing in
the database, and neither does a GET. '–': it cannot be asked that way.

- 200 done, 303 sent on: after a change to what it led to, without a name to the log-in.
- 401 no name, 403 not by this role, by this token or from this page, 404 there is no such thing, or not in your scope.
- 405 this only changes, and is never done by a GET; 409 (412 in the API) somebody else changed it meanwhile.
- 'foreign scope': a user of the least role that may, but of another union. 'token without scope': a token of the API
  that lacks the scope named in the last column.
"""


def page() -> str:
    """Return the page."""
    return HEAD + "\n".join(["", "## Pages", *_table(False), "", "## API", *_table(True), "", *_notes()]) + "\n"


def _table(api: bool) -> Iterator[str]:
    askers: list[Asker] = [asker for asker in Asker if api or asker is not Asker.TOKEN]
    heads = ["Route", *askers, *(["Scope"] if api else [])]
    yield "| " + " | ".join(heads) + " |"
    yield "|" + "---|" * len(heads)
    for row in sorted(ROWS, key=lambda one: (one.path, one.method)):
        if row.is_api == api:
            yield "| " + " | ".join(_cells(row, askers, api)) + " |"


def _cells(row: Row, askers: list[Asker], api: bool) -> Iterator[str]:
    yield f"`{row.name}`"
    for asker in askers:
        status = expected(row, asker)
        yield "–" if status is None else str(status)
    if api:
        yield f"`{row.scope}`" if row.scope else "–"


def _notes() -> list[str]:
    noted = [f"- `{row.name}`: {row.notes}" for row in ROWS if row.notes]
    return ["## What reading leaves behind", *(noted or ["Nothing."])]


if __name__ == "__main__":
    (Path(sys.argv[1]) / "console-access.md").write_text(page(), encoding="utf-8")
