"""Print tables and documents, as wide as the terminal, or as they need when another program reads them."""

import json
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

PIPED_WIDTH = 200


def console() -> "Console":
    """Return a console as wide as the terminal or COLUMNS. Markup is never read: names may look like it."""
    from monitor.cli.columns import fit_rich
    from monitor.cli.listing import LastingConsole

    fit_rich()
    wished = os.environ.get("COLUMNS", "")
    piped = int(wished) if wished.isascii() and wished.isdecimal() and len(wished) < 5 and int(wished) else PIPED_WIDTH
    width = None if sys.stdout.isatty() else piped
    return LastingConsole(width=width, highlight=False, markup=False, emoji=False)


def hanging(console: "Console", text: str, indent: int) -> str:
    """Return ``text`` in lines that fit the console, all but the first ``indent`` columns to the right."""
    from rich.text import Text

    first = Text(text).wrap(console, console.width)[0].plain.rstrip()
    rest = Text(text[len(first) :].lstrip()).wrap(console, max(console.width - indent, 20))
    return f"\n{' ' * indent}".join([first, *(line.plain.rstrip() for line in rest if line)])


def say(line: str, indent: int = 2) -> None:
    """Print a line; a terminal gets it wrapped between words, all but the first ``indent`` columns to the right."""
    print(hanging(console(), line, indent) if sys.stdout.isatty() else line)


def print_json(document: object) -> None:
    """Print a document for programs: indented, letters as they are."""
    print(json.dumps(document, ensure_ascii=False, indent=2))
