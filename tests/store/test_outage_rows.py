"""Outages that get their tickets all at once."""

from collections.abc import Sequence

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from monitor.store import outage_rows
from monitor.store.errors import OperationalError
from monitor.store.models import Outage
from tests.desk import Desk

SITES = ("backbone-north", "backbone-bheramara")


def test_outages_get_their_tickets_and_another_version_each(desk: Desk) -> None:
    for site in SITES:
        desk.goes_down(site)
    desk.look()
    with desk.store.read() as session:
        found = [(row.site, row.version, row.ticket and row.ticket.site) for row in session.query(Outage)]
    assert sorted(found) == sorted((site, 2, site) for site in SITES)


def test_an_outage_that_was_changed_meanwhile_gets_no_ticket(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """As somebody excuses it at that moment: the whole transaction is done anew, by what is stored then."""
    desk.goes_down(SITES[0])
    store_tickets = outage_rows.store_tickets

    def meanwhile(session: Session, outages: Sequence[Outage]) -> None:
        session.connection().execute(update(Outage).values(version=Outage.version + 1))
        store_tickets(session, outages)

    monkeypatch.setattr(outage_rows, "store_tickets", meanwhile)
    with pytest.raises(OperationalError):
        desk.look()
    assert desk.tickets() == []
