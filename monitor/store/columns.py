"""Define column types that make values storable, whatever their source.

Text is cleaned by the one cleaner and cut to its column; JSON loses values that JSON lacks. So no character from a
device or a person can make the database, a page or a mail reject a whole transaction.
"""

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, String, Text
from sqlalchemy.types import TypeDecorator

from monitor.domain.json_text import parse_json
from monitor.domain.message import Said, said_as_json, said_from_json
from monitor.domain.reasons import Reason, as_json, from_json
from monitor.domain.reasons import text as reason_in_words
from monitor.domain.text import LONGEST, clean, clean_lines, is_plain_ascii

LONGEST_TEXT = 4 * LONGEST
LONGEST_KEPT = 200  # characters of a text whose cleaned form is remembered
LONGEST_PARAMETER = 300  # of a reason


class Utc(TypeDecorator[datetime]):
    """An aware UTC datetime, stored without its offset: every stored time is UTC."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone; only aware times are stored")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


class Line(TypeDecorator[str]):
    """Text of one line and at most ``most`` characters."""

    impl = String
    cache_ok = True

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else storable_line(value, self.most)


class Lines(TypeDecorator[str]):
    """Text of any number of lines."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else storable(value)


class Facts(TypeDecorator[dict[str, Any]]):
    """JSON valid for every parser: clean text, no NaN or infinity."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: dict[str, Any] | None, dialect: Dialect) -> Any:
        return _plain(value)


class Reasons(TypeDecorator[Reason]):
    """A reason as JSON with its code and parameters, clean as `Facts` are; NULL for none.

    Each text in it is one line of LONGEST_PARAMETER characters, or, if it is ``whole``, as long as `storable` lets it
    be. A value that is no JSON any more is read as a text: damage in one row must not hide all others.
    """

    impl = Text
    cache_ok = True

    def __init__(self, *, whole: bool = False) -> None:
        super().__init__()
        self.whole = whole

    def process_bind_param(self, value: Reason | None, dialect: Dialect) -> Any:
        if self.whole or value is None:
            return stored_whole(value)
        return json.dumps(_plain(_bounded(as_json(value))), ensure_ascii=False)

    def process_result_value(self, value: Any, dialect: Dialect) -> Reason | None:
        if value is None:
            return None
        try:
            return from_json(parse_json(value))
        except ValueError:
            return reason_in_words(clean(value, LONGEST_PARAMETER))


class Sentence(TypeDecorator[Said]):
    """A message as JSON with its parameters, or a text, clean and bounded as reasons are; NULL for none.

    Who reads it has it in any language. A value that is no such JSON any more is read as a text.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Said | None, dialect: Dialect) -> str | None:
        return None if not value else json.dumps(_plain(_bounded(said_as_json(value))), ensure_ascii=False)

    def process_result_value(self, value: Any, dialect: Dialect) -> Said | None:
        if value is None:
            return None
        try:
            return said_from_json(parse_json(value))
        except ValueError:
            return clean(value, LONGEST_PARAMETER)


def stored_sentences(given: Mapping[str, Said]) -> str:
    """Return sentences by name as JSON, each as `Sentence` stores it; empty for none."""
    found = {name: _plain(_bounded(said_as_json(said))) for name, said in given.items()}
    return json.dumps(found, ensure_ascii=False) if found else ""


def sentences_from(stored: str) -> dict[str, Said]:
    """Return what `stored_sentences` made JSON; nothing of what is no such JSON any more."""
    try:
        return {name: said_from_json(said) for name, said in parse_json(stored).items()} if stored else {}
    except (AttributeError, ValueError):
        return {}


def storable_reason(given: Reason) -> Reason | None:
    """Return ``given`` as a column for a reason stores it."""
    return from_json(_plain(_bounded(as_json(given))))


def stored_whole(given: Reason | None) -> str | None:
    """Return ``given`` as a ``whole`` column for a reason stores it: JSON; None for none."""
    return None if given is None else json.dumps(_plain(as_json(given)), ensure_ascii=False)


def storable_facts(given: Any) -> Any:
    """Return ``given`` as a column for facts stores it."""
    return _plain(given)


def storable_line(text: str, most: int) -> str:
    """Return ``text`` as a column for one line stores it: cleaned, one line, at most ``most`` characters."""
    return text if len(text) <= most and is_plain_ascii(text) else clean(text, most)


def storable(text: str) -> str:
    """Return ``text`` as a column for many lines stores it: cleaned, of bounded length."""
    return _cleaned(text) if len(text) <= LONGEST_KEPT else _cleaned_lines(text)


def _cleaned_lines(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT and is_plain_ascii(text) else clean_lines(text, LONGEST_TEXT)


@lru_cache(maxsize=8_192)
def _cleaned(text: str) -> str:
    """Clean a short text: thousands of rows have the same names of places, offices, officers, and of their fields."""
    return _cleaned_lines(text)


def _bounded(value: Any) -> Any:
    """Cut each text in a reason to one line of LONGEST_PARAMETER characters."""
    if isinstance(value, str):
        return storable_line(value, LONGEST_PARAMETER)
    if isinstance(value, dict):
        return {name: _bounded(item) for name, item in value.items()}
    return [_bounded(item) for item in value] if isinstance(value, list) else value


def _plain(value: Any) -> Any:
    kind = type(value)  # what is commonest first: facts of thousands of notices pass here in a storm
    if kind is str:
        return storable(value)
    if value is None or kind is bool or kind is int:
        return value
    if kind is dict:
        return {
            _plain_name(name): storable(item) if type(item) is str else _plain(item) for name, item in value.items()
        }
    if kind is list or kind is tuple:
        return [_plain(item) for item in value]
    return _plain_of_another_kind(value)


@lru_cache(maxsize=1_024, typed=True)
def _plain_name(name: object) -> str:
    """Clean the name of a field: there are few, in thousands of rows."""
    return storable(str(name))


def _plain_of_another_kind(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {storable(str(name)): _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
