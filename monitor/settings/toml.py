"""Parse TOML files with the line of every key, which tomllib alone does not report.

tomllib decides what a file means; the syntax tree of tree-sitter is only used to find lines. Input on which either
would take too long, or fail, is refused before.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import tree_sitter_toml
from tree_sitter import Language, Node, Parser

from monitor.domain.message import N_, Message, Said, message, said_by
from monitor.domain.text import control_character, is_plain_ascii, nfc
from monitor.plain_file import CONFIG_BYTES, PlainFileError, read_bounded
from monitor.settings.problems import ConfigError, Problem
from monitor.settings.toml_limits import TEXTS, excess
from monitor.settings.toml_loading import loads

KeyPath = tuple[str | int, ...]

TWO_SPELLINGS = N_("is defined twice, in two spellings of the same letters. Expected it once")
MISSING_QUOTE = N_("Missing quote at the end of a text")
PARSERS_WORDS = {
    MISSING_QUOTE,
    N_("Expected '=' after a key in a key/value pair"),
    N_("Expected ']' at the end of a table declaration"),
    N_("Expected ']]' at the end of an array declaration"),
    N_("Expected newline or end of document after a statement"),
    N_("Invalid date or datetime"),
    N_("Invalid hex value"),
    N_("Invalid initial character for a key part"),
    N_("Invalid statement"),
    N_("Invalid value"),
    N_("Unclosed array"),
    N_("Unclosed inline table"),
    N_("Unterminated string"),
    N_("Unescaped '\\' in a string"),
}
"""What tomllib says of syntax, as far as it occurs."""
_BANGLA_DIGIT = re.compile("[\u09e6-\u09ef]")
_CURLY = re.compile("[\u2018-\u201f\u2032\u2033\u00ab\u00bb]")
_WRONG_BOMS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}


@dataclass(frozen=True)
class Document:
    """A parsed file: its name as shown to people, its data, and its source for looking up lines."""

    name: str
    data: dict[str, Any]
    source: bytes

    def line(self, path: KeyPath) -> int:
        """Return the line on which ``path``, or the nearest thing around it, is defined."""
        while path and path not in self._line_of:
            path = path[:-1]
        return self._line_of.get(path, 1)

    def has(self, path: KeyPath) -> bool:
        """Return whether the file itself defines ``path``."""
        return path in self._line_of

    def problem(self, path: KeyPath, said: Said) -> Problem:
        """Return what is wrong at ``path``, with the line on which that stands."""
        return Problem(self.name, self.line(path), ".".join(map(str, path)), said)

    @cached_property
    def _line_of(self) -> dict[KeyPath, int]:
        return _lines(self.source)[0]


def read(path: Path, name: str) -> Document:
    """Read a TOML file.

    Raises ConfigError for a file that is missing, is not UTF-8, begins with a byte order mark, is no TOML, or defines a
    table twice.
    """
    try:
        source = read_bounded(path, CONFIG_BYTES)
    except PlainFileError as error:
        raise ConfigError(
            [Problem(name, 0, "", message("{fault}. Expected a TOML file", fault=said_by(error)))]
        ) from None
    return parse(source, name)


def parse(source: bytes, name: str) -> Document:
    """Parse the bytes of a TOML file; texts and keys come in NFC. Raises ConfigError as `read` does."""
    bare = TEXTS.sub(b"", source)
    if problem := _encoding_problem(source, name) or excess(source, bare, name):
        raise ConfigError([problem])
    text = source.decode()
    try:
        data = loads(text, bare)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(_syntax_problems(source, name, str(error))) from None
    except (ValueError, OverflowError) as error:  # of a time or a number that Python cannot hold
        raise ConfigError(
            [Problem(name, 0, "", message("holds a value that cannot be: {fault}", fault=error))]
        ) from None
    if _is_clean(text):
        return Document(name, data, source)
    faults: list[tuple[KeyPath, Said]] = []
    document = Document(name, _normalised(data, (), faults), source)
    if faults:
        raise ConfigError(document.problem(path, what) for path, what in faults)
    return document


def without_comments(source: bytes) -> bytes:
    """Return the bytes of a sound TOML file without its comments; every line stays where it is."""
    if b"#" not in source:
        return source
    if b'"""' in source or b"'''" in source:
        return _without_comments(source)
    return b"\n".join(_without_comments(line) if b"#" in line else line for line in source.split(b"\n"))


def _without_comments(source: bytes) -> bytes:
    return TEXTS.sub(lambda found: b"" if found[0].startswith(b"#") else found[0], source)


def _is_clean(text: str) -> bool:
    """Return whether every text and key of a file is in NFC and without invisible characters, as the file itself is.

    A part of a text in NFC is in NFC, and what no escape makes stands in the file. Of 100,000 sites each text by itself
    would take seconds.
    """
    return "\\" not in text and not control_character(text.replace("\n", "")) and nfc(text) == text


def _normalised(value: Any, path: KeyPath, faults: list[tuple[KeyPath, Said]]) -> Any:
    """Return ``value`` with all texts and keys in NFC; unusable ones are added to ``faults``."""
    if isinstance(value, str):
        if is_plain_ascii(value):
            return value
        if character := control_character(value):
            faults.append((path, _invisible(character)))
        return nfc(value)
    if isinstance(value, list):
        return [_normalised(item, (*path, index), faults) for index, item in enumerate(value)]
    if not isinstance(value, dict):
        return value
    kept: dict[str, Any] = {}
    for name, item in value.items():
        key = name if (plain := is_plain_ascii(name)) else nfc(name)
        if not plain and (character := control_character(key)):
            faults.append(((*path, key), _invisible(character)))
        elif key in kept:
            faults.append(((*path, key), message(TWO_SPELLINGS)))
        kept[key] = _normalised(item, (*path, key), faults)
    return kept


def _invisible(character: str) -> Message:
    text = N_("has the invisible character {code}. Expected none such")
    return Message(text, {"code": f"U+{ord(character):04X}"})


def _encoding_problem(source: bytes, name: str) -> Problem | None:
    if encoding := _WRONG_BOMS.get(source[:2]):
        return Problem(
            name, 1, "", message("the file is {encoding}. Expected UTF-8 without a byte order mark", encoding=encoding)
        )
    if source.startswith(b"\xef\xbb\xbf"):
        return Problem(
            name,
            1,
            "",
            message("the file begins with a byte order mark (BOM). Expected UTF-8 without it: save it again so"),
        )
    try:
        source.decode()
    except UnicodeDecodeError as error:
        line = source.count(b"\n", 0, error.start) + 1
        text = N_("byte {byte} is not UTF-8. Expected the file in UTF-8")
        return Problem(name, line, "", Message(text, {"byte": f"0x{source[error.start]:02x}"}))
    return None


def _syntax_problems(source: bytes, name: str, parsers: str) -> list[Problem]:
    """Return the faults of syntax; ``parsers``: the parser's own words for the first one."""
    if parsers.startswith(("Cannot ", "Duplicate ")) and (twice := _lines(source)[1]):
        return [
            Problem(
                name,
                line,
                ".".join(map(str, path)),
                message("is defined twice, first on line {first}. Expected it once", first=first),
            )
            for path, first, line in twice
        ]
    parsers = parsers.replace(r"Illegal character '\n'", MISSING_QUOTE)
    at = re.search(r" \(at line (\d+), column (\d+)\)$", parsers)
    if at is None:
        fault = _parsers_fault(parsers.removesuffix(" (at end of document)"))
        return [Problem(name, source.count(b"\n") + 1, "", message("is not TOML: {fault} at the end", fault=fault))]
    line, column = int(at[1]), int(at[2])
    fault = _non_ascii_character(source.decode().split("\n")[line - 1], column - 1) or _parsers_fault(
        parsers[: at.start()]
    )
    return [Problem(name, line, "", message("is not TOML: {fault}, at column {column}", fault=fault, column=column))]


def _parsers_fault(words: str) -> Said:
    """Return the parser's own words as a message, where they are known."""
    return Message(words) if words in PARSERS_WORDS else words


def _non_ascii_character(line: str, column: int) -> Said:
    """Return the character of a Bangla keyboard or an office program at the fault, or before it; empty without one."""
    if column < len(line) and _BANGLA_DIGIT.match(line[column]):
        return message("'{digit}' is a Bangla digit. Expected 0 to 9 where no quotes are", digit=line[column])
    if curly := _CURLY.search(line):
        return message("'{quote}' is a curly quote. Expected a straight one, \" or '", quote=curly[0])
    return ""


def _lines(source: bytes) -> tuple[dict[KeyPath, int], list[tuple[KeyPath, int, int]]]:
    """Return the line of every key, and what is defined twice as (path, first line, second line)."""
    tree = Parser(Language(tree_sitter_toml.language())).parse(source)
    lines: dict[KeyPath, int] = {}
    twice: list[tuple[KeyPath, int, int]] = []
    elements: dict[KeyPath, int] = {}
    for path, line, is_element in _walk(tree.root_node, (), elements):
        if path in lines and not is_element:
            twice.append((path, lines[path], line))
        lines.setdefault(path, line)
    whole = {path for path, _, _ in twice}
    return lines, [found for found in twice if not any(found[0][:cut] in whole for cut in range(len(found[0])))]


def _walk(node: Node, base: KeyPath, elements: dict[KeyPath, int]) -> Iterator[tuple[KeyPath, int, bool]]:
    """Yield (path, line, whether it may recur) of everything that ``node`` defines below ``base``."""
    for child in node.named_children:
        line = child.start_point[0] + 1
        if child.type == "pair":
            path = base + _key(child.named_children[0])
            yield path, line, False
            yield from _value(child.named_children[-1], path, elements)
        elif child.type in {"table", "table_array_element"} and child.named_children:
            path = _resolve(_key(child.named_children[0]), elements)
            if child.type == "table_array_element":
                yield path, line, True
                elements[path] = elements.get(path, -1) + 1
                path = (*path, elements[path])
            yield path, line, False
            yield from _walk(child, path, elements)


def _value(node: Node, path: KeyPath, elements: dict[KeyPath, int]) -> Iterator[tuple[KeyPath, int, bool]]:
    if node.type == "inline_table":
        yield from _walk(node, path, elements)
    elif node.type == "array":
        items = [child for child in node.named_children if child.type != "comment"]
        for index, item in enumerate(items):
            yield (*path, index), item.start_point[0] + 1, False
            yield from _value(item, (*path, index), elements)


def _resolve(key: KeyPath, elements: dict[KeyPath, int]) -> KeyPath:
    """Put the current index behind each part of a header that names an array of tables."""
    path: KeyPath = ()
    for index, part in enumerate(key):
        path = (*path, part)
        if path in elements and index < len(key) - 1:
            path = (*path, elements[path])
    return path


def _key(node: Node) -> KeyPath:
    if node.type == "dotted_key":
        return tuple(part for child in node.named_children for part in _key(child))
    text = (node.text or b"").decode()
    if node.type == "quoted_key":
        return (nfc(next(iter(tomllib.loads(f"{text} = 0")))),)
    return (text,)
