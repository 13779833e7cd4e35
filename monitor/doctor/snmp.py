"""Examine each SNMP credential at one device that it reads: one that answers echoes, where there is one."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from monitor.doctor.check import Check, Pace, Place
from monitor.doctor.finding import Finding, Kind, Level, found
from monitor.doctor.network import echoed
from monitor.domain.message import N_, Message
from monitor.domain.sample import Verdict
from monitor.i18n.reasons import reason_message
from monitor.probes.icmp.sockets import NoSocket
from monitor.probes.snmp.agents import Agents
from monitor.probes.snmp.port_check import PORT_CHECK_S, is_port_closed
from monitor.probes.snmp.reading import LONGEST_READ_S, read
from monitor.probes.snmp.session import CredentialsError, SilentError, SnmpError
from monitor.settings.fleet import Device

MOST_ECHOED = 8  # devices of one credential, of which one that answers echoes is asked

Outcome = Literal["ok", "silent", "closed", "refused", "error", "down", "unused"]

OK = Kind("snmp.ok", Level.OK, N_("{credential}: {device} is read"))
NONE = Kind("snmp.none", Level.OK, N_("no device is read by SNMP"))
UNUSED = Kind(
    "snmp.unused",
    Level.INFO,
    N_("{credential}: no device uses it"),
    N_("sites.toml: snmp = '{credential}' at the devices that it reads, or remove it from monitor.toml"),
)
SILENT = Kind(
    "snmp.silent",
    Level.ERROR,
    N_("{credential}: {device} ({address}) answers echoes, but no question by SNMP"),
    N_("On the device: allow this machine's address to read, by the community in the file of that credential"),
)
CLOSED = Kind(
    "snmp.closed",
    Level.ERROR,
    N_("{credential}: on {device} ({address}) nothing listens at port {port}"),
    N_("On the device: switch its SNMP agent on, or correct snmp_port in sites.toml"),
)
REFUSED = Kind(
    "snmp.refused",
    Level.ERROR,
    N_("{credential}: {device} ({address}) refuses it: {why}"),
    N_("monitor.toml: correct user, protocols or key files of that credential, as the device has them"),
)
FAULTY = Kind(
    "snmp.faulty",
    Level.ERROR,
    N_("{credential}: {device} ({address}) cannot be read: {why}"),
    N_("Try it by hand: upazila-monitor probe snmp {address}:{port}"),
)
DOWN = Kind(
    "snmp.device-down",
    Level.WARNING,
    N_("{credential}: not tried: no device of it answers echoes, such as {device} ({address})"),
    N_("When one of them is up again: upazila-monitor doctor --only snmp"),
)


@dataclass(frozen=True)
class Seen:
    """What one credential did at one ``device``; None where none uses it."""

    credential: str
    outcome: Outcome
    device: Device | None = None
    why: Message | str = ""


def _gather(place: Place) -> Sequence[Seen]:
    snmp = place.settings.monitor.snmp
    of_credential: dict[str, list[Device]] = {name: [] for name in (*snmp.v2c, *snmp.v3)}
    for device in place.settings.fleet.devices.values():
        if device.snmp in of_credential and len(of_credential[device.snmp]) < MOST_ECHOED:
            of_credential[device.snmp].append(device)
    used = [device for devices in of_credential.values() for device in devices]
    answering: set[str] | None = None  # None: nobody could be asked
    with suppress(NoSocket):
        samples = echoed(place.settings, (device.address for device in used), place) if used else {}
        answering = {address for address, sample in samples.items() if sample.verdict is Verdict.OK}
    chosen = {
        name: next((each for each in devices if answering is None or str(each.address) in answering), None)
        for name, devices in of_credential.items()
    }
    asked = asyncio.run(_ask(place, {name: device for name, device in chosen.items() if device is not None}))
    return [
        asked.get(name) or (Seen(name, "down", devices[0]) if devices else Seen(name, "unused"))
        for name, devices in of_credential.items()
    ]


async def _ask(place: Place, chosen: dict[str, Device]) -> dict[str, Seen]:
    if not chosen:
        return {}
    agents = Agents(place.settings.monitor.snmp, place.settings.home)
    agents.open()
    try:
        seen = await asyncio.gather(*(_one(agents, name, device) for name, device in chosen.items()))
    finally:
        agents.close()
    return {each.credential: each for each in seen}


async def _one(agents: Agents, credential: str, device: Device) -> Seen:
    try:
        session = agents.session(credential, device.address, device.snmp_port, device.snmp_source)
        async with asyncio.timeout(LONGEST_READ_S):
            await read(session)
    except CredentialsError as error:
        return Seen(credential, "refused", device, reason_message(error.reason))
    except SilentError:
        is_closed = await is_port_closed(device.address, device.snmp_port, PORT_CHECK_S)
        return Seen(credential, "closed" if is_closed else "silent", device)
    except SnmpError as error:
        return Seen(credential, "error", device, reason_message(error.reason))
    except TimeoutError:
        return Seen(credential, "silent", device)
    return Seen(credential, "ok", device)


_KINDS = {"silent": SILENT, "closed": CLOSED, "refused": REFUSED, "error": FAULTY, "down": DOWN, "ok": OK}


def _judge(seen: Sequence[Seen], _: datetime) -> Iterator[Finding]:
    if not seen:
        yield found(NONE)
    for each in seen:
        if each.device is None:
            yield found(UNUSED, credential=each.credential)
            continue
        place = {"device": each.device.id, "address": str(each.device.address), "port": each.device.snmp_port}
        yield found(_KINDS[each.outcome], credential=each.credential, why=each.why, **place)


SNMP = Check(
    "snmp",
    N_("SNMP"),
    "One reading of one device for each credential of `[snmp.v2c.…]` and `[snmp.v3.…]`: the first that answers echoes.",
    _gather,
    _judge,
    (OK, NONE, UNUSED, SILENT, CLOSED, REFUSED, FAULTY, DOWN),
    Pace.OUTSIDE,
)
