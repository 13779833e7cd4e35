"""The record of the charter's promises: each counts once, where it was decided."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.charter.office import Office
from monitor.configuration import load
from monitor.reports.sla_record import PromiseRecord, StageRecord, record, span_of
from monitor.store.models import Outage, Ticket
from tests.charter.calendars import dhaka
from tests.places import SHIPPED
from tests.store.migrated import new_store

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
SERVICE, OTHER = "citizen:8", "official:1"
SPAN = (NOW - timedelta(days=10), NOW)


@pytest.fixture(scope="module")
def office() -> Office:
    return Office.of(load(SHIPPED))


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def outage(started: float, deadline: float, ended: float | None, **changes: object) -> Outage:
    how = None if ended is None else "recovered"
    fields = {"site": "udc-one", "service": SERVICE, "end_reason": how, **changes}
    return Outage(
        started_utc=ago(started),
        confirmed_utc=ago(started),
        deadline_utc=ago(deadline),
        ended_utc=None if ended is None else ago(ended),
        **fields,
    )


def ticket(seq: int, deadline: float, resolved: float | None, **changes: object) -> Ticket:
    fields = {
        "number": f"BHR-2026-{seq:06}",
        "year": 2026,
        "seq": seq,
        "service": OTHER,
        "source": "phone",
        "state": "open" if resolved is None else "resolved",
        "opened_utc": ago(deadline + 3),
        "event_utc": ago(deadline + 3),
        "deadline_utc": ago(deadline),
        "resolved_utc": None if resolved is None else ago(resolved),
        **changes,
    }
    return Ticket(**fields)


def recorded(tmp_path: Path, office: Office, *rows: object) -> PromiseRecord:
    store = new_store(tmp_path)
    try:
        with store.write() as session:
            session.add_all(rows)
        with store.read() as session:
            return record(session, office, SPAN, NOW)
    finally:
        store.close()


def test_a_promise_is_kept_at_its_end_and_missed_at_its_deadline(tmp_path: Path, office: Office) -> None:
    found = recorded(
        tmp_path,
        office,
        outage(5, 3, 4),  # kept
        outage(6, 5, 1),  # missed, mended since
        outage(6, 4, None),  # missed, and still there
        outage(1, -1, None, site="udc-two"),  # under way in its time
        outage(30, 20, 2),  # missed before the span, mended in it
        outage(30, 20, 25),  # all before the span
    ).services[SERVICE]
    assert (found.kept, found.missed) == (1, 2)
    assert found.typical_s == timedelta(days=5).total_seconds(), "the median of one, five and 28 days"


def test_what_is_no_promise_is_in_no_record(tmp_path: Path, office: Office) -> None:
    found = recorded(
        tmp_path,
        office,
        outage(6, 4, None, excuse="the feeder was rebuilt"),
        outage(6, 4, 3, end_reason="removed"),
        ticket(1, 4, None, state="withdrawn"),
        ticket(2, 4, None, source="outage"),  # its outage is the promise
    )
    assert (found.kept, found.missed) == (0, 0)
    assert found.share is None


def test_requests_count_beside_outages_and_the_last_that_was_missed_is_named(tmp_path: Path, office: Office) -> None:
    late = ticket(9, 3, None, source="outage", service=SERVICE)
    found = recorded(
        tmp_path, office, ticket(1, 2, 3), ticket(2, 5, 1), ticket(3, 4, None), late, outage(6, 3, None, ticket=late)
    )
    requests, outages = found.services[OTHER], found.services[SERVICE]
    assert (requests.kept, requests.missed, requests.open_now) == (1, 2, 1)
    assert requests.last_missed == "BHR-2026-000003", "whose deadline was the latest"
    assert (outages.missed, outages.last_missed) == (1, "BHR-2026-000009")
    assert (found.kept, found.missed, found.share) == (1, 3, 0.25)


def test_a_service_that_the_charter_no_longer_has_stays_in_the_record(tmp_path: Path, office: Office) -> None:
    assert recorded(tmp_path, office, outage(5, 3, 4, service="citizen:99")).services["citizen:99"].kept == 1


def test_stages_count_what_came_to_them_and_what_they_did(tmp_path: Path, office: Office) -> None:
    month = office.charter.stages[0].disposal
    assert (month.amount, month.unit) == (1, "months")
    found = recorded(
        tmp_path,
        office,
        ticket(1, 9, None, stage=1, breached_utc=ago(9)),  # came in the span, stands there
        ticket(2, 8, 2, stage=1, breached_utc=ago(8)),  # came, resolved in time
        ticket(3, 20, 5, stage=1, breached_utc=ago(20)),  # came before the span, resolved in it
        ticket(4, 36, None, stage=2, breached_utc=ago(36)),  # the first stage's time was over in the span
        ticket(6, 36, 8, stage=1, breached_utc=ago(36)),  # resolved before the second stage would have begun
        ticket(5, 40, 39, stage=0, breached_utc=None),  # never came to a stage
    )
    assert found.stages[0] == StageRecord(1, came=2, in_time=3, late=1, open_now=1)
    assert found.stages[1] == StageRecord(2, came=1, in_time=0, late=0, open_now=1)
    assert found.stages[2] == StageRecord(3)


@pytest.mark.parametrize(
    ("name", "now", "begins", "ends"),
    [
        ("month", "2026-11-24T09:00", "2026-11-01T00:00", "2026-11-24T09:00"),
        ("quarter", "2026-11-24T09:00", "2026-10-01T00:00", "2026-11-24T09:00"),
        ("quarter", "2027-03-31T23:59", "2027-01-01T00:00", "2027-03-31T23:59"),
        ("year", "2026-11-24T09:00", "2026-07-01T00:00", "2026-11-24T09:00"),
        ("year", "2027-06-30T23:59", "2026-07-01T00:00", "2027-06-30T23:59"),
        ("last", "2027-07-01T00:00", "2026-07-01T00:00", "2027-07-01T00:00"),
        ("last", "2027-06-30T23:59", "2025-07-01T00:00", "2026-07-01T00:00"),
    ],
)
def test_spans_are_those_of_the_fiscal_year(name: str, now: str, begins: str, ends: str) -> None:
    assert span_of(name, dhaka(now)) == (dhaka(begins), dhaka(ends))


def test_a_database_without_anything_has_a_record_of_noughts(tmp_path: Path, office: Office) -> None:
    found = recorded(tmp_path, office)
    assert set(found.services) == set(office.charter.services)
    assert (found.kept, found.missed, found.open_now) == (0, 0, 0)
