"""What two readings of an interface's row (IF-MIB, RFC 2863) say about the link that it carries. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

UP = 1
DOWN = {2: "down", 3: "testing", 6: "not present", 7: "lower layer down"}  # tunnels that work say 4, 'unknown'
HC_OCTETS, OCTETS = ("ifHCInOctets", "ifHCOutOctets"), ("ifInOctets", "ifOutOctets")
ERRORS = ("ifInErrors", "ifOutErrors")
BITS = {**dict.fromkeys(HC_OCTETS, 64), **dict.fromkeys([*OCTETS, *ERRORS], 32)}
FULL = 2**32 - 1  # an ifSpeed that cannot say more
IMPOSSIBLE = 1.1  # times the speed: a counter that seems to have moved faster was set anew

Row = Mapping[str, int | str]


@dataclass(frozen=True, slots=True)
class LinkRules:
    """``utilisation``: share of the speed (0 to 1); ``errors_per_s``: damaged packets a second, both ways."""

    utilisation: float = 0.9
    errors_per_s: float = 1.0


class Rates(NamedTuple):
    """Between two readings; None where a counter is lacking or was set anew."""

    in_bps: float | None = None
    out_bps: float | None = None
    errors_per_s: float | None = None


class Finding(NamedTuple):
    """``down`` says in what state a link is that carries nothing, ``poor`` why one that carries is not as it should."""

    down: str = ""
    poor: str = ""


def rates(before: Row, now: Row, seconds: float, *, restarted: bool) -> Rates:
    """What passed between two readings of one interface; 64-bit counters where the agent has them."""
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
    """The interface's speed; 0 when the agent does not say."""
    high = row.get("ifHighSpeed")
    if isinstance(high, int) and high > 0:
        return float(high)
    low = row.get("ifSpeed")
    return low / 1e6 if isinstance(low, int) and 0 <= low < FULL else 0.0


def utilisation(row: Row, passed: Rates) -> float | None:
    """The share of the interface's speed that is in use in the busier direction; None while it cannot be told."""
    speed, known = speed_mbps(row), [bps for bps in (passed.in_bps, passed.out_bps) if bps is not None]
    return max(known) / (speed * 1e6) if speed and known else None


def find(name: str, row: Row, passed: Rates, expected_mbps: float | None, rules: LinkRules) -> Finding:
    """The state of the link that this interface carries; ``expected_mbps`` is the speed that it should have."""
    if row.get("ifAdminStatus", UP) != UP:
        return Finding(down=f"interface {name} is switched off")
    if (oper := row.get("ifOperStatus", UP)) in DOWN:
        return Finding(down=f"interface {name} is {DOWN[int(oper)]}")
    speed = speed_mbps(row)
    if expected_mbps and 0 < speed < expected_mbps:
        return Finding(poor=f"interface {name} runs at {speed:g} Mb/s instead of {expected_mbps:g}")
    used = utilisation(row, passed)
    if used is not None and used >= rules.utilisation:
        return Finding(poor=f"interface {name} is {used * 100:.0f} % used")
    if passed.errors_per_s is not None and passed.errors_per_s >= rules.errors_per_s:
        return Finding(poor=f"interface {name} damages {passed.errors_per_s:.1f} packets a second")
    return Finding()


def _passed(before: Row, now: Row, names: tuple[str, ...], most: float) -> int | None:
    """How far the first counter that both readings have went on; ``most`` bounds what can be (0: no bound)."""
    for name in names:
        old, new = before.get(name), now.get(name)
        if not isinstance(old, int) or not isinstance(new, int):
            continue
        passed = (new - old) % (1 << BITS[name])
        if most >= 1 << BITS[name]:
            return None  # it may have run over more than once
        if (most and passed > most * IMPOSSIBLE) or (not most and new < old):
            return None
        return passed
    return None
