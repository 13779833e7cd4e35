"""Parse numbers among options and arguments, in Bangla digits too, with errors of our own."""

import re
from collections.abc import Callable
from typing import Any

import typer

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


def _reader(kind: type[int] | type[float], least: float, most: float) -> Callable[[Any], float]:
    """Return a parser of the typed text; it raises BadParameter, and passes a default, which is a number already."""
    shape, what = (WHOLE, "a whole number") if kind is int else (DECIMAL, "a number")
    span = _span(least, most, " to ")

    def read(typed: Any) -> float:
        if not isinstance(typed, str):
            return kind(typed)
        plain = ascii_digits(typed.strip())
        if shape.fullmatch(plain) is None or not least <= (found := kind(plain)) <= most:
            raise typer.BadParameter(harmless(f"found '{typed}'. Expected {what} from {span}"))
        return found

    return read
