"""One device read as a whole: what it is, its interfaces, its UPS. What an agent lacks is absent, never an error."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from monitor.probes.snmp.ber import Oid, Value
from monitor.probes.snmp.mibs import ENGINE_TIME, INTERFACES, SYSTEM, TEXT_COLUMNS, UPS, UPS_LOAD
from monitor.probes.snmp.session import AgentError, Session
from monitor.probes.snmp.walking import Row, walk

NO_SUCH_NAME = 2
MOST_TEXT = 1_024

Facts = dict[str, int | str]


@dataclass(frozen=True)
class Reading:
    """``ports`` in the order of their ifIndex, ``ups_load_percent`` by output line; names as the MIBs have them.

    ``engine_time_s``: seconds since the agent started (snmpEngineTime), which unlike sysUpTime lasts for 68 years.
    """

    system: Facts
    ports: list[Facts] = field(default_factory=list)
    ups: Facts = field(default_factory=dict)
    ups_load_percent: list[int] = field(default_factory=list)
    engine_time_s: int | None = None


async def read(session: Session) -> Reading:
    """Asks for everything; raises SnmpError when the agent does not answer or not to us."""
    values = await get_what_there_is(session, [*SYSTEM.values(), ENGINE_TIME, *UPS.values()])
    engine_time = values.get(ENGINE_TIME)
    ups = _numbers(values, UPS)
    return Reading(
        _texts(values, SYSTEM),
        _ports(await walk(session, list(INTERFACES.values()))),
        ups,
        await _load(session) if ups else [],
        engine_time if isinstance(engine_time, int) else None,
    )


async def read_system(session: Session) -> Facts:
    """Only what it is; raises SnmpError as `read` does."""
    return _texts(await get_what_there_is(session, list(SYSTEM.values())), SYSTEM)


async def get_what_there_is(session: Session, oids: Sequence[Oid]) -> Mapping[Oid, Value]:
    """Values of these objects; an agent that refuses the whole question because of one is asked for the others."""
    left = list(oids)
    while left:
        try:
            return dict(await session.get(left))
        except AgentError as error:
            if len(left) == 1:
                return {}
            if 1 <= error.index <= len(left):
                del left[error.index - 1]
                continue
            half = len(left) // 2
            first = await get_what_there_is(session, left[:half])
            return {**first, **await get_what_there_is(session, left[half:])}
    return {}


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


def _ports(columns: Mapping[Oid, Mapping[Row, Value]]) -> list[Facts]:
    """A row for every index that any column has."""
    rows: dict[int, Facts] = {}
    for name, oid in INTERFACES.items():
        for row, value in columns[oid].items():
            if len(row) != 1:
                continue
            port = rows.setdefault(row[0], {"ifIndex": row[0]})
            if name in TEXT_COLUMNS and isinstance(value, bytes):
                port[name] = text(value)
            elif name not in TEXT_COLUMNS and name != "ifIndex" and isinstance(value, int):
                port[name] = value
    return [rows[index] for index in sorted(rows)]


async def _load(session: Session) -> list[int]:
    column = (await walk(session, [UPS_LOAD]))[UPS_LOAD]
    return [value for _, value in sorted(column.items()) if isinstance(value, int)]
