"""A running daemon examines each check at its pace, and everything again when the configuration changes."""

import asyncio
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.configuration import load
from monitor.doctor import examiner
from monitor.doctor.check import Pace
from monitor.doctor.checks import CHECKS
from monitor.doctor.examiner import Examiner, next_due
from monitor.domain.clock import NS_PER_S
from monitor.settings.in_force import InForce, started_of
from tests.doctor.installation import Installation
from tests.places import SHIPPED
from tests.store.migrated import new_store
from tests.web.desk import Desk

REFUSED = InForce("", {}, "", os.getpid(), started_of(os.getpid()), 0, refused=("sites.toml:1: no TOML",))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    store = new_store(tmp_path / "var")
    yield Desk(load(shutil.copytree(SHIPPED, tmp_path / "config")), store)
    store.close()


def due(looked_s: dict[str, float], now_s: float) -> str | None:
    looked = {name: round(at_s * NS_PER_S) for name, at_s in looked_s.items()}
    return next_due(looked, 0, round(now_s * NS_PER_S))


def test_what_is_quick_comes_first_and_what_is_heavy_last() -> None:
    looked: dict[str, float] = {}
    order = list[str]()
    for now_s in (4, *[5] * 20, *[60] * 20, *[900] * 40):
        if (name := due(looked, now_s)) is not None and name not in order:
            order.append(name)
        if name is not None:
            looked[name] = now_s
    paces = [CHECKS[name].pace for name in order]
    assert set(order) == CHECKS.keys()
    assert paces == sorted(paces, key=list(Pace).index)


def test_each_has_its_turn_again_after_its_pace() -> None:
    looked = dict.fromkeys(CHECKS, 1_000.0)
    assert due(looked, 1_000 + 299) is None
    name = due(looked, 1_000 + 300)
    assert name is not None
    assert CHECKS[name].pace is Pace.QUICK
    quick = {each: 22_500.0 for each in CHECKS if CHECKS[each].pace is Pace.QUICK}
    assert due({**looked, **quick}, 22_599) is None
    assert due({**looked, **quick}, 22_600) == "network"


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not is_so():  # noqa: ASYNC110 - the part tells nobody
            await asyncio.sleep(0.02)


async def test_what_was_found_is_seen_and_forgotten_by_another_configuration(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(examiner, "LOOK_S", 0.01)
    part = Examiner(desk.clock, desk.live, desk.store, desk.settings, lambda: REFUSED)
    running = asyncio.create_task(part.run())
    quick = {name for name, check in CHECKS.items() if check.pace is Pace.QUICK}
    desk.clock.advance(6)
    await until(lambda: quick <= part.examined.keys())
    assert part.examined.keys() == quick, "other machines are asked later"
    assert [each.kind.code for each in part.examined["tls"].findings] == ["tls.none"]
    said = {one.kind.code for one in part.examined["configuration"].findings}
    assert "configuration.refused" in said, "from what this daemon knows: it has written no file for commands"
    assert "check.failed" not in {one.kind.code for each in part.examined.values() for one in each.findings}
    monitor = desk.settings.monitor
    web = monitor.web.model_copy(update={"certificate": "a.pem", "key": "a.key"})
    part.reconfigure(replace(desk.settings, monitor=monitor.model_copy(update={"web": web})))
    desk.clock.advance(6)
    await until(lambda: part.examined["tls"].findings[0].kind.code == "tls.unusable")
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    await part.close()


def test_a_check_that_meets_what_it_does_not_know_costs_nobody_anything(desk: Desk) -> None:
    def fails(_: object) -> None:
        raise ValueError("strange")

    check = replace(CHECKS["disk"], gather=fails)
    (finding,) = check.examine(Installation.place_of(desk.settings, desk.clock)).findings
    assert finding.kind.code == "check.failed"
    assert "strange" in str(finding.text)
