"""Sort names for people by the Bangla alphabet: CLDR's order for 'bn', Bangla before Latin, without ICU.

Three levels, each decided only where those before are equal (Unicode's collation algorithm, UTS 10):

1. letters: spaces, punctuation, symbols, currency signs, digits (Bangla ones are equal to ASCII ones), Bangla letters
   (vowels, then anusvara, visarga and candrabindu, consonants, vowel signs, hasanta), Latin letters, others;
2. marks: a letter without a mark before the same with nukta or accent;
3. forms: small letters before capitals, ta with hasanta before khanda ta.

However a letter is encoded (NFC, NFD), it sorts alike.
"""

import unicodedata
from functools import lru_cache

NameKey = tuple[str, str, str]
"""The three levels of a name, each with a character or two for a letter: texts are compared faster than numbers."""

_PUNCTUATION = (
    "_-\u2010\u2011\u2012\u2013\u2014\u2015,;:!\u00a1?\u00bf.\u00b7\u0964\u0965'\u2018\u2019\u201a\u2039\u203a"
    '"\u201c\u201d\u201e\u00ab\u00bb()[]{}\u00a7\u00b6@*/\\&#%\u2030\u2020\u2021\u2022`\u00b4^\u00a8\u00b8\u00b0\u00a9'
    "\u00ae+\u00b1\u00f7\u00d7<=>\u00ac|\u00a6~\u00a4\u00a2$\u00a3\u00a5\u20ac"
)
"""The order of punctuation, symbols and currency signs; those that are not here stand behind them."""

_BANGLA = (
    *(0x0980, *range(0x0985, 0x098C), 0x09E0, 0x098C, 0x09E1, 0x098F, 0x0990, 0x0993, 0x0994),  # vowels
    *(0x0982, 0x0983, 0x0981),  # anusvara, visarga, candrabindu
    *range(0x0995, 0x09B1),  # ka to ra
    *(0x09F0, 0x09B2, 0x09F1, 0x09B6, 0x09B7, 0x09B8, 0x09B9, 0x09BD),  # Assamese ra, la, Assamese wa, sha to avagraha
    *range(0x09BE, 0x09C5),  # vowel signs aa to vocalic rr
    *(0x09E2, 0x09E3, 0x09C7, 0x09C8, 0x09CB, 0x09CC),  # vowel signs of vocalic l to au
    *(0x09CD, 0x09D7),  # hasanta, au's length mark
)
_KHANDA_TA, _TA_HASANTA = "\u09ce", "\u09a4\u09cd"
_TWO_PART_VOWELS = (("\u09c7\u09be", "\u09cb"), ("\u09c7\u09d7", "\u09cc"))  # o and au, decomposed and whole

_SPACE, _SIGN, _DIGIT, _LETTER = (kind << 8 for kind in range(1, 5))
_OTHER_SIGN, _LATIN, _OTHER = "\u02ff", "\u0500", "\u0501"  # each before one of its kind, which go by their codes
_SIGNS = {ord(sign): _SIGN | place for place, sign in enumerate(_PUNCTUATION)}
_LETTERS = {letter: _LETTER | place for place, letter in enumerate(_BANGLA)}


@lru_cache(4_096)
def name_key(name: str) -> NameKey:
    """Return what `sorted` needs to put names in the order of the Bangla alphabet."""
    text = unicodedata.normalize("NFKD", name)
    for parts, vowel in _TWO_PART_VOWELS:
        text = text.replace(parts, vowel)
    return text.translate(_PRIMARY), text.translate(_SECONDARY), text.translate(_TERTIARY)


class _Level(dict[int, str]):
    """What a letter of a decomposed text is on one of the levels, found out when it first occurs."""

    def __init__(self, level: int) -> None:
        self._level = level

    def __missing__(self, code: int) -> str:
        self[code] = found = "".join(_weights(*each)[self._level] for each in _small(chr(code)))
        return found


_PRIMARY, _SECONDARY, _TERTIARY = map(_Level, range(3))


def _small(letter: str) -> list[tuple[str, str]]:
    """Return the small letters of a letter, each with its form: '1' for a capital or khanda ta, else '0'."""
    if letter == _KHANDA_TA:
        return [(part, "1") for part in _TA_HASANTA]
    return [(part, str(int(letter != letter.casefold()))) for part in letter.casefold()]


def _weights(letter: str, form: str) -> NameKey:
    """Return what a small letter is on each of the levels."""
    if unicodedata.combining(letter) and letter != "\u09cd":  # nukta or accent; hasanta is a letter of its own
        return "", letter, ""
    if unicodedata.category(letter) in {"Cc", "Cf"} and not letter.isspace():  # joiners count nowhere
        return "", "", ""
    return _weight(letter), "\0", form


def _weight(letter: str) -> str:
    code = ord(letter)
    if code in _LETTERS:
        return chr(_LETTERS[code])
    if code in _SIGNS:
        return chr(_SIGNS[code])
    if letter.isspace():
        return chr(_SPACE)
    if (digit := unicodedata.digit(letter, None)) is not None:
        return chr(_DIGIT | digit)
    if unicodedata.category(letter)[0] in "PSN":
        return _OTHER_SIGN + letter
    return (_LATIN if "LATIN" in unicodedata.name(letter, "") else _OTHER) + letter
