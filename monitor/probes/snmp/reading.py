"""Read one device: system, interfaces, UPS. What an agent lacks is left out, never an error."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from sys import intern

from monitor.probes.snmp.ber import Oid, Value
from monitor.probes.snmp.mibs import ENGINE_TIME, INTERFACES, ON_BATTERY, SYSTEM, TEXT_COLUMNS, UPS, UPS_LOAD
from monitor.probes.snmp.session import AgentError, GarbledError, Session, SilentError
from monitor.probes.snmp.walking import ALIVE, MOST_ROWS, MOST_UNREAD, Row, walk

MOST_TEXT = 1_024
DIGITS = re.compile(rb"\s*(-?\d{1,20})[\s\0]*")
COLUMNS = {**INTERFACES, "upsOutputPercentLoad": UPS_LOAD, **UPS, "snmpEngineTime": ENGINE_TIME}
LONGEST_READ_S = 30.0  # after which a reading gives up

Facts = dict[str, int | str]


@dataclass(frozen=True)
class Reading:
    """One reading. ``ports`` in the order of ifIndex, ``ups_load_percent`` by output line; keys are the MIBs' names.

    ``engine_time_s``: seconds since the agent started (snmpEngineTime), which unlike sysUpTime lasts for 68 years.
    ``cut``: the agent has more interfaces than are read; those after the last one in ``ports`` are left out.
    ``unread``: names of objects for which the agent timed out; of a column, the rows before that are included.
    """

    system: Facts
    ports: list[Facts] = field(default_factory=list)
    ups: Facts = field(default_factory=dict)
    ups_load_percent: list[int] = field(default_factory=list)
    engine_time_s: int | None = None
    cut: bool = False
    unread: tuple[str, ...] = ()


async def read(session: Session, *, skip: Collection[str] = ()) -> Reading:
    """Read everything; raises SnmpError when the agent does not answer, or not to us.

    Objects that many agents lack are walked to, not requested by name: some refuse the whole request, or do not answer.
    ``skip``: names of objects that are not requested, because the agent timed out on them before; they count as unread.
    """
    system, unread = await _system(session, skip)
    columns = await walk(
        session, list(COLUMNS.values()), MOST_ROWS + 1, skip={COLUMNS[name] for name in skip if name in COLUMNS}
    )
    ports, cut = _ports(columns)  # one row more than are shown: its presence means that there are more
    return Reading(
        system,
        ports,
        {name: found[0] for name, oid in UPS.items() if (found := _numbers(columns[oid]))},
        _numbers(columns[UPS_LOAD]),
        next(iter(_numbers(columns[ENGINE_TIME])), None),
        cut,
        (*unread, *(name for name, oid in COLUMNS.items() if oid in columns.unread)),
    )


async def read_system(session: Session) -> Facts:
    """Read only the system group; raises SnmpError as `read` does."""
    return (await _system(session, ()))[0]


async def _system(session: Session, skip: Collection[str]) -> tuple[Facts, list[str]]:
    """Return the system group, and the names of objects for which the agent timed out. Raises SnmpError."""
    wanted = {name: oid for name, oid in SYSTEM.items() if name not in skip}
    values, unread = await get_with_timeouts(session, wanted)
    return _texts(values, wanted), [name for name in SYSTEM if name in skip] + unread


async def get_with_timeouts(session: Session, wanted: Mapping[str, Oid]) -> tuple[Mapping[Oid, Value], list[str]]:
    """Return values of these objects, and the names of those for which the agent timed out.

    After `MOST_UNREAD` timeouts the rest is not requested. Raises SnmpError when it does not answer for sysUpTime
    either.
    """
    try:
        return await get_despite_refusals(session, list(wanted.values())), []
    except SilentError:
        values = dict(await session.get([ALIVE]))  # raises when it is gone
    unread: list[str] = []
    for name, oid in wanted.items():
        if oid == ALIVE:
            continue
        if len(unread) > MOST_UNREAD:
            unread.append(name)
            continue
        try:
            values |= await get_despite_refusals(session, [oid])
        except (SilentError, GarbledError):
            unread.append(name)
    return values, unread


async def get_despite_refusals(session: Session, oids: Sequence[Oid]) -> Mapping[Oid, Value]:
    """Return values of these objects, also from agents that refuse a whole request because of one of them.

    The others are requested without the one it blames, which is requested alone, because some blame the wrong one.
    """
    asked = list(oids)
    try:
        return dict(await session.get(asked))
    except AgentError as error:
        if len(asked) <= 1:
            return {}
        blamed, half = error.index - 1, len(asked) // 2
        parts = (asked[:half], asked[half:])
        if 0 <= blamed < len(asked):
            parts = (asked[:blamed] + asked[blamed + 1 :], [asked[blamed]])
        return {name: value for part in parts for name, value in (await get_despite_refusals(session, part)).items()}


def feeds_from_battery(ups: Facts) -> bool | None:
    """Return whether a UPS is on battery; None when unknown. Some report only how long they have been."""
    if (source := ups.get("upsOutputSource")) is not None:
        return source == ON_BATTERY
    seconds = ups.get("upsSecondsOnBattery")
    return seconds > 0 if isinstance(seconds, int) else None


def text(value: bytes) -> str:
    """Decode a DisplayString as agents really send it: padded, in some encoding, of any length."""
    cut = value.rstrip(b"\0")[:MOST_TEXT]
    try:
        return cut.decode("utf-8")
    except UnicodeDecodeError:
        return cut.decode("latin-1")


def number(value: Value | None) -> int | None:
    """Decode a number as agents really send it: some write it as text, some send a 64-bit counter as eight octets."""
    if isinstance(value, bytes):
        if (digits := DIGITS.fullmatch(value)) is not None:
            return int(digits[1])
        return int.from_bytes(value) if len(value) == 8 and value[0] < 0x20 else None  # no text begins like that
    return value if isinstance(value, int) else None


def _texts(values: Mapping[Oid, Value], names: Mapping[str, Oid]) -> Facts:
    """Return the values that are there, octets as text."""
    found: Facts = {}
    for name, oid in names.items():
        value = values.get(oid)
        if isinstance(value, bytes):
            found[name] = intern(text(value))
        elif isinstance(value, int | str):
            found[name] = value
    return found


def _numbers(column: Mapping[Row, Value]) -> list[int]:
    """Return a column's numbers in the order of its rows."""
    return [known for _, value in sorted(column.items()) if (known := number(value)) is not None]


def _ports(columns: Mapping[Oid, Mapping[Row, Value]]) -> tuple[list[Facts], bool]:
    """Return a row for every index that any column has, and whether there are more than are read.

    Where a column was cut, so are the others: rows after that would lack what the agent has.
    """
    rows: dict[int, Facts] = {}
    long = [list(column) for oid in INTERFACES.values() if len(column := columns[oid]) > MOST_ROWS]
    end = min((column[MOST_ROWS - 1] for column in long), default=None)
    for name, oid in INTERFACES.items():
        for row, value in columns[oid].items():
            if len(row) != 1 or (end and row > end):
                continue
            port = rows.setdefault(row[0], {"ifIndex": row[0]})
            if name in TEXT_COLUMNS:
                if isinstance(value, bytes):
                    port[name] = intern(text(value))  # a name stands in several columns, and on many devices
            elif name != "ifIndex" and (known := number(value)) is not None:
                port[name] = known
    return [rows[index] for index in sorted(rows)], bool(long)
