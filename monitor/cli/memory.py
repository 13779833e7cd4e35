"""Keep secrets in memory: out of cores (core(5)), and from other programs of this user (ptrace(2))."""

import resource
from contextlib import suppress
from pathlib import Path

PR_SET_DUMPABLE = 4
CORE_FILTER = Path("/proc/self/coredump_filter")


def keep_out_of_cores() -> None:
    """Let no core be written, and no memory into one; processes that we start inherit both.

    The limit alone does not hold where cores go to a program, nor where somebody raises it.
    """
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, most))
    with suppress(OSError):  # no /proc here, or it is another's
        CORE_FILTER.write_text("0", encoding="ascii")


def close_to_others() -> None:
    """Let no core of this process be written at all and no other program of this user read its memory (prctl(2)).

    Raises OSError. What it executes is open again.
    """
    import ctypes

    keep_out_of_cores()  # what belongs to the process in /proc is root's from then on
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "PR_SET_DUMPABLE")
