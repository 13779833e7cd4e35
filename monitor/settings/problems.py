"""Describe what is wrong with a configuration, in words that an officer can act on."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from monitor.domain.text import harmless

MOST_LISTED = 40  # names
NEAREST = 8


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One fault: where it stands, and what is wrong and expected there."""

    file: str
    line: int
    key: str
    message: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        said = f"{where}: {self.key}: {self.message}" if self.key else f"{where}: {self.message}"
        return harmless(said).replace("\n", "\ufffd")  # keys and names may hold what commands a terminal


class ConfigError(Exception):
    """The configuration cannot be used; ``problems`` holds every fault found, in order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: Sequence[Problem] = sorted(set(problems))
        super().__init__("\n".join(map(str, self.problems)))


def nearest(word: str, known: Iterable[str], most: int) -> list[str]:
    """Return the names among ``known`` that ``word`` resembles, the most alike first; none where none does."""
    return difflib.get_close_matches(word[:200], list(known), n=most, cutoff=0.6)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ' Did you mean 'x'?' when something known is close to ``word``, else an empty string."""
    close = nearest(word, known, 1)
    return f" Did you mean '{close[0]}'?" if close else ""


def one_of(known: Iterable[str], word: str = "") -> str:
    """Return ' Expected one of: …' with all of ``known``; of many, with those that ``word`` resembles."""
    names = sorted(known)
    if len(names) <= MOST_LISTED:
        return f" Expected one of: {', '.join(names)}" if names else ""
    close = difflib.get_close_matches(word, names, n=NEAREST, cutoff=0.0)
    return f" Expected one of {len(names):,}, the nearest of which are: {', '.join(close)}"


def no_such(what: str, word: str, known: Iterable[str], expected: str = "") -> str:
    """Return 'no site 'x'. Did you mean 'y'?': the sentence for a name that is not among ``known``.

    ``word`` is shown only if it resembles one of them; ``expected`` replaces their list.
    """
    names = list(known)
    hint = did_you_mean(word, names)
    return f"no {what} '{word}'.{hint}" if hint else f"no {what} of that name.{expected or one_of(names, word)}"
