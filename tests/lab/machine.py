"""How late this machine wakes a process, whatever it is busy with besides: what a test of lateness is held against."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

SLEEPER = """
import signal, sys, time
signal.signal(signal.SIGTERM, signal.default_int_handler)
late = every = 0
try:
    while True:
        due = time.monotonic() + 0.02
        time.sleep(0.02)
        late, every = late + (time.monotonic() - due > 0.1), every + 1
        work_s = time.process_time() + float(sys.argv[1])
        while time.process_time() < work_s:
            pass
except KeyboardInterrupt:
    print(late, every)
"""


@contextmanager
def wakes_late(found: list[float]) -> Iterator[None]:
    """Appends in how many of all cases this machine, busy with whatever else, wakes a process 0.1 s late that works as
    much as ours does.
    """
    words = [sys.executable, "-c", SLEEPER, "0.01"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as sleeper:
        try:
            yield
            sleeper.terminate()
            late, every = sleeper.communicate(timeout=10)[0].split()
            found.append(int(late) / int(every))
        finally:
            sleeper.kill()
