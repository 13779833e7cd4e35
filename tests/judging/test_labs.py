"""A lab's router and workstations: who of them is silent says what is wrong."""

from dataclasses import replace
from datetime import datetime
from ipaddress import IPv4Address

from monitor.domain.downtime import Downtime
from monitor.domain.states import DowntimeKind
from monitor.judging.board import Board
from monitor.judging.decisions import DeviceEvent, OutageOpened, WorkstationSeen
from monitor.judging.health import State
from monitor.settings.fleet import Device
from tests.judging.boards import RULES, Story, at, fleet, site
from tests.told import said, words

PCS = ("pc1", "pc2", "pc3")
NIGHT = Downtime(DowntimeKind.HOURS, said("outside the hours of service (school)"), at(30))


def lab(downtimes: bool = False) -> Story:
    plain = site("lab")
    stations = tuple(Device(f"lab/{pc}", "lab", pc, IPv4Address("127.0.0.2"), role="workstation") for pc in PCS)
    tree = fleet(replace(plain, devices=(*plain.devices, *stations)))

    def paused(_site: str, at_utc: datetime) -> Downtime | None:
        return NIGHT if downtimes and at_utc < at(30) else None

    return Story(Board(tree, RULES, downtimes=paused))


def pcs(letters: str) -> dict[str, str]:
    return {f"lab__{pc}": letter for pc, letter in zip(PCS, letters, strict=True)}


def told(story: Story) -> list[tuple[str, str]]:
    return [(one.kind, words(one.reason)) for one in story.told if isinstance(one, DeviceEvent)]


def test_workstations_that_are_off_leave_the_lab_up() -> None:
    s = lab()
    s.rounds(5, lab="o", **pcs("oxo"))

    assert s.board.state("lab") is State.UP
    assert s.board.lab("lab") == (2, 3)
    assert told(s) == []


def test_all_silent_behind_a_router_that_answers_are_without_power() -> None:
    s = lab()
    s.round(lab="o", **pcs("ooo"))
    s.rounds(4, lab="o", **pcs("xxx"))
    s.rounds(3, lab="o", **pcs("oox"))

    assert told(s) == [
        ("lab_power_off", "none of 3 workstations answers, but the router does"),
        ("lab_power_on", "1 of 3 workstations answer"),
    ]
    assert s.of(OutageOpened) == []


def test_a_silent_router_is_an_outage_and_says_nothing_about_power() -> None:
    s = lab()
    s.round(lab="o", **pcs("ooo"))
    s.rounds(5, lab="x", **pcs("xxx"))

    assert s.of(OutageOpened) == [("lab",)]
    assert told(s) == []


def test_outside_class_hours_workstations_are_off_and_that_is_nothing() -> None:
    s = lab(downtimes=True)
    s.round(lab="o", **pcs("ooo"))
    s.rounds(10, lab="o", **pcs("xxx"))

    assert told(s) == []
    assert s.board.lab("lab") == (0, 3)


def test_a_lab_is_seen_once_a_day() -> None:
    s = lab()
    s.rounds(5, lab="o", **pcs("oox"))
    s.minute = 24 * 60
    s.rounds(5, lab="o", **pcs("oox"))

    assert [one.at_utc for one in s.told if isinstance(one, WorkstationSeen)] == [at(0), at(24 * 60)]
    assert s.board.lab("lab") == (2, 3)


def test_nothing_is_said_of_a_lab_before_all_its_workstations_were_judged() -> None:
    s = lab()
    s.round(lab="o", lab__pc1="o")

    assert s.board.lab("lab") is None
