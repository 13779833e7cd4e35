"""What is registered: every kind of check, channel and help desk, each under the word that its own model takes."""

import pytest

from monitor.configuration import KINDS
from monitor.settings.of_kind import OfKind

REGISTERED = [
    (base, word, model) for base, models in KINDS.items() for word, model in models.items() if model is not base
]


@pytest.mark.parametrize(("base", "word", "model"), REGISTERED)
def test_a_kind_is_registered_under_the_word_that_chooses_it(
    base: type[OfKind], word: str, model: type[OfKind]
) -> None:
    assert issubclass(model, base)
    assert model.model_fields[base.chosen_by].default == word
