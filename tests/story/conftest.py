"""What the stories begin with: a daemon in the lab that has not been configured yet, and its mail server."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.daemon import Daemon
from tests.lab.network import Lab


@pytest.fixture
def daemon(lab: Lab, tmp_path: Path) -> Iterator[Daemon]:
    """The real one; what it said is shown when the test fails."""
    with Daemon(lab, tmp_path) as made:
        yield made
    print(f"---- the daemon said:\n{made.log()}")
