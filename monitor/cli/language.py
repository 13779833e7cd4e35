"""Choose the language of one run of the command line, and look texts up in it.

``--lang``, else UPAZILA_MONITOR_LANG, else ``lang`` under [office] of charter.toml, else English. English too where the
terminal's encoding lacks the language's letters. `--json` never changes with it.
"""

import os
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from monitor.domain.message import Said
from monitor.i18n import catalogue, formats
from monitor.i18n.languages import SOURCE, Lang, languages, lookup
from monitor.plain_file import CONFIG_BYTES, PlainFileError, read_bounded

ENVIRONMENT = "UPAZILA_MONITOR_LANG"
CONFIG = "UPAZILA_MONITOR_CONFIG"
GENERAL = ("--config", "--lang", "--office")  # general options that take a value

_chosen: Lang = SOURCE


def lang() -> Lang:
    """Return the language of this run."""
    return _chosen


def choose(wanted: Lang) -> None:
    """Set the language of this process."""
    global _chosen  # noqa: PLW0603 - a process has one command line
    _chosen = wanted


def wanted_language(words: Sequence[str], environment: Mapping[str, str]) -> str:
    """Return the language requested by the command line, the environment or the office; it may be unknown.

    Behind a command's name '--lang' is an option of that command, which may accept other words, such as 'both'.
    """
    general, of_command = _split(words)
    asked = _option(of_command, "--lang")
    if not is_known(asked):
        asked = _option(general, "--lang") or environment.get(ENVIRONMENT, "")
    return asked or _of_office(Path(_option(general, "--config") or environment.get(CONFIG, "") or "config"))


def can_be_shown(wanted: Lang) -> bool:
    """Return whether standard output and error can encode the language's own texts."""
    sample = lookup(wanted, "immediate")
    try:
        for stream in (sys.stdout, sys.stderr):
            sample.encode(stream.encoding or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def is_known(wanted: str) -> bool:
    """Return whether there is such a language."""
    return wanted in languages()


def _(text: str, /, **values: object) -> str:
    """Return the English ``text``, a literal, in the language of this run; see `catalogue.tr`."""
    return catalogue.tr(_chosen, text, **values)


def n_(one: str, many: str, count: int, /, **values: object) -> str:
    """Return the text about ``count`` things; see `catalogue.trn`."""
    return catalogue.trn(_chosen, one, many, count, **values)


def term(terms: Mapping[str, str], code: str) -> str:
    """Return the word for a code, of a table of `monitor.i18n.terms`; a code that the table lacks is shown as it is."""
    return catalogue.tr(_chosen, terms[code]) if code in terms else code.replace("_", " ")


def reason_words(document: Mapping[str, Any] | None) -> str:
    """Return the words of a reason, of its document; '' for none."""
    from monitor.domain.reasons import from_json
    from monitor.i18n.reasons import reason_text

    return reason_text(from_json(document), _chosen)


def history_words(document: Mapping[str, Any]) -> str:
    """Return what a line of a ticket's history says, of its document."""
    from monitor.domain.reasons import from_json
    from monitor.i18n.reasons import history_text

    reason = from_json(document["reason"])
    remark = "" if reason and document["text"] == document["reason_text"] else document["text"]
    return history_text(reason, remark, _chosen)


def render(said: Said) -> str:
    """Return a message in the language of this run; a plain text as it is."""
    return catalogue.render(said, _chosen)


def digits(text: object) -> str:
    """Return figures with the digits of this run's language."""
    return formats.digits(text, _chosen)


def _split(words: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """Split the arguments into the general options, and what follows from the command's name on."""
    at = 0
    while at < len(words) and words[at].startswith("-"):
        at += 2 if words[at] in GENERAL else 1
    return words[:at], words[at:]


def _option(words: Sequence[str], name: str) -> str:
    """Return the value of an option that the parser has not read yet.

    The help must be in the right language already.
    """
    for at, word in enumerate(words):
        if word == name and at + 1 < len(words):
            return words[at + 1]
        if word.startswith(f"{name}="):
            return word.partition("=")[2]
        if word == "--":
            break
    return ""


def _of_office(directory: Path) -> str:
    try:
        text = read_bounded(directory / "charter.toml", CONFIG_BYTES).decode()
        found = tomllib.loads(text).get("office", {}).get("lang")
    except (PlainFileError, ValueError, AttributeError, RecursionError):
        # That command will say what is wrong with it, in English.
        return SOURCE
    return found if isinstance(found, str) and is_known(found) else SOURCE


def speak(words: Sequence[str], environment: Mapping[str, str] = os.environ) -> str:
    """Set the language of this run; return one that was requested and does not exist, else ''."""
    wanted = wanted_language(words, environment)
    choose(wanted if is_known(wanted) and can_be_shown(wanted) else SOURCE)
    return "" if is_known(wanted) else wanted
