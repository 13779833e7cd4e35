"""The file of summaries: what is added is found, what is old goes, and damage costs summaries only."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.store.history.file import HistoryFile, HistoryRefuses, Kept
from monitor.store.history.rows import day_of
from monitor.store.history.summaries import Echoes, Summary, Traffic

T0 = datetime(2026, 11, 24, 3, tzinfo=UTC)
FIVE, HOUR, DAY = timedelta(minutes=5), timedelta(hours=1), timedelta(days=1)


def opened(folder: Path) -> HistoryFile:
    file = HistoryFile(folder)
    file.open()
    return file


def day(count: int = 12, loss: int = 0) -> dict[datetime, Summary]:
    return {T0 + number * FIVE: Echoes(5, 0, 0, 15, loss, 4_000, 4_200, 9_000) for number in range(count)}


def test_what_was_added_is_found_again_by_its_time(tmp_path: Path) -> None:
    file = opened(tmp_path)
    file.add({"udc-a/gateway": day(30), "udc-b/gateway": day(2)})
    found = file.read("fine", "udc-a/gateway", Echoes, T0 + FIVE, T0 + 3 * FIVE)
    assert list(found) == [T0 + FIVE, T0 + 2 * FIVE]
    assert found[T0 + FIVE].median_us == pytest.approx(4_200, rel=0.006)
    assert file.read("fine", "nobody/gateway", Echoes, T0, T0 + FIVE) == {}


def test_a_day_grows_over_midnight_and_over_restarts(tmp_path: Path) -> None:
    late = datetime(2026, 11, 24, 23, 55, tzinfo=UTC)
    opened(tmp_path).add({"a": {late: Echoes(5, 0, 0, 15, 0, 1_000, 1_000, 1_000)}})
    file = opened(tmp_path)
    file.add({"a": {late: Echoes(1, 1, 0, 6, 3), late + FIVE: Echoes(5, 0, 0, 15, 0)}})
    found = file.read("fine", "a", Echoes, late, late + 2 * FIVE)
    assert [(one.answered, one.failed, one.lost) for one in found.values()] == [(6, 1, 3), (5, 0, 0)]


def test_traffic_is_kept_beside_echoes(tmp_path: Path) -> None:
    file = opened(tmp_path)
    file.add({"north/interface": {T0: Traffic(300, 94_000_000, 12_000_000)}})
    (found,) = file.read("coarse", "north/interface", Traffic, T0, T0 + timedelta(hours=1)).values()
    assert found.in_bps == pytest.approx(94_000_000, rel=0.006)


def test_what_is_older_than_is_kept_goes(tmp_path: Path) -> None:
    file = opened(tmp_path)
    file.add({"a": day()})
    file.prune(T0 + timedelta(days=41), Kept(fine=40, coarse=1_096))
    assert file.read("fine", "a", Echoes, T0, T0 + timedelta(days=1)) == {}
    assert len(file.read("coarse", "a", Echoes, T0, T0 + timedelta(days=1))) == 1


def test_hours_of_fortnights_that_are_over_are_joined_once_in_a_fortnight_and_read_as_before(tmp_path: Path) -> None:
    file = opened(tmp_path)
    hours = [T0 + number * HOUR for number in range(60 * 24)]
    file.add({name: {at: Echoes(5, 0, 0, 15, 0, 4_000, 4_200, 9_000) for at in hours} for name in ("a", "b")})
    window = (T0, T0 + 60 * DAY)
    before = [file.read("coarse", name, Echoes, *window) for name in ("a", "b")]
    assert (rows(file, "a"), list(before[0])) == (61, hours)
    give_all_a_turn(file, hours[-1])
    assert [file.read("coarse", name, Echoes, *window) for name in ("a", "b")] == before
    assert rows(file, "a") == rows(file, "b") < 20, "four fortnights, and the days of the present one"
    inside = T0 + 20 * DAY
    found = file.read("coarse", "a", Echoes, inside, inside + HOUR)
    assert list(found) == [inside], "a window that begins within a fortnight finds it"


def test_an_hour_that_comes_late_is_added_to_its_fortnight(tmp_path: Path) -> None:
    file = opened(tmp_path)
    file.add({"a": {T0 + number * DAY: Echoes(5, 0, 0, 15, 0) for number in range(28)}})
    give_all_a_turn(file, T0 + 40 * DAY)
    joined = rows(file, "a")
    late = T0 + 12 * DAY + HOUR
    file.add({"a": {late: Echoes(3, 0, 0, 9, 0), late - HOUR: Echoes(2, 0, 0, 6, 0)}})
    found = file.read("coarse", "a", Echoes, late - HOUR, late + HOUR)
    assert [one.answered for one in found.values()] == [7, 3]
    assert rows(file, "a") == joined


def test_a_fortnight_goes_when_its_last_day_is_older_than_is_kept(tmp_path: Path) -> None:
    file = opened(tmp_path)
    first = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=day_of(T0) // 14 * 14)
    file.add({"a": {first + number * DAY: Echoes(5, 0, 0, 15, 0) for number in range(14)}})
    give_all_a_turn(file, first + 20 * DAY)
    assert rows(file, "a") == 1
    file.prune(first + 113 * DAY, Kept(coarse=100))
    assert rows(file, "a") == 1
    file.prune(first + 114 * DAY, Kept(coarse=100))
    assert rows(file, "a") == 0


def give_all_a_turn(file: HistoryFile, now_utc: datetime) -> None:
    """Let a fortnight pass, in which each series is joined in one hour."""
    for number in range(14 * 24):
        file.join_hours(now_utc + number * HOUR)


def rows(file: HistoryFile, name: str) -> int:
    """How many rows of hours a series has."""
    query = "SELECT count(*) FROM coarse WHERE series = (SELECT id FROM series WHERE name = ?)"
    with sqlite3.connect(file.path) as connection:
        (count,) = connection.execute(query, (name,)).fetchone()
    connection.close()
    return int(count)


@pytest.mark.parametrize("rubbish", [b"", b"rubbish" * 1_000])
def test_a_file_that_is_no_history_is_set_aside_and_begun_again(tmp_path: Path, rubbish: bytes) -> None:
    (tmp_path / "history.db").write_bytes(rubbish)
    file = opened(tmp_path)
    assert Path(file.set_aside).read_bytes() == rubbish
    file.add({"a": day()})


def test_a_torn_file_is_set_aside_too(tmp_path: Path) -> None:
    file = opened(tmp_path)
    file.add({f"device-{number}": day(288) for number in range(60)})
    whole = file.path.read_bytes()
    file.path.write_bytes(whole[: len(whole) // 2])
    again = opened(tmp_path)
    assert again.set_aside
    again.add({"a": day()})


@pytest.mark.parametrize("packed", ["zeroblob(40)", "5", "'text'"])
def test_a_damaged_day_is_left_out_and_all_others_are_read(tmp_path: Path, packed: str) -> None:
    file = opened(tmp_path)
    next_day = {T0 + timedelta(days=1): Echoes(5, 0, 0, 15, 0)}
    file.add({"a": {**day(1), **next_day}})
    with sqlite3.connect(file.path) as connection:
        connection.execute(f"UPDATE fine SET packed = {packed} WHERE day = (SELECT min(day) FROM fine)")
    connection.close()
    assert list(file.read("fine", "a", Echoes, T0, T0 + timedelta(days=2))) == list(next_day)
    file.add({"a": day(2)})
    assert len(file.read("fine", "a", Echoes, T0, T0 + timedelta(hours=1))) == 2


def test_a_file_that_cannot_be_written_is_a_refusal_in_words(tmp_path: Path) -> None:
    with pytest.raises(HistoryRefuses):
        HistoryFile(tmp_path / "missing").open()
    with pytest.raises(HistoryRefuses, match=r"\w"):
        HistoryFile(tmp_path / "missing").add({"a": day()})
    with pytest.raises(HistoryRefuses):
        HistoryFile(tmp_path / "missing").read("fine", "a", Echoes, T0, T0 + FIVE)


def test_a_writer_at_work_keeps_no_reader_out_for_long(tmp_path: Path) -> None:
    file = opened(tmp_path)
    file.add({"a": day()})
    with sqlite3.connect(file.path, isolation_level=None) as connection:
        connection.execute("BEGIN IMMEDIATE")
        assert len(file.read("fine", "a", Echoes, T0, T0 + timedelta(hours=1))) == 12
        connection.execute("ROLLBACK")
    connection.close()
