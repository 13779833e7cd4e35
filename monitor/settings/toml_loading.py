"""Load TOML as Python's tomllib reads it, in a third of its time where that can be."""

import re
import tomllib
from typing import Any

import tomli

_LASTING_COMMA = re.compile(rb",\s*\}")


def loads(text: str, bare: bytes) -> dict[str, Any]:
    """Return what ``text`` says; raises tomllib.TOMLDecodeError, and ValueError or OverflowError as tomllib does.

    tomllib decides what is TOML and in what words it is refused. tomli is compiled, and reads the files of which it can
    have no other opinion, by far the largest among them. ``bare``: the text without its quoted texts and comments.
    """
    if "\\" not in text and not _may_be_newer(bare):
        try:
            return tomli.loads(text)
        except (ValueError, OverflowError):
            pass  # to be said in tomllib's words
    return tomllib.loads(text)


def _may_be_newer(bare: bytes) -> bool:
    """Return whether anything may be of TOML 1.1, which newer parsers read and tomllib and tree-sitter-toml do not.

    That has times without seconds, and inline tables of several lines or with a comma at their end, besides escapes.
    """
    tables = (line for line in bare.split(b"\n") if b"{" in line or b"}" in line) if b"{" in bare else ()
    return (
        b":" in bare
        or any(line.count(b"{") != line.count(b"}") for line in tables)
        or _LASTING_COMMA.search(bare) is not None
    )
