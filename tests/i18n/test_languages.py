"""Languages: folders with a catalogue each."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.i18n import languages
from monitor.i18n.compiling import compile_catalogues

LOCALES = languages.LOCALES


@pytest.fixture
def locales(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of languages of one's own, with a copy of ours."""
    copied = tmp_path / "locale"
    shutil.copytree(LOCALES, copied)
    monkeypatch.setattr(languages, "LOCALES", copied)
    clear()
    yield copied
    clear()


def clear() -> None:
    languages.languages.cache_clear()
    languages._catalogue.cache_clear()


def test_english_is_the_source_and_comes_last() -> None:
    assert languages.languages() == ("bn", "en")
    assert languages.lookup("en", "down") == "down"


def test_a_language_is_a_folder(locales: Path) -> None:
    folder = locales / "fr" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "monitor.po").write_text('msgid ""\nmsgstr "Language: fr\\n"\n\nmsgid "down"\nmsgstr "en panne"\n')
    assert compile_catalogues(locales) == [folder / "monitor.mo"]
    assert languages.languages() == ("bn", "fr", "en")
    assert languages.lookup("fr", "down") == "en panne"
    assert languages.lookup("fr", "up") == "up"


def test_an_entry_for_one_and_several_is_found_by_either_way_of_asking() -> None:
    assert languages.lookup("bn", "Lab") == languages.lookup("bn", "Lab", "Labs", 1) != "Lab"
    assert languages.lookup("bn", "Lab", "Labs", 5) not in {"Lab", "Labs"}


def test_the_empty_text_is_empty_in_every_language() -> None:
    assert languages.lookup("bn", "") == ""


def test_bangla_alone_has_bangla_digits_and_an_unknown_language_is_written_as_english() -> None:
    assert languages.has_bangla_digits("bn")
    assert not languages.has_bangla_digits("en")
    assert not languages.has_bangla_digits("qps")
    assert str(languages.locale_of("qps")) == "en_GB"
