"""What judging costs: rounds of a large fleet with their transitions written down, and a replay from a file.

About one in a thousand rounds changes something. CPU is this process's, kernel time included; beside the replay stands
a plain Python loop that only parses the same lines.
"""

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.measuring import judged, median, publish, rows, words_of
from monitor.alerts.cases import outages
from monitor.alerts.cases.due import do_what_is_due
from monitor.charter.downtimes import downtime_of
from monitor.charter.office import Office
from monitor.cli.replay import Recorded
from monitor.configuration import load
from monitor.domain.reasons import TIMEOUT
from monitor.domain.sample import Sample, Verdict
from monitor.judging.board import Board
from monitor.judging.thresholds import rules_of
from monitor.runtime import gc_tuning
from monitor.runtime.virtual.replay import replay
from monitor.settings.load import Settings
from monitor.store.opening import open_store
from monitor.store.work import Work
from tests.lab.fleet import many_sites, write_config

MOST_US, MONTH_HOURS = 15.0, 4.0
MONTH_SAMPLES = 20_000 * 60 * 24 * 30
T0 = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
BATCH = 100  # decisions that the writer stores in one go when many come


def fleet(folder: Path, sites: int, *, on_map: bool = False) -> Settings:
    """The daemon's own configuration for so many sites."""
    write_config(folder / "config", sites=many_sites(sites, on_map=on_map), listen="127.0.0.1:0", target_s=31_000_000)
    return load(folder / "config")


def rounds(settings: Settings, minutes: int) -> Iterator[Sample]:
    """A round a minute for every device; now and then a site is down for four of them, so that 0.1 % are not plain."""
    devices = [site.gateway.id for site in settings.fleet.sites.values()]
    parents = {site.parent for site in settings.fleet.sites.values()}
    leaves = [site.gateway.id for site in settings.fleet.sites.values() if site.id not in parents]
    falling = {device: number % 400 for number, device in enumerate(leaves) if number % 4 == 0}
    for minute in range(minutes):
        at = T0 + timedelta(minutes=minute)
        for device in devices:
            begins = falling.get(device, -100)
            if begins <= minute < begins + 4:
                yield Sample(device, "icmp", at, 0, Verdict.FAILED, 3, 0, (), TIMEOUT)
            else:
                yield Sample(device, "icmp", at, 0, Verdict.OK, 3, 3, (1_000_000, 1_100_000, 1_200_000))


def judge(settings: Settings, minutes: int) -> dict[str, float]:
    """Microseconds a round, transitions stored as the daemon stores them."""
    office = Office.of(settings)
    board = Board(settings.fleet, rules_of(settings.monitor.judging), downtimes=partial(downtime_of, office))
    with TemporaryDirectory() as folder:
        store = open_store(Path(folder))
        list(map(board.observe, rounds(settings, 1)))
        samples = list(rounds(settings, minutes))
        begun_s, changed, waiting = time.process_time(), 0, []
        for sample in samples:
            if decisions := board.observe(sample):
                changed += 1
                waiting += [(decision, sample.started_utc) for decision in decisions]
            if len(waiting) >= BATCH:
                with store.write() as session:
                    outages.apply_all(Work(session, office, sample.started_utc), waiting)
                    do_what_is_due(Work(session, office, sample.started_utc))
                waiting = []
        used_s = time.process_time() - begun_s
        store.close()
    return {
        "us_per_round": used_s / len(samples) * 1e6,
        "rounds": len(samples),
        "changed_share": changed / len(samples),
    }


def from_file(settings: Settings, minutes: int, folder: Path) -> dict[str, float]:
    """Samples a second through the whole replay, and through json.loads alone."""
    file = folder / "samples.jsonl"
    with file.open("w", encoding="utf-8") as lines:
        for sample in rounds(settings, minutes):
            rtt = None if sample.rtt_ns is None else sample.rtt_ns / 1e6
            entry = {"t": sample.started_utc.isoformat(), "device": sample.device, "verdict": sample.verdict}
            lines.write(json.dumps({**entry, "rtt_ms": rtt, "loss": round(sample.loss, 3)}) + "\n")
    count = len(settings.fleet.sites) * minutes
    gc_tuning.freeze_heap()  # as the command does
    replayed_s = _cpu_s(lambda: list(replay(settings, Recorded(file, settings.fleet))))
    parsed_s = _cpu_s(lambda: _parse(file))
    return {"replayed_per_s": count / replayed_s, "parsed_per_s": count / parsed_s, "ratio": replayed_s / parsed_s}


def _parse(file: Path) -> None:
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            json.loads(line)


def _cpu_s(work: Callable[[], object]) -> float:
    begun_s = time.process_time()
    work()
    return time.process_time() - begun_s


def main() -> None:
    """`scripts/bench judging`."""
    parser = words_of("judging", __doc__)
    parser.add_argument("--sites", type=int, default=20_000)
    parser.add_argument("--minutes", type=int, default=30)
    parser.add_argument("--runs", type=int, default=3)
    chosen = parser.parse_args()
    with TemporaryDirectory() as name:
        settings = fleet(Path(name), chosen.sites)
        per_round = [judge(settings, chosen.minutes) for _ in range(chosen.runs)]
        replayed = [from_file(settings, chosen.minutes, Path(name)) for _ in range(chosen.runs)]
    found = {key: median([one[key] for one in per_round]) for key in per_round[0]}
    found |= {key: median([one[key] for one in replayed]) for key in replayed[0]}
    found["month_of_20000_hours"] = MONTH_SAMPLES / found["replayed_per_s"] / 3_600
    met = found["us_per_round"] <= MOST_US and found["month_of_20000_hours"] <= MONTH_HOURS
    bar = f"at most {MOST_US:g} us a round, {MONTH_HOURS:g} h for a month of 20,000"
    publish(f"{rows(found, 4)}\n{judged(bar, met=met)}", found, chosen.json)


if __name__ == "__main__":
    main()
