"""Every act that the program records has a word, and so has what it is about."""

import ast
from collections.abc import Iterator

from monitor.domain.ticket_states import ACTIONS
from monitor.i18n.act_terms import ACTS, ROOMS
from tests.places import MONITOR


def recorded() -> Iterator[str]:
    """Each kind in a call of ``acts.record(work, KIND, …)``; '{}' where it is put together."""
    for module in MONITOR.rglob("*.py"):
        for node in ast.walk(ast.parse(module.read_bytes())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "acts.record":
                kind = node.args[1]
                for part in [kind.body, kind.orelse] if isinstance(kind, ast.IfExp) else [kind]:
                    yield str(part.value) if isinstance(part, ast.Constant) else "{}"


def test_every_act_has_a_word_and_its_room_too() -> None:
    kinds = list(recorded())
    assert kinds.count("{}") == 1, "one is put together: 'ticket.' and the action"
    every = {*kinds, *(f"ticket.{action}" for action in ACTIONS)} - {"{}"}
    assert every - ACTS.keys() == set()
    assert ACTS.keys() - every == set(), "these are recorded nowhere"
    assert {kind.partition(".")[0] for kind in every} == ROOMS.keys()
