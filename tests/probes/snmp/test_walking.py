"""Agents of all manners, played: whatever they do, a walk ends and has taken what could be had."""

import tracemalloc
from collections.abc import Sequence

import pytest

from monitor.probes.snmp.ber import Missing, Oid, Value, oid
from monitor.probes.snmp.messages import Binding
from monitor.probes.snmp.session import AgentError, GarbledError, SilentError
from monitor.probes.snmp.walking import walk
from tests.probes.snmp.tables import Mute, Table
from tests.told import said

A, B, C = (oid(f"1.3.6.1.2.1.2.2.1.{column}") for column in (1, 2, 3))


def cell(column: Oid, row: int) -> Oid:
    return column + (oid(f"1.3.{row}")[1:])


def table(rows: int, columns: Sequence[Oid] = (A, B, C)) -> dict[Oid, Value]:
    return {cell(column, row): row for column in columns for row in range(1, rows + 1)}


@pytest.mark.parametrize("most", [1_000, 10, 5, 2, 1])
async def test_all_columns_are_whole_however_few_bindings_an_agent_packs_into_an_answer(most: int) -> None:
    found = await walk(Table(table(rows=30), most), [A, B, C])

    assert {column: list(rows.values()) for column, rows in found.items()} == {
        column: list(range(1, 31)) for column in (A, B, C)
    }


async def test_a_column_that_the_agent_lacks_is_empty_and_disturbs_no_other() -> None:
    found = await walk(Table(table(rows=7, columns=(A, C))), [A, B, C])

    assert [len(found[column]) for column in (A, B, C)] == [7, 0, 7]


async def test_an_endless_table_ends_at_the_bound() -> None:
    found = await walk(Table(table(rows=300)), [A], most_rows=100)

    assert len(found[A]) == 100


async def test_an_agent_that_repeats_itself_is_left() -> None:
    class Repeating(Table):
        async def get_bulk(self, oids: Sequence[Oid], repetitions: int) -> list[Binding]:
            self.asked += 1
            return [(cell(A, 5), 5)] * repetitions

    agent = Repeating({})
    found = await walk(agent, [A])

    assert (list(found[A].values()), agent.asked) == ([5], 1)


async def test_an_agent_that_goes_backwards_is_left() -> None:
    class Backwards(Table):
        async def get_bulk(self, oids: Sequence[Oid], repetitions: int) -> list[Binding]:
            self.asked += 1
            return [(cell(A, 9 - number), number) for number in range(8)]

    agent = Backwards({})

    assert list((await walk(agent, [A]))[A]) == [(9,)]
    assert agent.asked == 1


async def test_an_agent_that_answers_only_small_questions_is_asked_those() -> None:
    class Narrow(Table):
        async def get_bulk(self, oids: Sequence[Oid], repetitions: int) -> list[Binding]:
            if len(oids) * repetitions > 2:
                raise AgentError(1, 0)
            return await super().get_bulk(oids, repetitions)

    found = await walk(Narrow(table(rows=4)), [A, B, C])

    assert [len(found[column]) for column in (A, B, C)] == [4, 4, 4]


async def test_one_column_that_the_agent_chokes_on_costs_no_other() -> None:
    class Choking(Table):
        async def get_bulk(self, oids: Sequence[Oid], repetitions: int) -> list[Binding]:
            if any(name.startswith(B) for name in oids):
                raise AgentError(5, 1)
            return await super().get_bulk(oids, repetitions)

    found = await walk(Choking(table(rows=4)), [A, B, C])

    assert [len(found[column]) for column in (A, B, C)] == [4, 0, 4]


async def test_answers_that_get_lost_because_they_are_long_are_asked_for_shorter() -> None:
    lost = 0

    class Lossy(Table):
        async def get_bulk(self, oids: Sequence[Oid], repetitions: int) -> list[Binding]:
            nonlocal lost
            if repetitions > 1:
                lost += 1
                raise SilentError(said("lost"))
            return await super().get_bulk(oids, repetitions)

    columns = [oid(f"1.3.6.1.2.1.2.2.1.{column}") for column in range(1, 19)]
    found = await walk(Lossy(table(rows=4, columns=columns)), columns)

    assert [len(found[column]) for column in columns] == [4] * 18
    assert lost == 1, "each loss costs seconds: having met one, the walk asks the other columns for less at once"


async def test_silence_is_an_error() -> None:
    class Silent(Table):
        async def get(self, oids: Sequence[Oid]) -> list[Binding]:
            raise SilentError(said("away"))

        async def get_bulk(self, oids: Sequence[Oid], repetitions: int) -> list[Binding]:
            raise SilentError(said("away"))

    with pytest.raises(SilentError):
        await walk(Silent({}), [A])


async def test_what_is_no_answer_ends_a_walk_at_once_and_is_not_taken_for_silence() -> None:
    asked: list[int] = []

    class Garbled(Table):
        async def get_bulk(self, oids: Sequence[Oid], repetitions: int) -> list[Binding]:
            asked.append(repetitions)
            raise GarbledError(said("what comes from there is no SNMP"))

    with pytest.raises(GarbledError):
        await walk(Garbled({}), [A, B, C])
    assert len(asked) == 1, "it is not asked anew for less, nor for each object alone"


@pytest.mark.parametrize("row", [1, 17, 30])
async def test_a_silent_object_costs_its_column_from_there_on_and_nothing_else(row: int) -> None:
    agent = Mute(table(rows=30), [cell(B, row)])

    found = await walk(agent, [A, B, C])

    assert [len(found[column]) for column in (A, B, C)] == [30, row - 1, 30]
    assert found.unread == ({A, B} if row == 1 else {B}), "what follows the last row of A is what it is silent at"
    assert agent.unanswered <= 6, "each costs a time-out"


async def test_who_is_silent_at_many_objects_keeps_what_was_read_and_is_not_asked_for_all_of_them() -> None:
    columns = [oid(f"1.3.6.1.2.1.2.2.1.{column}") for column in range(1, 9)]
    agent = Mute(table(rows=3, columns=columns), [cell(column, 2) for column in columns])

    found = await walk(agent, columns)

    assert [len(found[column]) for column in columns] == [1] * len(columns)
    assert found.unread == set(columns)
    assert agent.unanswered <= 6, "each costs a time-out"


async def test_a_column_that_is_skipped_is_unread_and_is_not_asked_for() -> None:
    agent = Mute(table(rows=60), [cell(B, 31)])

    found = await walk(agent, [A, B, C], skip={B})

    assert (found.unread, agent.unanswered) == ({B}, 0)
    assert [len(found[column]) for column in (A, B, C)] == [60, 0, 60]


class Endless:
    """An agent whose columns never end: each name is a new one, with this behind it and this value."""

    def __init__(self, tail: bytes, value: Value) -> None:
        self.tail, self.value = tail, value
        self.asked = 0

    async def get(self, oids: Sequence[Oid]) -> list[Binding]:
        return []

    async def get_bulk(self, oids: Sequence[Oid], repetitions: int) -> list[Binding]:
        self.asked += 1
        index = bytes([0x81, 0x80 | self.asked >> 14, 0x80 | self.asked >> 7 & 0x7F, self.asked & 0x7F])
        return [
            (next(column for column in (A, B, C) if oid.startswith(column)) + index + self.tail, self.value)
            for oid in oids
        ]


async def test_rows_that_are_not_there_are_not_walked_for_ever() -> None:
    agent = Endless(b"", Missing.NO_INSTANCE)
    assert await walk(agent, [A, B, C]) == {A: {}, B: {}, C: {}}
    assert agent.asked == 1


async def test_an_agent_fills_no_memory_with_what_nobody_shows() -> None:
    tracemalloc.start()
    for tail in (b"\x8f\x01" * 30, b"\x8f\x01" * 300):
        await walk(Endless(tail, b"x" * 7_000), [A, B, C])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak <= 6 * 2**20, "for three columns of a thousand rows"
