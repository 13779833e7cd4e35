"""Options that several commands share, and what is made of the texts that people type into them."""

import getpass
from typing import Annotated

import typer

from monitor.cli.errors import BAD_INPUT, Failure
from monitor.domain.text import clean

LONGEST_NAME, LONGEST_TEXT = 100, 4_000  # letters

AsJson = Annotated[bool, typer.Option("--json", help="As JSON.")]
Number = Annotated[str, typer.Argument(help="The ticket's number, such as BHR-2026-000123; 123 of this year.")]
Text = Annotated[str, typer.Option("--text", "-m", help="What to write into the ticket's history.")]
Actor = Annotated[str, typer.Option("--as", metavar="NAME", help="Who does it; by default the user who is logged in.")]


def said(option: str, text: str, what: str) -> str:
    """Return ``text`` if it has words that show; ends the command with ``what`` was expected, if not."""
    if not any(letter.isalnum() for letter in clean(text)):
        raise Failure(f"{option}: found '{clean(text)}', which has no words. Expected {what}", BAD_INPUT)
    return text


def user() -> str:
    """Return who is logged in, for the records; 'unknown' if nobody can tell."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
