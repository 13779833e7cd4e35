"""Samples that the daemon writes down, and `replay` reads again."""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.cli.replay import Recorded
from monitor.domain.clock import VirtualClock
from monitor.domain.sample import Sample, Verdict
from monitor.runtime.sample_log import SampleLog
from monitor.settings.storage_section import Storage
from tests.judging.boards import T0, TREE
from tests.told import said


def samples(first: int, last: int) -> list[Sample]:
    found = []
    for minute in range(first, last):
        at = T0 + timedelta(minutes=minute)
        found.append(Sample("root/gateway", "icmp", at, 0, Verdict.OK, 3, 2, (1_500_000, 2_500_000)))
        found.append(Sample("leaf/gateway", "icmp", at, 0, Verdict.FAILED, 3, 0, (), said("host unreachable")))
    return found


@pytest.mark.parametrize("suffix", ["", ".gz", ".zst"])
def test_what_is_recorded_is_replayed(tmp_path: Path, suffix: str) -> None:
    recording = SampleLog(VirtualClock(T0), tmp_path, Storage(record=f"var/samples-%Y-%m-%d.jsonl{suffix}"))
    for first in (0, 5):
        for sample in samples(first, first + 5):
            recording.take(sample)
        recording.flush()

    (file,) = (tmp_path / "var").iterdir()
    assert file.name == f"samples-2026-11-24.jsonl{suffix}"
    again = [one for one in Recorded(file, TREE) if isinstance(one, Sample)]
    assert [(one.device, one.started_utc, one.verdict, one.reason) for one in again] == [
        (one.device, one.started_utc, one.verdict, one.reason) for one in samples(0, 10)
    ]
    assert again[0].rtt_ns == 2_000_000
    assert again[0].loss == pytest.approx(1 / 3, abs=1e-6)


def test_a_clock_that_is_stepped_back_begins_another_file(tmp_path: Path) -> None:
    clock = VirtualClock(T0, mono=10**12)
    recording = SampleLog(clock, tmp_path, Storage(record="samples-%Y-%m-%d.jsonl"))

    def takes(*after_s: float) -> None:
        """Rounds of a minute in which the wall clock is stepped by so many seconds before each."""
        for step in after_s:
            clock.step(step)
            recording.take(Sample("root/gateway", "icmp", clock.utc(), clock.mono_ns(), Verdict.OK, 3, 3, (1, 1, 1)))
            clock.advance(60)

    takes(0, -0.5 - 60, 0, -7_200, 0)
    recording.flush()
    takes(0, 0)
    recording.flush()
    # Another run begins by a clock that was set back once more; the file of the day is as old as this test.
    clock.step(-3_600)
    recording = SampleLog(clock, tmp_path, Storage(record="samples-%Y-%m-%d.jsonl"))
    takes(0)
    recording.flush()

    counts = {path.name: len(list(Recorded(path, TREE))) for path in tmp_path.iterdir()}
    assert counts == {
        "samples-2026-11-24.jsonl": 3,
        "samples-2026-11-24-again-010159.jsonl": 4,
        "samples-2026-11-24-again-000559.jsonl": 1,
    }


def test_the_oldest_files_go_when_all_are_larger_than_allowed(tmp_path: Path) -> None:
    clock = VirtualClock(T0)
    recording = SampleLog(clock, tmp_path, Storage(record="samples-%Y-%m-%d.jsonl", record_mb=1))
    for _ in range(6):
        for sample in samples(0, 1_500):
            recording.take(sample)
        recording.flush()
        clock.advance(86_400)

    kept = sorted(path.name for path in tmp_path.iterdir())
    assert kept[-1] == "samples-2026-11-29.jsonl"
    assert 1 <= len(kept) < 6
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 1_000_000


def test_nothing_is_recorded_unless_asked_for(tmp_path: Path) -> None:
    recording = SampleLog(VirtualClock(T0), tmp_path, Storage())
    recording.take(samples(0, 1)[0])
    recording.flush()

    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_costs_the_recording_alone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "var").write_text("a file where a folder should be")
    recording = SampleLog(VirtualClock(T0), tmp_path, Storage(record="var/samples.jsonl"))
    for _ in range(3):
        recording.take(samples(0, 1)[0])
        recording.flush()

    assert len(caplog.records) == 1


@pytest.mark.timeout(60)
@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_what_is_no_plain_file_is_not_written_to_nor_waited_for(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    """The end of the daemon would wait for a pipe's reader."""
    file = tmp_path / "samples-2026-11-24.jsonl"
    if kind == "pipe":
        os.mkfifo(file)
        os.utime(file, (0, 0))  # else another file is begun: this test's clock is before it
    else:
        file.symlink_to("/dev/null")
    recording = SampleLog(VirtualClock(T0), tmp_path, Storage(record="samples-%Y-%m-%d.jsonl"))
    for sample in samples(0, 1):
        recording.take(sample)
    recording.flush()
    assert f"samples cannot be recorded in {file}: is no plain file" in caplog.text
