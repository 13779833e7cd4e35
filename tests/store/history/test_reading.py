"""What is asked of the history is answered from the file and from memory together, each round once."""

import random
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.settings.fleet import Link
from monitor.store.history.file import HistoryFile
from monitor.store.history.names import ups_series
from monitor.store.history.reading import KeptHistory, Step
from monitor.store.history.summaries import Echoes, Summary, Traffic, UpsPower

T0 = datetime(2026, 11, 24, 3, tzinfo=UTC)
FIVE, HOUR = timedelta(minutes=5), timedelta(hours=1)
DEVICE = "udc/gateway"
ROUND = Echoes(5, 0, 0, 15, 0, 4_000, 4_200, 9_000)


def history(folder: Path, unwritten: Mapping[str, Mapping[datetime, Summary]]) -> KeptHistory:
    return KeptHistory(HistoryFile(folder), lambda: T0 + HOUR, 40, lambda series: unwritten.get(series, {}))


def test_what_is_written_and_what_is_not_come_in_one_row(tmp_path: Path) -> None:
    file = HistoryFile(tmp_path)
    file.open()
    file.add({DEVICE: {T0: ROUND, T0 + FIVE: ROUND}})
    asked = history(tmp_path, {DEVICE: {T0 + FIVE: ROUND, T0 + 2 * FIVE: ROUND}})
    found = asked.rounds(DEVICE, Step.FINE, (T0, T0 + HOUR))
    assert [one.answered for one in found.values()] == [5, 10, 5]
    (hour,) = asked.rounds(DEVICE, Step.HOUR, (T0, T0 + HOUR)).values()
    assert hour.answered == 20
    assert list(asked.rounds(DEVICE, Step.FINE, (T0 + FIVE, T0 + 2 * FIVE))) == [T0 + FIVE]
    assert asked.source == "history"


def test_before_the_first_writing_memory_alone_answers(tmp_path: Path) -> None:
    asked = history(tmp_path, {DEVICE: {T0: ROUND}})
    assert asked.rounds(DEVICE, Step.FINE, (T0, T0 + HOUR)) == {T0: ROUND}


def test_a_ups_and_a_link_have_series_of_their_own(tmp_path: Path) -> None:
    link = Link("udc/interface", "udc", DEVICE, "sfp1")
    file = HistoryFile(tmp_path)
    file.open()
    file.add({DEVICE: {T0: ROUND}, link.id: {T0: Traffic(300, 8e6, 1e6)}, ups_series(DEVICE): {T0: UpsPower(5, 2, 80)}})
    asked = history(tmp_path, {})
    assert asked.power(DEVICE, Step.HOUR, (T0, T0 + HOUR)) == {T0: UpsPower(5, 2, 80)}
    (passed,) = asked.rates(link, Step.FINE, (T0, T0 + HOUR)).values()
    assert passed.seconds == 300
    assert asked.power("udc/other", Step.FINE, (T0, T0 + HOUR)) == {}


@pytest.mark.alone
def test_a_month_of_a_device_by_five_minutes_is_read_at_once(tmp_path: Path) -> None:
    file, chance, month = HistoryFile(tmp_path), random.Random(7), (T0, T0 + timedelta(days=30))
    file.open()
    for number in range(30):
        times = [sorted(chance.uniform(3_000, 9_000) for _ in range(3)) for _ in range(288)]
        begins = T0 + timedelta(days=number)
        file.add({DEVICE: {begins + slot * FIVE: Echoes(5, 0, 0, 15, 0, *times[slot]) for slot in range(288)}})
    taken = []
    for _ in range(9):
        begun = time.thread_time()
        assert len(history(tmp_path, {}).rounds(DEVICE, Step.FINE, month)) == 30 * 288
        taken.append(time.thread_time() - begun)
    assert min(taken) < 0.040  # 11 to 13 ms on a quiet machine
