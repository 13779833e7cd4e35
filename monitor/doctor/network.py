"""Examine the network: the way out, the name server, and the reference addresses beyond each uplink."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from urllib.parse import urlsplit

from monitor.doctor.check import Check, Pace, Place
from monitor.doctor.finding import Finding, Kind, Level, found
from monitor.domain.message import N_, Said, series
from monitor.domain.reasons import ReasonCode
from monitor.domain.sample import Sample, Verdict
from monitor.i18n.reasons import reason_message
from monitor.net.deadline import Deadline
from monitor.net.names import NAMES, NamesBusy, NoSuchName
from monitor.probes.base import Target
from monitor.probes.icmp.engine import IcmpProbe
from monitor.probes.icmp.sockets import NoSocket
from monitor.runtime.icmp_prober import icmp_options
from monitor.runtime.private_network import beyond_loopback
from monitor.settings.installation import Installation
from monitor.settings.load import Settings

NAME_S = 5.0
NO_SUCH_NAME, SILENT = "no such name", "silent"
ROUTES_4, ROUTES_6 = Path("/proc/self/net/route"), Path("/proc/self/net/ipv6_route")
LOOPBACK_INTERFACE = "lo"

OK = Kind(
    "network.ok",
    Level.OK,
    N_("the network answers: {references} reference addresses, {names} names of servers"),
)
NO_REFERENCES = Kind(
    "network.no-references",
    Level.INFO,
    N_("no reference addresses: a lost uplink looks like an outage of every site"),
    N_("monitor.toml: name addresses beyond the uplink that always answer, [vantage.NAME] references = […]"),
)
ALL_SILENT = Kind(
    "network.references-silent",
    Level.ERROR,
    N_("no reference address of {uplink} answers: {addresses}"),
    N_("Look at this machine's cable, its gateway and the uplink, then: upazila-monitor probe icmp {address}"),
)
SOME_SILENT = Kind(
    "network.reference-silent",
    Level.WARNING,
    N_("a reference address of {uplink} does not answer: {addresses}"),
    N_("monitor.toml: [vantage.{uplink}] references: put an address there that always answers"),
)
NOT_ASKED = Kind(
    "network.not-asked",
    Level.WARNING,
    N_("reference addresses could not be asked: {why}"),
    N_("See what the check of pinging says: upazila-monitor doctor --only ping"),
)
NO_GATEWAY = Kind(
    "network.no-gateway",
    Level.WARNING,
    N_("this machine has no gateway: only its own networks can be reached"),
    N_("Give it one in its network settings; `ip route` shows what is there"),
)
UNKNOWN_NAME = Kind(
    "network.unknown-name",
    Level.ERROR,
    N_("{key}: the name server knows no host '{host}'"),
    N_("monitor.toml: correct the name in {key}"),
)
NO_RESOLVER = Kind(
    "network.no-resolver",
    Level.ERROR,
    N_("{key}: the name server does not answer about '{host}'"),
    N_("/etc/resolv.conf: put the address of a name server there that answers"),
)


@dataclass(frozen=True)
class Seen:
    """What the network did.

    ``references``: of each uplink, its addresses and whether each answered; None: we could not ask. ``why_not_asked``:
    why. ``names``: (key, host, '' or why not). ``has_gateway``: None where the fleet needs none.
    """

    references: Mapping[str, Mapping[str, bool | None]]
    why_not_asked: Said
    names: tuple[tuple[str, str, str], ...]
    has_gateway: bool | None


def echoed(settings: Settings, addresses: Iterable[IPv4Address | IPv6Address], place: Place) -> Mapping[str, Sample]:
    """Return the result of one round of echoes, as configured, by address; raises NoSocket."""
    targets = [Target.of(str(address), address) for address in dict.fromkeys(addresses)]
    return asyncio.run(_round(IcmpProbe(place.clock, icmp_options(settings.monitor.probing)), targets))


async def _round(probe: IcmpProbe, targets: list[Target]) -> Mapping[str, Sample]:
    probe.open()
    try:
        return {sample.device: sample async for samples in probe.run(targets) for sample in samples}
    finally:
        probe.close()


def servers(installation: Installation) -> Iterator[tuple[str, str]]:
    """Yield the hosts by name that the configuration has, each once with its key; addresses are none.

    An office's own help desk has the office's id before its key.
    """
    monitor = installation.host.monitor
    hosts = [
        ("mail.host", monitor.mail.host),
        ("heartbeat.url", urlsplit(monitor.heartbeat.url).hostname),
        ("helpdesk.url", urlsplit(monitor.helpdesk.url).hostname),
        *(
            (f"{id_}: helpdesk.url", urlsplit(each.monitor.helpdesk.url).hostname)
            for id_, each in installation.offices.items()
        ),
    ]
    named = {host: key for key, host in reversed(hosts) if host and not _is_address(host)}
    yield from ((key, host) for host, key in reversed(named.items()))


def _gather(place: Place) -> Seen:
    settings = place.settings
    uplinks = {name: uplink.references for name, uplink in settings.monitor.vantage.items()}
    answered: Mapping[str, Sample] = {}
    why: Said = ""
    if uplinks:
        try:
            answered = echoed(settings, (each for listed in uplinks.values() for each in listed), place)
        except NoSocket as error:
            why = series(error.reasons, "; ")
    references = {
        name: {str(each): _answers(answered, str(each)) for each in listed} for name, listed in uplinks.items()
    }
    unknown = next((each.reason for each in answered.values() if each.verdict is Verdict.UNKNOWN), None)
    names = tuple((key, host, _fault_of(host, place)) for key, host in servers(place.installation))
    needs_gateway = bool(beyond_loopback(place.installation))
    why = why or ("" if unknown is None else reason_message(unknown))
    return Seen(references, why, names, _has_gateway() if needs_gateway else None)


def _answers(answered: Mapping[str, Sample], address: str) -> bool | None:
    sample = answered.get(address)
    return None if sample is None or sample.verdict is Verdict.UNKNOWN else sample.verdict is Verdict.OK


def _fault_of(host: str, place: Place) -> str:
    """Return '' for a name that the resolver knows, else NO_SUCH_NAME or SILENT."""
    try:
        NAMES.look_up(host, 0, Deadline.after(NAME_S, place.cancellation))
    except NoSuchName as error:
        return NO_SUCH_NAME if error.reason is None or error.reason.code is not ReasonCode.RESOLVER_SILENT else SILENT
    except (OSError, NamesBusy):
        return SILENT
    return ""


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _has_gateway() -> bool:
    return is_default_4(_lines(ROUTES_4)) or is_default_6(_lines(ROUTES_6))


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="ascii").splitlines()
    except OSError:  # a kernel without that family
        return []


def is_default_4(lines: Iterable[str]) -> bool:
    """Return whether the kernel's table of IPv4 routes (route(8)) has a way to everywhere; point-to-point counts."""
    rows = [line.split() for line in lines][1:]
    return any(row[1] == row[7] == "00000000" and row[0] != LOOPBACK_INTERFACE for row in rows if len(row) > 7)


def is_default_6(lines: Iterable[str]) -> bool:
    """Return whether the kernel's table of IPv6 routes has a way to everywhere."""
    rows = [line.split() for line in lines]
    return any(row[0] == "0" * 32 and row[1] == "00" and row[-1] != LOOPBACK_INTERFACE for row in rows if len(row) > 8)


def _judge(seen: Seen, _: datetime) -> Iterator[Finding]:
    faults = list(_faults(seen))
    yield from faults
    if not seen.references:
        yield found(NO_REFERENCES)
    elif not faults:
        references = sum(map(len, seen.references.values()))
        yield found(OK, references=references, names=len(seen.names))


def _faults(seen: Seen) -> Iterator[Finding]:
    if seen.has_gateway is False:
        yield found(NO_GATEWAY)
    if any(answered is None for listed in seen.references.values() for answered in listed.values()):
        yield found(NOT_ASKED, why=seen.why_not_asked)
    for uplink, listed in seen.references.items():
        silent = [address for address, answered in listed.items() if answered is False]
        if silent and not any(listed.values()):
            yield found(ALL_SILENT, uplink=uplink, addresses=silent, address=silent[0])
        elif silent:
            yield found(SOME_SILENT, uplink=uplink, addresses=silent)
    for key, host, fault in seen.names:
        if fault:
            yield found(UNKNOWN_NAME if fault == NO_SUCH_NAME else NO_RESOLVER, key=key, host=host)


NETWORK = Check(
    "network",
    N_("Network"),
    "One round of echoes to the reference addresses of `[vantage.…]`, the default route, and the names of the mail "
    "server, the heartbeat and the help desk at this machine's resolver.",
    _gather,
    _judge,
    (OK, NO_REFERENCES, ALL_SILENT, SOME_SILENT, NOT_ASKED, NO_GATEWAY, UNKNOWN_NAME, NO_RESOLVER),
    Pace.OUTSIDE,
)
