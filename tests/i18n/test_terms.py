"""The words of codes: none is without, in any language."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import get_args

import pytest

from monitor.domain.event_kinds import EventKind
from monitor.domain.states import SiteState
from monitor.domain.ticket_states import TicketState
from monitor.i18n import terms
from monitor.i18n.languages import lookup
from monitor.settings.sites_file import Kind


@pytest.mark.parametrize(
    ("table", "codes"),
    [(terms.STATES, SiteState), (terms.TICKET_STATES, TicketState), (terms.EVENTS, EventKind)],
)
def test_every_code_has_its_words(table: Mapping[str, str], codes: type[StrEnum]) -> None:
    assert table.keys() == {code.value for code in codes}
    assert all(re.search(r"[\u0980-\u09ff]", lookup("bn", words)) for words in table.values())


def test_every_kind_of_site_has_its_words_for_one_and_for_several() -> None:
    assert terms.KINDS.keys() == set(get_args(Kind))
    for one, many in terms.KINDS.values():
        assert lookup("en", one, many, 2) == many
        assert re.search(r"[\u0980-\u09ff]", lookup("bn", one, many, 2))
