"""What the tests with a browser ask for by name."""

from collections.abc import Iterator

import pytest

from tests.browser.chromium import Chromium
from tests.web.world import World
from tests.web.world import world as made_world


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    """One browser for the module; each test has a window of its own."""
    with Chromium.started(tmp_path_factory.mktemp("chromium")) as started:
        yield started


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One office for the module, with a centre down; its tests only look."""
    with made_world(tmp_path_factory.mktemp("world")) as made:
        yield made
