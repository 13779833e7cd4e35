"""On a bad network the engine's counts are the network's own, packet by packet."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from ipaddress import ip_address
from pathlib import Path

import pytest

from monitor.domain.sample import Sample, Verdict
from monitor.probes.base import Target
from monitor.probes.icmp.packets import Rejected
from tests.lab.network import Lab
from tests.lab.responder import GOOD, Entry, Fate, Manner, Responder
from tests.probes.icmp.pinging import eventually, probe_in
from tests.told import words

pytestmark = pytest.mark.alone

ECHOES, RATE_PER_S, TIMEOUT_S = 5, 10_000, 1.0
# Departures are interpolated: who loses the processor in the middle of a system call dates some of them too late.
DATED_WITHIN_NS, MOST_MISDATED = 1_000_000, 1 / 10_000
ERRORS = {
    Fate.HOST_UNREACHABLE: "host unreachable",
    Fate.PROHIBITED: "administratively prohibited",
    Fate.EXCEEDED: "time to live exceeded",
}


def crowd(count: int) -> list[Target]:
    """So many addresses of the bad network."""
    first = int(ip_address("10.99.16.0"))
    return [Target.of(str(address), address) for address in map(ip_address, range(first, first + count))]


def rejected(fates: Counter[Fate], kind: str) -> dict[str, int]:
    """What the engine should have rejected, by reason.

    A kernel sorts out other programs' answers itself, and for a ping socket wrong checksums too.
    """
    found = {
        Rejected.TRUNCATED: fates[Fate.TRUNCATED],
        Rejected.BAD_CHECKSUM: fates[Fate.CORRUPTED] if kind == "raw" else 0,
        Rejected.FOREIGN: 0,
        Rejected.FORGED_COOKIE: fates[Fate.WRONG_COOKIE],
        Rejected.FORGED_SEQUENCE: fates[Fate.WRONG_SEQUENCE],
        Rejected.FORGED_SOURCE: fates[Fate.WRONG_SOURCE] + fates[Fate.FORGED_FIRST],
        Rejected.LATE: fates[Fate.LATE],
        Rejected.DUPLICATE: fates[Fate.DOUBLED],
    }
    return {reason.value: number for reason, number in found.items()}


def check_told(told: Iterable[list[Sample]], truth: Iterable[Entry]) -> None:
    """Each sample against what the network wrote down about its echoes, in order."""
    seen = defaultdict(list)
    for entry in truth:
        seen[str(ip_address(entry.address))].append(entry)
    answered = misdated = 0
    for number, samples in enumerate(told):
        for sample in samples:
            entries = seen[sample.device][number * ECHOES : (number + 1) * ECHOES]
            held_ns = [entry.held_ns for entry in entries if entry.fate in GOOD]
            assert (sample.sent, sample.received) == (ECHOES, len(held_ns)), (sample, entries)
            assert all(0 <= rtt_ns <= TIMEOUT_S * 1e9 for rtt_ns in sample.rtts_ns)
            for rtt_ns, least_ns in zip(sample.rtts_ns, held_ns, strict=True):
                answered, misdated = answered + 1, misdated + (rtt_ns < least_ns - DATED_WITHIN_NS)
            reasons = {ERRORS[entry.fate] for entry in entries if entry.fate in ERRORS} or {"timeout"}
            assert sample.verdict is (Verdict.OK if held_ns else Verdict.FAILED)
            assert held_ns or words(sample.reason) in reasons, (sample, entries)
    assert misdated <= max(1, answered * MOST_MISDATED), f"{misdated} of {answered} answers came sooner than they could"


async def compare(network: Lab, log: Path, kind: str, size: int, rounds: int) -> None:
    """So many rounds over so many addresses: samples and counts against the network's log."""
    options = {"echoes": ECHOES, "rate_per_s": RATE_PER_S, "timeout_s": TIMEOUT_S, "socket": kind}
    async with probe_in(network.monitor, **options) as probe:
        due, counters = crowd(size), probe.counters
        with Responder(network.monitor, log, Manner(seed=size + rounds)) as responder:
            told = [[sample async for samples in probe.run(due) for sample in samples] for _ in range(rounds)]
        fates = responder.fates()
        assert fates.total() == counters.sent == size * ECHOES * rounds
        await eventually(lambda: counters.rejected() == rejected(fates, kind) or counters.dropped > 0, 2)
        assert counters.dropped == 0
        assert counters.accepted == sum(fates[classify] for classify in GOOD)
        told_why = {words(each): count for each, count in counters.errors_by_reason.items()}
        assert told_why == {why: fates[classify] for classify, why in ERRORS.items()}
        check_told(told, responder.truth())


@pytest.mark.parametrize("kind", ["ping", "raw"])
async def test_ten_thousand_echoes_are_counted_as_the_network_treated_them(
    network: Lab, tmp_path: Path, kind: str
) -> None:
    await compare(network, tmp_path / "log", kind, size=2_000, rounds=1)


@pytest.mark.long
@pytest.mark.parametrize("kind", ["ping", "raw"])
async def test_a_million_echoes_are_counted_as_the_network_treated_them(
    network: Lab, tmp_path: Path, kind: str
) -> None:
    await compare(network, tmp_path / "log", kind, size=20_000, rounds=10)


@pytest.mark.parametrize("kind", ["ping", "raw"])
async def test_a_firewall_that_goes_on_dropping_a_flow_keeps_a_device_silent_for_that_round_alone(
    network: Lab, tmp_path: Path, kind: str
) -> None:
    due = crowd(3)
    manner = Manner(jitter_ms=0, well_behaved=True, broken=len(due) * ECHOES)
    async with probe_in(network.monitor, echoes=ECHOES, socket=kind) as probe:
        with Responder(network.monitor, tmp_path / "log", manner):
            told = [[sample async for samples in probe.run(due) for sample in samples] for _ in range(3)]

    verdicts = [{sample.verdict for sample in samples} for samples in told]
    assert verdicts == [{Verdict.FAILED}, {Verdict.OK}, {Verdict.OK}]
