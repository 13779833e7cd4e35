"""Rows about many sites are found however many are asked for."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import select

from monitor.store.among import HANDFUL, among
from monitor.store.models import Ticket
from tests.store.migrated import new_store
from tests.store.test_ticket_list import add

USUAL_LIMIT = 32_766  # values in one query, where a distribution has not raised it


@pytest.mark.parametrize("more", [0, HANDFUL, USUAL_LIMIT])
def test_a_site_is_found_among_any_number(tmp_path: Path, more: int) -> None:
    store = new_store(tmp_path)
    with store.write() as session:
        add(session, 1, site="here")
        add(session, 2, site="there")
        add(session, 3, site=None)
    ids = {"here", *(f'it\'s "{number}"' for number in range(more))}
    with store.read() as session:
        driver = session.connection().connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, USUAL_LIMIT)
        assert list(session.scalars(select(Ticket.seq).where(among(Ticket.site, ids)))) == [1]
        assert list(session.scalars(select(Ticket.seq).where(among(Ticket.site, set())))) == []
    store.close()
