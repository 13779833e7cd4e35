"""Define options that several commands share, and parse what people type into them."""

import getpass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import completion
from monitor.cli.errors import BAD_INPUT, Failure
from monitor.cli.numbers import whole
from monitor.domain.message import message
from monitor.domain.text import clean

if TYPE_CHECKING:
    from monitor.alerts.cases.refusals import Seen as SeenVersion
    from monitor.settings.load import Settings
    from monitor.store.session import Session
    from monitor.store.work import Work

LONGEST_NAME = 100  # characters
CLI = "cli"  # how the acts of commands are recorded

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Number = Annotated[
    str,
    typer.Argument(
        help="The ticket's number, such as BHR-2026-000123; or 123 for that of this year.",
        autocompletion=completion.tickets,
    ),
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


def by_command(session: "Session", settings: "Settings", now_utc: datetime, actor: str) -> "Work":
    """Return the transaction of a command, by its system user: 'cli:' and the name of ``--as``, or who is logged in.

    Ends the command when that name is a user's of the console, who acts there, with a password; and when it is not
    said which of several offices it is about.
    """
    from monitor.alerts.cases.entered import office_of
    from monitor.store import user_rows
    from monitor.store.work import Work

    if settings.spans_offices:
        raise Failure(message("there are several offices. Expected --office ID before the command"), BAD_INPUT)
    name = clean(actor or user(), LONGEST_NAME - len(f"{CLI}:"))
    if actor and (known := user_rows.user(session, name)) is not None:
        said = message("--as: {name} is a user of the console, and acts there. Expected another name", name=known.name)
        raise Failure(said, BAD_INPUT)
    return Work(session, office_of(session, settings, now_utc), now_utc, f"{CLI}:{name}", via=CLI)


def as_seen(version: int | None) -> "SeenVersion | None":
    """Return what the person says to have seen, as an act takes it."""
    from monitor.alerts.cases.refusals import Seen as SeenVersion

    return None if version is None else SeenVersion(version)
