"""Sessions of a database, whatever keeps it."""

from pathlib import Path

import pytest
from sqlalchemy import select

from monitor.store.models import SiteState
from tests.store.migrated import new_store


def test_a_session_that_outlives_its_store_leaves_no_open_connection(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    with store.read() as session:
        connection = session.connection().connection.dbapi_connection
        assert connection is not None
        store.close()
        assert session.scalars(select(SiteState)).all() == []
    with pytest.raises(Exception, match="closed"):
        connection.cursor().execute("SELECT 1")
