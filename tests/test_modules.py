"""How the tests themselves are laid out."""

import ast
from pathlib import Path

TESTS = Path(__file__).parent


def imported(module: Path) -> set[str]:
    """Every name that stands in an import of this file, with the module it comes from."""
    found = set()
    for node in ast.walk(ast.parse(module.read_bytes())):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        if isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{name.name}" for name in node.names}
    return found


def test_no_test_module_imports_another() -> None:
    others = {
        f"{module.relative_to(TESTS)}: {name}"
        for module in TESTS.rglob("*.py")
        for name in imported(module)
        if name.startswith("tests.") and any(part.startswith("test_") for part in name.split("."))
    }
    assert others == set()
