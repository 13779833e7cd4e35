"""How the tests themselves are laid out."""

import ast
import re
from pathlib import Path

from tests.places import TESTS


def imported(module: Path) -> set[str]:
    """Every name that stands in an import of this file, with the module it comes from."""
    found = set()
    for node in ast.walk(ast.parse(module.read_bytes())):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        if isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{name.name}" for name in node.names}
    return found


def is_collected(part: str) -> bool:
    """Whether pytest looks for tests or fixtures in a module of this name."""
    return part.startswith("test_") or part == "conftest"


def test_no_test_module_and_no_conftest_is_imported_by_another() -> None:
    others = {
        f"{module.relative_to(TESTS)}: {name}"
        for module in TESTS.rglob("*.py")
        for name in imported(module)
        if name.startswith("tests.") and any(map(is_collected, name.split(".")))
    }
    assert others == set()


def test_only_one_module_says_where_the_checkout_lies() -> None:
    climbs = re.compile(r"__file__\)[^\n]*\.parents\b")
    found = [str(module.relative_to(TESTS)) for module in TESTS.rglob("*.py") if climbs.search(module.read_text())]
    assert found == ["places.py"], "what lies where stands in tests/places.py"
