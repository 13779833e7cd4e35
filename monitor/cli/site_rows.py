"""Check the rows of a list of sites, and write them as text for sites.toml."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path

from monitor.cli.language import render
from monitor.cli.spreadsheet import NEEDED, Row, circles, spoilt
from monitor.domain.message import N_, Message, Said, message
from monitor.domain.text import hides
from monitor.settings.problems import no_such

SPOILT = message(
    "has '?' or 'à¦' where Bangla was: the program that saved it used another encoding. "
    "Expected the list saved as 'CSV UTF-8'"
)
POSITION: Mapping[int | str, str] = {0: "latitude", 1: "longitude"}
NUMBER = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,20})?")


def faults(rows: Sequence[tuple[int, Row]], sites: set[str], addresses: set[str]) -> Iterator[tuple[int, str, Said]]:
    """Yield (line, column, what is wrong) of every fault, those between rows included."""
    from ipaddress import ip_address

    from pydantic import ValidationError

    from monitor.settings.sites_file import OF_AN_ID, SiteEntry, an_id
    from monitor.settings.validate import described

    ids, seen = {row["id"] for _, row in rows} | sites, set(sites)
    for line, row in rows:
        try:
            an_id(row["id"])
        except ValueError:
            text = N_("{found!r} is no id. Expected {rule}")
            yield line, "id", Message(text, {"found": row["id"], "rule": message(OF_AN_ID)})
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


def unknown_credentials(rows: Sequence[tuple[int, Row]], known: AbstractSet[str]) -> Iterator[tuple[int, str, Said]]:
    """Yield the rows whose SNMP credentials are not among the ``known``."""
    for line, row in rows:
        if row["snmp"] and row["snmp"] not in known:
            said = message("monitor.toml has {fault}", fault=no_such("credentials", row["snmp"], known))
            yield line, "snmp", said


def fault_lines(file: Path, found: Iterable[tuple[int, str, Said]]) -> list[str]:
    """Return the faults as lines for the terminal, in order."""
    in_order = sorted(found, key=lambda fault: (fault[0], fault[1], str(fault[2])))
    return [f"{file}:{line}: {column}: {render(what)}" for line, column, what in in_order]


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


def row_text(row: Row) -> str:
    """Return the row as text for sites.toml."""
    from monitor.settings.proposal import Value, site_text

    facts: dict[str, Value] = {
        name: row[name] for name in ("kind", "name_bn", "name_en", "union", "parent", "operator") if row[name]
    }
    if row["latitude"]:
        facts["position"] = (float(row["latitude"]), float(row["longitude"]))
    if not row["snmp"]:
        return site_text(row["id"], {**facts, "address": row["address"]}, {})
    return site_text(row["id"], facts, {"gateway": {"address": row["address"], "snmp": row["snmp"]}})
