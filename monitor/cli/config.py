"""`check` and `version`: what the configuration says, without starting anything."""

import json
from importlib.metadata import version as version_of
from typing import Annotated

import typer

from monitor.cli.failing import settings_of


def check(context: typer.Context) -> None:
    """Reads the whole configuration and says what is wrong with it (exit code 2) or still missing."""
    from monitor.alerts.office import Office
    from monitor.clock import SystemClock
    from monitor.daemon.words import summary, warnings

    settings = settings_of(context.obj)
    office = Office.of(settings)
    for warning in warnings(settings, office, SystemClock().utc()):
        print(f"warning: {warning}")
    print(f"{context.obj}: {summary(settings)}. No errors.")


def version(as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False) -> None:
    """Prints the version."""
    number = version_of("upazila-monitor")
    print(json.dumps({"version": number}) if as_json else f"upazila-monitor {number}")
