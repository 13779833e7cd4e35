"""What a page of Markdown links to, what its headings are called, and which pages the docs have. Pure."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\]\([^)]*\))*)\]\(([^()\s]+)\)")
ENTRY = re.compile(r"- \[(.+?)\]\((\S+?)\): ")
CODE = re.compile(r"^( *)(```+)(\S*)\n(.*?)^\1\2 *$", re.MULTILINE | re.DOTALL)
"""A fenced block: its indent, its fence, its language, its lines."""
QUOTED = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)", re.DOTALL)


@dataclass(frozen=True)
class Link:
    """A link in a page. ``target``: as it is written. ``is_picture``: it is shown, and not followed."""

    target: str
    line: int
    is_picture: bool = False


def prose(text: str) -> str:
    """The page with blanks in place of all code, so that lines and columns stay."""
    for pattern in (CODE, QUOTED):
        text = pattern.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
    return text


def links(text: str) -> Iterator[Link]:
    """Every link and picture of a page, pictures that are links as well, in their order."""
    plain = prose(text)

    def within(part: str, line: int) -> Iterator[Link]:
        for found in LINK.finditer(part):
            here = line + part.count("\n", 0, found.start())
            yield Link(found[3], here, bool(found[1]))
            if "](" in found[2]:
                yield from within(found[2], here)

    yield from within(plain, 1)


def headings(text: str) -> list[str]:
    """The headings of a page, without marks and links."""
    bare = CODE.sub("", text)
    found = re.findall(r"^#{1,6} +(.+?)(?: +#+)?$", bare, re.MULTILINE)
    return [LINK.sub(lambda link: link[2], heading) for heading in found]


@dataclass(frozen=True)
class Typed:
    """A command in a page, as it is typed. ``printed``: what it prints, by the page; None where that says nothing."""

    line: int
    command: str
    printed: str | None = None


def commands(text: str) -> Iterator[Typed]:
    """Every command in the fences `sh` and `console`; lines that end in a backslash are one with the next."""
    for block in CODE.finditer(text):
        first = text.count("\n", 0, block.start()) + 2
        lines = [line.removeprefix(block[1]) for line in block[4].splitlines()]
        if block[3] == "sh":
            waiting = ""
            for number, line in enumerate(lines, first):
                waiting += line.removesuffix("\\").strip() + " "
                if not line.endswith("\\"):
                    if waiting.strip() and not waiting.startswith("#"):
                        yield Typed(number, waiting.strip())
                    waiting = ""
        elif block[3] == "console":
            starts = [number for number, line in enumerate(lines) if line.startswith("$ ")]
            for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
                yield Typed(first + start, lines[start].removeprefix("$ "), "\n".join(lines[start + 1 : end]))


def slug(heading: str, separator: str = "-") -> str:
    """What forges call the place of a heading: small letters, marks of vowels kept, blanks as ``separator``."""
    kept = (char for char in heading.strip().lower() if char in "- _" or unicodedata.category(char)[0] in "LMN")
    return "".join(kept).replace(" ", separator)


def slugs() -> Callable[[str, str], str]:
    """`slug`, as the settings of the site want it: by a function that makes it."""
    return slug


def anchors(text: str) -> set[str]:
    """What may stand behind '#' in a link to this page, as forges make it of its headings."""
    found: set[str] = set()
    for heading in headings(text):
        plain = slug(re.sub(r"[`*]", "", heading))
        number = next(n for n in range(len(found) + 1) if (f"{plain}-{n}" if n else plain) not in found)
        found.add(f"{plain}-{number}" if number else plain)
    return found


def sections(index: str) -> dict[str, list[tuple[str, str]]]:
    """The list of pages in docs/README.md: by heading, each page's title and path, as they stand there."""
    found: dict[str, list[tuple[str, str]]] = {}
    section = ""
    for line in index.splitlines():
        if line.startswith("## "):
            section = line.removeprefix("## ")
        elif entry := ENTRY.match(line):
            found.setdefault(section, []).append((entry[1], entry[2]))
    return found
