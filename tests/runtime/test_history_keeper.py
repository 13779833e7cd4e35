"""Rounds become summaries of five minutes and of hours; what is not written yet stands in memory."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.clock import VirtualClock
from monitor.domain.sample import Sample, Verdict
from monitor.judging.links import Passage, Rates
from monitor.judging.power import UpsReading
from monitor.runtime import history_keeper
from monitor.runtime.history_keeper import GONE_S, HistoryKeeper
from monitor.runtime.unwritten import MOST_SLOTS, OLD_S, Rounds
from monitor.settings.history_section import History
from monitor.store.history.file import HistoryFile
from monitor.store.history.names import ups_series
from monitor.store.history.rows import FINE_S
from monitor.store.history.summaries import Echoes, Traffic, UpsPower
from tests.judging.boards import fleet, site
from tests.runtime.built import settings_of

KEEPING = History()


def sample(clock: VirtualClock, device: str = "a/gateway", lost: int = 0) -> Sample:
    received = 3 - lost
    verdict = Verdict.OK if received else Verdict.FAILED
    return Sample(device, "icmp", clock.utc(), clock.mono_ns(), verdict, 3, received, (4_000_000,) * received)


def recorder(clock: VirtualClock, folder: Path, section: History = KEEPING) -> HistoryKeeper:
    return HistoryKeeper(clock, HistoryFile(folder), settings_of(history=section))


async def test_an_hour_of_rounds_is_written_by_five_minutes_and_by_the_hour(tmp_path: Path) -> None:
    clock = VirtualClock()
    part, began = recorder(clock, tmp_path), clock.utc()
    await part.open()
    for number in range(61):
        part.take(sample(clock, lost=3 if number in {7, 8} else 0))
        clock.advance(60)
    await part.write()

    file = HistoryFile(tmp_path)
    fine = file.read("fine", "a/gateway", Echoes, began, clock.utc())
    assert len(fine) == 12
    assert sum(one.answered for one in fine.values()) == 58
    assert sum(one.failed for one in fine.values()) == 2
    (hour,) = file.read("coarse", "a/gateway", Echoes, began - timedelta(hours=1), clock.utc()).values()
    assert (hour.answered, hour.failed, hour.sent, hour.lost) == (58, 2, 180, 6)
    assert part.unwritten("a/gateway") == {}, "what is written is forgotten"


async def test_a_stop_in_the_middle_of_an_hour_loses_nothing(tmp_path: Path) -> None:
    clock = VirtualClock()
    began = clock.utc()
    for _ in range(2):
        part = recorder(clock, tmp_path)
        await part.open()
        for _ in range(7):
            part.take(sample(clock))
            clock.advance(60)
        await part.close()
    file = HistoryFile(tmp_path)
    fine = file.read("fine", "a/gateway", Echoes, began, clock.utc())
    assert sum(one.answered for one in fine.values()) == 14
    (hour,) = file.read("coarse", "a/gateway", Echoes, began, clock.utc()).values()
    assert hour.answered == 14


async def test_a_stop_does_not_wait_until_all_summaries_of_many_devices_are_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    clock = VirtualClock()
    part = recorder(clock, tmp_path)
    await part.open()
    part.take(sample(clock))
    clock.advance(FINE_S)
    monkeypatch.setattr(history_keeper, "LAST_WRITE_S", 0.0)
    await part.close()
    assert "not all summaries could be written" in caplog.text


async def test_a_file_that_refuses_costs_no_memory_without_end(tmp_path: Path) -> None:
    clock = VirtualClock()
    part = recorder(clock, tmp_path / "missing")
    await part.open()
    for _ in range(60):
        part.take(sample(clock))
        clock.advance(FINE_S)
    await part.write()
    assert len(part.unwritten("a/gateway")) <= MOST_SLOTS + 1
    (tmp_path / "missing").mkdir()
    await part.write()
    assert part.unwritten("a/gateway") == {}


async def test_where_none_are_kept_there_is_no_file_and_no_memory(tmp_path: Path) -> None:
    clock = VirtualClock()
    part = recorder(clock, tmp_path, History(days=0, years=0))
    await part.open()
    part.take(sample(clock))
    clock.advance(FINE_S)
    part.take(sample(clock))
    await part.close()
    assert (part.unwritten("a/gateway"), HistoryFile(tmp_path).is_there) == ({}, False)


@given(st.lists(st.tuples(st.integers(0, 900), st.integers(0, 3)), max_size=60))
def test_no_round_is_lost_or_counted_twice(steps: list[tuple[int, int]]) -> None:
    clock, rounds = VirtualClock(), Rounds()
    for seconds, lost in steps:
        clock.advance(seconds)
        rounds.add(sample(clock, lost=lost))
    rounds.finish()
    kept = list(rounds.finished().values())
    if len(kept) < MOST_SLOTS:
        assert sum(one.answered + one.failed for one in kept) == len(steps)
        assert sum(one.lost for one in kept) == sum(lost for _, lost in steps)


async def test_other_probes_are_no_rounds_of_echoes(tmp_path: Path) -> None:
    clock = VirtualClock()
    part = recorder(clock, tmp_path)
    part.take(sample(clock)._replace(probe="snmp"))
    assert part.unwritten("a/gateway") == {}


async def test_what_passed_a_link_and_a_ups_are_written_beside_the_rounds(tmp_path: Path) -> None:
    clock = VirtualClock()
    part, began = recorder(clock, tmp_path), clock.utc()
    await part.open()
    for minute in range(60):
        clock.advance(60)
        part.measured(Passage("north/interface", clock.utc(), 60, Rates(1e6 * (minute // 5 + 1), None)))
        part.measured(UpsReading("north/ups", clock.utc(), on_battery=minute >= 30, charge=100 - minute))
        if minute == 7:  # in the middle of five minutes
            await part.write()
    await part.close()

    file = HistoryFile(tmp_path)
    rates = file.read("fine", "north/interface", Traffic, began, clock.utc())
    assert [round((rate.in_bps or 0) / 1e6) for rate in rates.values()] == list(range(1, 13))
    assert {(rate.seconds, rate.out_bps) for rate in rates.values()} == {(300, None)}
    (hour,) = file.read("coarse", "north/interface", Traffic, began, clock.utc()).values()
    assert hour.seconds == 3_600
    assert hour.in_bps == pytest.approx(6.5e6, rel=0.01)
    power = file.read("coarse", ups_series("north/ups"), UpsPower, began, clock.utc() + timedelta(hours=1))
    assert sum(one.on_battery for one in power.values()) == 30
    assert min(one.lowest_charge or 0 for one in power.values()) == 41
    assert part.unwritten("north/interface") == {}


async def test_a_device_taken_out_of_the_configuration_costs_no_memory(tmp_path: Path) -> None:
    clock = VirtualClock()
    part = recorder(clock, tmp_path)
    await part.open()
    part.take(sample(clock, "gone/gateway"))
    assert part.last_day("gone/gateway", clock.utc())
    clock.advance(FINE_S)
    part.take(sample(clock, "gone/gateway"))
    await part.write()
    clock.advance(3 * 3_600)
    await part.write()
    assert part.last_day("gone/gateway", clock.utc()) == []


DEVICE = "gone/gateway"
WHOLE = settings_of(fleet(site("here"), site("gone")), history=KEEPING)
WITHOUT = settings_of(fleet(site("here")), history=KEEPING)


async def test_where_sites_come_and_go_those_that_are_gone_are_written_and_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history_keeper, "LOOK_S", 0.0)
    clock = VirtualClock()
    part, began = HistoryKeeper(clock, HistoryFile(tmp_path), WHOLE), clock.utc()
    await part.open()
    part.take(sample(clock, DEVICE))
    clock.advance(FINE_S)
    part.measured(Passage("gone/uplink", clock.utc(), FINE_S, Rates(1e6, None)))
    part.measured(UpsReading(DEVICE, clock.utc(), on_battery=False, charge=90))
    part.reconfigure(WITHOUT)
    clock.advance(GONE_S)
    running = asyncio.create_task(part.run())
    async with asyncio.timeout(60):
        while part._rounds or part._traffic or part._power:  # noqa: ASYNC110
            await asyncio.sleep(0)
    running.cancel()

    assert part.last_day(DEVICE, clock.utc()) == []
    written = HistoryFile(tmp_path).read("fine", DEVICE, Echoes, began - timedelta(seconds=FINE_S), clock.utc())
    assert sum(one.answered for one in written.values()) == 1, "it waits for no hour"
    assert HistoryFile(tmp_path).read("fine", "gone/uplink", Traffic, began - timedelta(seconds=FINE_S), clock.utc())


async def test_a_site_that_is_put_back_soon_has_lost_nothing_of_its_day(tmp_path: Path) -> None:
    clock = VirtualClock()
    part = HistoryKeeper(clock, HistoryFile(tmp_path), WHOLE)
    await part.open()
    part.take(sample(clock, DEVICE))
    for settings in (WITHOUT, WHOLE):
        part.reconfigure(settings)
        clock.advance(GONE_S - 1)
        await part.forget_gone()
    assert len(part.last_day(DEVICE, clock.utc())) == 1


async def test_what_the_file_refuses_of_a_device_that_is_gone_is_dropped_after_two_hours(tmp_path: Path) -> None:
    clock = VirtualClock()
    part = HistoryKeeper(clock, HistoryFile(tmp_path / "missing"), WHOLE)
    await part.open()
    part.take(sample(clock, DEVICE))
    part.reconfigure(WITHOUT)
    clock.advance(GONE_S)
    await part.forget_gone()
    assert len(part.unwritten(DEVICE)) == 1, "the file may take it later"
    clock.advance(OLD_S)
    await part.write()
    assert part.unwritten(DEVICE) == {}
