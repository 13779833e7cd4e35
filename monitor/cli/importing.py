"""Run `import`: turn a list of sites from a spreadsheet into text for sites.toml."""

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.errors import BAD_INPUT, Failure, settings_of
from monitor.cli.language import n_, render
from monitor.cli.spreadsheet import COLUMNS, NEEDED, Row, circles, spoilt
from monitor.cli.spreadsheet import rows as read_rows
from monitor.domain.message import Said, message
from monitor.domain.text import hides
from monitor.settings.problems import no_such

SPOILT = message(
    "has '?' or 'à¦' where Bangla was: the program that saved it used another encoding. "
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
        (line, "snmp", message("monitor.toml has {fault}", fault=no_such("credentials", row["snmp"], known)))
        for line, row in rows
        if row["snmp"] and row["snmp"] not in known
    ]
    if faults:
        faults.sort(key=lambda fault: (fault[0], fault[1], str(fault[2])))
        lines = [f"{file}:{line}: {column}: {render(what)}" for line, column, what in faults]
        end = n_("{count} error; nothing was imported.", "{count} errors; nothing was imported.", len(faults))
        raise Failure("\n".join([*lines, end]), BAD_INPUT)
    print("\n".join(_text(row) for _, row in rows), end="")
    advice = n_(
        "{count} site. Put this into {file}, then run `check`.",
        "{count} sites. Put this into {file}, then run `check`.",
        len(rows),
        file=settings.directory / "sites.toml",
    )
    print(advice, file=sys.stderr)


def _faults(rows: list[tuple[int, Row]], sites: set[str], addresses: set[str]) -> Iterator[tuple[int, str, Said]]:
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
            yield line, "id", message("{found!r} is no id. Expected small letters, digits and '-'", found=row["id"])
        if row["id"] in seen:
            yield line, "id", message("{found!r} is there already. Expected an id of its own", found=row["id"])
        seen.add(row["id"])
        for column, cell in row.items():
            if spoilt(cell):
                yield line, column, SPOILT
            elif hides(cell):
                yield line, column, message("has a line break or an invisible letter. Expected one line of text")
        try:
            SiteEntry.model_validate(_entry(row))
        except ValidationError as error:
            for fault in error.errors():
                where = fault["loc"] or ("address",)
                column = POSITION.get(where[-1], str(where[0])) if where[0] == "position" else str(where[0])
                yield line, column, described(dict(fault))
            continue
        if row["parent"] and row["parent"] not in ids:
            yield line, "parent", message("no site {found!r}. Expected the id of another site", found=row["parent"])
        address = str(ip_address(row["address"]))
        if address in addresses:
            said = message("{found} is there already. Expected an address of its own", found=address)
            yield line, "address", said
        addresses.add(address)
    for line, id_ in circles(rows):
        yield line, "parent", message("{found!r} is its own ancestor. Expected a tree", found=id_)


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
