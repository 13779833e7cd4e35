"""The part that makes reports: one at a time, in a process of its own; what ends that process is said."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest

from monitor.alerts.cases import editions, report_schedule
from monitor.alerts.cases.editions import Wanted
from monitor.alerts.cases.entered import Entered
from monitor.configuration import load_installation
from monitor.domain.clock import VirtualClock
from monitor.domain.edition_states import EditionProgress, EditionStage
from monitor.domain.reasons import ReasonCode
from monitor.reports.edition_process import COMMAND
from monitor.runtime import edition_maker
from monitor.runtime.edition_maker import EditionMaker
from monitor.runtime.leases import SoleHolder
from monitor.store import edition_rows
from monitor.store.models import Edition
from monitor.store.work import Work
from tests.desk import Desk
from tests.lab.waiting import until
from tests.runtime.built import settings_of, state_of
from tests.settings.many_offices import installation
from tests.store.migrated import new_store

SLEEPS = (sys.executable, "-c", "import sys, time; sys.stdin.buffer.read(); time.sleep(600)")
FILES = ("en.json",)


class Maker:
    """The part at a desk, and what open pages hear of it."""

    def __init__(self, desk: Desk, command: Sequence[str] = COMMAND) -> None:
        self.heard: list[str] = []
        self.live = state_of(desk.clock, office=desk.office)
        self.part = EditionMaker(
            desk.store, self.live, settings_of(), desk.clock, command, self.heard.extend, SoleHolder()
        )


def ask(desk: Desk) -> int:
    with desk.store.write() as session:
        wanted = Wanted("month", "2026-11", date(2026, 11, 1), files=FILES)
        return editions.ask(desk.work(session, "karim"), wanted).id


def row(desk: Desk, id_: int) -> Edition:
    with desk.store.read() as session:
        found = edition_rows.by_id(session, id_)
        assert found is not None
        _ = found.kept
        return found


def test_a_report_that_is_asked_for_is_made_and_open_pages_hear_of_it(desk: Desk) -> None:
    id_, maker = ask(desk), Maker(desk)
    assert asyncio.run(maker.part.turn())
    made = row(desk, id_)
    assert (made.state, made.number, [each.name for each in made.kept]) == ("made", 1, ["en.json"])
    assert [maker.heard[0], *maker.heard[-2:]] == ["reports", "reports", f"report:{id_}"]
    assert not asyncio.run(Maker(desk).part.turn()), "none waits any more"


async def killed(maker: Maker, turn: "asyncio.Task[bool]") -> None:
    """Kill the process that makes the report, as a machine without memory does."""
    [process] = await asyncio.to_thread(until, children, "the process", 60)
    os.kill(process, signal.SIGKILL)
    await turn


def children() -> list[int]:
    """The processes that sleep for us."""
    found = []
    for task in os.listdir("/proc/self/task"):
        with suppress(OSError), open(f"/proc/self/task/{task}/children") as listed:
            found += [int(each) for each in listed.read().split()]
    return [each for each in found if is_ours(each)]


def is_ours(process: int) -> bool:
    """Whether it is one that makes a report for this test: others have children of this process too."""
    with suppress(OSError), open(f"/proc/{process}/cmdline", "rb") as line:
        return SLEEPS[-1].encode() in line.read()
    return False


def test_a_process_that_is_killed_makes_a_report_that_failed_and_the_next_is_made(desk: Desk) -> None:
    id_, maker = ask(desk), Maker(desk, SLEEPS)

    async def plays() -> None:
        await killed(maker, asyncio.create_task(maker.part.turn()))

    asyncio.run(plays())
    failed = row(desk, id_)
    assert (failed.state, failed.why and failed.why.code) == ("failed", ReasonCode.REPORT_ENDED)
    assert failed.why is not None
    assert dict(failed.why.parameters)["status"] == -signal.SIGKILL


def test_a_report_that_takes_too_long_is_ended_and_says_so(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edition_maker, "WITHIN_S", 0.3)
    id_, maker = ask(desk), Maker(desk, SLEEPS)
    asyncio.run(maker.part.turn())
    why = row(desk, id_).why
    assert why is not None
    assert why.code == ReasonCode.REPORT_TOO_LONG


def test_what_was_under_way_when_the_daemon_ended_is_made_at_the_next_start(desk: Desk) -> None:
    id_, maker = ask(desk), Maker(desk, SLEEPS)

    async def is_interrupted() -> list[int]:
        turn = asyncio.create_task(maker.part.turn())
        found = await asyncio.to_thread(until, children, "the process", 60)
        turn.cancel()
        with suppress(asyncio.CancelledError):
            await turn
        return found

    [process] = asyncio.run(is_interrupted())
    assert not os.path.exists(f"/proc/{process}"), "the process ends with the daemon"
    assert row(desk, id_).state == "making"
    assert asyncio.run(Maker(desk).part.turn())
    made = row(desk, id_)
    assert (made.state, made.tries) == ("made", 2)


def test_a_command_that_cannot_be_started_is_a_reason_and_no_crash(desk: Desk) -> None:
    id_, maker = ask(desk), Maker(desk, ("/nowhere/python",))
    assert asyncio.run(maker.part.turn())
    assert row(desk, id_).state == "failed"


@pytest.mark.long
def test_a_scheduled_report_that_failed_is_made_later_without_a_restart(desk: Desk) -> None:
    with desk.store.write() as session:
        wanted = Wanted("month", "2026-11", date(2026, 11, 1))
        first = editions.ask(desk.work(session), wanted, occasion="month-2026-11").id
    failing = Maker(desk, ("/nowhere/python",))
    assert asyncio.run(failing.part.turn())
    assert row(desk, first).state == "failed"
    maker = Maker(desk)
    assert not asyncio.run(maker.part.turn())
    desk.clock.advance(report_schedule.WAITS[0].total_seconds())
    assert asyncio.run(maker.part.turn())
    assert row(desk, first + 1).state == "made"


def test_how_far_a_report_is_can_be_read_while_it_is_made_and_open_pages_hear_of_each_step(desk: Desk) -> None:
    waits = (
        "import sys, time; sys.stdin.buffer.read();"
        "print('counting 0.250', flush=True); print('what a library says', flush=True); time.sleep(600)"
    )
    id_, maker = ask(desk), Maker(desk, (sys.executable, "-c", waits))

    async def plays() -> None:
        turn = asyncio.create_task(maker.part.turn())
        while id_ not in maker.live.report_progress:  # noqa: ASYNC110 (the part tells nobody but pages)
            await asyncio.sleep(0.01)
        assert maker.live.report_progress[id_] == EditionProgress(EditionStage.COUNTING, 0.25)
        turn.cancel()
        with suppress(asyncio.CancelledError):
            await turn

    asyncio.run(plays())
    assert maker.heard[-1] == f"report:{id_}"
    made = Maker(desk)
    assert asyncio.run(made.part.turn())
    assert made.heard.count(f"report:{id_}") > 4
    assert not made.live.report_progress


def test_each_offices_report_is_about_its_own_sites_and_kept_by_it(tmp_path: Path) -> None:
    offices, clock = Entered().offices(load_installation(installation(tmp_path))), VirtualClock()
    store = new_store(tmp_path / "state")
    live = state_of(clock, office=offices.host)
    live.offices = offices
    for id_ in ("mirpur", "gangni"):
        with store.of(id_).write() as session:
            work = Work(session, offices.office(id_), clock.utc())
            editions.ask(work, Wanted("month", "2026-10", date(2026, 10, 1), files=FILES))
    maker = EditionMaker(store, live, settings_of(), clock, COMMAND, lambda _: None, SoleHolder())

    async def plays() -> list[bool]:
        return [await maker.turn(), await maker.turn(), await maker.turn()]

    assert asyncio.run(plays()) == [True, True, False]
    for id_ in ("mirpur", "gangni"):
        with store.of(id_).read() as session:
            (made,) = edition_rows.listed(session, 10)
            assert (made.office, made.state, [each.office for each in made.kept]) == (id_, "made", [id_])
            told = made.kept[0].content.decode()
            assert f"UDC of {id_.capitalize()}" in told
            assert ("Gangni" in told) == (id_ == "gangni"), "nothing of another office"
    store.close()


def test_a_report_of_a_place_has_its_offices_alone_and_takes_no_offices_report_for_its_own(tmp_path: Path) -> None:
    offices, clock = Entered().offices(load_installation(installation(tmp_path))), VirtualClock()
    store = new_store(tmp_path / "state")
    live = state_of(clock, office=offices.host)
    live.offices = offices
    with store.of("gangni").write() as session:
        own = Wanted("month", "2026-10", date(2026, 10, 1), files=FILES)
        editions.ask(Work(session, offices.office("gangni"), clock.utc()), own)
    with store.write() as session:
        work = Work(session, offices.host, clock.utc())
        for place in ("kushtia", "nowhere"):
            editions.ask(work, Wanted("month", "2026-10", date(2026, 10, 1), editions.PLACE, place, files=FILES))
    maker = EditionMaker(store, live, settings_of(), clock, COMMAND, lambda _: None, SoleHolder())

    async def plays() -> list[bool]:
        return [await maker.turn(), await maker.turn(), await maker.turn()]

    assert asyncio.run(plays()) == [True, True, False]
    with store.read() as session:
        gone, kushtia, gangni = edition_rows.listed(session, 10)
        assert [(each.office, each.state) for each in (gone, kushtia, gangni)] == [
            ("", "failed"),
            ("", "made"),
            ("gangni", "made"),
        ]
        assert gone.why is not None
        assert gone.why.code == ReasonCode.REPORT_NO_PLACE
        told = json.loads(kushtia.kept[0].content)
        assert list(told["offices"]) == ["bheramara", "mirpur"]
        assert told["office"]["en"] == "Kushtia"
        assert "Gangni" not in kushtia.kept[0].content.decode()
        own = json.loads(gangni.kept[0].content)
        assert ([site["site"] for site in own["sites"]], "offices" in own) == (["gangni.pop", "gangni.udc"], False)
    store.close()
