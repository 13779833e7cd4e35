"""What the tests with a browser ask for by name."""

from collections.abc import Iterator

import pytest

from tests.browser.chromium import Chromium


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    """One browser for the module; each test has a window of its own."""
    with Chromium.started(tmp_path_factory.mktemp("chromium")) as started:
        yield started
