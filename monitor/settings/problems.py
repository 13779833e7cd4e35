"""Describe what is wrong with a configuration, in words that an officer can act on."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from monitor.domain.message import N_, Message, Said, message
from monitor.domain.text import harmless
from monitor.i18n.catalogue import render
from monitor.i18n.languages import SOURCE, Lang

MOST_LISTED = 40  # names
NEAREST = 8


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One fault: where it stands, and what is wrong and expected there."""

    file: str
    line: int
    key: str
    message: Said

    def __str__(self) -> str:
        return self.text(SOURCE)

    def text(self, lang: Lang) -> str:
        """Return where it stands and what is wrong, in one line."""
        where, what = f"{self.file}:{self.line}" if self.line else self.file, render(self.message, lang)
        said = f"{where}: {self.key}: {what}" if self.key else f"{where}: {what}"
        return harmless(said).replace("\n", "\ufffd")  # keys and names may hold what commands a terminal


class ConfigError(Exception):
    """The configuration cannot be used; ``problems`` holds every fault found, in order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: Sequence[Problem] = sorted(set(problems))
        super().__init__("\n".join(map(str, self.problems)))

    def text(self, lang: Lang) -> str:
        """Return all problems, a line each."""
        return "\n".join(problem.text(lang) for problem in self.problems)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the name among ``known`` that ``word`` resembles most; None where it resembles none."""
    return next(iter(difflib.get_close_matches(word[:200], list(known), n=1, cutoff=0.6)), None)


def did_you_mean(word: str, known: Iterable[str]) -> Said:
    """Return "Did you mean 'x'?" when something known is close to ``word``, else an empty string."""
    close = nearest(word, known)
    return message("Did you mean '{name}'?", name=close) if close else ""


def one_of(known: Iterable[str], word: str = "") -> Said:
    """Return 'Expected one of: …' with all of ``known``; of many, with those nearest to ``word``."""
    names = sorted(known)
    if len(names) <= MOST_LISTED:
        return message("Expected one of: {names}", names=names) if names else ""
    close = difflib.get_close_matches(word, names, n=NEAREST, cutoff=0.0)
    return message("Expected one of {count:,}, the nearest of which are: {names}", count=len(names), names=close)


def either(names: Sequence[str]) -> Said:
    """Return "'a', 'b' or 'c'"."""
    quoted = [f"'{name}'" for name in names]
    return message("{names} or {last}", names=quoted[:-1], last=quoted[-1]) if len(quoted) > 1 else quoted[0]


def all_of(names: Sequence[str]) -> Said:
    """Return "'a', 'b' and 'c'"."""
    quoted = [f"'{name}'" for name in names]
    return message("{names} and {last}", names=quoted[:-1], last=quoted[-1]) if len(quoted) > 1 else quoted[0]


def hinted(said: Said, hint: Said) -> Said:
    """Return what is wrong, and behind it what is expected, if that is known."""
    return Message("{said} {hint}", {"said": said, "hint": hint}) if hint else said


NO_SUCH: Mapping[str, tuple[str, str]] = {
    "blank": (N_("no blank '{word}'."), N_("no blank of that name.")),
    "channel": (N_("no channel '{word}'."), N_("no channel of that name.")),
    "credentials": (N_("no credentials '{word}'."), N_("no credentials of that name.")),
    "device": (N_("no device '{word}'."), N_("no device of that name.")),
    "language": (N_("no language '{word}'."), N_("no language of that name.")),
    "office": (N_("no office '{word}'."), N_("no office of that name.")),
    "officer": (N_("no officer '{word}'."), N_("no officer of that name.")),
    "officer or recipient": (N_("no officer or recipient '{word}'."), N_("no officer or recipient of that name.")),
    "recipient": (N_("no recipient '{word}'."), N_("no recipient of that name.")),
    "site": (N_("no site '{word}'."), N_("no site of that name.")),
    "union": (N_("no union '{word}'."), N_("no union of that name.")),
}
"""What is missing: with its word, and without it."""


def no_such(what: str, word: str, known: Iterable[str], expected: Said = "") -> Said:
    """Return "no site 'x'. Did you mean 'y'?": the sentence for a name that is not among ``known``.

    ``what``: a key of NO_SUCH. ``word`` is shown only if it is close to one of them; ``expected`` takes the place of
    their list.
    """
    names = list(known)
    shown, hidden = NO_SUCH[what]
    if hint := did_you_mean(word, names):
        return hinted(Message(shown, {"word": word}), hint)
    return hinted(Message(hidden), expected or one_of(names, word))
