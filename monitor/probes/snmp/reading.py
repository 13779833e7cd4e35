"""One device read as a whole: what it is, its interfaces, its UPS. What an agent lacks is absent, never an error."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from monitor.probes.snmp.ber import Oid, Value
from monitor.probes.snmp.mibs import ENGINE_TIME, INTERFACES, ON_BATTERY, SYSTEM, TEXT_COLUMNS, UPS, UPS_LOAD
from monitor.probes.snmp.session import AgentError, Session
from monitor.probes.snmp.walking import MOST_ROWS, Row, walk

MOST_TEXT = 1_024
LONGEST_READ_S = 30.0  # after which whoever reads one gives up

Facts = dict[str, int | str]


@dataclass(frozen=True)
class Reading:
    """``ports`` in the order of their ifIndex, ``ups_load_percent`` by output line; names as the MIBs have them.

    ``engine_time_s``: seconds since the agent started (snmpEngineTime), which unlike sysUpTime lasts for 68 years.
    ``cut``: it has more interfaces than are read; those after the last one in ``ports`` are left out.
    """

    system: Facts
    ports: list[Facts] = field(default_factory=list)
    ups: Facts = field(default_factory=dict)
    ups_load_percent: list[int] = field(default_factory=list)
    engine_time_s: int | None = None
    cut: bool = False


async def read(session: Session) -> Reading:
    """Asks for everything; raises SnmpError when the agent does not answer or not to us."""
    values = await get_what_there_is(session, [*SYSTEM.values(), ENGINE_TIME, *UPS.values()])
    columns = await walk(session, [*INTERFACES.values(), UPS_LOAD], MOST_ROWS + 1)  # one more tells that there are more
    engine_time = values.get(ENGINE_TIME)
    ports, cut = _ports(columns)
    return Reading(
        _texts(values, SYSTEM),
        ports,
        _numbers(values, UPS),
        [value for _, value in sorted(columns[UPS_LOAD].items()) if isinstance(value, int)],
        engine_time if isinstance(engine_time, int) else None,
        cut,
    )


async def read_system(session: Session) -> Facts:
    """Only what it is; raises SnmpError as `read` does."""
    return _texts(await get_what_there_is(session, list(SYSTEM.values())), SYSTEM)


async def get_what_there_is(session: Session, oids: Sequence[Oid]) -> Mapping[Oid, Value]:
    """Values of these objects. An agent that refuses the whole question because of one of them is asked for the others;
    the one that it blames is asked alone, because some blame the wrong one.
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
        return {name: value for part in parts for name, value in (await get_what_there_is(session, part)).items()}


def feeds_from_battery(ups: Facts) -> bool | None:
    """What a UPS says of itself; None when it does not. Some tell only for how long they have been on battery."""
    if (source := ups.get("upsOutputSource")) is not None:
        return source == ON_BATTERY
    seconds = ups.get("upsSecondsOnBattery")
    return seconds > 0 if isinstance(seconds, int) else None


def text(value: bytes) -> str:
    """A DisplayString as agents really send it: padded, in some encoding, of any length."""
    cut = value.rstrip(b"\0")[:MOST_TEXT]
    try:
        return cut.decode("utf-8")
    except UnicodeDecodeError:
        return cut.decode("latin-1")


def _texts(values: Mapping[Oid, Value], names: Mapping[str, Oid]) -> Facts:
    """Those that are there: octets as text."""
    found: Facts = {}
    for name, oid in names.items():
        value = values.get(oid)
        if isinstance(value, bytes):
            found[name] = text(value)
        elif isinstance(value, int | str):
            found[name] = value
    return found


def _numbers(values: Mapping[Oid, Value], names: Mapping[str, Oid]) -> Facts:
    return {name: value for name, oid in names.items() if isinstance(value := values.get(oid), int)}


def _ports(columns: Mapping[Oid, Mapping[Row, Value]]) -> tuple[list[Facts], bool]:
    """A row for every index that any column has, and whether there are more than are read.

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
            if name in TEXT_COLUMNS and isinstance(value, bytes):
                port[name] = text(value)
            elif name not in TEXT_COLUMNS and name != "ifIndex" and isinstance(value, int):
                port[name] = value
    return [rows[index] for index in sorted(rows)], bool(long)
