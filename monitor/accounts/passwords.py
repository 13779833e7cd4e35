"""Check passwords: argon2id with 19 MiB, two passes and one lane (OWASP's least), one at a time in the process.

`hashed` and `matches` block for about 30 ms: call them in a thread, outside transactions.
"""

import re
import secrets
import threading
from functools import cache
from typing import NewType

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type

from monitor.alerts.cases.refusals import BadInput
from monitor.domain.message import message
from monitor.domain.text import comparison_key, has_controls, nfc

PasswordHash = NewType("PasswordHash", str)
"""An argon2id hash in PHC form."""

SHORTEST, LONG, LONGEST = 10, 16, 256  # characters
FEWEST_DIFFERENT = 5
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, hash_len=32, salt_len=16, type=Type.ID)
_ONE_AT_A_TIME = threading.Lock()  # each takes 19 MiB
_NO_LETTER = re.compile(r"[\W\d_]+")
_LETTERS_MEANT = str.maketrans("@$!013457", "asioieast")
_RUNS = ("01234567890123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm", "1qaz2wsx3edc4rfv5tgb")
_GUESSED = (
    "password passwords passwort pass admin administrator administration welcome iloveyou letmein qwerty qwertyuiop "
    "qwert asdf asdfghjkl zxcvbn zxcvbnm abcdef abcdefgh changeme default internet computer monitor network sunshine "
    "princess football cricket superman batman dragon master trustno trustnoone login user username guest test "
    "testing secret office officer upazila union bangladesh dhaka kushtia bheramara banglalink grameenphone robi "
    "government sarkar bismillah allah muhammad inshallah amarsonarbangla sonarbangla joybangla school teacher "
    "headmaster digital centre center lab mylove iloveallah"
)


def refuse_weak(password: str, name: str) -> None:
    """Raise BadInput for a password that is too short, or that is guessed first, such as the user's own ``name``."""
    password = nfc(password)
    if not SHORTEST <= len(password) <= LONGEST or has_controls(password):
        said = message("Expected {least} to {most} characters, on one line", least=SHORTEST, most=LONGEST)
        raise BadInput("password", said)
    if _is_guessed_first(comparison_key(password), comparison_key(name)):
        raise BadInput(
            "password",
            message(
                "is one that is guessed first: a name, a common word, a telephone number, a row of keys. "
                "Expected such as four words that do not belong together"
            ),
        )


def _is_guessed_first(password: str, name: str) -> bool:
    if len(set(password)) < FEWEST_DIFFERENT or not re.search(r"[^\W\d_]", password):
        return True
    if any(password in row or password in row[::-1] for row in _RUNS):
        return True
    letters = {_NO_LETTER.sub("", password), _NO_LETTER.sub("", password.translate(_LETTERS_MEANT))}
    own = {name, *(part for part in re.split(r"[\W\d_]+", name) if len(part) >= 3)}
    words = {_NO_LETTER.sub("", each) for each in own} - {""} | set(_GUESSED.split())
    return any(_is_of_guessed_words(each, words, len(password) >= LONG) for each in letters)


def _is_of_guessed_words(letters: str, words: set[str], is_long: bool) -> bool:
    """Return whether at most two letters are left when guessed words are taken out, the longest first.

    A long password may consist of several different ones.
    """
    taken = 0
    for word in sorted(words, key=len, reverse=True):
        taken += word in letters
        letters = letters.replace(word, "")
    return len(letters) <= 2 and not (is_long and taken > 1)


def hashed(password: str, name: str) -> PasswordHash:
    """Return the hash of a new password of the user ``name``; raises BadInput for a weak one. Blocks."""
    refuse_weak(password, name)
    with _ONE_AT_A_TIME:
        return PasswordHash(_HASHER.hash(nfc(password)))


def matches(known: str, password: str) -> bool:
    """Return whether ``password`` is the one of the hash ``known``; takes as long for an empty hash. Blocks."""
    text = nfc(password[: LONGEST + 1])
    with _ONE_AT_A_TIME:
        nobodys = _of_nobody()
        try:
            return _HASHER.verify(known or nobodys, text) and bool(known)
        except (VerificationError, InvalidHashError):
            return False


def is_outdated(known: str) -> bool:
    """Return whether a hash was made with other costs than today's."""
    return _HASHER.check_needs_rehash(known)


def hashed_again(password: str) -> PasswordHash:
    """Return a hash with today's costs of a password that was right, however weak. Blocks."""
    with _ONE_AT_A_TIME:
        return PasswordHash(_HASHER.hash(nfc(password)))


@cache
def _of_nobody() -> str:
    """Return a hash that costs as much as a user's and that no password has."""
    return _HASHER.hash(secrets.token_bytes(32))
