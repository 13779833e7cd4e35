"""Run `check` and `version`: examine the configuration without starting anything."""

import json
from importlib.metadata import version as version_of
from pathlib import Path

import typer

from monitor.cli.console import print_json, say
from monitor.cli.documents import ConfigurationDocument
from monitor.cli.errors import BAD_INPUT, installation_of
from monitor.cli.language import _
from monitor.cli.options import AsJson


def check(context: typer.Context, as_json: AsJson = False) -> None:
    """Check the whole configuration: what is wrong with it (exit code 2) or still missing.

    With --json: {directory, errors: [{file, line, key, message}], warnings, sites, devices}.
    """
    from monitor.domain.clock import SystemClock
    from monitor.runtime.startup_messages import summary, warnings_of_all

    if as_json:
        _print_json(context.obj)
        return
    installation = installation_of(context.obj)
    for warning in warnings_of_all(installation, SystemClock().utc()):
        say(_("warning: {what}", what=warning))
    say(_("{folder}: {fleet}. No errors.", folder=context.obj, fleet=summary(installation.host)))


def _print_json(directory: Path) -> None:
    from monitor.configuration import load_installation
    from monitor.domain.clock import SystemClock
    from monitor.runtime.startup_messages import warnings_of_all
    from monitor.settings.problems import ConfigError

    found: ConfigurationDocument = {"directory": str(directory), "errors": [], "warnings": []}
    try:
        installation = load_installation(directory)
    except ConfigError as error:
        found["errors"] = [
            {"file": each.file, "line": each.line, "key": each.key, "message": str(each.message)}
            for each in error.problems
        ]
    else:
        found["warnings"] = list(map(str, warnings_of_all(installation, SystemClock().utc())))
        fleet = installation.host.fleet
        found["sites"], found["devices"] = len(fleet.sites), len(fleet.devices)
    print_json(found)
    if found["errors"]:
        raise typer.Exit(BAD_INPUT)


def version(as_json: AsJson = False) -> None:
    """Print the version."""
    number = version_of("upazila-monitor")
    print(json.dumps({"version": number}) if as_json else f"upazila-monitor {number}")
