"""The words of codes: none is without, in any language."""

import ast
import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import get_args

import pytest

from monitor.domain.event_kinds import EventKind
from monitor.domain.notice_kinds import OF_ONE_CASE
from monitor.domain.states import SiteState
from monitor.domain.ticket_states import ACTIONS, TicketState
from monitor.i18n import terms
from monitor.i18n.languages import lookup
from monitor.settings.sites_file import Kind
from tests.places import MONITOR


@pytest.mark.parametrize(
    ("table", "codes"),
    [(terms.STATES, SiteState), (terms.TICKET_STATES, TicketState), (terms.EVENTS, EventKind)],
)
def test_every_code_has_its_words(table: Mapping[str, str], codes: type[StrEnum]) -> None:
    assert table.keys() == {code.value for code in codes}
    assert all(re.search(r"[\u0980-\u09ff]", lookup("bn", words)) for words in table.values())


def recorded_kinds() -> Iterator[str]:
    """The kinds of lines of a history that the program writes, as its calls name them."""
    for path in sorted((MONITOR / "alerts").rglob("*.py")):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and ast.unparse(call.func).endswith("ticket_history.record"):
                kind = call.args[2]
                if isinstance(kind, ast.Constant):
                    yield str(kind.value)


def test_every_kind_of_line_in_a_history_has_its_words() -> None:
    acts = set(ACTIONS) - {"resolve", "reopen", "withdraw", "raise"}  # which are recorded as what becomes of the ticket
    known = {*recorded_kinds(), *acts, *OF_ONE_CASE}
    assert len(set(recorded_kinds())) > 12
    assert known <= terms.HISTORY.keys()
    assert all(re.search(r"[\u0980-\u09ff]", lookup("bn", words)) for words in terms.HISTORY.values())


def test_every_kind_of_site_has_its_words_for_one_and_for_several() -> None:
    assert terms.KINDS.keys() == set(get_args(Kind))
    for one, many in terms.KINDS.values():
        assert lookup("en", one, many, 2) == many
        assert re.search(r"[\u0980-\u09ff]", lookup("bn", one, many, 2))
