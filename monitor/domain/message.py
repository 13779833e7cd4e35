"""A sentence of this program with its parameters: the English source of a catalogue's entry, rendered at the edge.

Errors, warnings and lines carry a `Message` where they are made; `monitor.i18n.catalogue` renders it in a language.
``str()`` gives plain English, for logs and for documents whose words are English.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from string import Formatter
from typing import Any


def N_(text: str) -> str:  # noqa: N802 - gettext's name for it
    """Mark ``text`` for extraction into the catalogue; returns it as it is, to be looked up later."""
    return text


def NN_(one: str, many: str) -> tuple[str, str]:  # noqa: N802 - gettext's name for it
    """Mark the two texts about one and about several things for extraction, as `N_` does."""
    return one, many


def NP_(context: str, text: str) -> str:  # noqa: N802 - gettext's name for it
    """Mark ``text`` for extraction under a ``context``, as `N_` does."""
    return text


@dataclass(frozen=True, slots=True, eq=False)
class Message:
    """An English ``text`` whose gaps, as of `str.format`, are filled by ``values``; a value may be a message itself.

    ``many``: the text for a ``count`` that is not 1, which fills the gap '{count}'.
    """

    text: str
    values: Mapping[str, object] = field(default_factory=dict)
    many: str = ""
    count: int | None = None

    @property
    def source(self) -> str:
        """The English text for its count."""
        return self.text if self.count in {None, 1} else self.many

    def __str__(self) -> str:
        return _Plain().vformat(self.source, (), self.values) if self.values else self.source

    def __eq__(self, other: object) -> bool:
        return str(self) == str(other) if isinstance(other, Message | str) else NotImplemented

    def __lt__(self, other: object) -> bool:
        return str(self) < str(other)

    def __gt__(self, other: object) -> bool:  # a plain text asks this when it is compared with a message
        return str(self) > str(other)

    def __hash__(self) -> int:
        return hash(str(self))


@dataclass(frozen=True, slots=True, eq=False)
class Translated(Message):
    """Data that comes with its words in several languages, such as a holiday's name; ``text`` is the English."""

    others: Mapping[str, str] = field(default_factory=dict)


Said = Message | str
"""A message, or text that is shown as it is: a name, or what came from outside."""


def message(text: str, /, **values: object) -> Message:
    """Make a message; ``text`` is a literal in English, in which a brace is doubled if ``values`` are given."""
    return Message(text, values)


def messages(one: str, many: str, count: int, /, **values: object) -> Message:
    """Make a message about ``count`` things; both texts are literals in English."""
    return Message(one, {"count": count, **values}, many, count)


def translated(english: str, /, **others: str) -> Translated:
    """Make a message of data: its English words, and those in other languages by their code."""
    return Translated(english, others=others)


def series(said: Iterable[Said], between: str) -> Message:
    """Put messages behind one another, with ``between`` (a line break, '; ') between them."""
    each = {f"said{at}": one for at, one in enumerate(said)}
    return Message(between.join(f"{{{name}}}" for name in each), each)


def said_by(error: BaseException) -> Said:
    """Return what an error says: its message where it was raised with one."""
    given = error.args[0] if error.args else ""
    return given if isinstance(given, Message) else str(error)


def said_by_system(error: OSError) -> Message:
    """Return the operating system's words for an error; the common ones are entries of the catalogue."""
    return Message(error.strerror or str(error))


def joined(words: str, joint: str) -> str:
    """Return ``words`` with ``joint`` before them, or behind them where it begins with '>'; '' stays ''.

    A ``joint`` that begins with '?' stands for words that are ''.
    """
    if joint.startswith("?"):
        return words or joint[1:]
    if not words or not joint:
        return words
    return words + joint[1:] if joint.startswith(">") else joint + words


def said_as_json(said: object) -> object:
    """Return what is said, or a value in it, as plain JSON, so that it can be stored; `said_from_json` makes it again.

    A value of a kind that JSON lacks, such as a path or a time, becomes its plain text.
    """
    if isinstance(said, Message):
        found = {"text": said.text, "values": {name: said_as_json(value) for name, value in said.values.items()}}
        return found if said.count is None else {**found, "many": said.many, "count": said.count}
    if isinstance(said, list | tuple):
        return [said_as_json(each) for each in said]
    return said if isinstance(said, str | int | float) else str(said)


def said_from_json(stored: object) -> Said:
    """Return what `said_as_json` made plain; raises ValueError for anything else."""
    found = _value_from_json(stored)
    if not isinstance(found, Message | str):
        raise ValueError("neither a message nor a text")
    return found


def _value_from_json(stored: object) -> object:
    if isinstance(stored, list):
        return [_value_from_json(each) for each in stored]
    if not isinstance(stored, dict):
        return stored
    text, values, many, count = (stored.get(name) for name in ("text", "values", "many", "count"))
    if not isinstance(text, str) or not isinstance(values, dict) or not isinstance(count, int | None):
        raise ValueError("a message has a text, and values by their names")
    return Message(text, {name: _value_from_json(each) for name, each in values.items()}, str(many or ""), count)


class _Plain(Formatter):
    """Fills gaps without any language; how a value is to be written ('moment') is known to the catalogue alone."""

    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, list | tuple):
            return ", ".join(map(str, value))
        if isinstance(value, date) and "%" not in format_spec:
            return str(value)
        if value is None or isinstance(value, str | Message):
            return joined(str(value or ""), "" if format_spec == "words" else format_spec)
        try:
            return format(value, format_spec)
        except (TypeError, ValueError):
            return str(value)
