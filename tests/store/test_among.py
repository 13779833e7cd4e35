"""Rows about many sites are found however many are asked for."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from monitor.store.among import HANDFUL, among
from monitor.store.models import SiteState
from tests.store.migrated import new_store

NOON = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
USUAL_LIMIT = 32_766  # values in one query, where a distribution has not raised it


@pytest.mark.parametrize("more", [0, HANDFUL, USUAL_LIMIT])
def test_a_site_is_found_among_any_number(tmp_path: Path, more: int) -> None:
    store = new_store(tmp_path)
    with store.write() as session:
        session.add_all(SiteState(site=site, state="up", since_utc=NOON) for site in ("here", "there"))
    ids = {"here", *(f'it\'s "{number}"' for number in range(more))}
    with store.read() as session:
        driver = session.connection().connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, USUAL_LIMIT)
        assert list(session.scalars(select(SiteState.site).where(among(SiteState.site, ids)))) == ["here"]
        assert list(session.scalars(select(SiteState.site).where(among(SiteState.site, set())))) == []
    store.close()
