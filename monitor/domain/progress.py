"""Tell how far long work is: whoever does it calls a `Progress`, whoever waits for it gives one."""

from collections.abc import Callable

Progress = Callable[[int, int], None]
"""Takes (done, of): how much is done, of how much in all; ``of`` 0 or less: not known. Called by the working thread."""


def unheard(done: int, of: int) -> None:
    """Hear how far something is where nobody waits for it."""


def part(progress: Progress, index: int, count: int) -> Progress:
    """Return what one of ``count`` equal parts of some work calls; ``index`` begins with 0."""
    return lambda done, of: progress(index * of + done, count * of)
