"""The state that the parts write: who reads it changes nothing of it."""

import ast
from collections.abc import Iterator

from monitor.domain.clock import VirtualClock
from monitor.domain.sample import Sample, Verdict
from tests.judging.boards import T0, fleet, site
from tests.places import MONITOR
from tests.runtime.built import state_of

READERS = ("web", "metrics", "reports")


def answered(device: str) -> Sample:
    return Sample(device, "icmp", T0, 0, Verdict.OK, 3, 3, (1, 1, 1))


def test_what_is_known_of_a_device_goes_with_it() -> None:
    live = state_of(VirtualClock(), fleet(site("a"), site("b")))
    for device in ("a/gateway", "b/gateway"):
        live.observe(answered(device))
    live.replace_fleet(fleet(site("b"), site("c")))
    assert (set(live.echoes), set(live.hours)) == ({"b/gateway"}, {"b/gateway"})


def readers() -> Iterator[tuple[str, ast.AST]]:
    for room in READERS:
        for file in sorted((MONITOR / room).rglob("*.py")):
            yield str(file.relative_to(MONITOR)), ast.parse(file.read_text(encoding="utf-8"))


def test_readers_know_the_view_of_the_state_and_not_what_can_be_written() -> None:
    found = [
        f"{file}:{node.lineno}"
        for file, tree in readers()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for name in node.names
        if node.module == "monitor.runtime.live" and name.name not in {"RuntimeView", "ServiceState"}
    ]
    assert found == []
