"""`import`: a list of sites from a spreadsheet, as text for sites.toml."""

import csv
import sys
from collections.abc import Collection, Iterator, Mapping
from io import StringIO
from pathlib import Path
from typing import Annotated
from unicodedata import category

import typer

from monitor.cli.failing import BAD_INPUT, Failure, settings_of

COLUMNS = (
    "id",
    "kind",
    "name_bn",
    "name_en",
    "union",
    "latitude",
    "longitude",
    "parent",
    "operator",
    "address",
    "snmp",
)
NEEDED = {"id", "kind", "name_bn", "name_en", "address"}
POSITION: Mapping[int | str, str] = {0: "latitude", 1: "longitude"}
DELIMITERS = ",;\t"

Row = Mapping[str, str]


def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help=f"CSV with these columns in any order: {', '.join(COLUMNS)}.")],
) -> None:
    """Reads sites from a CSV file and prints them as TOML for sites.toml; changes nothing."""
    settings = settings_of(context.obj)
    rows = _rows(file)
    faults = list(_faults(rows, {*settings.fleet.sites}, {str(d.address) for d in settings.fleet.devices.values()}))
    known = {*settings.monitor.snmp.v2c, *settings.monitor.snmp.v3}
    faults += [
        (line, "snmp", f"monitor.toml has no credentials {row['snmp']!r}")
        for line, row in rows
        if row["snmp"] and row["snmp"] not in known
    ]
    if faults:
        words = "\n".join(f"{file}:{line}: {column}: {what}" for line, column, what in sorted(faults))
        raise Failure(f"{words}\n{len(faults)} error{'s'[: len(faults) != 1]}; nothing was imported.", BAD_INPUT)
    print("\n".join(_text(row) for _, row in rows), end="")
    count = f"{len(rows)} site{'s'[: len(rows) != 1]}"
    print(f"{count}. Put this into {settings.directory / 'sites.toml'}, then run `check`.", file=sys.stderr)


def _rows(file: Path) -> list[tuple[int, Row]]:
    """Each row with the line on which it begins; cells without the blanks around them, missing ones empty."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise Failure(f"{file}: cannot be read: {error.strerror}", BAD_INPUT) from None
    except UnicodeDecodeError:
        raise Failure(f"{file}: is no UTF-8. Expected CSV saved as UTF-8", BAD_INPUT) from None
    heading = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=heading.count)
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[tuple[int, Row]] = []
    line = 1
    try:
        names = [name.strip().lower() for name in next(reader, [])]
        _check_heading(file, names)
        line = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                if len(cells) > len(names):
                    what = f"{len(cells)} cells where the heading has {len(names)} columns"
                    raise Failure(f"{file}:{line}: {what}. Expected no more cells than columns", BAD_INPUT)
                given = dict(zip(names, (cell.strip() for cell in cells), strict=False))
                rows.append((line, {column: given.get(column, "") for column in COLUMNS}))
            line = reader.line_num + 1
    except csv.Error as error:
        raise Failure(f"{file}:{line}: is no CSV: {error}", BAD_INPUT) from None
    if not rows:
        raise Failure(f"{file}: has no rows. Expected a heading and a site on each line", BAD_INPUT)
    return rows


def _check_heading(file: Path, names: Collection[str]) -> None:
    missing, strange = NEEDED - set(names), set(names) - set(COLUMNS)
    if missing or strange or len(set(names)) < len(names):
        problem = (
            f"lacks {', '.join(sorted(missing))}"
            if missing
            else f"has the unknown column {min(strange)!r}"
            if strange
            else "has a column twice"
        )
        raise Failure(f"{file}:1: the heading {problem}. Expected columns of: {', '.join(COLUMNS)}", BAD_INPUT)


def _faults(rows: list[tuple[int, Row]], sites: set[str], addresses: set[str]) -> Iterator[tuple[int, str, str]]:
    """(line, column, what is wrong) of every fault, those between rows included."""
    from ipaddress import ip_address

    from pydantic import TypeAdapter, ValidationError

    from monitor.settings.sites_file import Id, SiteEntry
    from monitor.settings.validate import in_words

    ids, seen = {row["id"] for _, row in rows} | sites, set(sites)
    for line, row in rows:
        try:
            TypeAdapter(Id).validate_python(row["id"])
        except ValidationError:
            yield line, "id", f"{row['id']!r} is no id. Expected small letters, digits and '-'"
        if row["id"] in seen:
            yield line, "id", f"{row['id']!r} is there already. Expected an id of its own"
        seen.add(row["id"])
        for column, cell in row.items():
            if any(category(letter) == "Cc" for letter in cell):
                yield line, column, "has a line break or another letter that does not show. Expected one line of text"
        try:
            SiteEntry.model_validate(_entry(row))
        except ValidationError as error:
            for fault in error.errors():
                where = fault["loc"] or ("address",)
                column = POSITION.get(where[-1], str(where[0])) if where[0] == "position" else str(where[0])
                yield line, column, in_words(dict(fault))
            continue
        if row["parent"] and row["parent"] not in ids:
            yield line, "parent", f"no site {row['parent']!r}. Expected the id of another site"
        address = str(ip_address(row["address"]))
        if address in addresses:
            yield line, "address", f"{address} is there already. Expected an address of its own"
        addresses.add(address)
    yield from _circles(rows)


def _circles(rows: list[tuple[int, Row]]) -> Iterator[tuple[int, str, str]]:
    parents = {row["id"]: row["parent"] for _, row in rows}
    for line, row in rows:
        above, way = row["parent"], {row["id"]}
        while above in parents and above not in way:
            way.add(above)
            above = parents[above]
        if above == row["id"]:
            yield line, "parent", f"{row['id']!r} is its own ancestor. Expected a tree"


def _entry(row: Row) -> dict[str, object]:
    """As sites.toml would have it."""
    entry: dict[str, object] = {
        name: row[name]
        for name in ("kind", "name_bn", "name_en", "union", "parent", "operator", "address")
        if row[name] or name in NEEDED
    }
    if row["latitude"] or row["longitude"]:
        entry["position"] = (row["latitude"], row["longitude"])
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
