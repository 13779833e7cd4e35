"""What the tests of the examination share."""

from pathlib import Path

import pytest

from tests.doctor.installation import Installation


@pytest.fixture
def office(tmp_path: Path) -> Installation:
    return Installation.made_in(tmp_path)
