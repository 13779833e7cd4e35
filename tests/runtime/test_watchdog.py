"""Systemd's watchdog is fed while every part turns, and not longer; over a real socket."""

import asyncio
import socket
from pathlib import Path

import pytest

from monitor.domain.clock import VirtualClock
from monitor.runtime import watchdog
from monitor.runtime.part import ALIVE_S
from monitor.runtime.systemd import Systemd
from monitor.runtime.watchdog import Watchdog
from tests.runtime.built import state_of

LOOKS = 20


@pytest.mark.parametrize(
    ("age_s", "refuses", "fed"),
    [(ALIVE_S - 1, "", True), (ALIVE_S, "", False), (ALIVE_S, "the disk is full", True)],
    ids=["every part turns", "a part stands", "a part waits for a database that refuses"],
)
async def test_it_is_fed_while_every_part_turns_or_the_database_is_what_they_wait_for(
    age_s: float, refuses: str, fed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watchdog, "EVERY_S", 0.0)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        live, looked = state_of(VirtualClock()), 0

        def ages() -> dict[str, float]:
            nonlocal looked
            looked += 1
            return {"probing": 0.1, "writing": age_s}

        live.store_refuses = refuses
        task = asyncio.create_task(Watchdog(VirtualClock(), live, Systemd(), ages).run())
        for _ in range(LOOKS):
            await asyncio.sleep(0)
        task.cancel()
        try:
            said = systemd.recv(100)
        except BlockingIOError:
            said = b""
    assert said == (b"WATCHDOG=1" if fed else b"")
    assert refuses or looked > 1
