"""What the ICMP engine says too much of a round-trip time, beside the kernel's own stamps of the same packets.

Over loopback, where an echo and its answer take 2 µs: whatever dates them wrongly is seen at once. The look itself, a
packet socket on the device, makes every packet some tenths of a microsecond slower.
"""

import asyncio
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from statistics import quantiles

from benchmarks.rounds import addresses_of
from monitor.domain.clock import SystemClock
from monitor.probes.base import Target
from monitor.probes.icmp.engine import IcmpOptions, IcmpProbe
from tests.lab.ear import Ear

TARGETS = 2_000


@dataclass(frozen=True)
class Bias:
    """Of one round, in microseconds: the true median; median, 5th and 95th percentile of told less true."""

    rate_per_s: int
    true_us: float
    median_us: float
    least_us: float
    most_us: float
    told_zero: float


def biases(rates: Sequence[int], runs: int) -> list[Bias]:
    """That of the median of so many rounds for each rate."""
    found = [sorted((asyncio.run(_bias(rate)) for _ in range(runs)), key=lambda bias: bias.median_us) for rate in rates]
    return [rounds[len(rounds) // 2] for rounds in found]


async def _bias(rate_per_s: int) -> Bias:
    probe = IcmpProbe(SystemClock(), IcmpOptions(echoes=1, rate_per_s=rate_per_s))
    probe.open()
    ear = Ear("lo", 5 * TARGETS, socket.socket)
    due = [Target.of(address, ip_address(address)) for address in addresses_of(TARGETS)]
    told = {sample.device: sample.rtts_ns[0] async for samples in probe.run(due) for sample in samples}
    probe.close()
    took_ns = ear.round_trips_ns()
    errors = quantiles(((rtt_ns - took_ns[device]) / 1e3 for device, rtt_ns in told.items()), n=20)
    zero = sum(not rtt_ns for rtt_ns in told.values()) / TARGETS
    true_us = quantiles(took_ns.values(), n=2)[0] / 1e3
    return Bias(rate_per_s, true_us, errors[9], errors[0], errors[-1], zero)


def table(found: Sequence[Bias]) -> str:
    """In Markdown."""
    lines = [
        f"Round-trip times of {TARGETS:,} echoes over loopback, beside the kernel's stamps of the same packets:",
        "",
        "| | true median | told - true, median | 5th to 95th percentile | told as 0 |",
        "|---|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {f'{each.rate_per_s}/s' if each.rate_per_s else 'unpaced'} | {each.true_us:.1f} µs "
        f"| {each.median_us:+.1f} µs | {each.least_us:+.1f} to {each.most_us:+.1f} µs | {each.told_zero:.0%} |"
        for each in found
    ]
    return "\n".join(lines)
