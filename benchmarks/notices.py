"""What a storm of notices costs: thousands of outages at once are decided, stored, capped, and mailed to a slow server.

CPU is this process's, kernel time included. The mails go to a server of our own on loopback that takes its time for
each; meanwhile an event loop sleeps in short steps, as the probing does, and says how late it wakes. With
``--postgresql`` the same once more in a database of a server, flushed to the disk at each commit: two daemons store
half of the outages each, side by side; CPU is then that of both and of the server.
"""

import argparse
import asyncio
import json
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import func, select

from benchmarks.daemon import cpu_s
from benchmarks.measuring import machine, median
from monitor.alerts.cases import outages
from monitor.alerts.cases.due import MOST_AT_ONCE, do_what_is_due
from monitor.alerts.channels.base import Letter
from monitor.alerts.channels.registry import channels_of
from monitor.alerts.notices.lease import lease_next
from monitor.alerts.notices.outbox import mark_sent
from monitor.charter.office import Office
from monitor.configuration import load
from monitor.domain.clock import SystemClock
from monitor.domain.reasons import TIMEOUT
from monitor.judging.board import Board
from monitor.judging.decisions import OutageOpened
from monitor.judging.health import Rules
from monitor.runtime import gc_tuning
from monitor.runtime.leases import SoleHolder
from monitor.runtime.live import RuntimeState
from monitor.runtime.notifier import Notifier
from monitor.settings.monitor_file import Mail
from monitor.settings.notices_section import Notices
from monitor.store.database import Store
from monitor.store.models import Notice, Ticket
from monitor.store.notice_rows import release_leases
from monitor.store.opening import open_store
from monitor.store.work import Work
from tests.lab.bad_mail import BadMailServer, listening
from tests.lab.fleet import many_sites, write_config
from tests.store import servers

OUTAGES, MOST_S, MOST_LAG_S = 5_000, 10.0, 0.1
STEP_S = 0.01
SITE = '[sites.site-{0:05}]\nkind = "lab"\nname_bn = "স্থাপনা {0}"\nname_en = "Site {0}"\naddress = "{1}"\n'


def office_of(folder: Path, count: int) -> Office:
    """So many labs, each reached by itself, so that each has an outage of its own."""
    sites = "\n".join(SITE.format(number, f"10.77.{number // 250}.{number % 250 + 1}") for number in range(count))
    write_config(folder / "config", sites=sites, listen="127.0.0.1:0", target_s=1)
    return replace(Office.of(load(folder / "config")), notices=Notices(quiet_hours=False, morning=(), weekly=()))


Cpu = Callable[[], float]
Costs = list[dict[str, float]]
Told = dict[str, int]


def timed(work: Callable[[], object], cpu: Cpu = time.process_time) -> float:
    """CPU seconds, of this process unless ``cpu`` says of what."""
    before = cpu()
    work()
    return cpu() - before


def storm(stores: Sequence[Store], office: Office, cpu: Cpu = time.process_time) -> dict[str, float]:
    """Every site falls silent at once: what deciding, storing and capping cost, in seconds of one core.

    Each store is a daemon's: it stores its share of the outages; the first one does what falls due.
    """
    now = SystemClock().utc()
    later = now + timedelta(seconds=5)
    sites = list(office.fleet.sites)

    def opens(number: int) -> None:
        with stores[number].write() as session:
            share = sites[number :: len(stores)]
            opened = [(OutageOpened(site, now, now, None, TIMEOUT), now) for site in share]
            outages.apply_all(Work(session, office, now), opened)

    def all_open() -> None:
        with ThreadPoolExecutor(len(stores)) as daemons:
            list(daemons.map(opens, range(len(stores))))

    def falls_due() -> None:
        more = True
        while more:
            with stores[0].write() as session:
                more = do_what_is_due(Work(session, office, later), MOST_AT_ONCE)

    first: list[Letter | None] = []

    def caps() -> None:
        with stores[0].write() as session:
            first.append(lease_next(Work(session, office, later), "email"))

    return {
        "outages stored": timed(all_open, cpu),
        "tickets and notices": timed(falls_due, cpu),
        "capped": timed(caps, cpu),
    }


@contextmanager
def two_daemons(folder: Path) -> Iterator[tuple[list[Store], Cpu]]:
    """Two that share a database of a server of this run alone; and the CPU of this process and that server so far."""
    home = servers.made_folder()
    cluster = servers.started(home, ["-c", "listen_addresses=", "-c", "autovacuum=off"])
    try:
        server = cluster.create("storm")
        stores = [open_store(folder / name, server) for name in ("var", "var2")]

        def cpu() -> float:
            processes = [*children_of(cluster.process.pid), cluster.process.pid]
            return time.process_time() + sum(cpu_s(pid) for pid in processes)

        yield stores, cpu
        for store in stores:
            store.close()
    finally:
        cluster.stop()
        shutil.rmtree(home, ignore_errors=True)


def children_of(pid: int) -> list[int]:
    """The processes that it has started and that still run."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@contextmanager
def in_a_file(folder: Path) -> Iterator[tuple[list[Store], Cpu]]:
    """One daemon with its own file."""
    store = open_store(folder / "var")
    yield [store], time.process_time
    store.close()


def letters(store: Store, office: Office) -> dict[str, int]:
    """How many letters each reader gets within the hour, and how many notices they tell."""
    now = SystemClock().utc() + timedelta(minutes=10)
    sent = 0
    while True:
        with store.write() as session:
            letter = lease_next(Work(session, office, now), "email")
            if letter is None:
                break
            mark_sent(Work(session, office, now), letter, "250")
            sent += 1
    with store.read() as session:
        tickets = session.scalar(select(func.count()).select_from(Ticket)) or 0
        owed = session.scalar(select(func.count()).where(Notice.kind != "digest")) or 0
        untold = session.scalar(select(func.count()).where(Notice.sent_utc.is_(None))) or 0
    return {"tickets": tickets, "notices": owed, "letters": sent, "untold": untold}


async def lag(folder: Path, mails: int) -> dict[str, float]:
    """How late the loop wakes while so many mails go to a server that is silent for a while after each."""
    write_config(folder / "config", sites=many_sites(mails), listen="127.0.0.1:0", target_s=1)
    with BadMailServer(listening()) as server:
        mail = Mail.model_validate(
            {"host": "127.0.0.1", "port": server.port, "security": "none", "sender": "m@example.org", "timeout_s": 2}
        )
        limits = Notices(quiet_hours=False, morning=(), weekly=(), most_per_hour=10_000)
        office = replace(Office.of(load(folder / "config")), mail=mail, notices=limits)
        store = open_store(folder / "slow")
        storm([store], office)
        with store.write() as session:
            release_leases(session)
        clock = SystemClock()
        live = RuntimeState(clock, office.fleet, Board(office.fleet, Rules()), office)
        delivery = Notifier(store, live, lambda office: channels_of(office, folder, folder), clock, SoleHolder())
        task, late, begun = asyncio.create_task(delivery.run()), [], time.monotonic()
        while len(server.accepted) < 2 * mails and time.monotonic() - begun < 60:
            before = time.monotonic()
            await asyncio.sleep(STEP_S)
            late.append(time.monotonic() - before - STEP_S)
        took_s = time.monotonic() - begun
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await delivery.close()
        store.close()
    late.sort()
    taken = len(server.accepted)
    return {"mails": taken, "mails/s": taken / took_s, "p99_s": late[int(len(late) * 0.99)], "max_s": late[-1]}


def costs_of(
    kept_in: Callable[[Path], AbstractContextManager[tuple[list[Store], Cpu]]], runs: int
) -> tuple[Costs, Told]:
    """What each run cost; and what became of the notices of the last one."""
    costs: Costs = []
    for _ in range(runs):
        with TemporaryDirectory() as scratch:
            office = office_of(Path(scratch), OUTAGES)
            with kept_in(Path(scratch)) as (stores, cpu):
                costs.append(storm(stores, office, cpu))
                told = letters(stores[0], office)
    return costs, told


def table(title: str, costs: Costs, told: Told) -> str:
    """A table of the costs, with the verdict."""
    total = [sum(cost.values()) for cost in costs]
    lines = [f"| {title} | CPU, median | smallest | largest |", "|---|---:|---:|---:|"]
    for name in costs[0]:
        values = [cost[name] for cost in costs]
        lines.append(f"| {name} | {median(values):.2f} s | {min(values):.2f} | {max(values):.2f} |")
    verdict = "met" if median(total) < MOST_S else "MISSED"
    all_of_it = f"all of it, at most {MOST_S:g} s: {verdict}"
    lines.append(f"| {all_of_it} | {median(total):.2f} s | {min(total):.2f} | {max(total):.2f} |\n")
    told_of = f"{told['tickets']:,} tickets and {told['notices']:,} notices in {told['letters']} letters"
    return "\n".join([*lines, f"{told_of}; {told['untold']} notices untold.\n"])


def main() -> None:
    """Prints what was measured, and writes it down where asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--postgresql", action="store_true", help="on a server, too")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    kept = {"one daemon, a file": in_a_file}
    if given.postgresql:
        kept["two daemons, PostgreSQL"] = two_daemons
    gc_tuning.freeze_heap()
    print(f"{OUTAGES:,} simultaneous outages, {given.runs} runs; {', '.join(machine().values())}\n")
    measured = {title: costs_of(kept_in, given.runs) for title, kept_in in kept.items()}
    for title, (costs, told) in measured.items():
        print(table(title, costs, told), flush=True)
    with TemporaryDirectory() as scratch:
        slow = asyncio.run(lag(Path(scratch), 150))
    late = "met" if slow["p99_s"] < MOST_LAG_S else "MISSED"
    print(
        f"{slow['mails']:.0f} mails to a server on loopback, {slow['mails/s']:.0f} a second, beside a loop that sleeps."
    )
    lags = f"{slow['p99_s'] * 1e3:.1f} ms at p99, {slow['max_s'] * 1e3:.0f} ms at most"
    print(f"It woke late by {lags} (p99 under {MOST_LAG_S * 1e3:g} ms: {late}).")
    if given.json:
        storms = {title: {"costs": costs, "told": told} for title, (costs, told) in measured.items()}
        given.json.write_text(json.dumps({"storm": storms, "slow": slow}, indent=2) + "\n")


if __name__ == "__main__":
    main()
