"""Convert texts for a help desk: text to HTML, HTML to text, and names as our history can hold them.

Others' texts are not trusted: markup, control characters and characters that change the writing direction are removed,
and every text is bounded.
"""

import html
import re

from monitor.domain.text import ascii_lower, clean, clean_lines

LONGEST_TEXT, LONGEST_NAME = 4_000, 80
BREAKS = {"br", "p", "div", "li", "tr", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6"}
UNSHOWN = {"script", "style", "head", "title"}
TAG = re.compile(r"<(/?)([a-z][a-z0-9]*|[!?])")


def name(text: str) -> str:
    """Return an author's name as our history can hold it."""
    return clean(text, LONGEST_NAME)


def plain(markup: str) -> str:
    """Return HTML as text, in one pass however broken it is; what is not shown there is left out.

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
    """Return where reading continues after the tag at ``tag``, and the text it stands for; ``small``: in lower case."""
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
    """Return text as HTML that shows it as it is."""
    return html.escape(text).replace("\n", "<br>\n")
