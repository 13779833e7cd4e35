"""Where tables are printed: as wide as the terminal, or as they need when something else reads them."""

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

PIPED_WIDTH = 200


def console(*, plain: bool = False) -> "Console":
    """As wide as the terminal or as COLUMNS wishes, plain or coloured. Markup is never read: names may look like it."""
    from monitor.cli.listing import LastingConsole

    wished = os.environ.get("COLUMNS", "")
    piped = int(wished) if wished.isascii() and wished.isdecimal() and len(wished) < 5 and int(wished) else PIPED_WIDTH
    width = None if sys.stdout.isatty() else piped
    return LastingConsole(width=width, highlight=not plain, markup=False, emoji=False)
