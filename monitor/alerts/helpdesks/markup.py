"""Texts to and from a help desk: text as HTML, HTML as text, and names as our history can hold them.

Nothing of what others wrote is trusted to be harmless: markup, control characters and what turns the direction of
writing are taken out, and every text has an end.
"""

import html
import re

from monitor.domain.text import ascii_lower, clean, clean_lines

LONGEST_TEXT, LONGEST_NAME = 4_000, 80
BREAKS = {"br", "p", "div", "li", "tr", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6"}
UNSHOWN = {"script", "style", "head", "title"}
TAG = re.compile(r"<(/?)([a-z][a-z0-9]*|[!?])")


def name(text: str) -> str:
    """Who did something there, as our history can hold it."""
    return clean(text, LONGEST_NAME)


def plain(markup: str) -> str:
    """HTML as text, in one pass however broken it is; what is not shown there is not read here.

    Python's own parser raises on some of it and takes time with the square of the length on other.
    """
    small = ascii_lower(markup)
    parts: list[str] = []
    at = 0
    while at < len(markup):
        tag = markup.find("<", at)
        if tag < 0:
            break
        parts.append(_shown(markup[at:tag]))
        at, part = _after_tag(small, tag)
        parts.append(part)
    parts.append(_shown(markup[at:]))
    return clean_lines("".join(parts), LONGEST_TEXT)


def _after_tag(small: str, tag: int) -> tuple[int, str]:
    """Where reading goes on after what begins at ``tag``, and what that stands for; ``small`` is in small letters."""
    if small.startswith("<!--", tag):
        return _behind(small, "-->", tag), ""
    found = TAG.match(small, tag)
    if found is None:
        return tag + 1, "<"
    end = _behind(small, ">", tag)
    name = found[2]
    if name in UNSHOWN and not found[1]:
        end = _behind(small, f"</{name}", end)
        return _behind(small, ">", end), ""
    return end, "\n" if name in BREAKS else ""


def _behind(text: str, what: str, start: int) -> int:
    found = text.find(what, start)
    return len(text) if found < 0 else found + len(what)


def _shown(text: str) -> str:
    return html.unescape(text.replace("\r", " ").replace("\n", " "))


def markup(text: str) -> str:
    """Text as HTML that shows it as it is."""
    return html.escape(text).replace("\n", "<br>\n")
