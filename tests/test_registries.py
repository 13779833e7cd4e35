"""What is registered: every kind of check, channel and help desk, each under the word that its own model takes."""

import re

import pytest
from pydantic import ValidationError

from monitor.cli.services import command_of
from monitor.configuration import KINDS
from monitor.probes.checks.checks import CHECKS
from monitor.reference import PAGES, page
from monitor.settings.key_docs import key_docstrings, own_keys
from monitor.settings.of_kind import OfKind
from tests.places import DOCS

EVERY = [(base, word, model) for base, models in KINDS.items() for word, model in models.items()]
REGISTERED = [each for each in EVERY if each[2] is not each[0]]


@pytest.mark.parametrize(("base", "word", "model"), REGISTERED)
def test_a_kind_is_registered_under_the_word_that_chooses_it(
    base: type[OfKind], word: str, model: type[OfKind]
) -> None:
    assert issubclass(model, base)
    assert model.model_fields[base.chosen_by].default == word


@pytest.mark.parametrize(("base", "word", "model"), EVERY)
def test_every_key_is_explained(base: type[OfKind], word: str, model: type[OfKind]) -> None:
    said = key_docstrings(model)
    assert [key for key in own_keys(model) if not said.get(key, "").endswith(".")] == []


@pytest.mark.parametrize("base", [base for base, models in KINDS.items() if models])
def test_a_word_that_is_not_registered_is_told_with_those_that_are(base: type[OfKind]) -> None:
    with pytest.raises(ValidationError) as caught:
        base.model_validate({base.chosen_by: "nosuch"}, context=KINDS)
    (fault,) = caught.value.errors()
    assert re.findall("'([a-z]*)'", fault["ctx"]["expected"]) == [*KINDS[base]]


@pytest.mark.parametrize("name", CHECKS)
def test_every_check_can_be_tried_by_hand_with_keys_that_it_has(name: str) -> None:
    kind = CHECKS[name]
    assert {*kind.by_hand.options, *kind.by_hand.unless} <= {*kind.settings.model_fields}
    assert command_of(name).help == kind.by_hand.does


@pytest.mark.parametrize("name", PAGES)
def test_the_docs_are_current(name: str) -> None:
    text = (DOCS / name).read_text(encoding="utf-8")
    assert page(name, text) == text, "run scripts/docs"
