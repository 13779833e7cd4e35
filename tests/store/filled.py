"""A database with rows in every table that matters, and whether a start notices what befell it."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from monitor.store import soundness, ticket_history
from monitor.store.errors import StoreError
from monitor.store.models import AffectedSite, Base, Gap, Heartbeat, Learned, Notice, Outage, SiteState, Ticket
from monitor.store.opening import open_store
from monitor.store.work import Work
from tests.desk import shipped_office
from tests.told import said

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)


def fill(folder: Path) -> None:
    """Make such a database in the folder."""
    store = open_store(folder, daemon=True)
    times = {"opened_utc": NOW, "event_utc": NOW, "deadline_utc": NOW}
    with store.write() as session:
        session.add(Heartbeat(at_utc=NOW, boot_id="this boot", boot_ns=10**15))
        session.add(Gap(started_utc=NOW, ended_utc=NOW + timedelta(hours=1), reason=said("the daemon was not running")))
        for number in range(1, 9):
            site = f"udc-{number:02}"
            ticket = Ticket(
                number=f"BHR-2026-{number:06}", year=2026, seq=number, service="citizen:8", state="open", **times
            )
            outage = Outage(
                site=site,
                service="citizen:8",
                started_utc=NOW,
                confirmed_utc=NOW,
                deadline_utc=NOW + timedelta(days=number),
                reason=said("timeout"),
                evidence={"hour": "সাড়া নেই", "loss": number / 9},
                ticket=ticket,
                affected=[AffectedSite(site="lab-01", since_utc=NOW)],
            )
            letter = {"message_id": f"<{number}@office>", "thread_id": "t", "facts": {"head": "0" * 64, "n": number}}
            due = {"created_utc": NOW, "owed_utc": NOW, "due_utc": NOW}
            session.add(Notice(key=f"k/{number}", kind="opened", recipient="officer", ticket=ticket, **letter, **due))
            session.add_all([ticket, outage, SiteState(site=site, state="down", since_utc=NOW)])
            session.add(Learned(device=f"{site}/gateway", packed=bytes(range(200))))
            session.flush()
            ticket_history.record(Work(session, shipped_office(), NOW, "monitor"), ticket, "opened", "প্রাপ্তিস্বীকার")
    store.close()


def rows(database: Path) -> dict[str, list[Any]]:
    """All that is stored."""
    with closing(sqlite3.connect(f"file:{database}?immutable=1", uri=True)) as raw:
        return {name: raw.execute(f"SELECT * FROM {name} ORDER BY 1").fetchall() for name in Base.metadata.tables}


def is_noticed(state: Path) -> bool:
    """Whether a start of the daemon refuses the database, or says that it is not sound."""
    try:
        store = open_store(state)
    except StoreError:
        return True
    with store.read() as session:
        found = soundness.examine(session, state)
    store.close()
    return bool(found.problems)
