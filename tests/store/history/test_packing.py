"""A packed day is small, comes back as it was, and a changed byte is noticed."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.log_scale import NONE, code_of, value_of
from monitor.store.history.packing import Damaged, pack, rows_of, unpack
from monitor.store.history.summaries import Echoes

CODES = st.lists(st.integers(0, NONE - 1), min_size=8, max_size=8)


@given(st.dictionaries(st.integers(0, 287), CODES))
def test_a_day_comes_back_as_it_was(slots: dict[int, list[int]]) -> None:
    found = unpack(pack(slots, 8, 288))
    assert [len(column) for column in found] == [288] * 8
    assert rows_of(found) == {slot: tuple(codes) for slot, codes in slots.items()}


@given(st.dictionaries(st.integers(0, 23), CODES, min_size=1), st.data())
def test_a_changed_byte_is_noticed(slots: dict[int, list[int]], data: st.DataObject) -> None:
    packed = bytearray(pack(slots, 8, 24))
    at = data.draw(st.integers(0, len(packed) - 1))
    packed[at] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(Damaged):
        unpack(bytes(packed))


@given(st.binary(max_size=200))
def test_any_other_bytes_are_damaged(noise: bytes) -> None:
    with pytest.raises(Damaged):
        unpack(noise)


@given(st.floats(1, 1e12))
def test_a_quantity_comes_back_within_half_a_per_cent(value: float) -> None:
    found = value_of(code_of(value))
    assert found == pytest.approx(value, rel=0.0051)


def test_nothing_and_less_than_one_have_codes_of_their_own() -> None:
    assert value_of(code_of(None)) is None
    assert value_of(code_of(0.2)) == 0


def test_a_day_of_an_ordinary_link_is_below_a_kilobyte() -> None:
    chance = random.Random(7)
    day = {}
    for slot in range(288):
        fastest = chance.gauss(4_000, 60)
        times = (fastest, fastest + chance.expovariate(1 / 400), fastest + chance.expovariate(1 / 3_000))
        day[slot] = Echoes(5, 0, 0, 15, int(chance.random() < 0.02), *times).codes()
    hours = {slot: day[slot] for slot in range(24)}
    assert len(pack(day, 8, 288)) < 1_000
    assert len(pack(hours, 8, 24)) < 130
