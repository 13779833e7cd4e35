"""What tests ask for by name: the lab and its mail server (see tests/lab/); and the order in which they run."""

import os
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import settings

from monitor.i18n.compiling import compile_catalogues
from monitor.store import postgresql
from tests.desk import desk, office
from tests.in_turn import rests
from tests.lab.mail import MailCatcher
from tests.lab.network import Lab
from tests.places import ROOT
from tests.store import of_a_file, servers
from tests.store.migrated import DATABASE, POSTGRESQL, on_server

__all__ = ["desk", "lab", "mails", "office"]

os.environ.pop("COLUMNS", None)  # xdist gives its workers a width, which would be that of every command in a test
os.environ["UPAZILA_MONITOR_LANG"] = "en"  # what commands answer; what they say in Bangla is asked for by --lang
compile_catalogues()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=("sqlite", POSTGRESQL), default="sqlite", help="what keeps the databases")
    parser.addoption(
        "--of-day", type=date.fromisoformat, metavar="DATE", help="of tests that take turns those of that day"
    )


# Properties that say themselves how many examples they want get those.
settings.register_profile("quick", max_examples=40, deadline=None)
settings.register_profile("long", max_examples=200, deadline=None)


def pytest_configure(config: pytest.Config) -> None:
    postgresql.WRITING[postgresql.IDLE] = 60.0  # a test may think for longer within a transaction, on a busy machine
    settings.load_profile("long" if "long or not long" in config.getoption("markexpr") else "quick")
    os.environ[DATABASE] = config.getoption("--database")


@pytest.fixture(autouse=True)
def _databases(request: pytest.FixtureRequest) -> Iterator[None]:
    """What this test made on a server is dropped at its end."""
    folder = request.getfixturevalue("tmp_path") if "tmp_path" in request.fixturenames else None
    yield
    if folder is not None:
        servers.drop_below(folder)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Spreads the files that wait for a daemon evenly among those that compute: each worker does some of both."""
    if day := config.getoption("--of-day"):
        resting = [item for item in items if rests(item.nodeid, day)]
        config.hook.pytest_deselected(items=resting)
        items[:] = [item for item in items if not rests(item.nodeid, day)]
    lengths, waiting = Counter(item.path for item in items), {item.path for item in items if _waits(item)}
    places: dict[Path, float] = {}
    for are_waiting in (True, False):
        places |= _evenly({path: length for path, length in lengths.items() if (path in waiting) == are_waiting})
    items.sort(key=lambda item: places[item.path])
    if on_server():
        for item in items:
            if (why := of_a_file.reason(item.nodeid)) is not None:
                item.add_marker(pytest.mark.skip(reason=why))


def _waits(item: pytest.Item) -> bool:
    """Whether a daemon runs in it, for many seconds; the lab's own tests are short."""
    room = item.path.parent.name
    return room in {"story", "cluster"} or ("lab" in getattr(item, "fixturenames", ()) and room != "lab")


def _evenly(lengths: dict[Path, int]) -> dict[Path, float]:
    """Where between 0 and 1 each file begins, when they lie one behind the other."""
    whole, done, places = sum(lengths.values()), 0, dict[Path, float]()
    for path, length in lengths.items():
        places[path] = done / whole
        done += length
    return places


@pytest.fixture(scope="session", autouse=True)
def _state_of_the_checkout() -> Iterator[None]:
    """No test writes into the state folder of this checkout: what is left there can keep its daemon from starting."""
    before = _copies()
    yield
    assert _copies() == before, f"a test has written into {ROOT / 'var' / 'backups'}"


def _copies() -> set[Path]:
    return set((ROOT / "var" / "backups").glob("*"))


@pytest.fixture
def lab() -> Iterator[Lab]:
    """A network of its own for this test; where there can be none, the test fails and says why."""
    with Lab() as made:
        yield made


@pytest.fixture
def mails(lab: Lab) -> Iterator[MailCatcher]:
    """The mail server of the lab, in the clear and without a login."""
    with MailCatcher.on(lab.hosts) as catcher:
        yield catcher
