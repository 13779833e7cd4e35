"""Run `import`: turn a list of sites from a spreadsheet into text for sites.toml."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.errors import BAD_INPUT, Failure, settings_of
from monitor.cli.language import _, n_
from monitor.cli.progress import progress
from monitor.cli.site_rows import fault_lines, faults, row_text, unknown_credentials
from monitor.cli.spreadsheet import COLUMNS, site_list


def import_(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(help=f"Workbook or CSV with these columns, in any order: {', '.join(COLUMNS)}.")
    ],
) -> None:
    """Read sites from a workbook or CSV file and print them as TOML for sites.toml; changes nothing."""
    settings = settings_of(context.obj)
    with progress(_("Reading the list")):
        rows = site_list(file).rows
    addresses = {str(device.address) for device in settings.fleet.devices.values()}
    known = {*settings.monitor.snmp.v2c, *settings.monitor.snmp.v3}
    found = [*faults(rows, {*settings.fleet.sites}, addresses), *unknown_credentials(rows, known)]
    if found:
        end = n_("{count} error; nothing was imported.", "{count} errors; nothing was imported.", len(found))
        raise Failure("\n".join([*fault_lines(file, found), end]), BAD_INPUT)
    print("\n".join(row_text(row) for _, row in rows), end="")
    advice = n_(
        "{count} site. Put this into {file}, then run `check`.",
        "{count} sites. Put this into {file}, then run `check`.",
        len(rows),
        file=settings.directory / "sites.toml",
    )
    print(advice, file=sys.stderr)
