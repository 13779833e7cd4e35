"""Run `import`: turn a list of sites from a spreadsheet into text for sites.toml."""

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.errors import BAD_INPUT, Failure, settings_of
from monitor.cli.spreadsheet import COLUMNS, NEEDED, Row, circles, spoilt
from monitor.cli.spreadsheet import rows as read_rows
from monitor.domain.text import hides
from monitor.settings.problems import no_such

SPOILT = (
    "holds '?' or 'à¦' where Bangla was: the program that saved it used another encoding. "
    "Expected the list saved as 'CSV UTF-8'"
)
POSITION: Mapping[int | str, str] = {0: "latitude", 1: "longitude"}
NUMBER = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,20})?")


def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help=f"CSV with these columns in any order: {', '.join(COLUMNS)}.")],
) -> None:
    """Read sites from a CSV file and print them as TOML for sites.toml; changes nothing."""
    settings = settings_of(context.obj)
    rows = read_rows(file)
    faults = list(_faults(rows, {*settings.fleet.sites}, {str(d.address) for d in settings.fleet.devices.values()}))
    known = {*settings.monitor.snmp.v2c, *settings.monitor.snmp.v3}
    faults += [
        (line, "snmp", f"monitor.toml has {no_such('credentials', row['snmp'], known)}")  # it may be the community
        for line, row in rows
        if row["snmp"] and row["snmp"] not in known
    ]
    if faults:
        words = "\n".join(f"{file}:{line}: {column}: {what}" for line, column, what in sorted(faults))
        raise Failure(f"{words}\n{len(faults)} error{'s'[: len(faults) != 1]}; nothing was imported.", BAD_INPUT)
    print("\n".join(_text(row) for _, row in rows), end="")
    count = f"{len(rows)} site{'s'[: len(rows) != 1]}"
    print(f"{count}. Put this into {settings.directory / 'sites.toml'}, then run `check`.", file=sys.stderr)


def _faults(rows: list[tuple[int, Row]], sites: set[str], addresses: set[str]) -> Iterator[tuple[int, str, str]]:
    """Yield (line, column, what is wrong) of every fault, those between rows included."""
    from ipaddress import ip_address

    from pydantic import TypeAdapter, ValidationError

    from monitor.settings.sites_file import Id, SiteEntry
    from monitor.settings.validate import described

    an_id = TypeAdapter(Id)
    ids, seen = {row["id"] for _, row in rows} | sites, set(sites)
    for line, row in rows:
        try:
            an_id.validate_python(row["id"])
        except ValidationError:
            yield line, "id", f"{row['id']!r} is no id. Expected small letters, digits and '-'"
        if row["id"] in seen:
            yield line, "id", f"{row['id']!r} is there already. Expected an id of its own"
        seen.add(row["id"])
        for column, cell in row.items():
            if spoilt(cell):
                yield line, column, SPOILT
            elif hides(cell):
                yield line, column, "has a line break or another letter that does not show. Expected one line of text"
        try:
            SiteEntry.model_validate(_entry(row))
        except ValidationError as error:
            for fault in error.errors():
                where = fault["loc"] or ("address",)
                column = POSITION.get(where[-1], str(where[0])) if where[0] == "position" else str(where[0])
                yield line, column, described(dict(fault))
            continue
        if row["parent"] and row["parent"] not in ids:
            yield line, "parent", f"no site {row['parent']!r}. Expected the id of another site"
        address = str(ip_address(row["address"]))
        if address in addresses:
            yield line, "address", f"{address} is there already. Expected an address of its own"
        addresses.add(address)
    for line, id_ in circles(rows):
        yield line, "parent", f"{id_!r} is its own ancestor. Expected a tree"


def _entry(row: Row) -> dict[str, object]:
    """Return the row as sites.toml has it."""
    entry: dict[str, object] = {
        name: row[name]
        for name in ("kind", "name_bn", "name_en", "union", "parent", "operator", "address")
        if row[name] or name in NEEDED
    }
    if row["latitude"] or row["longitude"]:
        entry["position"] = tuple(
            float(cell) if NUMBER.fullmatch(cell) else cell for cell in (row["latitude"], row["longitude"])
        )
    return entry


def _text(row: Row) -> str:
    from monitor.settings.proposal import Value, site_text

    facts: dict[str, Value] = {
        name: row[name] for name in ("kind", "name_bn", "name_en", "union", "parent", "operator") if row[name]
    }
    if row["latitude"]:
        facts["position"] = (float(row["latitude"]), float(row["longitude"]))
    if not row["snmp"]:
        return site_text(row["id"], {**facts, "address": row["address"]}, {})
    return site_text(row["id"], facts, {"gateway": {"address": row["address"], "snmp": row["snmp"]}})
