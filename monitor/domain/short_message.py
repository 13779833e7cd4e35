"""Count the parts of a text as a short message (3GPP TS 23.038, 6.2.1; TS 23.040, 9.2.3.24.1).

A text of the GSM alphabet has 160 characters in one message, or 153 in each of several. Any other text, and so any in
Bangla, is sent as UCS-2: 70 characters in one message, or 67 in each of several.
"""

from collections.abc import Iterator

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")  # two letters each: an escape before it
GSM_ONE, GSM_EACH = 160, 153
UCS2_ONE, UCS2_EACH = 70, 67


def is_gsm(text: str) -> bool:
    """Return whether every character of ``text`` is in the GSM alphabet."""
    return all(character in _BASIC or character in _EXTENDED for character in text)


def parts(text: str) -> int:
    """Return how many short messages ``text`` takes, at least one. No character is split between two."""
    one, each = (GSM_ONE, GSM_EACH) if is_gsm(text) else (UCS2_ONE, UCS2_EACH)
    if sum(_lengths(text)) <= one:
        return 1
    count, room = 1, each
    for length in _lengths(text):
        if length > room:
            count, room = count + 1, each
        room -= length
    return count


def _lengths(text: str) -> Iterator[int]:
    if is_gsm(text):
        yield from (2 if character in _EXTENDED else 1 for character in text)
    else:
        yield from (2 if character > "\uffff" else 1 for character in text)  # UTF-16 has no half letters
