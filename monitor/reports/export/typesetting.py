"""Set a document as PDF with typst, in a process of its own, so that a bad document never hurts who asked for it.

Values reach the template as data and are never read as markup. The PDF is tagged, and is PDF/A-2a and PDF/UA-1: it can
be archived, searched and read aloud. The same document gives the same bytes.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Literal
from unicodedata import category

from monitor.domain.message import message
from monitor.domain.text import REPLACEMENT, nfc
from monitor.i18n.languages import Lang
from monitor.reports.export.faults import CannotRender

STANDARDS: tuple[Literal["a-2a"], Literal["ua-1"]] = ("a-2a", "ua-1")
LONGEST_S = 120.0
LARGEST_OCTETS = 1_500_000_000
"""The address space of the process; what it really uses is a fifth of it."""
_ROOM = Path(str(files("monitor.reports.export")))
TEMPLATES, FONTS = _ROOM / "typst", _ROOM / "fonts"
_SELF = "monitor.reports.export.typesetting"

SHOWN = (
    r"\n -~\u00a0-\u017f\u0218-\u021b\u02bc\u02c6\u02c7\u02d8-\u02dd\u0300-\u0304\u0306-\u030c\u0951\u0952\u0964\u0965"
    r"\u0980-\u0983\u0985-\u098c\u098f\u0990\u0993-\u09a8\u09aa-\u09b0\u09b2\u09b6-\u09b9\u09bc-\u09c4\u09c7\u09c8"
    r"\u09cb-\u09ce\u09d7\u09dc\u09dd\u09df-\u09e3\u09e6-\u09fe\u200c\u200d\u2010-\u2027\u202f-\u2033\u2039\u203a\u2044"
    r"\u2070\u2074-\u208e\u20a0-\u20bf\u2113\u2116\u2122\u2190-\u2194\u2212\u2248\u2260\u2264\u2265\u25a0\u25b2\u25bc\u25cb"
    r"\u25cf\u2713-\u2715\u2717\u26a0\ufffd"
)
"""The characters that the fonts have, as a class of a regular expression."""
LONGEST_WORD = 20
ZERO_WIDTH_SPACE = "\u200b"
_JOINING = "\u09cd\u200c\u200d"  # the virama and joiners bind the next letter
_LONG_WORD = re.compile(rf"\S{{{LONGEST_WORD + 1},}}")
_LACKING = re.compile(f"[^{SHOWN}]")


@dataclass(frozen=True, slots=True)
class Document:
    """A document to set. ``template``: a file of the folder typst; ``values``: plain JSON, its data.

    ``name``: the title of the PDF, which a reader's window shows; ``as_of_utc``: when it says that it was made.
    """

    template: str
    name: str
    lang: Lang
    as_of_utc: datetime
    values: Mapping[str, object]


def typeset(document: Document, longest_s: float = LONGEST_S, largest_octets: int = LARGEST_OCTETS) -> bytes:
    """Return the PDF of a document. Raises CannotRender; blocks for ``longest_s`` at most."""
    if find_spec("typst") is None:
        raise CannotRender(message("PDF needs the package typst. Expected: pip install 'upazila-monitor[reports]'"))
    asked = json.dumps(
        {
            "root": str(TEMPLATES),
            "template": document.template,
            "values": shown({**document.values, "name": document.name, "lang": document.lang}),
            "at": int(document.as_of_utc.timestamp()),
            "octets": largest_octets,
            "seconds": int(longest_s) + 1,
        },
        ensure_ascii=False,
    ).encode()
    # -P: whatever lies in the folder in which the daemon was started is not imported instead of ours.
    words = [sys.executable, "-P", "-m", _SELF]
    try:
        done = subprocess.run(words, input=asked, capture_output=True, timeout=longest_s, check=False)
    except subprocess.TimeoutExpired:
        raise CannotRender(message("the PDF was not ready within {seconds} s", seconds=f"{longest_s:g}")) from None
    except OSError as error:
        raise CannotRender(message("the PDF could not be made: {fault}", fault=error.strerror or str(error))) from None
    if done.returncode:
        fault = done.stderr.decode(errors="replace").strip()[-500:] or f"exit code {done.returncode}"
        raise CannotRender(message("the PDF could not be made: {fault}", fault=fault))
    return done.stdout


def shown(value: object) -> object:
    """Return plain JSON as the fonts can show it.

    What they lack is U+FFFD; texts are in NFC; a word that is too long for a column may be broken.
    """
    match value:
        case str():
            return _LONG_WORD.sub(_broken, _LACKING.sub(REPLACEMENT, nfc(value)))
        case dict():
            return {key: shown(each) for key, each in value.items()}
        case list() | tuple():
            return [shown(each) for each in value]
    return value


def _broken(word: re.Match[str]) -> str:
    """Return a long word with places to break it, none of them within a cluster of Bangla."""
    kept: list[str] = []
    since = 0
    for letter in word[0]:
        if since >= LONGEST_WORD and category(letter)[0] != "M" and kept[-1] not in _JOINING:
            kept.append(ZERO_WIDTH_SPACE)
            since = 0
        kept.append(letter)
        since += 1
    return "".join(kept)


def main() -> None:
    """Read a document from standard input and write its PDF to standard output; exit code 1 says why on the other."""
    asked = json.load(sys.stdin.buffer)
    _limit(asked["octets"], asked["seconds"])
    import typst

    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])
    compiler = typst.Compiler(root=asked["root"], font_paths=fonts, package_path=os.devnull)
    try:
        made = compiler.compile(
            str(Path(asked["root"], asked["template"])),
            format="pdf",
            pdf_standards=list(STANDARDS),
            timestamp=asked["at"],
            sys_inputs={"values": json.dumps(asked["values"], ensure_ascii=False)},
        )
    except typst.TypstError as error:
        sys.exit("; ".join([error.message, *error.hints, *error.trace][:4]))
    sys.stdout.buffer.write(made if isinstance(made, bytes) else b"".join(made or ()))


def _limit(octets: int, seconds: int) -> None:
    import resource

    os.nice(10)
    for what, most in (
        (resource.RLIMIT_AS, octets),
        (resource.RLIMIT_CPU, 2 * seconds),
        (resource.RLIMIT_CORE, 0),
    ):
        allowed = resource.getrlimit(what)[1]  # whoever started this may be limited itself
        least = most if allowed == resource.RLIM_INFINITY else min(most, allowed)
        resource.setrlimit(what, (least, least))


if __name__ == "__main__":
    main()
