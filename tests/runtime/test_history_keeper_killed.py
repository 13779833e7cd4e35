"""A monitor that is killed loses what it had not written, an hour at most, and the next one goes on from there."""

import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.store.history.file import HistoryFile
from monitor.store.history.summaries import Echoes

T0, HOUR = datetime(2026, 11, 24, tzinfo=UTC), timedelta(hours=1)
DEVICES = [f"site-{number}/gateway" for number in range(30)]
KILLS = 12

MONITOR = """
import asyncio, sys
from datetime import datetime
from pathlib import Path
from monitor.domain.clock import VirtualClock
from monitor.domain.sample import Sample, Verdict
from monitor.runtime.history_keeper import HistoryKeeper
from monitor.store.history.file import HistoryFile
from tests.runtime.built import settings_of

async def main(folder, hour, begins, devices):
    clock = VirtualClock(datetime.fromisoformat(begins))
    keeper = HistoryKeeper(clock, HistoryFile(folder), settings_of())
    await keeper.open()
    while True:
        for minute in range(60):
            for device in devices:
                times = (4_000_000,) * 3
                keeper.take(Sample(device, "icmp", clock.utc(), clock.mono_ns(), Verdict.OK, 3, 3, times))
            clock.advance(60)
        print("taken", hour, flush=True)
        await keeper.write()
        print("written", hour, flush=True)
        hour += 1

asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4:]))
"""


@pytest.mark.long
def test_a_monitor_that_is_killed_at_any_moment_loses_an_hour_at_most_and_the_next_one_goes_on(tmp_path: Path) -> None:
    chance, begins, written = random.Random(5), 0, set[int]()
    for _ in range(KILLS):
        at = (T0 + begins * HOUR).isoformat()
        words = [sys.executable, "-c", MONITOR, str(tmp_path), str(begins), at, *DEVICES]
        with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            told = [process.stdout.readline() for _ in range(2 * chance.randint(1, 3))]
            time.sleep(chance.random() * 0.05)  # somewhere in the hours that follow, or in their writing
            process.send_signal(signal.SIGKILL)
            told += process.stdout.read().splitlines()
        said = [line.split() for line in told if line.strip()]
        written |= {int(hour) for what, hour in said if what == "written"}
        taken = max(int(hour) for _, hour in said)
        file = HistoryFile(tmp_path)
        for device in (DEVICES[0], DEVICES[-1]):
            found = file.read("coarse", device, Echoes, T0, T0 + (taken + 2) * HOUR)
            hours = {int((at - T0) / HOUR): one.answered for at, one in found.items()}
            assert written <= set(hours)
            assert {hours[hour] for hour in written} <= {55, 60}, "the last five minutes are written with the next hour"
        assert taken - max(written) <= 1
        begins = taken + 2
    assert not list(tmp_path.glob("*.damaged"))
