"""docs/libraries.md says truly which package is used where."""

import ast
import re
import sys
import tomllib

from tests.places import DOCS, MONITOR, ROOT

IMPORTED_AS = {
    "argon2-cffi": "argon2",
    "dnspython": "dns",
    "psycopg[binary]": "psycopg",
    "resvg-py": "resvg_py",
    "XlsxWriter": "xlsxwriter",
}
NOT_IMPORTED = {"psycopg", "pyasn1", "python_multipart", "tzdata"}


def used() -> dict[str, set[str]]:
    """Which file of the program imports which package."""
    found: dict[str, set[str]] = {}
    for file in MONITOR.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_bytes())):
            names = [name.name for name in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in {name.partition(".")[0] for name in names} - {"monitor", "_typeshed", *sys.stdlib_module_names}:
                found.setdefault(name, set()).add(str(file.relative_to(MONITOR)))
    return found


def told() -> dict[str, list[str]]:
    """Where the page says that each package is used."""
    found = {}
    for line in (DOCS / "libraries.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("| ") and not line.startswith("| package"):
            names, _, where = (cell.strip() for cell in line.split("|")[1:4])
            for name in re.split(r", with | and ", names):
                plain = IMPORTED_AS.get(name, name.replace("-", "_"))
                found[plain] = re.findall(r"`([\w/.]+)`", where)
    return found


def test_every_package_that_the_program_needs_is_explained() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [package for some in project["optional-dependencies"].values() for package in some]
    needed = {re.split(r"[<>=]", package)[0] for package in (*project["dependencies"], *extras)}
    assert {IMPORTED_AS.get(name, name.replace("-", "_")) for name in needed} <= told().keys()


def test_each_package_is_used_where_the_page_says_and_nowhere_else() -> None:
    said, really = told(), used()
    assert said.keys() - NOT_IMPORTED == really.keys()
    for name, places in said.items():
        elsewhere = [file for file in really.get(name, ()) if not file.startswith(tuple(places))]
        assert elsewhere == [], f"{name} is used in files that docs/libraries.md does not name"
        unused = [place for place in places if not any(file.startswith(place) for file in really[name])]
        assert unused == [], f"{name} is not used any more where docs/libraries.md says"
