"""Show on a terminal how far a command is: one bar for each thing that it does, once that has lasted for a second.

The bar goes to standard error and is wiped away at the end, so that neither what is printed nor what another program
reads holds any of it.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer
from typing import TYPE_CHECKING

from monitor.cli.language import lang
from monitor.domain.progress import Progress, unheard

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

SHOWN_AFTER_S = 1.0


@contextmanager
def progress(what: str) -> Iterator[Progress]:
    """Show one bar: ``what`` is being done, in the language of the run. Use what it yields in this block only."""
    with bars(what) as (only,):
        yield only


@contextmanager
def bars(*what: str) -> Iterator[tuple[Progress, ...]]:
    """Show a bar for each of several things that are done one after the other; one that has not begun is hidden."""
    if not sys.stderr.isatty():
        yield (unheard,) * len(what)
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bars

    shown = Bars(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[share]}", markup=False),
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=sys.stdout.isatty(),  # lines that are printed meanwhile go above the bar, on that one terminal
        redirect_stderr=False,
    )
    tasks = [shown.add_task(each, total=None, visible=not at, share="") for at, each in enumerate(what)]
    shows = Timer(SHOWN_AFTER_S, shown.start)
    shows.daemon = True
    shows.start()
    try:
        yield tuple(_updating(shown, task) for task in tasks)
    finally:
        shows.cancel()
        shows.join()
        shown.stop()


def _updating(shown: "Bars", task: "TaskID") -> Progress:
    from monitor.i18n.formats import percent_text

    last = -1

    def update(done: int, of: int) -> None:
        nonlocal last
        hundredths = min(100 * done // of, 100) if of > 0 else 0
        if hundredths != last:  # it may be told of every line of a file
            last = hundredths
            share = percent_text(hundredths / 100, lang()) if of > 0 else ""
            shown.update(task, completed=done, total=of if of > 0 else None, visible=True, share=share)

    return update
