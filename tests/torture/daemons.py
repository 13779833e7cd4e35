"""The real daemon in the lab: killed, and without room on its disk."""

import random
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from tests.lab.daemon import Daemon
from tests.lab.fleet import Settings, shipped_sites, write_config
from tests.lab.mail import MailCatcher
from tests.lab.network import Lab
from tests.lab.waiting import until
from tests.lab.warm import WarmDaemon
from tests.places import ROOT
from tests.story.reading import ONE_OF_EACH, kinds, outages, states, tickets, unsent
from tests.torture.trial import Found, Steps

CENTRE, ADDRESS = "udc-juniadaha", "10.77.2.6"
QUICK: Settings = {
    "probing": {"interval_s": 1, "recheck_s": 0.5, "echoes": 2, "spacing_s": 0.05, "timeout_s": 0.3},
    "judging": {"trace": False},
}
KILLS_A_STORY, BESIDE_EACH_OTHER = 40, 3
LONGEST_LIFE_S = 3.0


@dataclass
class World:
    """A lab, its mail server, and an installation with a configuration to fill in."""

    lab: Lab
    mails: MailCatcher
    daemon: Daemon


@contextmanager
def world(process: type[Daemon] = Daemon) -> Iterator[World]:
    """A new one."""
    with (
        Lab() as lab,
        MailCatcher.on(lab.hosts) as mails,
        tempfile.TemporaryDirectory() as folder,
        process(lab, Path(folder)) as daemon,
    ):
        yield World(lab, mails, daemon)


def kills(count: int, seed: int) -> Steps:
    """kill -9 at any moment: an outage begins, gets its ticket and mails, and ends, through forty kills each time."""
    found = Found()
    while found.done < count:
        firsts = range(found.done, count, KILLS_A_STORY)[:BESIDE_EACH_OTHER]
        with ThreadPoolExecutor(BESIDE_EACH_OTHER) as pool:
            for told in pool.map(lambda first: _one_story(seed + first, min(KILLS_A_STORY, count - first)), firsts):
                found.add(told)
        yield found


def _one_story(seed: int, kills: int) -> Found:
    chance, found = random.Random(seed), Found()
    with world(WarmDaemon) as office:
        try:
            _story(office, kills, chance, found)
        except AssertionError as never:
            found.lost += 1
            found.note(str(never))
    return found


def _story(office: World, kills: int, chance: random.Random, found: Found) -> None:
    daemon, lab, mails = office.daemon, office.lab, office.mails
    write_config(daemon.config, sites=shipped_sites(), listen=daemon.listen, target_s=30, settings=QUICK)
    daemon.start(ready_within_s=120)
    lab.down(ADDRESS)
    until(lambda: outages(daemon), "the outage on record", within_s=120)
    for number in range(kills):
        if number == kills * 2 // 3:
            mails.wait_for(2, within_s=240)
            lab.up(ADDRESS)
        time.sleep(chance.uniform(0.0, LONGEST_LIFE_S))
        daemon.kill()
        daemon.start(ready_within_s=None)
        found.done += 1
    until(lambda: [row for row in tickets(daemon) if row["state"] == "resolved"], "the settled ticket", within_s=240)
    until(lambda: not unsent(daemon), "every notice marked as sent", within_s=240)
    found.count("outages")
    stored = [row["site"] for row in outages(daemon)]
    found.lost += CENTRE not in stored
    found.doubled += max(0, len(stored) - 1) + max(0, len(tickets(daemon)) - 1)
    of_kinds = kinds(mails.mails)
    found.lost += len(ONE_OF_EACH.keys() - of_kinds.keys())
    copies = Counter((mail.header("Message-ID"), mail.header("Subject"), mail.text()) for mail in mails.mails)
    found.doubled += max(0, len(copies) - len(ONE_OF_EACH))  # in other words, or under another name
    found.count("mails sent again under their old Message-ID", sum(copies.values()) - len(copies))
    found.undetected += daemon.rows("PRAGMA integrity_check") != [{"integrity_check": "ok"}]


def disk_full(seconds: int, seed: int) -> Steps:
    """Refuse every byte for so many seconds, while a centre fails and comes back."""
    chance, found, gone = random.Random(seed), Found(), 0
    with world() as office:
        daemon, lab = office.daemon, office.lab
        write_config(daemon.config, sites=shipped_sites(), listen=daemon.listen, target_s=86_400, settings=QUICK)
        daemon.start(ready_within_s=60)
        until(lambda: states(daemon).get(CENTRE) == "up", "the centre up", within_s=30)
        _, most = resource.prlimit(daemon.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(daemon.pid, resource.RLIMIT_FSIZE, (0, most))
        begun_s = time.monotonic()
        try:
            while time.monotonic() - begun_s < seconds or not gone:
                lab.down(ADDRESS)
                until(lambda: states(daemon).get(CENTRE) == "down", "the centre down", within_s=60)
                time.sleep(chance.uniform(0, 3))
                lab.up(ADDRESS)
                until(lambda: states(daemon).get(CENTRE) == "up", "the centre up", within_s=60)
                gone += 1
                yield found
        finally:  # also when it is cut off: what nobody wrote down yet counts as soon as it is found to be stored
            found.lost += bool(outages(daemon)) and 1  # then the disk was not full
            resource.prlimit(daemon.pid, resource.RLIMIT_FSIZE, (most, most))
            found.done = round(time.monotonic() - begun_s)
            _stored_once_there_is_room(daemon, gone, found)
    yield found


def _stored_once_there_is_room(daemon: Daemon, gone: int, found: Found) -> None:
    """Wait for all those outages and their ends; each has its own times, one behind the other."""
    given_back_s = time.monotonic()
    until(lambda: len(outages(daemon)) >= gone, "the outages on record", within_s=600)
    until(lambda: all(row["ended_utc"] for row in outages(daemon)), "their ends", within_s=600)
    found.count("outages meanwhile", gone)
    found.count("seconds until all was stored", round(time.monotonic() - given_back_s))
    times = [(row["started_utc"], row["ended_utc"]) for row in outages(daemon)]
    found.doubled += max(0, len(times) - gone)
    flat = [moment for pair in times for moment in pair]
    found.undetected += flat != sorted(set(flat))


def by_pytest(node: str, count: int, beside_each_other: int = 1) -> Steps:
    """Pass that test, with all its cases, until so many have passed; lost is a case that failed."""
    found = Found()
    how = ["-q", "--no-header", "-p", "no:cacheprovider", "--color=no"]
    how += ["-n", f"{beside_each_other}"] if beside_each_other > 1 else []
    while found.done < count:
        words = [sys.executable, "-m", "pytest", *how, node]
        said = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=1_800, check=False).stdout
        last = said.strip().splitlines()[-1].split()
        for number, word in pairwise(last):
            if word.rstrip(",") in {"passed", "failed", "error", "errors"}:
                found.done += int(number)
                found.lost += 0 if word.startswith("passed") else int(number)
        if found.lost:
            found.note(said[-500:])
        yield found
