"""The composition root: every part is in its list, gets all by constructor, and is opened, told and closed in order."""

import ast
import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest

import monitor.runtime
from monitor.daemon import Daemon
from monitor.domain.clock import SystemClock
from monitor.logs.output import LogOutput
from monitor.runtime import gc_tuning
from monitor.runtime.lease_keeper import LeaseKeeper
from monitor.runtime.part import Part
from monitor.runtime.systemd import Systemd
from monitor.settings.changed_offices import Reading
from monitor.settings.installation import Installation
from monitor.settings.load import Settings
from tests.places import MONITOR
from tests.runtime.built import settings_of


class Watched(Part):
    """Notes what is done with it; ``fault`` is what its `run` raises, ``bad_close`` what its `close` does.

    ``ends``: its `run` has nothing to do.
    """

    def __init__(
        self,
        name: str,
        told: list[str],
        fault: Exception | None = None,
        bad_close: Exception | None = None,
        *,
        ends: bool = False,
    ) -> None:
        self.name, self._told, self._fault, self._bad_close, self._ends = name, told, fault, bad_close, ends

    async def open(self) -> None:
        self._told.append(f"open {self.name}")

    def reconfigure(self, settings: Settings) -> None:
        self._told.append(f"reconfigure {self.name}")

    async def run(self) -> None:
        self._told.append(f"run {self.name}")
        if self._fault is not None:
            raise self._fault
        if not self._ends:
            await super().run()

    async def close(self) -> None:
        self._told.append(f"close {self.name}")
        if self._bad_close is not None:
            raise self._bad_close


ELSEWHERE = (
    *("monitor.web.page_server", "monitor.web.local_server", "monitor.web.public.server", "monitor.web.overview"),
    "monitor.doctor.examiner",
    "monitor.metrics.exposition",
)


@pytest.fixture
async def daemon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Daemon]:
    """The shipped office, with its state in a folder of its own; the process of the tests stays as it is."""
    monkeypatch.setattr(Daemon, "_end_in_time", staticmethod(lambda: None))
    monkeypatch.setattr(gc_tuning, "freeze_heap", lambda: None)
    settings = replace(settings_of(), directory=tmp_path / "config")
    made = Daemon(Installation.of(settings), SystemClock(), [], {}, Systemd(), LogOutput(sys.stderr, None))
    yield made
    made._store.close()


def parts_of(module: str) -> set[type[Part]]:
    found = vars(import_module(module)).values()
    return {each for each in found if isinstance(each, type) and issubclass(each, Part) and each.__module__ == module}


def test_every_part_that_there_is_is_opened_told_and_closed_by_the_daemon(daemon: Daemon) -> None:
    modules = [f"monitor.runtime.{found.name}" for found in iter_modules(monitor.runtime.__path__)]
    of_a_server = LeaseKeeper  # here the database is a file, whose lock is every lease
    there_are = set().union(*map(parts_of, [*modules, *ELSEWHERE])) - {Part, of_a_server}
    assert {type(part) for part in daemon._parts} == there_are
    assert len(daemon._parts) == len(there_are) == len({part.name for part in daemon._parts})


def test_parts_that_must_not_stand_still_are_watched_and_those_that_wait_for_the_outside_are_not(
    daemon: Daemon,
) -> None:
    assert sorted(daemon._ages()) == ["checks", "outbox", "probing", "snmp", "writing"]


def test_nothing_is_hung_onto_a_part_by_the_root() -> None:
    hung = [
        ast.unparse(target)
        for node in ast.walk(ast.parse((MONITOR / "daemon.py").read_text(encoding="utf-8")))
        for target in getattr(node, "targets", [getattr(node, "target", None)])
        if isinstance(target, ast.Attribute) and not isinstance(target.value, ast.Name)
    ]
    assert hung == []


async def test_parts_are_opened_in_order_told_in_order_and_closed_in_the_reverse_one(daemon: Daemon) -> None:
    told: list[str] = []
    daemon._parts = (Watched("a", told, ends=True), Watched("b", told))
    running = asyncio.create_task(daemon.run())
    for _ in range(100):
        await asyncio.sleep(0)
    assert told[-1] == "run b"
    daemon._take_over(Reading(daemon.installation, {}))
    assert not running.done(), "whoever has nothing left to do ends nobody else"
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait_for(running, 10)
    assert told == ["open a", "open b", "run a", "run b", "reconfigure a", "reconfigure b", "close b", "close a"]


async def test_a_part_that_fails_takes_the_daemon_down_and_all_of_them_are_closed(daemon: Daemon) -> None:
    told: list[str] = []
    bad = Watched("b", told, OSError("no way to go on"), OSError("nor to end"))
    daemon._parts = (Watched("a", told), bad, Watched("c", told))
    with pytest.raises(OSError, match="nor to end") as raised:
        await asyncio.wait_for(daemon.run(), 10)
    assert str(raised.value.__context__) == "no way to go on"
    assert told[-3:] == ["close c", "close b", "close a"]
