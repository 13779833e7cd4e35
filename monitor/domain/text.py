"""Clean and compare text that people and devices wrote: the one cleaner, the one comparer, and Bangla digits.

Cleaned text has no character that controls a terminal, changes the writing direction, or is invisible; it is in NFC, in
which Bangla's two spellings of rra, rha and yya (U+09DC, or U+09A1 U+09BC) are one.
"""

import re
import string
from functools import lru_cache
from itertools import chain, takewhile
from unicodedata import category, combining, normalize

LONGEST = 10_000
LONGEST_STACK = 30  # combining marks in a row, as in UAX #15's stream-safe text; sorting more takes their square
REPLACEMENT = "\ufffd"
_JOINERS = "\u200c\u200d"  # ZWNJ and ZWJ: without them some Bangla is misspelt
_BLANK_CONTROLS = "\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u2028\u2029"
_UNSEEN = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]")
_COMMANDS = re.compile(
    "[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\U000e0000-\U000e007f]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_BREAK = re.compile("\r\n|[\n\v\f\r\x1c-\x1e\x85\u2028\u2029]")
BANGLA_DIGITS = "".join(map(chr, range(0x09E6, 0x09F0)))
_ASCII_DIGITS = str.maketrans(BANGLA_DIGITS, string.digits)
_BANGLA_DIGITS = str.maketrans(string.digits, BANGLA_DIGITS)
_SMALL = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


def clean(text: str | bytes, most: int = LONGEST) -> str:
    """Clean ``text`` to one line of at most ``most`` characters, in NFC, cut with '…'.

    Bytes that are no UTF-8 and lone surrogates become U+FFFD. Blanks, tabs and line breaks become single blanks.
    Invisible characters (C0, C1, DEL, bidi controls, tags, zero widths) are dropped; ZWJ and ZWNJ stay behind a Bangla
    letter.
    """
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    kept = text if is_plain_ascii(text) else normalize("NFC", _shown(text, ""))
    return _cut(" ".join(kept.split()), most)


def clean_lines(text: str | bytes, most: int = LONGEST) -> str:
    """Clean ``text`` as `clean` does, but keep its lines and the blanks within them; tabs become four blanks."""
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    lines = _BREAK.sub("\n", text).expandtabs(4).split("\n")
    return _cut("\n".join(normalize("NFC", _shown(line, "")).rstrip() for line in lines).strip(), most)


def harmless(message: str) -> str:
    """Make ``message``, which quotes bad input, safe to print: invisible characters become U+FFFD; lines stay lines."""
    return "\n".join(_shown(line, REPLACEMENT) for line in message.split("\n"))


def has_words(text: str) -> bool:
    """Return whether the text contains a visible letter or digit."""
    return any(character.isalnum() for character in clean(text))


def nfc(text: str) -> str:
    """Normalise ``text`` that is stored as written, such as a configuration's, to NFC; nothing else changes."""
    return text if text.isascii() else normalize("NFC", _stream_safe(text))


@lru_cache(16_384)
def comparison_key(text: str) -> str:
    """Return the key by which texts are compared: NFC, one case, single blanks, ASCII digits, nothing invisible.

    Two texts that a reader takes for the same name have the same key.
    """
    kept = clean(text.translate(_ASCII_DIGITS), most=3 * len(text))  # NFC makes three of one at most
    return kept.lower() if kept.isascii() else normalize("NFC", _without_joiners(kept).casefold())


def same_key(one: str, other: str) -> bool:
    """Compare two names as a reader would; see `comparison_key`."""
    return one == other or comparison_key(one) == comparison_key(other)


def ascii_digits(text: str) -> str:
    """Write Bangla digits in ``text`` as 0–9."""
    return text.translate(_ASCII_DIGITS)


def dialled(phone: str) -> str:
    """Return a telephone number as a link has it (``tel:``): ASCII digits, without blanks."""
    return ascii_digits(phone).replace(" ", "")


def bangla_digits(text: str) -> str:
    """Write 0–9 in ``text`` as Bangla digits."""
    return text.translate(_BANGLA_DIGITS)


def ascii_lower(text: str) -> str:
    """Lower A–Z in ``text`` and keep all other characters in place, which `str.lower` does not."""
    return text.translate(_SMALL)


def hides(text: str) -> bool:
    """Return whether ``text`` has a character that `clean` would drop or replace, line breaks and tabs included."""
    if is_plain_ascii(text):
        return False
    return any(character in _BLANK_CONTROLS for character in text) or _shown(text, REPLACEMENT) != _spaced(text)


def control_character(text: str) -> str:
    """Return the first character that controls a terminal, changes the writing direction or ends a line unseen, or ''.

    Tabs, CR and LF do not count; nor do characters that are only invisible.
    """
    found = None if text.isprintable() else _COMMANDS.search(text)
    return found[0] if found else ""


def has_controls(text: str) -> bool:
    """Return whether ``text`` has C0, C1 or DEL characters, tabs and line breaks included."""
    return any(category(character) == "Cc" for character in text)


def is_printable(text: str) -> bool:
    """Return whether every character of ``text`` is visible, or ' '; joiners are not."""
    return text.isprintable()


def is_plain_ascii(text: str) -> bool:
    """Return whether ``text`` consists of visible ASCII characters and ' '."""
    return text.isascii() and text.isprintable()


def _shown(text: str, mark: str) -> str:
    """Return ``text`` without invisible characters; blanks of every kind become ' '."""
    if text.isprintable() and not _UNSEEN.search(text):
        return _stream_safe(text)
    kept: list[str] = []
    before = ""
    for character in text:
        if character in _JOINERS:
            if _is_bangla(before):
                kept.append(before := character)
            elif mark:
                kept.append(mark)
        elif character == " " or character in _BLANK_CONTROLS or character.isspace():
            kept.append(before := " ")
        elif character.isprintable() and not _UNSEEN.match(character):
            kept.append(before := character)
        elif _SURROGATE.match(character):
            kept.append(before := REPLACEMENT)
        elif mark:
            kept.append(mark)
    return _stream_safe("".join(kept))


def _is_bangla(character: str) -> bool:
    return "\u0980" <= character <= "\u09ff"


def _spaced(text: str) -> str:
    return "".join(" " if character.isspace() else character for character in text)


def _is_high(text: str, place: int) -> bool:
    """Return whether a combining mark at that place is one of more than so many in a row."""
    after = takewhile(combining, text[place : place + LONGEST_STACK + 1])
    before = takewhile(combining, text[max(place - LONGEST_STACK, 0) : place][::-1])
    return sum(1 for _ in chain(before, after)) > LONGEST_STACK


def _stream_safe(text: str) -> str:
    """Return ``text`` with at most so many combining marks in a row."""
    # One more than LONGEST_STACK letters in a row have one of these places among them.
    found = enumerate(map(combining, text[LONGEST_STACK :: LONGEST_STACK + 1]))
    places = [LONGEST_STACK + nth * (LONGEST_STACK + 1) for nth, mark in found if mark]
    if not any(_is_high(text, place) for place in places):
        return text
    kept: list[str] = []
    stack = 0
    for character in text:
        stack = stack + 1 if combining(character) else 0
        if stack <= LONGEST_STACK:
            kept.append(character)
    return "".join(kept)


def _without_joiners(text: str) -> str:
    for joiner in _JOINERS:
        text = text.replace(joiner, "")
    return text


def _cut(text: str, most: int) -> str:
    """Return ``text`` or its beginning with '…'; no letter is cut from its marks or its joiner."""
    if len(text) <= most:
        return text
    end = max(most - 1, 0)
    while 0 < end < len(text) and (combining(text[end]) or text[end] in _JOINERS):
        end -= 1
    return f"{text[:end].rstrip()}…"[:most]
