"""The real daemon in the lab for an hour, while its sites come and go: it holds no more at the end than before."""

import random
import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, astuple, dataclass
from ipaddress import IPv4Address
from pathlib import Path
from statistics import median

from benchmarks.agents import CREDENTIALS, played, sites
from benchmarks.daemon import PROBING, START_WITHIN_S, is_scraped
from tests.lab.daemon import Daemon
from tests.lab.fleet import Settings, write_config
from tests.lab.waiting import until
from tests.story.reading import outages, states, wait_until_all_up
from tests.torture.daemons import world
from tests.torture.trial import Found, Steps

SITES, EXCHANGED = 200, 20
FIRST, ADDRESSES = IPv4Address("10.77.2.1"), 20_000
KNOWN = 10_000  # sites that there ever are: those that went come back
HUPS_EVERY_S = 0.3  # two hundred a minute
SETTLED_S, JUDGED_FROM_S = 600, 1_800  # every agent was read once, and who went before that is forgotten
MOST_GROWTH, LEAST_GROWTH = 1.02, 2
MIB = 1 << 20
READ_EVERY_S = 300  # each agent, by SNMP
MINUTE_S, SCRAPE_EVERY_S = 60, 15


@dataclass(frozen=True)
class Size:
    """What a process holds: resident memory and database in MiB, descriptors, threads."""

    memory: float
    database: float
    descriptors: float
    threads: float

    @classmethod
    def of(cls, daemon: Daemon) -> "Size":
        fields = dict(line.split(":", 1) for line in Path(f"/proc/{daemon.pid}/status").read_text().splitlines())
        descriptors = len(list(Path(f"/proc/{daemon.pid}/fd").iterdir()))
        database = (daemon.home / "var" / "monitor.db").stat().st_size / MIB
        return cls(int(fields["VmRSS"].split()[0]) / 1024, database, descriptors, int(fields["Threads"]))

    @classmethod
    def usual(cls, sizes: "Sequence[Size]") -> "Size":
        """Return the median of each."""
        return cls(*(median(values) for values in zip(*map(astuple, sizes), strict=True)))


def is_flat(sizes: Sequence[Size], lasted_s: float, found: Found) -> None:
    """Compare the tenth of the sizes behind the first quarter with the last tenth; growth is undetected.

    ``lasted_s``: for how long they were taken, at even distances. The quarter is ten minutes at least; of less than
    half an hour they are shown only: what is made at first use, and kept for a while, is not all there before.
    """
    part, settled = max(1, len(sizes) // 10), max(0.25, SETTLED_S / lasted_s if lasted_s >= JUDGED_FROM_S else 0.0)
    quarter, last = Size.usual(sizes[round(len(sizes) * settled) :][:part]), Size.usual(sizes[-part:])
    for name, before, after in zip(asdict(quarter), astuple(quarter), astuple(last), strict=True):
        unit = " (MiB)" * (name in {"memory", "database"})
        found.counts[f"{name}{unit} after a quarter"] = round(before)
        found.counts[f"{name}{unit} at the end"] = round(after)
        if lasted_s >= JUDGED_FROM_S and after > max(before * MOST_GROWTH, before + LEAST_GROWTH):
            found.undetected += 1
            found.note(f"{name} grew from {before:.1f} to {after:.1f}")


def reloads(count: int, seed: int) -> Steps:
    """SIGHUP, two hundred a minute, each with other sites; lost is a round or a site, doubled an outage of nobody."""
    chance, found, sizes = random.Random(seed), Found(), list[Size]()
    with world() as office:
        daemon, present, number, asked = office.daemon, list(range(SITES)), SITES, 0
        write_config(daemon.config, sites=_fleet(present), listen=daemon.listen)
        daemon.start(ready_within_s=60)
        wait_until_all_up(daemon, SITES + 1, within_s=120)
        begun_s = time.monotonic()
        try:
            for _ in range(count):
                due_s = time.monotonic() + HUPS_EVERY_S
                chance.shuffle(present)
                present[:EXCHANGED] = [each % KNOWN for each in range(number, number + EXCHANGED)]
                number += EXCHANGED
                found.count("sites that came and went", EXCHANGED)
                (daemon.config / "sites.new").write_text(_fleet(sorted(present)), encoding="utf-8")
                (daemon.config / "sites.new").replace(daemon.config / "sites.toml")
                daemon.reload()
                asked += 1
                sizes.append(Size.of(daemon))
                yield found
                time.sleep(max(0.0, due_s - time.monotonic()))
        finally:  # nothing of it is done before it is looked at
            lasted_s = time.monotonic() - begun_s
            found.done = asked
            wanted = {"link", *(f"lab-{number}" for number in present)}
            until(lambda: states(daemon).keys() == wanted, "the last configuration in force", within_s=120)
            until(lambda: set(states(daemon).values()) == {"up"}, "all of them up", within_s=120)
            found.doubled += len(outages(daemon))
            found.lost += daemon.stop() != 0
            found.count("times that it was read", daemon.log().count("[config_reloaded]"))
            is_flat(sizes, lasted_s, found)
    yield found


def churn(minutes: int, _seed: int, *, agents: int) -> Steps:
    """Let each minute a hundredth of so many SNMP agents go, and others come at their addresses; count the minutes.

    It is scraped all the while. Lost is a reading that failed, doubled an outage of nobody.
    """
    found, sizes, passed = Found(), list[Size](), 0
    settings: Settings = {"probing": PROBING, "snmp": {"interval_s": READ_EVERY_S}}
    with world() as office, played(office.lab):
        daemon = office.daemon

        def write(generation: int) -> None:
            write_config(daemon.config, sites=sites(agents, generation), listen=daemon.listen, settings=settings)
            with (daemon.config / "monitor.toml").open("a") as monitor:
                monitor.write(CREDENTIALS)

        (daemon.home / "community").write_text("public\n")
        write(0)
        daemon.start(ready_within_s=START_WITHIN_S)
        begun_s = time.monotonic()
        try:
            for generation in range(1, minutes + 1):
                write(generation)
                daemon.reload()
                for second in range(MINUTE_S):
                    time.sleep(1)
                    if second % SCRAPE_EVERY_S == 0:
                        found.count("scrapes" if is_scraped(daemon) else "scrapes that were not answered")
                    sizes.append(Size.of(daemon))
                passed += 1
                yield found
        finally:
            lasted_s = time.monotonic() - begun_s
            found.done = passed
            found.doubled += len(outages(daemon))
            metrics = until(lambda: daemon.get("/metrics")[1], "the metrics", within_s=120)
            for outcome, value in re.findall(r'(?m)^upazila_snmp_readings_total\{.*outcome="(\w+)".*\} (\d+)', metrics):
                found.count(f"readings: {outcome}", int(value))
                found.lost += outcome in {"silent", "error"} and int(value)
            is_flat(sizes, lasted_s, found)
    yield found


def _fleet(numbers: Iterable[int]) -> str:
    """Return a link, and a lab of each number behind it at an address of its own."""
    entries = [f'[sites.link]\nkind = "backbone"\nname_bn = "লিংক"\nname_en = "Link"\naddress = "{FIRST}"\n']
    for number in numbers:
        named = f'name_bn = "ল্যাব {number}"\nname_en = "Lab {number}"\nparent = "link"'
        entries.append(f'[sites.lab-{number}]\nkind = "lab"\n{named}\naddress = "{FIRST + 1 + number % ADDRESSES}"\n')
    return "\n".join(entries)
