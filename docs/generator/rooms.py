"""Rooms of the house as the code has them: what each is for, what it imports, which threads it makes."""

import ast
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import grimp

ROOT = Path(__file__).parents[2]
PROGRAM = "monitor"


@dataclass(frozen=True)
class Room:
    """One room: ``asks`` the rooms that it imports from, ``brings`` the packages of others that it imports."""

    name: str
    says: str
    asks: frozenset[str]
    brings: frozenset[str]

    @property
    def short(self) -> str:
        """As a path below monitor/."""
        path = self.name.removeprefix(f"{PROGRAM}.").replace(".", "/")
        return f"{path}/" if (ROOT / PROGRAM / path).is_dir() else f"{path}.py"


def floors(root: Path = ROOT) -> list[list[str]]:
    """Names of the rooms on each floor, from the top; those on one floor do not know each other."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    (layers,) = [contract["layers"] for contract in contracts if contract["type"] == "layers"]
    return [[name.strip() for name in layer.split("|")] for layer in layers]


def room_of(module: str, names: Set[str]) -> str:
    """The room that a module lies in; '' for one above all rooms, such as 'monitor' itself."""
    parts = module.split(".")
    return next((name for end in range(len(parts), 0, -1) if (name := ".".join(parts[:end])) in names), "")


@cache
def rooms() -> Mapping[str, Room]:
    """Every room by its name, from the top."""
    names = [name for floor in floors() for name in floor]
    graph = grimp.build_graph(PROGRAM, include_external_packages=True, cache_dir=None)
    asks: dict[str, set[str]] = {name: set() for name in names}
    brings: dict[str, set[str]] = {name: set() for name in names}
    for module in sorted(graph.modules):
        here = room_of(module, asks.keys()) if module.split(".")[0] == PROGRAM else ""
        for other in graph.find_modules_directly_imported_by(module) if here else ():
            top = other.split(".")[0]
            if top == PROGRAM:
                asks[here] |= {room_of(other, asks.keys())} - {here, ""}
            elif top not in sys.stdlib_module_names and not top.startswith("_"):
                brings[here].add(top)
    return {name: Room(name, _says(name), frozenset(asks[name]), frozenset(brings[name])) for name in names}


def _says(name: str) -> str:
    """The first line of its docstring."""
    return (ast.get_docstring(ast.parse(source_of(name).read_bytes())) or "").partition("\n")[0]


def source_of(module: str) -> Path:
    """The file of a module or of a package."""
    path = ROOT.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def drawn_arrows(all_rooms: Mapping[str, Room]) -> list[tuple[str, str]]:
    """Those imports between rooms that no way over other rooms implies; the others would hide them in a picture."""
    below = {name: _below(name, all_rooms) for name in all_rooms}
    return [
        (name, other)
        for name, room in all_rooms.items()
        for other in sorted(room.asks)
        if not any(other in below[between] for between in room.asks)
    ]


def _below(name: str, all_rooms: Mapping[str, Room]) -> set[str]:
    """All rooms that one needs, by whichever way."""
    found: set[str] = set()
    wanted = list(all_rooms[name].asks)
    while wanted:
        other = wanted.pop()
        if other not in found:
            found.add(other)
            wanted += all_rooms[other].asks
    return found


@dataclass(frozen=True)
class Threads:
    """Threads that a module makes, under the name that a debugger shows; ``how_many`` is '…' where that depends."""

    name: str
    module: str
    how_many: str


def threads() -> Iterator[Threads]:
    """Every pool of threads that the program makes."""
    for path in sorted((ROOT / PROGRAM).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Pool":
                yield Threads(_text(node.args[0]), str(path.relative_to(ROOT / PROGRAM)), _how_many(node))


def _text(node: ast.expr) -> str:
    """What a name says, with '…' for what only the running program knows."""
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    return "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in parts)


def _how_many(call: ast.Call) -> str:
    given = [keyword.value for keyword in call.keywords if keyword.arg == "threads"] or call.args[1:2]
    return _text(given[0]) if given else "1"


def on_floors(all_rooms: Mapping[str, Room]) -> Sequence[Sequence[Room]]:
    """The rooms as they lie above each other."""
    return [[all_rooms[name] for name in floor] for floor in floors()]
