"""Define what commands print with `--json` besides what is stored (see monitor/store/documents.py). Keys are public.

Times are in ISO 8601; what ends in ``_s`` is in seconds.
"""

from typing import NotRequired, TypedDict


class ClockDocument(TypedDict):
    """The wall clock, the daemon's trusted time, and from when it trusts the clock by itself."""

    wall_utc: str
    believed_utc: str
    suspect: bool
    ntp_synchronised: bool
    believed_from_utc: str | None


class ProblemDocument(TypedDict):
    """A fault of the configuration, with its place."""

    file: str
    line: int
    key: str
    message: str


class ConfigurationDocument(TypedDict):
    """The result of `check`; sites and devices are counted where there is no error."""

    directory: str
    errors: list[ProblemDocument]
    warnings: list[str]
    sites: NotRequired[int]
    devices: NotRequired[int]


class OfficeDocument(TypedDict):
    """A place of offices.toml; ``offices``: those below it, none at an office itself."""

    id: str
    kind: str
    parent: str | None
    name_bn: str
    name_en: str
    ticket_prefix: str
    offices: list[str]
    sites: int


class SoundnessDocument(TypedDict):
    """Whether a copy of the database is sound, and its faults."""

    sound: bool
    wrong: list[str]
    events: int
    lived: str | None


class TableDocument(TypedDict):
    """How many rows a table has, and a hash over them."""

    rows: int
    sha256: str


class MovedDocument(TypedDict):
    """The result of `db copy`; all of it is alike on both sides."""

    source: str
    target: str
    rows: int
    events: int
    heads: dict[str, str]
    tables: dict[str, TableDocument]


class SummaryDocument(TypedDict):
    """The totals of a probe run."""

    ok: int
    failed: int
    unknown: int
    echoes_sent: int
    replies_accepted: int
    rejected: dict[str, int]
    errors: dict[str, int]
    refused: dict[str, int]
    dropped: int


class EngineDocument(TypedDict):
    """An SNMPv3 engine's own data."""

    snmpEngineTime: int


class LoadDocument(TypedDict):
    """One output line of a UPS."""

    upsOutputPercentLoad: int


class ReadingDocument(TypedDict):
    """A device's SNMP reading, under the MIBs' names; fields that are not required are there when they have a value."""

    system: dict[str, int | str]
    ports: list[dict[str, int | str]]
    ups: dict[str, int | str]
    engine: NotRequired[EngineDocument]
    ups_output: NotRequired[list[LoadDocument]]
    ports_cut: NotRequired[bool]
    unread: NotRequired[list[str]]
