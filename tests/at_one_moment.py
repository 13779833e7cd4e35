"""The same thing done by many at one moment, each in a thread and a transaction of its own."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

MANY = 12


def at_one_moment(*does: Callable[[], object]) -> Counter[object]:
    """What each returned, or the class of what it raised; ``does``: one for all, or each its own."""
    each = does * MANY if len(does) == 1 else does
    begin = threading.Barrier(len(each))

    def done(one: Callable[[], object]) -> object:
        begin.wait()
        try:
            return one()
        except Exception as error:
            return type(error)

    with ThreadPoolExecutor(len(each)) as threads:
        return Counter(threads.map(done, each))
