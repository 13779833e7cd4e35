"""Count how an interface was used, as carriers bill: by the 95th percentile of five-minute rates. Pure.

The rates of a month in order, the highest twentieth of them left out: the highest of the rest is what is billed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil

from monitor.store.history.summaries import Traffic

BILLED = 0.95
LEAST_S = 150.0  # of the five minutes must be known: less is no rate of five minutes
OCTET = 8


@dataclass(frozen=True, slots=True)
class Use:
    """How an interface was used: how many five-minute ``rates`` there were, their 95th percentiles, and octets.

    None where a direction was not counted.
    """

    rates: int
    in_p95_bps: float | None
    out_p95_bps: float | None
    in_octets: int
    out_octets: int

    @property
    def busier_bps(self) -> float | None:
        """Return the higher of the two percentiles; None when neither is known."""
        return max((each for each in (self.in_p95_bps, self.out_p95_bps) if each is not None), default=None)


def use_of(stretches: Iterable[Traffic]) -> Use | None:
    """Return the use in some five-minute stretches; None when none of them is known well enough."""
    known = [each for each in stretches if each.seconds >= LEAST_S]
    if not known:
        return None
    return Use(
        len(known),
        billed_bps([each.in_bps for each in known if each.in_bps is not None]),
        billed_bps([each.out_bps for each in known if each.out_bps is not None]),
        _octets((each.seconds, each.in_bps) for each in known),
        _octets((each.seconds, each.out_bps) for each in known),
    )


def billed_bps(rates_bps: Sequence[float]) -> float | None:
    """Return the 95th percentile as carriers bill it: one of the rates, never something between two; None of none."""
    return sorted(rates_bps)[ceil(BILLED * len(rates_bps)) - 1] if rates_bps else None


def _octets(parts: Iterable[tuple[float, float | None]]) -> int:
    return round(sum(seconds * bps for seconds, bps in parts if bps is not None) / OCTET)
