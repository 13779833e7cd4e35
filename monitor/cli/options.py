"""Define options that several commands share, and parse what people type into them."""

import getpass
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.numbers import whole
from monitor.domain.text import clean

if TYPE_CHECKING:
    from monitor.alerts.cases.refusals import Seen as SeenVersion

LONGEST_NAME = 100  # characters
CLI = "cli"  # how the acts of commands are recorded

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Number = Annotated[
    str, typer.Argument(help="The ticket's number, such as BHR-2026-000123; or 123 for that of this year.")
]
Text = Annotated[str, typer.Option("--text", "-m", help="What to write into the ticket's history.")]
Actor = Annotated[str, typer.Option("--as", metavar="NAME", help="Who does it; by default the user who is logged in.")]

Seen = Annotated[
    int | None,
    whole("--seen", least=1, most=10**9, says="Only if it is still at this version, as its --json shows."),
]


def user() -> str:
    """Return who is logged in, for the records; 'unknown' if nobody can tell."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def who(actor: str) -> str:
    """Return the name that the records get: as it was given, or who is logged in."""
    return clean(actor or user(), LONGEST_NAME)


def as_seen(version: int | None) -> "SeenVersion | None":
    """Return what the person says to have seen, as an act takes it."""
    from monitor.alerts.cases.refusals import Seen as SeenVersion

    return None if version is None else SeenVersion(version)
