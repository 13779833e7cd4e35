"""What a daemon says of itself: its clock, its configuration, and what it sees through its uplinks."""

from dataclasses import replace
from ipaddress import IPv4Address

from monitor.domain.clock import VirtualClock
from monitor.domain.leases import Duty, Lease, shard_name
from monitor.domain.reasons import TIMEOUT
from monitor.domain.sample import Sample, Verdict
from monitor.judging.board import Board
from monitor.judging.shards import shard_of
from monitor.runtime.condition import Condition, OwnCondition, unseen
from monitor.runtime.live import RuntimeState
from monitor.settings.fleet import Device, Group
from tests.desk import shipped_office
from tests.judging.boards import RULES, at, fleet, site
from tests.runtime.built import OfOthers

ISP, CABLE = (Device(f"vantage/{name}-1", "", f"{name}-1", IPv4Address("127.0.1.1")) for name in ("isp", "cable"))
FLEET = replace(
    fleet(site("core"), site("leaf", "core"), site("far"), site("farther", "far")),
    groups={"isp": Group((ISP,)), "cable": Group((CABLE,), "far")},
)


def test_a_shard_behind_a_lost_uplink_is_named_with_all_that_it_lies_behind() -> None:
    core, far = (shard_name(shard_of(FLEET, each)) for each in ("core", "far"))
    assert unseen(FLEET, []) == {}
    assert unseen(FLEET, ["cable"]) == {far: frozenset({"cable", "isp"})}
    assert unseen(FLEET, ["isp"]) == {far: frozenset({"cable", "isp"}), core: frozenset({"isp"})}


def of(device: str, verdict: Verdict) -> Sample:
    got = 3 if verdict is Verdict.OK else 0
    return Sample(device, "icmp", at(0), 0, verdict, 3, got, (1_000_000,) * got, TIMEOUT)


def test_an_uplink_is_seen_by_an_answer_and_lost_by_the_board() -> None:
    board = Board(FLEET, RULES)
    live = RuntimeState(VirtualClock(), FLEET, board, shipped_office())
    condition = OwnCondition(live)
    live.clock_suspect = False
    assert condition() == Condition(fit=True)
    board.observe(of("vantage/isp-1", Verdict.OK))
    board.observe(of("vantage/cable-1", Verdict.OK))
    assert condition().sees == {"isp", "cable"}
    board.replace_fleet(FLEET, RULES, VirtualClock().utc())
    assert condition().sees == {"isp", "cable"}, "other shards make no uplink unknown"
    board.observe(of("vantage/cable-1", Verdict.FAILED))
    found = condition()
    assert found.sees == {"isp"}
    assert found.lost == {"cable"}
    assert found.unseen == unseen(FLEET, ["cable"])
    live.clock_suspect = True
    assert not condition().fit


def test_only_who_sends_says_which_channels_cannot_be_reached() -> None:
    live = RuntimeState(VirtualClock(), FLEET, Board(FLEET, RULES), shipped_office())
    live.mail_trouble["email"] = "no answer"
    assert OwnCondition(live)().away == {"email": "no answer"}
    live.leases = OfOthers(Lease(Duty.CASES, "a/1", 3), {"sms": "no money"})
    assert OwnCondition(live)().away == {}
    assert live.channels_away == {"sms": "no money"}
