"""Where tables are printed: as wide as the terminal, or as they need when something else reads them."""

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

PIPED_WIDTH = 200


def console(*, plain: bool = False) -> "Console":
    """What is not a terminal must not cut a number; ``plain`` does not colour.

    Markup is never read: what people and devices write may look like it.
    """
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else PIPED_WIDTH, highlight=not plain, markup=False, emoji=False)
