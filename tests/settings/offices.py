"""A copy of the shipped configuration to spoil, and what is found wrong with it."""

import shutil
from pathlib import Path

import pytest

from monitor.configuration import load
from monitor.settings.problems import ConfigError
from tests.places import SHIPPED


def faults(directory: Path) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(directory)
    return [str(problem).removeprefix(f"{directory}/") for problem in caught.value.problems]


@pytest.fixture
def office(tmp_path: Path) -> Path:
    return shutil.copytree(SHIPPED, tmp_path / "config")
