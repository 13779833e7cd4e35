"""Refuse TOML that is nested too deep, or has too long a number: parsers would take too long, or fail."""

import re

from monitor.domain.message import message
from monitor.settings.problems import Problem

MOST_LEVELS = 20  # of tables and arrays within each other
MOST_DIGITS = 100  # of one number; a float of 64 bits has 17, a whole number 19
_TEXT = (  # or a comment; one that never ends goes to the end of its line or of the file
    rb'"""(?:[^"\\]++|\\.|""?(?!"))*+(?:"""|\Z)|"(?:[^"\\\n]++|\\.)*+"?'
    rb"|'''(?:[^']++|''?(?!'))*+(?:'''|\Z)|'[^'\n]*+'?|\#[^\n]*+"
)
TEXTS = re.compile(_TEXT, re.DOTALL)
_TOKENS = re.compile(
    _TEXT + rb"|(?P<digits>(?<![A-Za-z0-9_-])[0-9][0-9A-Za-z_]{%d,}+)|(?P<sign>[\[\]{}.=,\n])" % MOST_DIGITS, re.DOTALL
)
_LONG_NUMBER = re.compile(rb"(?<![A-Za-z0-9_-])[0-9][0-9A-Za-z_]{%d}" % MOST_DIGITS)
_BRACKETS, _DOTS = b"[]{}", b".=,\n"
_ALL_BUT_SIGNS = bytes(set(range(256)) - {*_BRACKETS, *_DOTS})


def excess(source: bytes, bare: bytes, name: str) -> Problem | None:
    """Return the first thing nested too deep, or too long a number: parsers take the square of it, or all memory.

    ``bare``: the source without its texts and comments.
    """
    if _is_moderate(source, bare):
        return None
    depth = dots = 0
    for token in _TOKENS.finditer(source):
        sign = token["sign"]
        if sign == b".":
            dots += 1
        elif sign is not None:
            dots = 0
            depth = max(depth + (sign in b"[{") - (sign in b"]}"), 0)
        deep = depth > MOST_LEVELS or dots > MOST_LEVELS
        if deep or token["digits"]:
            line = source.count(b"\n", 0, token.start()) + 1
            if deep:
                too_deep = message(
                    "what stands here lies more than {levels} levels deep. Expected less", levels=MOST_LEVELS
                )
                return Problem(name, line, "", too_deep)
            too_long = message(
                "what stands here is a number of over {digits} digits. Expected less", digits=MOST_DIGITS
            )
            return Problem(name, line, "", too_long)
    return None


def _is_moderate(source: bytes, bare: bytes) -> bool:
    """Return whether nothing in it can be an excess; False where only counting token by token can tell.

    All ordinary files are, in a fifth of the time of counting: each pass takes away one or two levels of brackets.
    """
    signs = bare.translate(None, _ALL_BUT_SIGNS)
    long = b"\n".join(line for line in source.split(b"\n") if len(line) > MOST_DIGITS)
    if b"." * MOST_LEVELS in signs or _LONG_NUMBER.search(long):
        return False
    brackets = signs.translate(None, _DOTS)
    for _ in range(MOST_LEVELS // 2):
        brackets = brackets.replace(b"[]", b"").replace(b"{}", b"")
    return not brackets
