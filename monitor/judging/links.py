"""Judge a link by two readings of its interface's row (IF-MIB, RFC 2863). Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from monitor.domain.reasons import Reason, ReasonCode, reason

UP = 1
DOWN = {
    2: ReasonCode.INTERFACE_DOWN,
    3: ReasonCode.INTERFACE_TESTING,
    6: ReasonCode.INTERFACE_NOT_PRESENT,
    7: ReasonCode.INTERFACE_LOWER_LAYER_DOWN,
}  # tunnels that work say 4, 'unknown'
HC_OCTETS, OCTETS = ("ifHCInOctets", "ifHCOutOctets"), ("ifInOctets", "ifOutOctets")
ERRORS = ("ifInErrors", "ifOutErrors")
BITS = {**dict.fromkeys(HC_OCTETS, 64), **dict.fromkeys([*OCTETS, *ERRORS], 32)}
FULL = {2**31 - 1, 2**32 - 1}  # an ifSpeed that cannot say more
FASTEST_MBPS = 1_600_000  # of Ethernet (IEEE 802.3)
ETHERNET_MBPS = {10, 100, 1_000, 2_500, 5_000, 10_000, 25_000, 40_000, 50_000, 100_000, 200_000, 400_000, 800_000}
IMPOSSIBLE = 1.1  # times the speed: a counter that seems to have moved faster was reset

Row = Mapping[str, int | str]


@dataclass(frozen=True, slots=True)
class LinkRules:
    """Limits of a link: ``utilisation`` as a share of the speed (0 to 1).

    ``errors_per_s``: packets in error, both ways.
    """

    utilisation: float = 0.9
    errors_per_s: float = 1.0


class Rates(NamedTuple):
    """Rates between two readings; None where a counter is missing or was reset."""

    in_bps: float | None = None
    out_bps: float | None = None
    errors_per_s: float | None = None


class Passage(NamedTuple):
    """What passed a link's interface between two readings: mean rates over ``seconds``, until that time."""

    link: str
    until_utc: datetime
    seconds: float
    rates: Rates


class Finding(NamedTuple):
    """A link's state: ``down`` why it carries nothing, ``poor`` what is wrong with one that carries."""

    down: Reason | None = None
    poor: Reason | None = None


def rates(before: Row, now: Row, seconds: float, *, restarted: bool) -> Rates:
    """Compute the rates between two readings of one interface; from 64-bit counters where the agent has them."""
    if seconds <= 0 or restarted:
        return Rates()
    speed_bps = speed_mbps(now) * 1e6
    most = speed_bps * seconds / 8
    octets_in, octets_out = (_passed(before, now, names, most) for names in zip(HC_OCTETS, OCTETS, strict=True))
    errors = [count for name in ERRORS if (count := _passed(before, now, (name,), 0)) is not None]
    return Rates(
        None if octets_in is None else octets_in * 8 / seconds,
        None if octets_out is None else octets_out * 8 / seconds,
        sum(errors) / seconds if errors else None,
    )


def speed_mbps(row: Row) -> float:
    """Return the interface's speed in Mb/s; 0 when the agent does not report one.

    RFC 2863: ifSpeed in b/s, at most 2^32-1; ifHighSpeed in Mb/s. Some agents repeat ifSpeed in ifHighSpeed, report
    ifSpeed in Mb/s, or let it wrap. Where the two disagree, the unit is the one in which both, or the only one, make
    sense.
    """
    high, low = _said(row, "ifHighSpeed"), _said(row, "ifSpeed")
    if not low:
        return high / 1e6 if high > FASTEST_MBPS else float(high)
    in_mbps = low in ETHERNET_MBPS
    if not high or high == low:
        return float(low) if in_mbps else low / 1e6
    if in_mbps and high == low * 1_000_000:  # each in the other's unit
        return float(low)
    if high == low // 1_000 > 0:  # ifHighSpeed in kb/s, or ifSpeed is
        return float(high) if high in ETHERNET_MBPS and low / 1e6 not in ETHERNET_MBPS else low / 1e6
    if high > FASTEST_MBPS:  # in b/s
        return low / 1e6
    if abs(high - low / 1e6) < 1:  # the same, rounded
        return low / 1e6
    return float(high)


def _said(row: Row, name: str) -> int:
    """Return a speed as reported; 0 for none, and for the number that means 'too large'."""
    value = row.get(name, 0)
    return value if isinstance(value, int) and value > 0 and value not in FULL else 0


def utilisation(row: Row, passed: Rates) -> float | None:
    """Return the share of the speed in use in the busier direction; None while it is unknown."""
    speed, known = speed_mbps(row), [bps for bps in (passed.in_bps, passed.out_bps) if bps is not None]
    return max(known) / (speed * 1e6) if speed and known else None


def find(name: str, row: Row, passed: Rates, expected_mbps: float | None, rules: LinkRules) -> Finding:
    """Judge the link that this interface carries; ``expected_mbps``: the speed it should have."""
    if row.get("ifAdminStatus", UP) != UP:
        return Finding(down=reason(ReasonCode.INTERFACE_OFF, interface=name))
    if (oper := row.get("ifOperStatus", UP)) in DOWN:
        return Finding(down=reason(DOWN[int(oper)], interface=name))
    speed = speed_mbps(row)
    if expected_mbps and 0 < speed < expected_mbps:
        slow = reason(ReasonCode.INTERFACE_SLOW, interface=name, mbps=speed, expected_mbps=float(expected_mbps))
        return Finding(poor=slow)
    used = utilisation(row, passed)
    if used is not None and used >= rules.utilisation:
        return Finding(poor=reason(ReasonCode.INTERFACE_BUSY, interface=name, share=used))
    if passed.errors_per_s is not None and passed.errors_per_s >= rules.errors_per_s:
        return Finding(poor=reason(ReasonCode.INTERFACE_ERRORS, interface=name, per_s=passed.errors_per_s))
    return Finding()


def _passed(before: Row, now: Row, names: tuple[str, ...], most: float) -> int | None:
    """Return by how much the first counter in both readings grew; ``most`` bounds it (0: no bound).

    A counter that did not move counts only if no other one did: some agents have 64-bit counters that never count.
    """
    standing = None
    for name in names:
        old, new = before.get(name), now.get(name)
        if not isinstance(old, int) or not isinstance(new, int):
            continue
        ambiguous = most >= 1 << BITS[name]  # it may have run over more than once
        if old == new and (standing == 0 or not ambiguous):
            standing = 0
            continue
        if ambiguous:
            return None
        passed = (new - old) % (1 << BITS[name])
        if (most and passed > most * IMPOSSIBLE) or (not most and new < old):
            return None
        return passed
    return standing
