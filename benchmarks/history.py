"""Measure the history: what keeping it costs at 20,000 devices, how soon a month is read, how large it becomes.

``python -m benchmarks.history [DEVICES]``. CPU is the process' own time, so that neighbours do not show in it.
"""

import asyncio
import random
import resource
import sys
import tempfile
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median

from monitor.configuration import load
from monitor.domain.clock import VirtualClock
from monitor.domain.sample import Sample, Verdict
from monitor.runtime.history_keeper import HistoryKeeper
from monitor.settings.load import Settings
from monitor.store.history.file import HistoryFile, Kept
from monitor.store.history.last_day import LastDay
from monitor.store.history.reading import KeptHistory, Step
from monitor.store.history.summaries import Echoes, Summary

SHIPPED = Path(__file__).parent.parent / "config"
ROUNDS = 9_973  # different ones: a day of a device has none twice
SIZED_DEVICES, OFFICE_DEVICES = 40, 200
FINE_DAYS, COARSE_DAYS = 40, 1_096
FIVE, HOUR = timedelta(minutes=5), timedelta(hours=1)


def main() -> int:
    """Measure and print."""
    devices = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    with tempfile.TemporaryDirectory() as name:
        asyncio.run(keeping(Path(name), devices))
    with tempfile.TemporaryDirectory() as name:
        sizes(Path(name), devices)
    return 0


def settings() -> Settings:
    """The shipped office."""
    return load(SHIPPED)


async def keeping(folder: Path, devices: int) -> None:
    """Two hours of rounds, a minute apart: CPU of taking and writing, memory, and the longest time the loop waited."""
    clock, chance = VirtualClock(), random.Random(3)
    keeper = HistoryKeeper(clock, HistoryFile(folder), settings())
    await keeper.open()
    ids = [f"site-{number}/gateway" for number in range(devices)]
    rounds = [(chance.randrange(3_000_000, 9_000_000),) * 3 for _ in range(ROUNDS)]
    before_kb = resident_kb()
    keeper._days.update((id_, LastDay()) for id_ in ids)
    for minute in range(24 * 60):  # the day before, which is not written
        for number, day in enumerate(keeper._days.values()):
            day.add(Sample("", "icmp", clock.utc(), 0, Verdict.OK, 3, 3, rounds[(number + minute) % ROUNDS]))
        clock.advance(60)
    taking_s = writing_s = 0.0
    longest_s = 0.0
    for hour in range(2):
        begun = time.process_time()
        for minute in range(60):
            now_utc, now_ns = clock.utc(), clock.mono_ns()
            for number, id_ in enumerate(ids):
                times = rounds[(number + minute) % ROUNDS]
                keeper.take(Sample(id_, "icmp", now_utc, now_ns, Verdict.OK, 3, 3, times))
            clock.advance(60)
        taking_s += time.process_time() - begun
        if hour == 0:
            whole_mb = (resident_kb() - before_kb) * 1_024 / 1e6
            days_mb = sum(day.size for day in keeper._days.values()) / 1e6
            print(f"memory: {whole_mb:.1f} MB for {devices} devices, {days_mb:.1f} MB of it the days by the minute")
        begun = time.process_time()
        task = asyncio.create_task(keeper.write())
        while not task.done():
            turned = time.thread_time()
            await asyncio.sleep(0)
            longest_s = max(longest_s, time.thread_time() - turned)
        writing_s += time.process_time() - begun
    print(f"taking: {taking_s / 7_200:.2%} of a core; writing: {writing_s / 7_200:.2%}, {writing_s / 2:.1f} s an hour")
    print(f"longest step of the event loop while it writes, CPU: {longest_s * 1_000:.0f} ms")
    print(f"highest memory of the process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def sizes(folder: Path, devices: int) -> None:
    """Forty days by five minutes and three years by the hour of some devices, and from them the size of many.

    All are written a day at a time, and pruned, as the keeper does: pages are as full as they are there.
    """
    begins, chance = VirtualClock().utc().replace(hour=0), random.Random(7)
    fine, coarse = (HistoryFile(folder / name) for name in ("fine", "coarse"))
    for file in (fine, coarse):
        file.path.parent.mkdir()
        file.open()
    names = [f"site-{number}/gateway" for number in range(SIZED_DEVICES)]
    for day in range(FINE_DAYS):
        at_utc = begins + timedelta(days=day)
        fine.add({name: stretches(chance, at_utc, 288, FIVE) for name in names})
    for day in range(COARSE_DAYS):
        at_utc = begins + timedelta(days=day)
        coarse.add({name: stretches(chance, at_utc, 24, HOUR) for name in names})
        coarse.prune(at_utc, Kept(fine=0, coarse=COARSE_DAYS))
        for hour in range(24):
            coarse.join_hours(at_utc + hour * HOUR)
    kept = [file.path.stat().st_size / SIZED_DEVICES for file in (fine, coarse)]
    print(f"a device: {kept[0] / 1e3:.0f} kB of {FINE_DAYS} days, {kept[1] / 1e3:.0f} kB of years")
    office, many = (sum(kept) * count for count in (OFFICE_DEVICES, devices))
    print(f"{OFFICE_DEVICES} devices: {office / 1e6:.0f} MB; {devices}: {many / 1e9:.2f} GB")
    for step, file, text in ((Step.HOUR, coarse, "hours"), (Step.FINE, fine, "five minutes")):
        history, taken = KeptHistory(file, lambda: begins + timedelta(days=FINE_DAYS), FINE_DAYS), []
        for name in names:
            begun = time.thread_time()
            found = history.rounds(name, step, (begins, begins + timedelta(days=30)))
            taken.append(time.thread_time() - begun)
            assert len(found) == timedelta(days=30) // step.length
        print(f"a month of a device by {text}: {median(taken) * 1_000:.1f} ms, at most {max(taken) * 1_000:.1f} ms")


def stretches(chance: random.Random, begins: datetime, count: int, step: timedelta) -> Mapping[datetime, Summary]:
    """Summaries of a link whose round-trip times vary as real ones do, with some loss."""
    found = {}
    for number in range(count):
        fastest = chance.gauss(4_000, 60)
        times = (fastest, fastest + chance.expovariate(1 / 400), fastest + chance.expovariate(1 / 3_000))
        found[begins + number * step] = Echoes(5, 0, 0, 15, int(chance.random() < 0.02), *sorted(times))
    return found


def resident_kb() -> int:
    """The resident memory of this process now."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


if __name__ == "__main__":
    sys.exit(main())
