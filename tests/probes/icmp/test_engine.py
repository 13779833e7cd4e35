"""The engine against real kernels: what answers is up, what is silent is down, what we could not ask is unknown."""

import asyncio
import errno
import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from monitor.domain.clock import NS_PER_S, SystemClock
from monitor.domain.sample import Verdict
from monitor.probes.base import Shape
from monitor.probes.icmp import sockets, transmitters
from monitor.probes.icmp.engine import IcmpOptions, IcmpProbe
from monitor.probes.icmp.packets import Rejected
from monitor.probes.icmp.sockets import NoSocket
from tests.lab.forger import FORGERIES, Forger, the_truth
from tests.lab.network import Lab
from tests.probes.icmp.pinging import ask, ask_in, crowd, eventually, probe_in, targets
from tests.told import words

KINDS = pytest.mark.parametrize("kind", ["ping", "raw"])
FAMILIES = pytest.mark.parametrize(("up", "down"), [("10.77.8.1", "10.77.8.2"), ("fd77::8:1", "fd77::8:2")])


@pytest.fixture
def dead(network: Lab, down: str) -> Iterator[str]:
    network.down(down)
    yield down
    network.up(down)


# ------------------------------------------------------------------------------------------------- who is up or down


@KINDS
@pytest.mark.parametrize("address", ["127.0.0.1", "127.77.1.2", "::1", "10.77.1.2", "fd77::1:2"])
async def test_who_answers_is_up(network: Lab, kind: str, address: str) -> None:
    sample = (await ask_in(network.monitor, address, socket=kind, echoes=3))[address]

    assert (sample.verdict, sample.sent, sample.received, sample.reason) == (Verdict.OK, 3, 3, None)
    assert all(0 <= rtt < 100_000_000 for rtt in sample.rtts_ns)
    assert sample.loss == 0


@KINDS
@FAMILIES
async def test_who_is_silent_is_down_and_disturbs_nobody(network: Lab, kind: str, up: str, dead: str) -> None:
    samples = await ask_in(network.monitor, dead, up, socket=kind)

    assert (samples[up].verdict, samples[up].received) == (Verdict.OK, 1)
    assert (samples[dead].verdict, samples[dead].sent, samples[dead].received) == (Verdict.FAILED, 1, 0)
    assert words(samples[dead].reason) == "timeout"


@KINDS
async def test_a_crowd_of_both_families_answers_to_the_last_one(network: Lab, kind: str) -> None:
    everybody = [*crowd(3_000), *crowd(2_000, "fd77::5:0")]
    async with probe_in(network.monitor, socket=kind, timeout_s=2) as probe:
        samples = await ask(probe, everybody)

        assert {sample.verdict for sample in samples.values()} == {Verdict.OK}
        assert (probe.counters.sent, probe.counters.accepted) == (5_000, 5_000)
        assert set(probe.counters.rejected().values()) == {0}


async def test_part_of_the_echoes_is_enough_to_be_up_and_the_loss_is_told(network: Lab) -> None:
    network.loss("10.77.9.0/24", 50)
    try:
        samples = await ask_in(network.monitor, *(f"10.77.9.{host}" for host in range(100)), echoes=10)
    finally:
        network.calm()

    lost = sum(sample.sent - sample.received for sample in samples.values()) / 1_000
    assert 0.3 < lost < 0.7  # twelve standard deviations
    assert all((sample.verdict is Verdict.OK) == (sample.received > 0) for sample in samples.values())
    assert all(len(sample.rtts_ns) == sample.received for sample in samples.values())


@KINDS
@pytest.mark.parametrize(
    ("verb", "address", "reason"),
    [
        ("unreachable", "10.77.10.1", "host unreachable"),
        ("prohibit", "10.77.10.2", "administratively prohibited"),
        ("unreachable", "fd77::10:1", "no route"),
        ("prohibit", "fd77::10:2", "administratively prohibited"),
    ],
)
async def test_a_router_that_says_why_is_quoted(network: Lab, kind: str, verb: str, address: str, reason: str) -> None:
    network.hosts.run(["sysctl", "-qw", "net.ipv4.icmp_ratelimit=0", "net.ipv6.icmp.ratelimit=0"])
    route = ["ip", "route", "add", verb, address, "table", "local", "metric", "50"]
    network.hosts.run(route)
    network.hosts.run(["sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1"])
    try:
        # several echoes: after five of them a kernel grants a peer one routing error a second, and may owe us the first
        asked = await ask_in(network.monitor, address, socket=kind, echoes=3, spacing_s=1.1)
        sample = asked[address]
    finally:
        network.hosts.run(["ip", "route", "del", *route[3:]])

    assert (sample.verdict, sample.received) == (Verdict.FAILED, 0)
    assert words(sample.reason) == reason


@KINDS
async def test_a_device_is_never_asked_twice_with_one_identifier_and_sockets_do_not_pile_up(
    network: Lab, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transmitters, "LATE_S", 0.1)
    due, seen, most_open = targets("10.77.8.1", "fd77::8:1"), set(), 0
    async with probe_in(network.monitor, socket=kind, timeout_s=0.05) as probe:
        for number in range(20):
            await ask(probe, due)
            for family, transmitter in probe._transmitters.current.items():
                seen.add((family, transmitter.socket.identifier, transmitter.in_flight.cookie))
            assert len({cookie for _, _, cookie in seen}) == 2 * (number + 1)
            most_open = max(most_open, len(probe._transmitters.replaced))
        await eventually(lambda: not probe._transmitters.replaced, 2)

    assert most_open <= 20  # a tenth of a second's worth


async def test_devices_that_take_turns_share_a_socket_until_one_is_asked_again(network: Lab) -> None:
    first, second = targets("10.77.8.1"), targets("10.77.8.3")
    async with probe_in(network.monitor) as probe:
        sockets_used = []
        for due in (first, second, first, second):
            await ask(probe, due)
            sockets_used.append(probe._transmitters.current[4].socket.identifier)

    one, same, other, other_too = sockets_used
    assert one == same != other == other_too


async def test_the_old_socket_serves_on_where_no_other_can_be_opened(network: Lab) -> None:
    async with probe_in(network.monitor) as probe:
        await ask(probe, targets("10.77.8.1"))

        def refused(*_: int) -> socket.socket:
            raise OSError(errno.EMFILE, "Too many open files")

        probe._transmitters._opener = refused
        samples = await ask(probe, targets("10.77.8.1"))

    assert samples["10.77.8.1"].verdict is Verdict.OK


# ------------------------------------------------------------------------------------------- what we cannot ask about


@pytest.mark.parametrize(
    ("kind", "up", "down"),
    # An IPv6 ping socket is missing: the kernel (ping_v6_sendmsg) does not tell it what became of the packet.
    [("ping", "10.77.8.1", "10.77.8.2"), ("raw", "10.77.8.1", "10.77.8.2"), ("raw", "fd77::8:1", "fd77::8:2")],
)
async def test_an_echo_that_our_own_firewall_refuses_judges_nobody(network: Lab, kind: str, up: str, down: str) -> None:
    family = "ip6" if ":" in down else "ip"
    chain = "type filter hook output priority 0;"
    network.monitor.run(
        ["nft", "-f", "-"], text=f"table inet wall {{ chain out {{ {chain} {family} daddr {down} drop; }}; }}"
    )
    try:
        async with probe_in(network.monitor, socket=kind) as probe:
            samples = await ask(probe, targets(down, up))
            refused = probe.counters.refused_by_errno
    finally:
        network.monitor.run(["nft", "delete", "table", "inet", "wall"])

    assert (samples[down].verdict, samples[down].sent) == (Verdict.UNKNOWN, 0)
    assert words(samples[down].reason) == "EPERM (Operation not permitted)"
    assert samples[up].verdict is Verdict.OK
    assert refused == {"EPERM": 1}


@KINDS
async def test_without_a_route_the_device_is_unknown(network: Lab, kind: str) -> None:
    samples = await ask_in(network.monitor, "192.0.2.1", "10.77.8.1", "2001:db8::1", socket=kind)

    for address in ("192.0.2.1", "2001:db8::1"):
        assert samples[address].verdict is Verdict.UNKNOWN
        assert words(samples[address].reason) == "ENETUNREACH (Network is unreachable)"
    assert samples["10.77.8.1"].verdict is Verdict.OK


async def test_one_refusal_amid_a_batch_keeps_nobody_else_back(network: Lab) -> None:
    around = [*crowd(40), *targets("192.0.2.1"), *crowd(40, "10.77.20.0")]

    async with probe_in(network.monitor) as probe:
        samples = await ask(probe, around)

    assert [device for device, sample in samples.items() if sample.verdict is not Verdict.OK] == ["192.0.2.1"]


@KINDS
async def test_a_receive_buffer_that_overflows_is_our_fault_and_not_theirs(
    network: Lab, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # the least that the kernel allows, while the loop looks at it after whole batches only
    monkeypatch.setattr(sockets, "WANTED_RECEIVE_BUFFER", 1)
    async with probe_in(network.monitor, socket=kind) as probe:
        samples = await ask(probe, crowd(500))
        dropped = probe.counters.dropped

    verdicts = [sample.verdict for sample in samples.values()]
    assert dropped > 0
    assert verdicts.count(Verdict.UNKNOWN) == dropped
    assert verdicts.count(Verdict.FAILED) == 0
    assert "buffer was full" in {words(sample.reason) for sample in samples.values() if sample.reason}.pop()


@pytest.mark.parametrize("kind", ["auto", "ping", "raw"])
async def test_where_no_socket_is_allowed_the_fix_is_told(network: Lab, kind: str) -> None:
    def refused(family: int, kind: int, protocol: int) -> socket.socket:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    with pytest.raises(NoSocket, match="ping_group_range") as told:
        IcmpProbe(SystemClock(), IcmpOptions(socket=kind), refused).open()  # type: ignore[arg-type]

    assert "CAP_NET_RAW" in str(told.value)
    assert str(told.value).count("Operation not permitted") == (2 if kind == "auto" else 1)


async def test_where_ping_sockets_are_not_allowed_a_raw_one_is_taken(network: Lab) -> None:
    groups = network.monitor.run(["sysctl", "-n", "net.ipv4.ping_group_range"]).stdout.strip()
    network.monitor.run(["sysctl", "-qw", "net.ipv4.ping_group_range=1 0"])
    try:
        async with probe_in(network.monitor) as probe:
            assert probe.kinds == {4: "raw", 6: "raw"}
            assert (await ask(probe, targets("10.77.8.1")))["10.77.8.1"].verdict is Verdict.OK
    finally:
        network.monitor.run(["sysctl", "-qw", f"net.ipv4.ping_group_range={groups}"])


# ------------------------------------------------------------------------------------------------------------- time


@KINDS
@pytest.mark.alone
async def test_answers_that_waited_while_we_stood_still_are_neither_late_nor_lost(network: Lab, kind: str) -> None:
    async with probe_in(network.monitor, socket=kind, timeout_s=0.1) as probe:
        asking = asyncio.ensure_future(ask(probe, [*crowd(300), *crowd(100, "fd77::5:0")]))
        await eventually(lambda: probe.counters.sent >= 400, within_s=5)
        time.sleep(0.3)  # noqa: ASYNC251 — the stall itself
        samples = await asking

    assert {sample.verdict for sample in samples.values()} == {Verdict.OK}
    # what counts is when the kernel received the answer, not when we came to read it
    assert max(sample.rtts_ns[0] for sample in samples.values()) < 100_000_000


@pytest.mark.parametrize("hours", [-1, 1])
@pytest.mark.parametrize("when", ["between two rounds", "in the middle of one"])
async def test_a_stepped_wall_clock_changes_no_verdict_and_no_time(
    network: Lab, monkeypatch: pytest.MonkeyPatch, hours: int, when: str
) -> None:
    step_ns = 0
    wall_ns = time.time_ns

    def stepped() -> int:
        return wall_ns() + step_ns

    monkeypatch.setattr(time, "time_ns", stepped)
    network.down("10.77.8.2")
    everybody = [*crowd(200), *targets("10.77.8.2")]
    try:
        async with probe_in(network.monitor, echoes=2, spacing_s=0.1) as probe:
            await ask(probe, everybody)
            asking = asyncio.ensure_future(ask(probe, everybody))
            if when == "in the middle of one":
                await eventually(lambda: probe.counters.sent >= 201 * 3, within_s=5)
            step_ns = hours * 3_600 * NS_PER_S
            samples = await asking
    finally:
        network.up("10.77.8.2")

    assert {device for device, sample in samples.items() if sample.verdict is not Verdict.OK} == {"10.77.8.2"}
    assert samples["10.77.8.2"].verdict is Verdict.FAILED
    assert all(0 <= rtt < 250_000_000 for sample in samples.values() for rtt in sample.rtts_ns)
    assert all(sample.received == 2 for device, sample in samples.items() if device != "10.77.8.2")


@pytest.mark.alone
async def test_the_rate_is_kept_by_all_rounds_together(network: Lab) -> None:
    async with probe_in(network.monitor, rate_per_s=1_000, echoes=2) as probe:
        begun_ns = time.monotonic_ns()
        await asyncio.gather(ask(probe, crowd(100)), ask(probe, crowd(100, "10.77.20.0")))
        took_s = (time.monotonic_ns() - begun_ns) / NS_PER_S

    assert took_s > 0.37  # 400 echoes; the last burst (25.6 ms) need not be waited for


async def test_rounds_under_way_together_do_not_mix_up_their_answers(network: Lab) -> None:
    network.down("10.77.17.0/24")
    try:
        async with probe_in(network.monitor, echoes=2, spacing_s=0.05) as probe:
            rounds = [crowd(100, f"10.77.{third}.0") for third in range(16, 22)] * 3
            answered = await asyncio.gather(*(ask(probe, due) for due in rounds))
    finally:
        network.up("10.77.17.0/24")

    for due, samples in zip(rounds, answered, strict=True):
        expected = Verdict.FAILED if due[0].device == "10.77.17.0" else Verdict.OK
        assert {sample.verdict for sample in samples.values()} == {expected}


async def test_a_round_given_up_leaves_the_others_alone(network: Lab) -> None:
    async with probe_in(network.monitor, echoes=3, spacing_s=0.1) as probe:
        given_up = asyncio.ensure_future(ask(probe, crowd(50, "10.77.20.0")))
        other = asyncio.ensure_future(ask(probe, crowd(50)))
        await eventually(lambda: probe.counters.sent >= 60, within_s=5)
        given_up.cancel()
        samples = await other

    assert given_up.cancelled()
    assert {sample.received for sample in samples.values()} == {3}


async def test_samples_come_as_they_are_known_and_the_silent_do_not_hold_up_the_others(network: Lab) -> None:
    network.down("10.77.8.2")
    came: dict[str, float] = {}
    try:
        async with probe_in(network.monitor, timeout_s=0.3) as probe:
            begun_ns = time.monotonic_ns()
            async for samples in probe.run(targets("10.77.8.2", "10.77.8.1")):
                for sample in samples:
                    came[sample.device] = (time.monotonic_ns() - begun_ns) / NS_PER_S
    finally:
        network.up("10.77.8.2")

    assert list(came) == ["10.77.8.1", "10.77.8.2"]
    assert came["10.77.8.1"] < 0.25
    assert 0.3 <= came["10.77.8.2"] < 1.0


# ------------------------------------------------------------------------------------------------------------ forgers


REASONS = {
    "wrong source": Rejected.FORGED_SOURCE,
    "wrong cookie": Rejected.FORGED_COOKIE,
    "wrong sequence": Rejected.FORGED_SEQUENCE,
    "bad checksum": Rejected.BAD_CHECKSUM,
    "late": Rejected.LATE,
}


@KINDS
@pytest.mark.parametrize("forgery", FORGERIES)
async def test_no_forger_revives_a_dead_host_and_each_is_counted(network: Lab, kind: str, forgery: str) -> None:
    network.down("10.77.8.2")
    try:
        with Forger(network, "10.77.8.2", FORGERIES[forgery]) as forger:
            async with probe_in(network.monitor, socket=kind, timeout_s=0.4) as probe:
                samples = await ask(probe, targets("10.77.8.2", "10.77.8.1"))
                rejected = probe.counters.rejected
                if (kind, forgery) == ("ping", "bad checksum"):  # the kernel lets none of those through
                    await eventually(lambda: forger.sent > 0, within_s=5)
                    assert set(rejected().values()) == {0}
                else:
                    await eventually(lambda: rejected()[REASONS[forgery]] == 1, within_s=5)
                    assert sum(rejected().values()) == 1
    finally:
        network.up("10.77.8.2")

    assert samples["10.77.8.2"].verdict is Verdict.FAILED
    assert samples["10.77.8.1"].verdict is Verdict.OK


async def test_the_forger_who_is_right_in_everything_is_believed(network: Lab) -> None:
    # or else the tests above would prove nothing
    network.down("10.77.8.2")
    try:
        with Forger(network, "10.77.8.2", the_truth):
            samples = await ask_in(network.monitor, "10.77.8.2", timeout_s=2)
    finally:
        network.up("10.77.8.2")

    assert samples["10.77.8.2"].verdict is Verdict.OK


# ------------------------------------------------------------------------------------------------------- on the wire


@contextmanager
def counting(network: Lab, *rules: str) -> Iterator[list[int]]:
    """Yields how many packets each rule matched on their way in to the hosts, known at the end."""
    counted = list[int]()
    text = "; ".join(f"{rule} counter" for rule in rules)
    table = f"table inet seen {{ chain in {{ type filter hook input priority -1; {text}; }}; }}"
    network.hosts.run(["nft", "-f", "-"], text=table)
    try:
        yield counted
        listed = network.hosts.run(["nft", "list", "table", "inet", "seen"]).stdout
        counted += map(int, re.findall(r"packets (\d+) ", listed))
    finally:
        network.hosts.run(["nft", "delete", "table", "inet", "seen"])


@KINDS
@pytest.mark.parametrize(("address", "family"), [("10.77.8.1", "ip"), ("fd77::8:1", "ip6")])
async def test_hop_limit_and_dscp_are_on_the_wire_and_on_that_packet_alone(
    network: Lab, kind: str, address: str, family: str
) -> None:
    hops = "ttl" if family == "ip" else "hoplimit"
    async with probe_in(network.monitor, socket=kind, echoes=3) as probe:
        plain = targets(address)
        shaped = [plain[0]._replace(device="shaped", shape=Shape(ttl=7, dscp=46))]
        rules = [
            f"{family} daddr {address} {family} {hops} {look}"
            for look in (f"7 {family} dscp 46", f"64 {family} dscp 0")
        ]
        with counting(network, *rules) as counted:
            samples = await ask(probe, [*shaped, *plain])

    assert {sample.verdict for sample in samples.values()} == {Verdict.OK}
    assert counted == [3, 3]


@KINDS
async def test_only_an_echo_with_padding_may_be_cut_on_its_way(network: Lab, kind: str) -> None:
    address = "10.77.8.1"
    async with probe_in(network.monitor, socket=kind, echoes=3) as probe:
        plain = targets(address)
        padded = [plain[0]._replace(device="padded", shape=Shape(payload_bytes=21))]
        uncut = [plain[0]._replace(device="uncut", shape=Shape(payload_bytes=22, dont_fragment=True))]
        rules = [
            f"ip daddr {address} ip length {length} ip frag-off & 0x4000 == {bit}"
            for length, bit in ((48, 0x4000), (49, 0), (50, 0x4000))
        ]
        with counting(network, *rules) as counted:
            await ask(probe, [*padded, *uncut, *plain])

    # a plain echo fits through every link (RFC 791: 68 bytes), and without the bit the kernel would number it
    assert counted == [3, 3, 3]


@KINDS
@pytest.mark.parametrize("address", ["10.77.8.1", "fd77::8:1"])
async def test_a_packet_as_big_as_wanted_comes_back_and_may_be_forbidden_to_be_cut(
    network: Lab, kind: str, address: str
) -> None:
    (plain,) = targets(address)
    shapes = {
        "small": Shape(payload_bytes=21),
        "fits": Shape(payload_bytes=1_400, dont_fragment=True),
        "cut": Shape(payload_bytes=4_000),
        "too big": Shape(payload_bytes=4_000, dont_fragment=True),
    }
    shaped = [plain._replace(device=name, shape=shape) for name, shape in shapes.items()]
    async with probe_in(network.monitor, socket=kind, echoes=2) as probe:
        samples = await ask(probe, [plain, *shaped])
        assert set(probe.counters.rejected().values()) == {0}

    answered = {name for name, sample in samples.items() if sample.received == 2}
    assert answered == {address, "small", "fits", "cut"}
    assert words(samples["too big"].reason) == "EMSGSIZE (Message too long)"
