"""Whether we ourselves can see: a blind vantage opens and closes nothing, and is one event."""

from dataclasses import replace
from ipaddress import IPv4Address

from hypothesis import given
from hypothesis import strategies as st

from monitor.judging.board import Board
from monitor.judging.decisions import OutageClosed, OutageOpened, UplinkBack, UplinkLost
from monitor.judging.health import State
from monitor.settings.fleet import Device, Fleet, Group
from tests.judging.boards import RULES, Story, at, fleet, site

REFERENCES = tuple(Device(f"vantage/up-{n}", "", f"up-{n}", IPv4Address(f"127.0.1.{n}")) for n in (1, 2))
TREE = fleet(site("uplink"), site("mid", "uplink"), site("leaf", "mid"), site("local"))


def seeing(behind: str | None = None, tree: Fleet = TREE) -> Story:
    return Story(Board(replace(tree, groups={"up": Group(REFERENCES, behind)}), RULES))


def references(letter: str, other: str | None = None) -> dict[str, str]:
    return {"vantage__up-1": letter, "vantage__up-2": other or letter}


ALL = ("uplink", "mid", "leaf", "local")


def of_all(letter: str) -> dict[str, str]:
    return dict.fromkeys(ALL, letter)


def test_a_cut_uplink_is_no_outage_and_one_event() -> None:
    s = seeing()
    s.round(**of_all("o"), **references("o"))
    for _ in range(10):
        s.round(**of_all("x"), **references("x"))
    for _ in range(6):
        s.round(**references("o"), **of_all("o"))

    assert s.of(OutageOpened) == []
    assert [(d.group, d.since_utc) for d in s.told if isinstance(d, UplinkLost)] == [("up", at(1))]
    assert [(d.since_utc, d.until_utc) for d in s.told if isinstance(d, UplinkBack)] == [(at(1), at(13))]
    assert s.board.state("leaf") is State.UP


def test_one_reference_that_answers_is_sight_enough() -> None:
    s = seeing()
    s.rounds(5, local="x", **references("x", "o"))

    assert s.of(OutageOpened) == [("local",)]
    assert s.of(UplinkLost) == []


def test_what_was_open_when_sight_was_lost_stays_open_until_it_is_judged_again() -> None:
    s = seeing()
    s.rounds(4, local="x", **references("o"))
    s.rounds(4, local="x", **references("x"))
    s.rounds(2, local="o", **references("x"))
    assert s.of(OutageClosed) == []
    s.rounds(3, local="o", **references("o"))
    s.rounds(2, local="o", **references("o"))
    assert s.of(OutageClosed) == [("local",)]


def test_doubts_from_before_the_blindness_count_no_more() -> None:
    s = seeing()
    s.rounds(2, local="x", **references("o"))
    s.rounds(3, **references("x"), local="x")
    s.rounds(3, **references("o"))
    s.round(local="x", **references("o"))
    assert s.of(OutageOpened) == []
    s.rounds(2, local="x", **references("o"))
    (opened,) = [d for d in s.told if isinstance(d, OutageOpened)]
    assert opened.started_utc == at(8)


def test_the_uplink_itself_and_what_is_local_are_still_judged() -> None:
    s = seeing(behind="uplink")
    s.round(**of_all("o"), **references("o"))
    for _ in range(5):
        s.round(**references("x"), **of_all("x"))

    assert s.of(OutageOpened) == [("uplink",), ("local",)]
    assert s.board.state("leaf") is State.UP, "nobody can say otherwise"


def test_an_uplink_that_is_taken_out_of_the_configuration_leaves_nobody_blind() -> None:
    s = seeing()
    s.round(**references("x"))
    told = s.board.replace_fleet(TREE, RULES, at(9))

    assert [(d.since_utc, d.until_utc) for d in told if isinstance(d, UplinkBack)] == [(at(0), at(9))]
    s.rounds(3, local="x")
    assert s.of(OutageOpened) == [("local",)]


@given(st.lists(st.tuples(st.sampled_from("ox"), st.sampled_from("ox"), st.sampled_from("ox")), max_size=60))
def test_nothing_opens_or_closes_while_no_reference_answers(rounds: list[tuple[str, str, str]]) -> None:
    s = seeing()
    for local, first, second in rounds:
        before = len(s.told)
        s.round(**references(first, second))
        s.minute -= 1
        s.round(local=local)
        if first == second == "x":
            assert not [d for d in s.told[before:] if isinstance(d, OutageOpened | OutageClosed)]
