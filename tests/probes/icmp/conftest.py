"""One lab for all the engine's tests: they only ask, and who breaks something mends it."""

from collections.abc import Iterator

import pytest

from tests.lab.network import Lab


@pytest.fixture(scope="session")
def network() -> Iterator[Lab]:
    """A network that outlives the test."""
    with Lab() as made:
        yield made
