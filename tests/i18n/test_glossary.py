"""The catalogues say what docs/glossary.md says: one word for one thing, and nothing that was retired."""

import re
from collections.abc import Iterator

import pytest

from docs.generator.words import read
from tests.places import DOCS

GLOSSARY = DOCS / "glossary.md"


def tables(text: str) -> Iterator[tuple[str, list[list[str]]]]:
    """Yield the heading and the rows of each table."""
    for section in re.split(r"(?m)^## ", text)[1:]:
        heading, _, rest = section.partition("\n")
        rows = [
            [cell.strip() for cell in line.strip("|\n").split("|")] for line in rest.splitlines() if line[:1] == "|"
        ]
        yield heading, rows[2:]


def forms(cell: str) -> list[str]:
    """Return the forms in a cell, without capitals."""
    return [form.strip().casefold() for form in cell.split(";")]


SECTIONS = dict(tables(GLOSSARY.read_text(encoding="utf-8")))
TERMS = {
    english: forms(row[1])
    for heading, rows in SECTIONS.items()
    if "not said" not in heading
    for row in rows
    for english in forms(row[0])
}
RETIRED = [
    form for heading, rows in SECTIONS.items() if "not said" in heading for row in rows for form in forms(row[0])
]


def entries() -> Iterator[tuple[str, str]]:
    """Yield every English text of the Bangla catalogue with its Bangla; entries with a context mean something else."""
    for entry in read("bn"):
        if entry.id and not entry.context:
            english = (entry.id,) if isinstance(entry.id, str) else entry.id
            bangla = (entry.string,) if isinstance(entry.string, str) else entry.string or ()
            yield from zip(english, bangla, strict=True)


def says(text: str, words: str) -> bool:
    """Whether the words stand in the text, whatever their capitals or Bangla endings; an option is no word."""
    end = "" if words[-1] > "\u0980" else r"(?!\w)"
    return re.search(rf"(?<![-\w\u0980-\u09ff]){re.escape(words)}{end}", text, re.IGNORECASE) is not None


def test_the_tables_are_read() -> None:
    assert TERMS["outage"] == ["\u09ac\u09bf\u0998\u09cd\u09a8"]
    assert len(TERMS) > 100
    assert "anew" in RETIRED


def test_a_term_that_is_a_whole_entry_has_the_glossarys_bangla() -> None:
    wrong = {
        english: bangla
        for english, bangla in entries()
        if bangla and bangla.casefold() not in TERMS.get(english.casefold(), [bangla.casefold()])
    }

    assert wrong == {}


@pytest.mark.parametrize("retired", RETIRED)
def test_a_retired_word_is_said_nowhere(retired: str) -> None:
    saying = [text for entry in entries() for text in entry if says(re.sub("{[^{}]*}", "", text), retired)]

    assert saying == []


def test_no_term_is_retired_itself() -> None:
    assert not [
        (term, word)
        for term, banglas in TERMS.items()
        for word in RETIRED
        for text in [term, *banglas]
        if says(text, word)
    ]
