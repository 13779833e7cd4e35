"""Offices whose tickets are mirrored: to two help desks played from their documents, and to a real one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.charter.office import Office
from tests.alerts.mirrored import REAL_S, Mirrored, mirrored
from tests.lab.desks import PlayedDesk
from tests.lab.glpi import Glpi
from tests.lab.rt import RealRt
from tests.lab.zammad import Zammad


@pytest.fixture(scope="session")
def request_tracker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealRt]:
    """Debian's, set up once; every test has tickets with a prefix of its own."""
    with RealRt(tmp_path_factory.mktemp("rt")) as running:
        yield running


@pytest.fixture(params=["zammad", "glpi", pytest.param("rt", marks=pytest.mark.long)])
def both(request: pytest.FixtureRequest, office: Office, tmp_path: Path) -> Iterator[Mirrored]:
    """An office and each kind of help desk in turn."""
    if request.param == "rt":
        found = mirrored(request.getfixturevalue("request_tracker"), office, tmp_path, timeout_s=REAL_S)
        yield found
        found.here.store.close()
        return
    with {"zammad": Zammad, "glpi": Glpi}[request.param]() as place:
        found = mirrored(place, office, tmp_path)
        yield found
        found.here.store.close()


@pytest.fixture(params=[Zammad, Glpi], ids=["zammad", "glpi"])
def faulty(request: pytest.FixtureRequest, office: Office, tmp_path: Path) -> Iterator[tuple[Mirrored, PlayedDesk]]:
    """An office and a played help desk that can be told to misbehave; half a second is long."""
    with request.param() as place:
        found = mirrored(place, office, tmp_path, timeout_s=0.5)
        yield found, place
        found.here.store.close()
