"""The made-up language shows what came past the catalogue."""

from monitor.domain.message import message
from monitor.i18n.catalogue import render, tr, trn
from monitor.i18n.languages import languages, lookup
from tests.i18n.pseudo import LANG, OTHER, PLAIN, escaped, pseudo, pseudo_locales, pseudo_text

__all__ = ["pseudo", "pseudo_locales"]


def test_each_letter_has_one_other() -> None:
    assert len(PLAIN) == len(OTHER) == len(set(OTHER))
    assert not set(PLAIN) & set(OTHER)


def test_gaps_stay_and_the_rest_is_bracketed() -> None:
    assert pseudo_text("{count} of {it:,} a") == "⟦{count} öƒ {it:,} å⟧"
    assert pseudo_text("a{host: of }") == "⟦å{host: öƒ }⟧"
    assert pseudo_text("\na b\n") == "\n⟦å ƀ⟧\n"


def test_the_language_is_there_with_every_entry(pseudo: str) -> None:
    assert languages() == ("bn", LANG, "en")
    assert tr(pseudo, "down") == "⟦đöŵñ⟧"
    assert trn(pseudo, "{count} hour", "{count} hours", 1) == "⟦1 ĥöúŕ⟧"
    assert trn(pseudo, "{count} hour", "{count} hours", 2) == "⟦2 ĥöúŕš⟧"
    assert lookup("bn", "down") != "down"


def test_what_came_past_the_catalogue_is_found_within_a_sentence_too(pseudo: str) -> None:
    said = tr(pseudo, "planned work '{name}' ({text})", name="Road works", text=tr(pseudo, "down"))
    assert escaped(said) == ["Road", "works"]
    assert escaped(said, {"Road works"}) == []
    assert escaped(f"{said} \u09b8\u099a\u09b2 labs", {"Road works"}) == ["\u09b8\u099a\u09b2", "labs"]
    assert render(message("never extracted"), pseudo) == "never extracted"
