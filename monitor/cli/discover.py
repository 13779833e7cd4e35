"""Run `discover`: propose sites.toml entries for the hosts that answer in a range of addresses."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.errors import BAD_INPUT, CANNOT, Failure, settings_of
from monitor.cli.language import _, n_
from monitor.cli.numbers import whole
from monitor.cli.progress import progress
from monitor.domain.message import Message, message, said_by
from monitor.domain.progress import Progress
from monitor.domain.sample import milliseconds
from monitor.domain.text import ascii_digits, clean
from monitor.settings.problems import no_such

if TYPE_CHECKING:
    from monitor.probes.snmp.agents import Agents
    from monitor.settings.load import Settings

ASK_ABOVE, MOST = 1_024, 65_536
BROADCAST = IPv4Address("255.255.255.255")
PORTION = 256  # addresses at a time, between two words about how far it has come
SNMP_PORT = 161
Address = IPv4Address | IPv6Address


@dataclass(frozen=True)
class Found:
    """A host that answered; ``credential``: the name of the first one that its agent accepted."""

    address: Address
    rtt_ms: float
    credential: str = ""
    name: str = ""
    description: str = ""


def discover(
    context: typer.Context,
    ranges: Annotated[list[str], typer.Argument(help="Ranges such as 10.77.4.0/24, or single addresses.")],
    snmp: Annotated[
        list[str] | None,
        typer.Option(
            "--snmp",
            metavar="NAME",
            help="Credentials of monitor.toml to try; may be given several times. Without it only those of v3.",
        ),
    ] = None,
    rate: Annotated[int, whole(least=1, most=100_000, says="Echoes a second.")] = 500,
    yes: Annotated[
        bool, typer.Option("--yes", help=f"Do not ask for confirmation above {ASK_ABOVE} addresses.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON: who answered, and what is known of them.")
    ] = False,
) -> None:
    """Ping the given ranges, ask by SNMP who answers there, and print TOML for sites.toml; changes nothing.

    A device that listens for SNMP sees the communities that are tried, so these must be named by --snmp.
    Users of v3 are tried without being named, since a signed question shows no secret.
    """
    import asyncio

    settings = settings_of(context.obj)
    names = _known(settings, snmp) if snmp else [*settings.monitor.snmp.v3]
    addresses = _addresses(ranges)
    if len(addresses) > ASK_ABOVE and not yes:
        _ask(len(addresses))
    with progress(n_("Asking {count} address", "Asking {count} addresses", len(addresses))) as heard:
        found = asyncio.run(_search(settings, addresses, names, rate, heard))
    known = {device.address: device.id for device in settings.fleet.devices.values()}
    if as_json:
        rows = [{**asdict(one), "address": str(one.address), "known_as": known.get(one.address)} for one in found]
        print(json.dumps({"asked": len(addresses), "found": rows}, ensure_ascii=False, indent=2))
    else:
        print(_proposal(found, known, set(settings.fleet.sites)), end="")
    asked = n_(
        "{found} of {count} address answered.",
        "{found} of {count} addresses answered.",
        len(addresses),
        found=len(found),
    )
    print(asked, file=sys.stderr)
    if found and not names:
        print(_why_nobody(settings), file=sys.stderr)


def _why_nobody(settings: "Settings") -> str:
    """Return why nobody was asked by SNMP."""
    options = " ".join(f"--snmp {name}" for name in settings.monitor.snmp.v2c)
    if options:
        return _(
            "Nobody was asked by SNMP: whoever listens would see the community. If you want that, say {options}",
            options=options,
        )
    return _(
        "Nobody was asked by SNMP: there are no credentials in monitor.toml. Expected [snmp.v3.NAME] or [snmp.v2c.NAME]"
    )


def _known(settings: "Settings", names: Sequence[str]) -> Sequence[str]:
    known = {*settings.monitor.snmp.v2c, *settings.monitor.snmp.v3}
    for name in names:
        if name not in known:
            fault = no_such("credentials", name, known, "" if known else " It has none at all")
            raise Failure(message("--snmp: monitor.toml has {fault}", fault=fault), BAD_INPUT)  # may be the community
    return names


def _no_range(text: str) -> Message:
    """Return what was meant by an address within a range with the range's length; else what is expected."""
    try:
        meant = str(ip_network(ascii_digits(text), strict=False))
    except ValueError:
        return message("argument: '{found}' is no range. Expected one such as 10.77.4.0/24", found=text)
    return message("argument: '{found}' is no range. Did you mean {meant}?", found=text, meant=meant)


def _addresses(ranges: Sequence[str]) -> list[Address]:
    """Return every host of the ranges, once, in order."""
    found: dict[Address, None] = {}
    for text in ranges:
        try:
            network: IPv4Network | IPv6Network = ip_network(ascii_digits(text))
        except ValueError:
            raise Failure(_no_range(text), BAD_INPUT) from None
        strange = network.is_multicast or network.is_unspecified or network.broadcast_address == BROADCAST
        if strange or network.num_addresses > MOST:
            said = message("argument: {found} is no range of at most {most:,} hosts", found=text, most=MOST)
            raise Failure(said, BAD_INPUT)
        found |= dict.fromkeys(network.hosts())
    if len(found) > MOST:
        said = message("argument: {found:,} addresses in all. Expected at most {most:,}", found=len(found), most=MOST)
        raise Failure(said, BAD_INPUT)
    return list(found)


def _ask(count: int) -> None:
    if not sys.stdin.isatty():
        raise Failure(
            message("{number:,} addresses would be asked. If you want that, say --yes", number=count), BAD_INPUT
        )
    if not typer.confirm(_("Ask {number:,} addresses?", number=count), err=True):
        raise typer.Exit(1)


async def _search(
    settings: "Settings", addresses: Sequence[Address], names: Sequence[str], rate: int, heard: Progress
) -> list[Found]:
    """Return every host that answers an echo, with what SNMP reports of them."""
    from monitor.domain.clock import SystemClock
    from monitor.probes.base import Target
    from monitor.probes.icmp.engine import IcmpOptions, IcmpProbe
    from monitor.probes.icmp.sockets import NoSocket
    from monitor.probes.snmp.agents import Agents

    icmp = IcmpProbe(SystemClock(), IcmpOptions(echoes=2, spacing_s=0.2, timeout_s=1.0, rate_per_s=rate))
    agents = Agents(settings.monitor.snmp, settings.home)
    found: list[Found] = []
    try:
        icmp.open()
        agents.open()
        for start in range(0, len(addresses), PORTION):
            portion = {str(address): address for address in addresses[start : start + PORTION]}
            due = [Target.of(text, address) for text, address in portion.items()]
            samples = [sample async for samples in icmp.run(due) for sample in samples if sample.rtt_ns is not None]
            answered = [Found(portion[sample.device], (sample.rtt_ns or 0) / 1e6) for sample in samples]
            found += await _introduced(agents, answered, names)
            done = min(start + PORTION, len(addresses))
            heard(done, len(addresses))
    except NoSocket as error:
        raise Failure(said_by(error), CANNOT) from None
    finally:
        icmp.close()
        agents.close()
    return sorted(found, key=lambda one: int(one.address))


async def _introduced(agents: "Agents", answered: Sequence[Found], names: Sequence[str]) -> Sequence[Found]:
    """Return the hosts, with names and descriptions of those whose agents accept one of the credentials."""
    import asyncio

    return await asyncio.gather(*(_introduce(agents, one, names) for one in answered))


async def _introduce(agents: "Agents", one: Found, names: Sequence[str]) -> Found:
    from monitor.probes.snmp.port_check import PORT_CHECK_S, is_port_closed
    from monitor.probes.snmp.reading import read_system
    from monitor.probes.snmp.session import SnmpError

    if names and await is_port_closed(one.address, SNMP_PORT, PORT_CHECK_S):
        return one
    for name in names:
        try:
            system = await read_system(agents.session(name, one.address, SNMP_PORT))
        except SnmpError:
            continue
        return Found(
            one.address,
            one.rtt_ms,
            name,
            str(system.get("sysName", "")),
            str(system.get("sysDescr", "")),
        )
    return one


def _proposal(found: Sequence[Found], known: "dict[Address, str]", taken: set[str]) -> str:
    """Return a site for each that the configuration does not have yet; what must be filled in by hand is marked."""
    from monitor.settings.proposal import Value, new_id, site_text

    parts = [
        _("# Proposed by `upazila-monitor discover`. Put in the kinds, names, unions and parents, then run `check`.")
        + "\n"
    ]
    for one in found:
        said = clean(one.description, 100)
        took = milliseconds(one.rtt_ms, 1)
        comment = _("# {address} answered in {took} ms{device:: }", address=str(one.address), took=took, device=said)
        if one.address in known:
            parts.append(comment + "\n" + _("# is already {device}", device=known[one.address]) + "\n")
            continue
        wish = one.name or f"site-{one.address}"
        id_ = new_id(wish, taken)
        taken.add(id_)
        name = clean(wish, 200) or id_
        facts: dict[str, Value] = {"kind": "office", "name_bn": name, "name_en": name}
        gateway: dict[str, Value] = {
            "address": str(one.address),
            **({"snmp": one.credential} if one.credential else {}),
        }
        parts.append(comment + "\n" + site_text(id_, facts, {"gateway": gateway}))
    return "\n".join(parts)
