"""Parse numbers among options and arguments, in Bangla digits too, with errors of our own."""

import re
from collections.abc import Callable
from typing import Any

import typer

from monitor.cli.language import _
from monitor.domain.text import ascii_digits, harmless

WHOLE = re.compile(r"[+-]?[0-9]{1,19}")
DECIMAL = re.compile(r"[+-]?(?:[0-9]{1,19}\.?[0-9]{0,19}|\.[0-9]{1,19})")


def whole(*names: str, least: int, most: int, says: str) -> Any:
    """Return an option that takes a whole number from ``least`` to ``most``; ``names`` as for `typer.Option`."""
    return typer.Option(*names, parser=_reader(int, least, most), metavar=_span(least, most, ".."), help=says)


def decimal(*names: str, least: float, most: float, says: str) -> Any:
    """Return an option that takes a number from ``least`` to ``most``."""
    return typer.Option(*names, parser=_reader(float, least, most), metavar=_span(least, most, ".."), help=says)


def whole_argument(*, least: int, most: int, metavar: str, says: str) -> Any:
    """Return an argument that is a whole number from ``least`` to ``most``."""
    return typer.Argument(parser=_reader(int, least, most), metavar=metavar, help=says)


def _span(least: float, most: float, sign: str) -> str:
    return sign.join(f"{limit:,}".removesuffix(".0") for limit in (least, most))


def _plain(limit: float) -> float:
    """Return a limit as a whole number where it is one."""
    return int(limit) if limit == int(limit) else limit


def _reader(kind: type[int] | type[float], least: float, most: float) -> Callable[[Any], float]:
    """Return a parser of the typed text; it raises BadParameter, and passes a default, which is a number already."""
    shape = WHOLE if kind is int else DECIMAL

    def read(typed: Any) -> float:
        if not isinstance(typed, str):
            return kind(typed)
        plain = ascii_digits(typed.strip())
        if shape.fullmatch(plain) is None or not least <= (found := kind(plain)) <= most:
            said: dict[str, object] = {"typed": typed, "least": _plain(least), "most": _plain(most)}
            if kind is int:
                raise typer.BadParameter(
                    harmless(_("found '{typed}'. Expected a whole number from {least:,} to {most:,}", **said))
                )
            raise typer.BadParameter(
                harmless(_("found '{typed}'. Expected a number from {least:,} to {most:,}", **said))
            )
        return found

    return read
