"""The events of the log, held against every call that logs one."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.domain.log_events import LogEvent
from monitor.logs.emit import LogFields
from tests.places import DOCS, MONITOR

PLAIN = {"debug", "info", "warning", "error", "exception", "critical", "log"}
REGISTRY, EMIT = "domain/log_events.py", "logs/emit.py"
NO_FIELDS = {"error"}  # of `emit`: an exception, whose traceback is logged


def calls(source: str) -> Iterator[ast.Call]:
    return (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))


def plain_calls(source: str) -> list[str]:
    """What is logged without a code: a call of a logger's own method, or of the module `logging`, or a print to it."""
    return [
        ast.unparse(call.func)
        for call in calls(source)
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in PLAIN
        and ast.unparse(call.func.value).rpartition(".")[2] in {"log", "logger", "logging", "_log"}
    ]


def events_in(source: str) -> Iterator[str]:
    """The names of events that the code uses."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "LogEvent":
            yield node.attr


def emitted(source: str) -> Iterator[tuple[str, frozenset[str]]]:
    """Each call of `emit` that names its event: the event's name, and the fields that are given."""
    for call in calls(source):
        if ast.unparse(call.func) == "emit" and len(call.args) > 1 and isinstance(call.args[1], ast.Attribute):
            yield call.args[1].attr, frozenset(each.arg or "**" for each in call.keywords) - NO_FIELDS


def sources() -> Iterator[tuple[Path, str]]:
    for path in sorted(MONITOR.rglob("*.py")):
        yield path, path.read_text(encoding="utf-8")


def test_nothing_is_logged_without_a_code() -> None:
    found = {str(path): plain_calls(source) for path, source in sources() if not str(path).endswith(EMIT)}
    assert {path: names for path, names in found.items() if names} == {}


@pytest.mark.parametrize(
    "source",
    ["log.info('up')", "self._log.warning('x')", "logging.error('x')", "logger.exception('x')", "log.log(10, 'x')"],
)
def test_a_call_without_a_code_is_found(source: str) -> None:
    assert plain_calls(source)


def test_every_event_is_logged_somewhere() -> None:
    used = {name for path, source in sources() if not str(path).endswith(REGISTRY) for name in events_in(source)}
    assert {event.name for event in LogEvent} - used == set()


def test_every_call_gives_the_fields_of_its_event_and_no_others() -> None:
    wrong = [
        (path.name, name, sorted(fields), LogEvent[name].fields)
        for path, source in sources()
        for name, fields in emitted(source)
        if fields != set(LogEvent[name].fields)
    ]
    assert wrong == []


def test_the_fields_that_may_be_logged_are_those_that_events_have() -> None:
    assert set(LogFields.__annotations__) == {field for event in LogEvent for field in event.fields}


def test_an_event_says_in_sentences_what_it_means_and_what_to_do() -> None:
    for event in LogEvent:
        for said in (event.meaning, event.action):
            assert said.endswith((".", "?")), event
            assert said[0].isupper() or said[0] == "`", event
            assert "|" not in said, event


def test_the_page_about_the_log_lists_every_event_once() -> None:
    rows = [line for line in (DOCS / "logs.md").read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    assert [row.split("`")[1] for row in rows] == [event.code for event in LogEvent]
