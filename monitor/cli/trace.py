"""Run `probe trace`: the route to a host."""

import json
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address
from statistics import median
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.errors import BAD_INPUT, CANNOT, NO, Failure
from monitor.cli.language import _, digits, n_
from monitor.cli.numbers import decimal, whole
from monitor.cli.options import AsJson
from monitor.domain.message import message, said_by
from monitor.domain.sample import milliseconds
from monitor.domain.text import ascii_digits

if TYPE_CHECKING:
    from monitor.probes.trace import Hop


def trace(
    target: Annotated[str, typer.Argument(help="An IPv4 or IPv6 address.", show_default=False)],
    count: Annotated[int, whole("--count", "-c", least=1, most=10, says="Echoes to each hop.")] = 2,
    timeout: Annotated[float, decimal(least=0.01, most=10, says="Seconds to wait for a hop.")] = 1.0,
    most_hops: Annotated[int, whole(least=1, most=64, says="After how many hops to stop.")] = 30,
    as_json: AsJson = False,
) -> None:
    """List the routers on the way (traceroute); exit code 0 if the host itself answers, 1 if not."""
    from monitor.probes import trace as tracing

    try:
        address = ip_address(ascii_digits(target.strip()))
    except ValueError:
        said = message("argument: '{found}' is not an address. Expected an IPv4 or IPv6 address", found=target)
        raise Failure(said, BAD_INPUT) from None
    try:
        hops = tracing.trace(address, echoes=count, timeout_s=timeout, most_hops=most_hops)
    except tracing.TraceError as error:
        raise Failure(said_by(error), CANNOT) from None
    reached = tracing.reached(hops, address)
    if as_json:
        print(json.dumps({"target": str(address), "reached": reached, "hops": [hop._asdict() for hop in hops]}))
    else:
        _print(address, hops, reached, most_hops)
    if not reached:
        raise typer.Exit(NO)


def _print(address: IPv4Address | IPv6Address, hops: "Sequence[Hop]", reached: bool, most_hops: int) -> None:
    """Print a line for every distance, those without an answer too."""
    by_distance = {hop.distance: hop for hop in hops}
    for distance in range(1, max(by_distance, default=0) + 1):
        hop = by_distance.get(distance)
        if hop and hop.rtts_ms:
            said = f"{hop.address}  {_('{length} ms', length=digits(milliseconds(median(hop.rtts_ms), 3)))}"
        else:
            said = f"*  {_('no answer')}"
        print(f"{digits(f'{distance:>3}')}  {said}")
    if not reached:
        print(_no_answer(address, most_hops))


def _no_answer(address: IPv4Address | IPv6Address, most_hops: int) -> str:
    return n_(
        "{address} itself did not answer within {count} hop.",
        "{address} itself did not answer within {count} hops.",
        most_hops,
        address=str(address),
    )
