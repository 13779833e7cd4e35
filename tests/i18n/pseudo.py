"""A made-up language that finds what escaped the catalogue: every entry bracketed, its letters replaced by others.

'{count} of them' becomes '⟦{count} öƒ ţĥéɱ⟧'. What still stands in plain letters is a name, a value, a command, or text
that never went through the catalogue. Ask for the fixture ``pseudo`` (import it and ``pseudo_locales``), which is the
language's code, render in it, and see that `escaped` finds nothing.
"""

import re
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest
from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from monitor.i18n import languages

LANG = "qps"
PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
OTHER = "åƀçđéƒǧĥíĵķļɱñöþɋŕšţúṽŵẋýžÅƁÇĐÉƑǦĤÍĴĶĻṀÑÖÞɊŔŠŢÚṼŴẊÝŽ"
_OTHERS = str.maketrans(PLAIN, OTHER)
_GAP = re.compile(r"\{[^{}]*\}")
_WORD = re.compile(r"[\u0980-\u09ff]+|[^\W\d_]+(?:['’][^\W\d_]+)?")


def pseudo_text(text: str) -> str:
    """An entry in the made-up language; its gaps stay, the lines that it begins or ends with as well."""
    body = text.strip("\n")
    begins = text.index(body)
    parts, at = list[str](), 0
    for gap in _GAP.finditer(body):
        name, colon, how = gap[0].partition(":")
        joins = " " in how or how.startswith("?")  # words that stand beside the value, not how it is written
        parts += [body[at : gap.start()].translate(_OTHERS), name, colon, how.translate(_OTHERS) if joins else how]
        at = gap.end()
    said = "".join([*parts, body[at:].translate(_OTHERS)])
    return f"{text[:begins]}⟦{said}⟧{text[begins + len(body) :]}"


def escaped(text: str, names: Collection[str] = ()) -> list[str]:
    """Words of ``text`` in plain Latin or in Bangla letters, which came past the catalogue.

    Not those that stand within one of ``names``: names of sites and persons, addresses, commands, units.
    """
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, " ")
    return [word for word in _WORD.findall(text) if not any(letter in OTHER for letter in word)]


@pytest.fixture(scope="session")
def pseudo_locales(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of languages with the made-up one and a link to Bangla."""
    folder = tmp_path_factory.mktemp("pseudo") / "locale"
    made = folder / LANG / "LC_MESSAGES"
    made.mkdir(parents=True)
    (folder / "bn").symlink_to(languages.LOCALES / "bn")
    with (languages.LOCALES / "bn" / "LC_MESSAGES" / "monitor.po").open("rb") as file:
        known = read_po(file, locale="bn")
    catalogue = Catalog(charset="utf-8")
    for entry in known:
        if entry.id:
            texts = [entry.id] if isinstance(entry.id, str) else list(entry.id)
            said = [pseudo_text(text) for text in texts]
            catalogue.add(entry.id, said[0] if isinstance(entry.id, str) else said, context=entry.context)
    with (made / "monitor.mo").open("wb") as file:
        write_mo(file, catalogue)
    return folder


@pytest.fixture
def pseudo(pseudo_locales: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The code of the made-up language, which there is during this test."""
    monkeypatch.setattr(languages, "LOCALES", pseudo_locales)
    _clear()
    yield LANG
    _clear()


def _clear() -> None:
    languages.languages.cache_clear()
    languages._catalogue.cache_clear()
