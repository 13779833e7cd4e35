"""Run `probe snmp`: read one device by hand, as the daemon does."""

import json
import re
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.console import console
from monitor.cli.errors import BAD_INPUT, CANNOT, NO, Failure, settings_of
from monitor.cli.language import _, digits, term
from monitor.cli.numbers import decimal, whole
from monitor.cli.options import AsJson
from monitor.domain.message import N_, Said, message, said_by, said_by_system
from monitor.domain.text import ascii_digits, clean
from monitor.i18n.terms import PORT_STATES
from monitor.settings.hosts import is_short_address

if TYPE_CHECKING:
    from rich.console import Console

    from monitor.cli.documents import ReadingDocument
    from monitor.probes.snmp.reading import Facts, Reading
    from monitor.settings.secrets import Secret
    from monitor.settings.snmp_section import V3Entry

PORT = 161
LONGEST_LOOK_UP_S = 10.0
BROADCAST = ip_address("255.255.255.255")
HOST = re.compile(
    r"(?:\[(?P<v6>[^]]+)\]|(?P<name>[^:\[\]]+))(?::(?P<port>[^:]*))?"
    r"|(?P<bare_v6>(?:[^:\[\]]*:){2}[^\[\]]*)"  # which leaves no room for a port
)
BATTERY: Mapping[str, str] = {
    "unknown": N_("unknown"),
    "normal": N_("normal"),
    "low": N_("low"),
    "depleted": N_("depleted"),
}
OUTPUT: Mapping[str, str] = {
    "other": N_("another source"),
    "none": N_("nothing"),
    "mains": N_("mains"),
    "bypass": N_("bypass"),
    "battery": N_("battery"),
    "booster": N_("booster"),
    "reducer": N_("reducer"),
}
Where = tuple[IPv4Address | IPv6Address, int]


def snmp(
    context: typer.Context,
    host: Annotated[str, typer.Argument(help="HOST or HOST:PORT; an IPv6 address with a port in brackets.")],
    community_file: Annotated[Path | None, typer.Option(help="A file that holds the community (v2c).")] = None,
    v3: Annotated[str | None, typer.Option(metavar="NAME", help="A user of \\[snmp.v3.NAME] in monitor.toml.")] = None,
    timeout: Annotated[float, decimal(least=0.1, most=30, says="Seconds to wait for an answer.")] = 2.0,
    retries: Annotated[int, whole(least=0, most=5, says="How often a question without an answer is repeated.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Read one device by SNMP: what it is, its interfaces, its UPS; exit code 1 if it does not answer."""
    import asyncio

    from monitor.probes.snmp.port_check import PORT_CHECK_S, is_port_closed
    from monitor.probes.snmp.reading import LONGEST_READ_S
    from monitor.probes.snmp.session import SilentError, SnmpError

    if (community_file is None) == (v3 is None):
        raise Failure(message("how to speak to it? Expected either --community-file FILE or --v3 NAME"), BAD_INPUT)
    where = _where(host)
    try:
        if community_file is not None:
            work = _read_v2c(where, _secret(community_file, "--community-file"), timeout, retries)
        else:
            work = _read_v3(where, *_user(context.obj, str(v3)), timeout, retries)
        reading = asyncio.run(asyncio.wait_for(work, LONGEST_READ_S))
    except SilentError as error:
        if asyncio.run(is_port_closed(*where, PORT_CHECK_S)):
            place = {"address": str(where[0]), "port": str(where[1])}
            said = message("no answer from {address}: no agent listens at its port {port}", **place)
            raise Failure(said, NO) from None
        raise Failure(said_by(error), NO) from None
    except SnmpError as error:
        raise Failure(said_by(error), NO) from None
    except TimeoutError:
        said = message("{host} could not be read within {length:g} s", host=host, length=LONGEST_READ_S)
        raise Failure(said, NO) from None
    except OSError as error:
        raise Failure(message("no socket: {why}", why=said_by_system(error)), CANNOT) from None
    if as_json:
        print(json.dumps(_facts(reading)))
    else:
        _print(reading)
    if reading.unread:
        unread = {"host": host, "objects": reading.unread}
        print(_("{host}: does not answer when asked for {objects}; all else was read", **unread), file=sys.stderr)
    if reading.cut:
        cut = {"host": host, "most": len(reading.ports)}
        print(_("{host}: has more interfaces; only the first {most:,} were read", **cut), file=sys.stderr)


def _where(host: str) -> Where:
    """Return address and port; a name is looked up."""
    parts = HOST.fullmatch(host)
    if parts is None:
        raise _wrong(message("argument: '{found}' is no host. Expected HOST, HOST:PORT or [IPV6]:PORT", found=host))
    name = ascii_digits(parts["v6"] or parts["name"] or parts["bare_v6"])
    port = str(PORT) if parts["port"] is None else ascii_digits(parts["port"])
    if not (port.isascii() and port.isdigit() and len(port) <= 5 and 0 < int(port) < 65_536):
        raise _wrong(
            message(
                "argument: '{found}' is no port. Expected HOST or HOST:PORT with a port from 1 to 65535", found=port
            )
        )
    with suppress(ValueError):
        return _of_a_device(ip_address(name)), int(port)
    if is_short_address(name):
        raise _wrong(
            message("argument: '{found}' is no whole address. Expected a name, or such as 10.0.0.1", found=name)
        )
    from monitor.net.deadline import Deadline, DeadlinePassed
    from monitor.net.names import NAMES

    try:
        found = NAMES.look_up(name, int(port), Deadline.after(LONGEST_LOOK_UP_S))
    except DeadlinePassed:
        said = message("argument: the name server does not answer about '{name}'", name=name)
        raise Failure(said, CANNOT) from None
    except OSError:
        raise _wrong(message("argument: '{found}' is neither an address nor a known name", found=name)) from None
    return _of_a_device(ip_address(found[0].place[0])), int(port)


def _of_a_device(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    if address.is_multicast or address.is_unspecified or address == BROADCAST:
        found = str(address)
        raise _wrong(message("argument: {found} is not the address of a device. Expected that of one", found=found))
    return address


def _wrong(said: Said) -> Failure:
    return Failure(said, BAD_INPUT)


def _secret(file: Path, name: str) -> "Secret":
    """Return the secret in a file, which errors call by ``name``: its path may be the secret, typed in its place."""
    from monitor.settings.secrets import SecretError, is_open_to_others, read_secret

    try:
        secret = read_secret(file, name)
    except SecretError as error:
        raise _wrong(said_by(error)) from None
    if is_open_to_others(file):
        print(_("{file}: others on this machine can read it. Expected mode 0600", file=file), file=sys.stderr)
    return secret


def _user(directory: Path, name: str) -> "tuple[Path, V3Entry]":
    """Return the configured user, and the folder at which its files' paths start."""
    settings = settings_of(directory)
    entry = settings.monitor.snmp.v3.get(name)
    if entry is None:
        file = directory / "monitor.toml"
        if known := sorted(settings.monitor.snmp.v3):
            facts = {"file": file, "name": name, "known": known}
            raise _wrong(message("{file}: there is no [snmp.v3.{name}]. Expected one of those there: {known}", **facts))
        raise _wrong(message("{file}: there is no [snmp.v3.{name}], nor any other", file=file, name=name))
    return settings.home, entry


async def _read_v2c(where: Where, community: "Secret", timeout_s: float, retries: int) -> "Reading":
    from monitor.probes.snmp.client import Agent, V2cClient
    from monitor.probes.snmp.exchange import Exchange
    from monitor.probes.snmp.reading import read

    exchange = Exchange(timeout_s, retries)
    exchange.open()
    try:
        return await read(V2cClient(exchange).session(Agent(*where, community)))
    finally:
        exchange.close()


async def _read_v3(where: Where, home: Path, entry: "V3Entry", timeout_s: float, retries: int) -> "Reading":
    from monitor.probes.snmp.exchange import Exchange
    from monitor.probes.snmp.keys import Credential
    from monitor.probes.snmp.reading import read
    from monitor.probes.snmp.v3 import V3Client
    from monitor.settings.secrets import secret_path

    files = {"auth_key_file": entry.auth_key_file, "priv_key_file": entry.priv_key_file}
    keys = [None if file is None else _secret(secret_path(home, file), name) for name, file in files.items()]
    exchange = Exchange(timeout_s, retries)
    client = V3Client(exchange, Credential(entry.user, entry.auth, keys[0], entry.priv, keys[1]))
    exchange.open()
    try:
        return await read(client.session(*where))
    finally:
        exchange.close()


def _facts(reading: "Reading") -> "ReadingDocument":
    facts: ReadingDocument = {"system": reading.system, "ports": reading.ports, "ups": reading.ups}
    if reading.engine_time_s is not None:
        facts["engine"] = {"snmpEngineTime": reading.engine_time_s}
    if reading.ups_load_percent:
        facts["ups_output"] = [{"upsOutputPercentLoad": load} for load in reading.ups_load_percent]
    if reading.cut:
        facts["ports_cut"] = True
    if reading.unread:
        facts["unread"] = list(reading.unread)
    return facts


def _print(reading: "Reading") -> None:
    from monitor.probes.snmp.mibs import BATTERY_STATUS, OUTPUT_SOURCE

    output, system = console(), reading.system
    output.print(clean(str(system.get("sysName", _("(without a name)")))), style="bold")
    output.print(clean(str(system.get("sysDescr", ""))))
    if isinstance(ticks := system.get("sysUpTime_ticks"), int):
        hours, rest = divmod(ticks // 100, 3_600)
        up = {"days": hours // 24, "hours": hours % 24, "minutes": rest // 60}
        output.print(_("up for {days} d {hours} h {minutes} min", **up))
    if reading.ups or reading.ups_load_percent:
        ups = reading.ups
        words = _(
            "UPS: battery {battery}, output from {source}, {left} min left, charge {charge} %, load {load}",
            battery=term(BATTERY, BATTERY_STATUS.get(int(ups.get("upsBatteryStatus", 1)), "unknown")),
            source=term(OUTPUT, OUTPUT_SOURCE.get(int(ups.get("upsOutputSource", 1)), "other")),
            left=_known(ups, "upsEstimatedMinutesRemaining"),
            charge=_known(ups, "upsEstimatedChargeRemaining"),
            load=[digits(f"{percent} %") for percent in reading.ups_load_percent] or "? %",
        )
        output.print(words)
    if reading.ports:
        _print_ports(output, reading.ports)


def _known(ups: "Facts", name: str) -> "int | str":
    """Return a figure of a UPS, or '?' for -1, which many report for 'unknown'."""
    figure = ups.get(name, -1)
    return figure if isinstance(figure, int) and figure >= 0 else "?"


def _print_ports(output: "Console", ports: Iterable["Facts"]) -> None:
    from rich.text import Text

    from monitor.cli.listing import Listing
    from monitor.judging.links import speed_mbps
    from monitor.probes.snmp.mibs import ADMIN_STATUS, OPER_STATUS

    index, alias, received, sent = _("Index"), _("Alias"), _("In octets"), _("Out octets")
    headings = (index, _("Name"), alias, _("Admin"), _("Oper"), "Mb/s", received, sent, _("Errors"))
    table = Listing(*headings, prose={alias}, right={index, "Mb/s", received, sent})
    for port in ports:
        speed = f"{known:g}" if (known := speed_mbps(port)) else ""
        cells = (
            digits(port["ifIndex"]),
            port.get("ifName") or port.get("ifDescr", ""),
            port.get("ifAlias", ""),
            term(PORT_STATES, ADMIN_STATUS.get(int(port.get("ifAdminStatus", 0)), "")),
            term(PORT_STATES, OPER_STATUS.get(int(port.get("ifOperStatus", 0)), "")),
            digits(speed),
            digits(port.get("ifHCInOctets", port.get("ifInOctets", ""))),
            digits(port.get("ifHCOutOctets", port.get("ifOutOctets", ""))),
            digits(int(port.get("ifInErrors", 0)) + int(port.get("ifOutErrors", 0)) or ""),
        )
        table.add_row(*(Text(clean(str(cell))) for cell in cells))
    output.print(table)
