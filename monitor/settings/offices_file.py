"""Model config/offices.toml: the tree of a nation's, division's or district's offices. It may be missing.

    nation ── division ── district ── upazila, which is an office with files of its own in config/offices/ID/

Levels above the highest that an installation has are left out: a district's installation begins with the district.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Literal, get_args

from pydantic import Field

from monitor.domain.message import N_, Message, message
from monitor.domain.reasons import Names
from monitor.settings.base import Model
from monitor.settings.fleet_problems import circle_of_parents, cycles
from monitor.settings.notices_section import RecipientName
from monitor.settings.of_kind import Kinds
from monitor.settings.problems import ConfigError, Problem, no_such
from monitor.settings.sites_file import Id, Name
from monitor.settings.toml import Document, read
from monitor.settings.validate import validate

OFFICES = "offices.toml"
FOLDER = "offices"
NodeKind = Literal["nation", "division", "district", "upazila"]
KINDS: tuple[NodeKind, ...] = get_args(NodeKind)
"""From the highest to the lowest."""


class NodeEntry(Model):
    """A nation, a division, a district, or an upazila's office."""

    kind: NodeKind
    """What it is; an `upazila` is an office, with its files in config/offices/ID/."""
    parent: Id | None = None
    """ID of what it belongs to; left out at the one that all the others belong to."""
    name_bn: Name
    """What pages and letters call it, in Bangla."""
    name_en: Name
    """The same in English."""
    plain_ids: bool = False
    """The sites of this office keep their plain ids, without 'OFFICE.' before them: true for the one that stood alone
    before there were others.
    """
    officer_bn: Name | None = None
    """Who answers for a nation, division or district, name and post, in Bangla: printed where its report is signed."""
    officer_en: Name | None = None
    """The same in English."""
    monthly_report: bool = False
    """The last month's report of a nation, division or district is made on the first working day; it stands on its
    page."""
    report_readers: tuple[RecipientName, ...] = ()
    """Recipients of config/monitor.toml who get that report as a letter, with the files that `[reports]` there names.
    It goes out as the letters of the place's first office do.
    """


class OfficesFile(Model):
    """The whole file."""

    offices: dict[Id, NodeEntry] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Node:
    """A place in the tree. ``parent``: None at the root. ``plain_ids``: its sites keep their plain ids.

    ``officer_bn``, ``officer_en``: who answers for it; ``monthly_report``: its report is made by itself, and
    goes to ``report_readers``.
    """

    id: str
    kind: NodeKind
    parent: str | None
    name_bn: str
    name_en: str
    plain_ids: bool = False
    officer_bn: str | None = None
    officer_en: str | None = None
    monthly_report: bool = False
    report_readers: tuple[str, ...] = ()

    @property
    def officer(self) -> Names | None:
        """Return who answers for it, by language; None where nobody is named."""
        return Names(self.officer_bn, self.officer_en) if self.officer_bn and self.officer_en else None

    @property
    def names(self) -> Names:
        """Return its names, by language."""
        return Names(self.name_bn, self.name_en)


@dataclass(frozen=True)
class Tree:
    """All places by id, in the order of the file."""

    nodes: Mapping[str, Node]

    @property
    def root(self) -> Node:
        """Return the one to which all the others belong."""
        return next(node for node in self.nodes.values() if node.parent is None)

    @cached_property
    def offices(self) -> tuple[str, ...]:
        """Return the ids of the offices, in the order of the file."""
        return tuple(node.id for node in self.nodes.values() if node.kind == "upazila")

    @cached_property
    def plain(self) -> str:
        """Return the office whose sites keep their plain ids; '' if none does."""
        return next((node.id for node in self.nodes.values() if node.plain_ids), "")

    @cached_property
    def children(self) -> Mapping[str, tuple[str, ...]]:
        """Return what belongs to each place directly, in the order of the file."""
        found: dict[str, list[str]] = {id_: [] for id_ in self.nodes}
        for node in self.nodes.values():
            if node.parent is not None:
                found[node.parent].append(node.id)
        return {id_: tuple(ids) for id_, ids in found.items()}

    def path(self, node: str) -> tuple[str, ...]:
        """Return the way from the root down to a place, itself included."""
        way = [node]
        while (parent := self.nodes[way[-1]].parent) is not None:
            way.append(parent)
        return tuple(reversed(way))

    def below(self, node: str) -> tuple[str, ...]:
        """Return the offices of a place: those below it, or the office itself; in the order of the file."""
        return self._below[node]

    def holds(self, node: str, other: str) -> bool:
        """Return whether ``other`` is ``node`` itself, or lies below it."""
        return node in self.path(other)

    def under(self, node: str) -> "Tree":
        """Return a place with all that is below it as a tree of its own; an empty one for a place that is not there."""
        if node not in self.nodes:
            return Tree({})
        found = {id_: each for id_, each in self.nodes.items() if self.holds(node, id_)}
        return Tree({**found, node: replace(found[node], parent=None)})

    def above(self, node: str, kind: NodeKind) -> Node | None:
        """Return the place of that kind to which another belongs, or the other itself; None without one."""
        return next((each for each in map(self.nodes.__getitem__, self.path(node)) if each.kind == kind), None)

    def common(self, nodes: Iterable[str]) -> Node:
        """Return the lowest place to which all of these belong; itself where it is one alone. Expects at least one."""
        ways = [self.path(node) for node in nodes]
        return self.nodes[[level[0] for level in zip(*ways, strict=False) if len({*level}) == 1][-1]]

    @cached_property
    def _below(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {id_: [] for id_ in self.nodes}
        for office in self.offices:
            for node in self.path(office):
                found[node].append(office)
        return {id_: tuple(ids) for id_, ids in found.items()}


def read_offices(file: Path, name: str, kinds: Kinds) -> tuple[Tree, Document]:
    """Read the tree, called ``name`` in errors; raises ConfigError with every fault of it."""
    document = read(file, name)
    entries = validate(document, OfficesFile, kinds).offices
    if faults := list(_problems(document, entries)):
        raise ConfigError(faults)
    return Tree({id_: Node(id_, **dict(entry)) for id_, entry in entries.items()}), document


def _problems(document: Document, entries: Mapping[str, NodeEntry]) -> Iterator[Problem]:
    roots = [id_ for id_, entry in entries.items() if entry.parent is None]
    for id_ in roots[1:]:
        text = N_("belongs to nothing, as {other} does (line {line}). Expected 'parent' at all but one")
        line = document.line(("offices", roots[0]))
        yield document.problem(("offices", id_), Message(text, {"other": f"'{roots[0]}'", "line": line}))
    for id_, entry in entries.items():
        where = ("offices", id_, "parent")
        parent = entries.get(entry.parent) if entry.parent is not None else None
        if entry.parent is not None and parent is None:
            yield document.problem(where, no_such("office", entry.parent, entries))
        if parent is not None and entry.parent != id_ and KINDS.index(parent.kind) >= KINDS.index(entry.kind):
            text = N_("the kind '{kind}' does not belong to the kind '{other}'. Expected one of: {names}")
            higher = list(KINDS[: KINDS.index(entry.kind)])
            said = Message(text, {"kind": entry.kind, "other": parent.kind, "names": higher})
            yield document.problem(where, said if higher else message("nothing is above a nation. Expected none"))
    for cycle in cycles({id_: entry.parent for id_, entry in entries.items()}):
        yield document.problem(("offices", cycle[0], "parent"), circle_of_parents(cycle))
    if all(entry.kind != "upazila" for entry in entries.values()):
        said = message("there is no office. Expected at least one of the kind 'upazila'")
        yield document.problem(("offices",), said)
    for id_, entry in entries.items():
        yield from _problems_of_reports(document, id_, entry)
    plain = [id_ for id_, entry in entries.items() if entry.plain_ids]
    for id_ in plain:
        where = ("offices", id_, "plain_ids")
        if entries[id_].kind != "upazila":
            yield document.problem(where, message('has no sites. Expected it at an office (kind = "upazila")'))
        elif id_ != plain[0]:
            text = N_("is said of {other} as well (line {line}). Expected it of one office")
            line = document.line(("offices", plain[0], "plain_ids"))
            yield document.problem(where, Message(text, {"other": f"'{plain[0]}'", "line": line}))


def _problems_of_reports(document: Document, id_: str, entry: NodeEntry) -> Iterator[Problem]:
    """Yield what is wrong with who signs a place's report, and with whether it is made by itself."""
    keys = ("officer_bn", "officer_en", "monthly_report", "report_readers")
    above = {key: getattr(entry, key) for key in keys}
    for key, value in above.items():
        if value and entry.kind == "upazila":
            said = message("is said by an office's own files. Expected it at a nation, division or district")
            yield document.problem(("offices", id_, key), said)
    if entry.report_readers and not entry.monthly_report and entry.kind != "upazila":
        said = message("no report is made for them by itself. Expected monthly_report = true")
        yield document.problem(("offices", id_, "report_readers"), said)
    if (entry.officer_bn is None) != (entry.officer_en is None):
        said = message("'officer_bn' and 'officer_en' belong together. Expected both, or neither")
        yield document.problem(("offices", id_), said)
