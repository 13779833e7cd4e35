"""Real devices, as they were recorded: everything that each says is read as it was meant."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from monitor.probes.snmp.session import SilentError
from tests.lab.agents import snmpsim
from tests.places import RECORDINGS
from tests.probes.snmp.asking import read_v2c

DEVICES = sorted(file.stem for file in RECORDINGS.glob("*.snmprec"))


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with snmpsim(RECORDINGS) as port:
        yield port


def trimmed(facts: Any) -> Any:
    """snmpsim sends texts without the blanks at their ends."""
    if isinstance(facts, dict):
        return {name: trimmed(value) for name, value in facts.items()}
    if isinstance(facts, list):
        return [trimmed(value) for value in facts]
    return facts.strip() if isinstance(facts, str) else facts


@pytest.mark.parametrize("device", DEVICES)
async def test_every_name_status_and_counter_of_a_real_device_is_read(port: int, device: str) -> None:
    expected = json.loads((RECORDINGS / f"{device}.json").read_text(encoding="utf-8"))

    reading = await read_v2c(port, device)

    assert trimmed(reading.system) == trimmed(expected["system"])
    assert trimmed(reading.ports) == trimmed(expected["ports"])
    assert reading.ups == expected["ups"]


async def test_a_wrong_community_is_silence(port: int) -> None:
    with pytest.raises(SilentError, match="another community"):
        await read_v2c(port, "nobody-knows-it", timeout_s=0.2, retries=0)
