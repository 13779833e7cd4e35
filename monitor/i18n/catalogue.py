"""Renders texts and messages in a language: the entry of the catalogue, with its gaps filled.

A gap is one of `str.format`. Numbers get the digits of the language, times are the office's (Asia/Dhaka), a message
within a message is rendered too. Behind the colon of a gap stands how a value is written:

- a number's own format ('.0%', ',' for groups of the language), 'percent' (a share as whole per cent), 'lasting'
  (seconds as a duration), 'size' (bytes in the unit that fits);
- of a time: 'moment' (date and time in words), 'exact' (2026-11-24 09:00:00), 'iso' (as files have it), else
  24/11/2026 09:00;
- of a text or message that may be lacking, what joins it: ``{seen:: }`` puts ': ' before it, ``{seen:>; }`` puts '; '
  behind it; ``{before:?none}`` stands for it where it is lacking;
- 'words': the system's error of that name (errno) in words.
"""

import errno
import os
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from string import Formatter
from typing import Any

from monitor.domain.message import Message, Said, Translated, joined
from monitor.domain.period import Period
from monitor.domain.reasons import Names
from monitor.i18n import formats
from monitor.i18n.languages import SOURCE, Lang, lookup


def tr(lang: Lang, text: str, /, **values: object) -> str:
    """Return the English ``text``, a literal, in ``lang``; gaps are filled only if there are ``values``."""
    return _filled(lookup(lang, text), text, values, lang)


def trn(lang: Lang, one: str, many: str, count: int, /, **values: object) -> str:
    """Return the text about ``count`` things in ``lang``; the gap '{count}' is filled with it."""
    source = one if count == 1 else many
    return _filled(lookup(lang, one, many, count), source, {"count": count, **values}, lang)


def trp(lang: Lang, context: str, text: str, /, **values: object) -> str:
    """Return a ``text`` that means different things in different contexts in ``lang``."""
    return _filled(lookup(lang, text, context=context), text, values, lang)


def render(said: Said, lang: Lang) -> str:
    """Return a message in ``lang``; a plain text as it is."""
    if isinstance(said, str):
        return said
    if isinstance(said, Translated):
        return said.others.get(lang) or said.text
    return _filled(lookup(lang, said.text, said.many, said.count), said.source, said.values, lang)


def _filled(entry: str, source: str, values: Mapping[str, object], lang: Lang) -> str:
    if not values:
        return entry
    try:
        return _Filler(lang).vformat(entry, (), values)
    except (KeyError, IndexError, ValueError):  # a faulty entry of a catalogue must not hide what is said
        return _Filler(SOURCE).vformat(source, (), values)


class _Filler(Formatter):
    def __init__(self, lang: Lang) -> None:
        self._lang = lang

    def vformat(self, format_string: Any, args: Any, kwargs: Mapping[str, Any]) -> str:
        parts = _simple(format_string)
        if parts is None:
            return super().vformat(format_string, args, kwargs)
        filled = []
        for literal, name, spec in parts:
            filled.append(literal if name is None else literal + self.format_field(kwargs[name], spec))
        return "".join(filled)

    def format_field(self, value: Any, format_spec: str) -> str:
        match value:
            case str() if format_spec == "words":
                return lookup(self._lang, os.strerror(getattr(errno, value, 0))).lower()
            case None | str() | Message():
                return joined(render(value or "", self._lang), format_spec)
            case list() | tuple():
                return formats.list_text([self.format_field(each, format_spec) for each in value], self._lang)
            case datetime() | date() | time():
                return self._time(value, format_spec)
            case timedelta():
                return formats.duration_text(value, self._lang)
            case Names():
                return value.name(self._lang)
            case Period():
                return formats.period_text(value, self._lang)
            case bool():
                return str(value).lower()
            case int() | float():
                return self._number(value, format_spec)
        return format(value, format_spec)

    def _time(self, value: datetime | date | time, format_spec: str) -> str:
        lang = self._lang
        match value:
            case date() if format_spec == "iso":
                return str(value)
            case datetime() if format_spec == "moment":
                return formats.moment_text(value, lang)
            case datetime() if format_spec == "exact":
                return formats.digits(f"{value.astimezone(formats.DHAKA):%Y-%m-%d %H:%M:%S}", lang)
            case datetime():
                return formats.digits(f"{value.astimezone(formats.DHAKA):%d/%m/%Y %H:%M}", lang)
            case date():
                return formats.short_date_text(value, lang)
        return formats.time_text(value, lang)

    def _number(self, value: float, format_spec: str) -> str:
        if format_spec == "lasting":
            return formats.duration_text(timedelta(seconds=value), self._lang)
        if format_spec == "percent":
            return formats.digits(f"{value * 100:.0f}", self._lang)
        if format_spec == "size":
            return formats.size_text(value, self._lang)
        if format_spec == ",":
            return formats.number_text(value, self._lang)
        return formats.digits(format(value, format_spec), self._lang)


@lru_cache(4_096)
def _simple(entry: str) -> tuple[tuple[str, str | None, str], ...] | None:
    """Return the literals of a text, each with name and format of the gap behind it; None: the library fills them.

    Remembered, for a storm of letters fills the same ones thousands of times. Most gaps are a mere name, which needs
    nothing of the rest that `str.format` knows.
    """
    parts = []
    for literal, name, spec, conversion in Formatter().parse(entry):
        if name is not None and (not name.isidentifier() or conversion or "{" in (spec or "")):
            return None
        parts.append((literal, name, spec or ""))
    return tuple(parts)
