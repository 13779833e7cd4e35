"""Make the report of a nation in the process that the daemon makes reports in: how long, how much memory.

    python -m benchmarks.nation_report [OFFICES] [SITES] [OUTAGES]

495 offices by default, with 19,800 sites and 3,000 outages a month for thirteen months, half of them with a ticket: the
report of the last month as PDF and as spreadsheet. Configuration and database are made in processes of their own.
"""

import os
import pickle
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from random import Random

from sqlalchemy import insert

from benchmarks.report import BEGINS, MONTHS, NOW, rows_of
from monitor.alerts.cases.edition_jobs import Job, MadeReport, NotMade
from monitor.alerts.cases.editions import PLACE
from monitor.alerts.cases.entered import Entered
from monitor.configuration import load_installation
from monitor.reports.edition_process import COMMAND, MOST_MIB
from monitor.settings.storage_section import Place
from monitor.store.models import AffectedSite, Gap, Notice, Outage, SiteState, SuppressedOutage, Ticket, TicketEvent
from monitor.store.opening import open_store
from tests.lab.fleet import many_sites, write_config, write_offices

FILES = ("bn.pdf", "bn.xlsx")
OPERATORS = 30
SIZES = ("495", "19800", "3000")


def configure(home: Path, offices: int, sites: int) -> None:
    """Write the configuration, each site with an operator."""
    write_config(home / "config", sites=many_sites(sites), listen="127.0.0.1:0", target_s=None)
    write_offices(home / "config", sites, offices)
    numbers = count()
    for file in sorted((home / "config" / "offices").glob("*/sites.toml")):
        text = file.read_text().replace("\nunion", '\noperator = "Operator {}"\nunion')
        file.write_text(text.format(*(next(numbers) % OPERATORS for _ in range(text.count("{}")))))


def fill(home: Path, offices: int, sites: int, outages: int) -> None:
    """Store so many outages a month, with what goes with them, each row in the office of its site."""
    draw, store = Random(1), open_store(home / "var", lasting=False)
    rows: dict[type, list[dict[str, object]]] = {
        table: [] for table in (SiteState, Ticket, TicketEvent, Outage, AffectedSite, SuppressedOutage, Gap, Notice)
    }
    known = BEGINS.replace(year=BEGINS.year - 1)
    for number in range(sites):
        office, site = _site(number, offices)
        rows[SiteState].append({"office": office, "site": site, "state": "up", "since_utc": known, "first_utc": known})
    for number in range(outages * MONTHS):
        for table, row in _in_offices(rows_of(draw, sites, number, number // outages), offices):
            rows[table].append(row)
    with store.write() as session:
        for table, each in rows.items():
            for start in range(0, len(each), 5_000):
                session.execute(insert(table), each[start : start + 5_000])
    store.close()


def _site(number: int, offices: int) -> tuple[str, str]:
    office = f"office-{number % offices:03}"
    return office, f"{office}.site-{number:04}"


def _in_offices(
    rows: Iterator[tuple[type, dict[str, object]]], offices: int
) -> Iterator[tuple[type, dict[str, object]]]:
    """Yield the rows of an outage as the office has them of whose site they are; what has none is the ticket's."""
    office = ""
    for table, row in rows:
        if table is Gap:
            yield table, row
        elif "site" in row:
            own, site = _site(int(str(row["site"]).partition("-")[2]), offices)
            office = office or own
            yield table, {**row, "office": own, "site": site}
        else:
            yield table, {**row, "office": office}


def prepare(home: Path) -> None:
    """Write what the process is given, as the daemon does."""
    installation = load_installation(home / "config")
    offices = Entered().offices(installation)
    node = offices.tree.root
    job = Job(
        *(1, Place(home / "var"), offices.host, "month", "2026-11", PLACE, node.id, "", FILES, NOW),
        kept_since_utc=BEGINS,
        offices=offices.below(node.id),
        place=node,
    )
    (home / "job").write_bytes(pickle.dumps(job, pickle.HIGHEST_PROTOCOL))


def measure(home: Path) -> None:
    """Print how long it takes, and how much memory the process held."""
    begun = time.perf_counter()
    with (home / "job").open("rb") as given, (home / "made").open("wb") as made:
        process = subprocess.Popen(COMMAND, stdin=given, stdout=made)
        _, status, used = os.wait4(process.pid, 0)
    took_s = time.perf_counter() - begun
    found: MadeReport | NotMade = pickle.loads((home / "made").read_bytes().partition(b"\n\n")[2])
    if isinstance(found, NotMade):
        print(f"not made: {found.why}")
    else:
        sizes = {name: len(each.content) for name, each in found.files.items()}
        print(f"value {len(found.value) / 1e6:.1f} MB  files {sizes}  lacking {dict(found.lacking)}")
    print(f"exit {status}  {took_s:.1f} s, {used.ru_utime + used.ru_stime:.1f} s of a processor")
    print(f"memory {used.ru_maxrss / 1024:.0f} MB at most; {MOST_MIB} MB are allowed")


def main() -> None:
    """Make configuration and database, and measure, each in a process of its own."""
    words = sys.argv[1:]
    if words and words[0] in ("make", "prepare"):
        home, (offices, sites, outages) = Path(words[1]), map(int, words[2:5])
        if words[0] == "prepare":
            prepare(home)
            return
        configure(home, offices, sites)
        fill(home, offices, sites, outages)
        return
    size = [*words, *SIZES[len(words) :]][:3]
    with tempfile.TemporaryDirectory() as folder:
        for step in ("make", "prepare"):
            subprocess.run([sys.executable, "-m", "benchmarks.nation_report", step, folder, *size], check=True)
        measure(Path(folder))


if __name__ == "__main__":
    main()
