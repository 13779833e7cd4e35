"""What tests of commands ask for by name: an office in a folder of its own, with or without a database."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.charter.office import Office
from monitor.configuration import load
from tests.desk import Desk
from tests.places import SHIPPED
from tests.store import servers
from tests.store.migrated import new_store


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An office that has its configuration but never ran; its page would be on a port where nobody listens."""
    shutil.copytree(SHIPPED, tmp_path / "config")
    monitor = tmp_path / "config" / "monitor.toml"
    monitor.write_text(monitor.read_text().replace('listen = "127.0.0.1:9786"', 'listen = "127.0.0.1:1"'))
    return tmp_path


@pytest.fixture
def served(home: Path) -> Path:
    """The same office with an empty database of its own on a PostgreSQL server, which no daemon has filled."""
    monitor = home / "config" / "monitor.toml"
    url = servers.empty_of(load(home / "config").state).url
    monitor.write_text(monitor.read_text().replace('\nurl = "" ', f'\nurl = "{url}" ', 1))
    return home


@pytest.fixture
def desk(home: Path) -> Iterator[Desk]:
    """The same office with a database, one link down and its ticket open."""
    settings = load(home / "config")
    store = new_store(settings.state)
    desk = Desk(Office.of(settings), store)
    desk.goes_down("backbone-north")
    desk.look()
    yield desk
    store.close()
