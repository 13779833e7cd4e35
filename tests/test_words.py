"""scripts/words: the catalogues hold what the program says, all of it and nothing else."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from babel.messages import Catalog

from docs.generator import runbook, words
from monitor.i18n.languages import SOURCE, languages
from tests.places import DOCS

LANGUAGES = [lang for lang in languages() if lang != SOURCE]


def catalogue() -> Catalog:
    """One with an entry of each shape."""
    made = Catalog("bn")
    made.add("down", "ক")
    made.add("no site '{name}'", "'{name}' নেই")
    made.add(("one site", "{count} sites"), ("একটি", "{count}টি"))
    return made


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_text_is_in_the_catalogue_and_translated(lang: str) -> None:
    assert list(words.faults(lang, words.read(lang), words.extracted())) == []


def test_texts_are_found_in_python_in_templates_and_in_the_help_of_commands() -> None:
    found = words.extracted()
    places = {name for entry in found if entry.id for name, _ in entry.locations}
    assert {"monitor/i18n/reasons.py", "dashboards/generator/morning.py", "monitor/cli"} <= places
    assert "List outages" in " ".join(str(entry.id) for entry in found if ("monitor/cli", 0) in entry.locations)


def _untranslated(made: Catalog) -> None:
    made["down"].string = ""


def _half_translated(made: Catalog) -> None:
    made["one site"].string = ("একটি", "")


def _fuzzy(made: Catalog) -> None:
    made["down"].flags.add("fuzzy")


def _unused(made: Catalog) -> None:
    made.add("nobody says this", "ক")


def _missing(made: Catalog) -> None:
    made.delete("down")


def _other_gap(made: Catalog) -> None:
    made["no site '{name}'"].string = "'{nam}' নেই"


def _no_gap(made: Catalog) -> None:
    made["no site '{name}'"].string = "নেই"


def _lone_brace(made: Catalog) -> None:
    made["no site '{name}'"].string = "'{name}' নেই {"


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (_untranslated, "not translated: 'down'"),
        (_half_translated, "not translated: ('one site', '{count} sites')"),
        (_fuzzy, "fuzzy: 'down'"),
        (_unused, "nobody says this any more"),
        (_missing, "not extracted into the catalogue"),
        (_other_gap, "gaps ['nam'] and not ['name']"),
        (_no_gap, "gaps [] and not ['name']"),
        (_lone_brace, "in the translation of"),
    ],
)
def test_each_fault_of_a_catalogue_is_found(spoil: Callable[[Catalog], None], fault: str) -> None:
    known = catalogue()
    assert list(words.faults("bn", known, catalogue())) == []
    spoil(known)
    (found,) = words.faults("bn", known, catalogue())
    assert fault in found


def test_what_is_known_stays_when_texts_are_extracted_again() -> None:
    wanted = catalogue()
    wanted.add("new", "")
    made = words.updated(catalogue(), wanted, "bn")
    assert (made["down"].string, made["one site"].string, made["new"].string) == ("ক", ("একটি", "{count}টি"), None)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_catalogue_lies_as_the_script_writes_it(lang: str) -> None:
    made = words.updated(words.read(lang), words.extracted(), lang)
    assert words.path_of(lang).read_text(encoding="utf-8") == words.text_of(lang, made)


def test_one_translation_given_for_an_entry_of_one_and_many_stands_for_both_and_not_its_letters() -> None:
    made = catalogue()
    assert words.fill(made, {"one site": "স্থাপনা", "nobody": "কেউ না"}) == ["nobody"]
    assert made["one site"].string == ("স্থাপনা", "স্থাপনা")


@pytest.mark.parametrize("page", sorted((DOCS / "bn").glob("*.md")), ids=lambda page: page.stem)
def test_what_is_bold_in_the_pages_for_officers_stands_so_on_the_screen(page: Path) -> None:
    """They are told to press what is bold: it is the beginning of a text of the catalogue, letter for letter."""
    shown = {form for entry in words.read("bn") if entry.id for form in forms(entry.string)}
    text = page.read_text(encoding="utf-8")
    pressed = {" ".join(bold.split()) for bold in re.findall(r"\*\*(.+?)\*\*", text, re.DOTALL)}

    pressed -= set(runbook.ITEMS["bn"])
    assert [bold for bold in sorted(pressed) if not any(each.startswith(bold) for each in shown)] == []


def forms(text: object) -> tuple[str, ...]:
    """A text, or the forms of a plural."""
    return (text,) if isinstance(text, str) else tuple(text)  # type: ignore[arg-type]
