"""Reasons for tests: made of their English words, and read in them."""

import json

from monitor.domain.reasons import Reason, from_json
from monitor.domain.stored_sentences import from_sentence
from monitor.i18n.reasons import reason_text


def said(words: str) -> Reason:
    """The reason that these words tell."""
    found = from_sentence(words)
    assert found is not None
    return found


def words(reason: Reason | None) -> str:
    """A reason in English; '' for none."""
    return reason_text(reason, "en")


def stored(column: object) -> str:
    """What a database keeps as a reason, in English."""
    return words(from_json(json.loads(str(column))))
