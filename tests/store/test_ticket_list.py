"""Lists of tickets: what is urgent stands first, pages join without a gap, filters find what they name."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from monitor.domain.ticket_states import UNSOLVED, TicketSource, TicketState
from monitor.store import ticket_list
from monitor.store.database import Store
from monitor.store.models import Ticket
from monitor.store.session import Session
from monitor.store.ticket_list import TicketFilter
from tests.store.migrated import new_store

NOON = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
STANDING = ("official:1",)

DRAWN = some.lists(
    some.tuples(
        some.sampled_from(TicketState),
        some.integers(-3, 3),
        some.sampled_from(("citizen:8", "official:1")),
        some.sampled_from((None, "udc-juniadaha", "lab-juniadaha-girls")),
    ),
    max_size=14,
)


def add(session: Session, seq: int, **values: object) -> Ticket:
    defaults: dict[str, object] = {"service": "citizen:8", "source": "phone", "state": "open", "site": None}
    dates = {"opened_utc": NOON, "event_utc": NOON, "deadline_utc": NOON}
    ticket = Ticket(number=f"BHR-2026-{seq:06d}", year=2026, seq=seq, **{**defaults, **dates, **values})
    session.add(ticket)
    return ticket


def numbers(store: Store, wanted: TicketFilter) -> list[int]:
    with store.read() as session:
        return [row.id for row in ticket_list.listed(session, wanted)]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return new_store(tmp_path)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=DRAWN, length=some.integers(1, 5))
def test_pages_behind_one_another_are_the_whole_list_in_the_order_of_urgency(
    tmp_path_factory: pytest.TempPathFactory,
    drawn: list[tuple[TicketState, int, str, str | None]],
    length: int,
) -> None:
    store = new_store(tmp_path_factory.mktemp("list"))
    with store.write() as session:
        for seq, (state, hours, service, site) in enumerate(drawn, 1):
            due = NOON + timedelta(hours=hours)
            add(session, seq, state=state, deadline_utc=due, service=service, site=site)

    def urgency(seq: int) -> tuple[int, datetime, int]:
        state, hours, service, _ = drawn[seq - 1]
        if state not in UNSOLVED:
            return (2, NOON, -seq)
        stands = state == TicketState.WAITING and service in STANDING
        return (int(stands), NOON + timedelta(hours=hours), seq)

    found: list[int] = []
    with store.read() as session:
        while page := ticket_list.listed(
            session, TicketFilter(), standing=STANDING, after=found[-1] if found else 0, limit=length
        ):
            found += [row.id for row in page]
        assert ticket_list.count(session, TicketFilter()) == len(drawn)
    store.close()
    assert found == sorted(range(1, len(drawn) + 1), key=urgency)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (TicketFilter(), [1, 2, 3, 4]),
        (TicketFilter(states=("waiting",)), [2]),
        (TicketFilter(services=("official:1",)), [3]),
        (TicketFilter(sources=("outage",)), [4]),
        (TicketFilter(stages=(1, 2)), [4]),
        (TicketFilter(sites=("udc-juniadaha",)), [1, 2, 3]),
        (TicketFilter(sites=("udc-juniadaha",), without_site=False), [3]),
        (TicketFilter(due_until_utc=NOON), [1, 2, 3]),
        (TicketFilter(due_after_utc=NOON), [4]),
        (TicketFilter(opened_from_utc=NOON), [1, 2, 3]),
        (TicketFilter(opened_until_utc=NOON), [4]),
        (TicketFilter(text="000003"), [3]),
        (TicketFilter(text="3", number=(2026, 3)), [3]),
        (TicketFilter(text="3", number=(2025, 3)), []),
        (TicketFilter(text="রহিমা"), []),
        (TicketFilter(text="রহিমা", personal=True), [1]),
        (TicketFilter(text="%", personal=True), [2]),
        (TicketFilter(text="জুনিয়াদহ", named=("udc-juniadaha",)), [3]),
    ],
)
def test_a_filter_finds_what_it_names_and_nothing_else(store: Store, wanted: TicketFilter, found: list[int]) -> None:
    with store.write() as session:
        add(session, 1, asker="রহিমা", text="নেট নেই")
        add(session, 2, state="waiting", text="100 % packet loss")
        add(session, 3, service="official:1", site="udc-juniadaha")
        earlier, later = NOON - timedelta(hours=1), NOON + timedelta(hours=1)
        lab = "lab-juniadaha-girls"
        add(session, 4, source="outage", site=lab, stage=2, opened_utc=earlier, deadline_utc=later)
    assert numbers(store, wanted) == found
    with store.read() as session:
        assert ticket_list.count(session, wanted) == len(found)
        late = replace(wanted, due_until_utc=NOON)
        counted = ticket_list.counts(session, wanted, {"all": wanted, "late": late})
        assert counted == {"all": len(found), "late": ticket_list.count(session, late)}
        assert ticket_list.counts(session, TicketFilter(), {"all": TicketFilter()}) == {"all": 4}
    store.close()


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (("udc-juniadaha", "", ""), [2]),
        (("udc-juniadaha", "", "01711"), [3, 2]),
        (("", "citizen:8", ""), [3]),
        (("", "", "99"), []),
        (("", "", ""), []),
    ],
)
def test_possible_repeats_are_recent_requests_about_the_same_site_or_of_the_same_telephone(
    store: Store, asked: tuple[str, str, str], found: list[int]
) -> None:
    with store.write() as session:
        add(session, 1, site="udc-juniadaha", event_utc=NOON - timedelta(days=31))
        add(session, 2, site="udc-juniadaha", event_utc=NOON - timedelta(days=2))
        add(session, 3, asker_phone="01711", event_utc=NOON - timedelta(days=1))
        add(session, 4, site="udc-juniadaha", source=TicketSource.OUTAGE)
        add(session, 5, site="udc-juniadaha", state="withdrawn")
    with store.read() as session:
        site, service, phone = asked
        since_utc = NOON - timedelta(days=30)
        rows = ticket_list.similar_requests(session, since_utc=since_utc, site=site, service=service, phone=phone)
        assert [row.id for row in rows] == found
    store.close()
