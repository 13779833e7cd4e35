"""Compute the report of a month of a large fleet: how long, how much memory.

    python -m benchmarks.report [SITES] [OUTAGES]

A country's month by default: 20,000 sites with 3,000 outages in it, half of them with a ticket and its history, and as
many in each of the twelve months before. The database is filled in a process of its own, so that the memory is the
report's alone.
"""

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from sqlalchemy import insert

from monitor.charter.office import Office
from monitor.configuration import load
from monitor.reports.export import as_json
from monitor.reports.monthly import report_of
from monitor.reports.period import month
from monitor.reports.report_scope import scope_of
from monitor.reports.stored_period import stored_period
from monitor.settings.fleet import Fleet
from monitor.store.models import AffectedSite, Gap, Notice, Outage, SiteState, SuppressedOutage, Ticket, TicketEvent
from monitor.store.opening import existing_store, open_store

CONFIG = Path(__file__).parents[1] / "config"
BEGINS, MONTHS = datetime(2025, 10, 31, 18, tzinfo=UTC), 13
NOW = datetime(2026, 12, 5, 4, tzinfo=UTC)
A_MONTH = timedelta(days=30.4)
KINDS = ("udc-juniadaha", "lab-juniadaha-girls", "lab-chandgram-madrasah", "office-ict", "backbone-north")


def office(sites: int) -> Office:
    """The shipped office with so many sites: centres, labs, offices and links, in 4,000 unions, of 30 operators."""
    shipped = Office.of(load(CONFIG))
    models = [shipped.fleet.sites[id_] for id_ in KINDS]
    many = {}
    for number in range(sites):
        model, id_ = models[number % len(models)], f"site-{number:04}"
        devices = (replace(model.gateway, id=f"{id_}/gateway", site=id_),)
        many[id_] = replace(
            model,
            id=id_,
            devices=devices,
            union=f"Union {number % 4_000}",
            operator=f"Operator {number % 30}",
            parent=None,
            link=None,
        )
    return replace(shipped, fleet=Fleet(many))


def fill(folder: Path, sites: int, outages: int) -> None:
    """Store so many outages a month, with what goes with them."""
    draw, store = Random(1), open_store(folder, lasting=False)
    with store.write() as session:
        known = BEGINS - timedelta(days=300)
        states = [{"site": f"site-{each:04}", "state": "up", "since_utc": known} for each in range(sites)]
        session.execute(insert(SiteState), states)
        rows: dict[type, list[dict[str, object]]] = {
            table: [] for table in (Ticket, TicketEvent, Outage, AffectedSite, SuppressedOutage, Gap, Notice)
        }
        for number in range(outages * MONTHS):
            for table, row in rows_of(draw, sites, number, number // outages):
                rows[table].append(row)
        for table, each in rows.items():
            for start in range(0, len(each), 5_000):
                session.execute(insert(table), each[start : start + 5_000])
    store.close()


def rows_of(draw: Random, sites: int, number: int, at: int) -> Iterator[tuple[type, dict[str, object]]]:
    """The rows of one outage in that month."""
    begins = BEGINS + at * A_MONTH + draw.random() * A_MONTH
    ends, site = begins + timedelta(hours=draw.expovariate(1 / 20)), f"site-{draw.randrange(sites):04}"
    ticket = number + 1 if number % 2 else None
    deadline = begins + timedelta(days=1)
    times = {"started_utc": begins, "silent_since_utc": begins, "confirmed_utc": begins, "ended_utc": ends}
    if ticket:
        row = {"id": ticket, "number": f"BHR-2026-{ticket:06}", "year": 2026, "seq": ticket, "service": "citizen:8"}
        dates = {"opened_utc": begins, "event_utc": begins, "deadline_utc": deadline, "resolved_utc": ends}
        yield Ticket, {**row, **dates, "source": "outage", "state": "closed", "site": site}
        for kind, when in (("opened", begins), ("ack", begins), ("answers_again", ends), ("resolved", ends)):
            yield TicketEvent, {"ticket_id": ticket, "at_utc": when, "actor": "x", "kind": kind, "hash": "0" * 64}
        yield Notice, notice(ticket, begins)
    yield (
        Outage,
        {
            "id": number + 1,
            "site": site,
            "service": "citizen:8",
            "deadline_utc": deadline,
            "end_reason": "recovered",
            "ticket_id": ticket,
            **times,
        },
    )
    for _ in range(3):
        behind = {"site": f"site-{draw.randrange(sites):04}", "since_utc": begins, "until_utc": ends}
        yield AffectedSite, {"outage_id": number + 1, **behind}
    if not number % 3:
        yield (
            SuppressedOutage,
            {"site": site, "kind": "hours", "since_utc": ends, "until_utc": ends + timedelta(hours=3)},
        )
    if not number % 500:
        yield Gap, {"started_utc": begins, "ended_utc": begins + timedelta(minutes=9)}


def notice(ticket: int, at: datetime) -> dict[str, object]:
    """A letter that went out."""
    times = {"created_utc": at, "owed_utc": at, "due_utc": at, "sent_utc": at}
    about, names = f"BHR-2026-{ticket:06}", {"kind": "opened", "recipient": "responsible"}
    ids = {"key": f"{about}/opened", "message_id": about, "thread_id": about}
    return {"ticket_id": ticket, "about": about, "facts": {}, **names, **ids, **times}


def measure(folder: Path, sites: int) -> None:
    """Print how long the report takes, and how much memory the process held."""
    begun = time.perf_counter(), time.process_time()
    whole, store = office(sites), existing_store(folder, None)
    ready = time.perf_counter(), time.process_time()
    with store.read() as session:
        stored = stored_period(session, whole, month(2026, 11), scope_of(whole), NOW)
    read = time.perf_counter(), time.process_time()
    report = report_of(whole, stored)
    computed = time.perf_counter(), time.process_time()
    size = len(as_json.render(report, "bn"))
    rendered = time.perf_counter(), time.process_time()
    store.close()
    print(f"sites {len(report.sites):,}  outages {len(report.outages):,}  JSON {size / 1e6:.1f} MB")
    steps = (
        ("configuration", begun, ready),
        ("reading", ready, read),
        ("report", read, computed),
        ("JSON", computed, rendered),
    )
    for what, (before, cpu_before), (after, cpu_after) in steps:
        print(f"{what:<14} {after - before:6.2f} s   processor {cpu_after - cpu_before:6.2f} s")
    print(f"memory         {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:6.0f} MB at most")


def main() -> None:
    """Fill a database and measure, each in a process of its own."""
    words = sys.argv[1:]
    if words and words[0] in ("fill", "measure"):
        folder, sites = Path(words[1]), int(words[2])
        fill(folder, sites, int(words[3])) if words[0] == "fill" else measure(folder, sites)
        return
    size = [*words, *("20000", "3000")[len(words) :]][:2]
    with tempfile.TemporaryDirectory() as state:
        for step in ("fill", "measure"):
            subprocess.run([sys.executable, "-m", "benchmarks.report", step, state, *size], check=True)


if __name__ == "__main__":
    main()
