"""The accessibility tree of a page as Chromium itself hands it to a screen reader (CDP, domain Accessibility)."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from playwright.sync_api import Page

OPERATED = frozenset(
    {
        "Date",
        "DateTime",
        "InputTime",
        "link",
        "button",
        "textbox",
        "searchbox",
        "combobox",
        "checkbox",
        "radio",
        "spinbutton",
        "DisclosureTriangle",
    }
)
"""Roles of what a person follows, presses, ticks or fills in."""


@dataclass(frozen=True, slots=True)
class Node:
    """One thing that is read out. ``level``: of a heading; ``url``: of a link; ``live``: how changes are announced."""

    role: str
    name: str
    level: int = 0
    url: str = ""
    live: str = ""
    children: tuple["Node", ...] = ()

    @classmethod
    def of(cls, page: Page) -> Self:
        """The root of what the page shows now."""
        session = page.context.new_cdp_session(page)
        try:
            session.send("Accessibility.enable")
            nodes = session.send("Accessibility.getFullAXTree")["nodes"]
        finally:
            session.detach()
        by_id = {node["nodeId"]: node for node in nodes}
        root = next(node for node in nodes if "parentId" not in node)
        (made,) = cls._made(root, by_id)
        return made

    @classmethod
    def _made(cls, node: Mapping[str, Any], by_id: Mapping[str, Mapping[str, Any]]) -> Iterator[Self]:
        """Yield the node, or its children where itself is not read out."""
        below = (by_id[id_] for id_ in node.get("childIds", ()) if id_ in by_id)
        children = tuple(made for child in below for made in cls._made(child, by_id))
        if node.get("ignored") or node["role"]["value"] in {"none", "generic"}:
            yield from children
            return
        known = {each["name"]: each["value"].get("value") for each in node.get("properties", ())}
        yield cls(
            node["role"]["value"],
            str(node.get("name", {}).get("value", "")),
            int(known.get("level", 0)),
            str(known.get("url", "")),
            str(known.get("live", "")),
            children,
        )

    def all(self, roles: Collection[str] = ()) -> Iterator["Node"]:
        """Yield this and what is in it, in the order in which it is read; only those of ``roles``, if any are given.

        What a field for dates and times is made of is the browser's own, and left out.
        """
        if not roles or self.role in roles:
            yield self
        for child in () if self.role in _FIELDS_OF_TIME else self.children:
            yield from child.all(roles)

    def outline(self, depth: int = 0) -> Sequence[str]:
        """Return the tree line by line, for a message."""
        about = f"{'  ' * depth}{self.role}{self.level or ''} {self.name!r}{f' live={self.live}' if self.live else ''}"
        below = [line for child in self.children if child.role != "InlineTextBox" for line in child.outline(depth + 1)]
        return [about, *below]


def faults(root: Node) -> list[str]:
    """Return what would leave somebody who hears the page in doubt: where he is, what is what, what a link leads to."""
    return [*_of_landmarks(root), *_of_headings(root), *_of_controls(root), *_of_tables(root)]


def _of_landmarks(root: Node) -> Iterator[str]:
    for role in ("banner", "main"):
        found = len(list(root.all({role})))
        if found != 1:
            yield f"{found} landmarks {role}, expected 1"
    named = [(node.role, node.name) for node in root.all({"navigation", "region", "complementary", "search"})]
    yield from (f"two landmarks {one}" for one, times in Counter(named).items() if times > 1)
    if ("navigation", "") in named or "navigation" not in dict(named):
        yield "no navigation, or one without a name"
    outside = [node for child in root.children if child.role not in _LANDMARKS for node in child.all({"heading"})]
    yield from (f"heading {node.name!r} is in no landmark" for node in outside)


def _of_headings(root: Node) -> Iterator[str]:
    levels = [(node.level, node.name) for node in root.all({"heading"})]
    if [level for level, _ in levels].count(1) != 1:
        yield f"not one heading of level 1: {levels}"
    above = 0
    for level, name in levels:
        if level > above + 1:
            yield f"heading {name!r} of level {level} comes after one of level {above}"
        if not _is_said(name):
            yield f"a heading of level {level} says nothing"
        above = level


def _of_controls(root: Node) -> Iterator[str]:
    targets: dict[tuple[str, str], set[str]] = {}
    for place, node in enumerate(root.all({*OPERATED, "image", "img"})):
        if not _is_said(node.name):
            yield f"{node.role} without a name that says anything: {node.name!r} {node.url}"
        if node.role in {"link", "button"}:
            targets.setdefault((node.role, node.name.strip()), set()).add(node.url or str(place))
    for (role, name), urls in targets.items():
        if len(urls) > 1:
            yield f"{role} {name!r} is {len(urls)} different things: {sorted(urls)}"


def _of_tables(root: Node) -> Iterator[str]:
    for table in root.all({"table"}):
        if not _is_said(table.name):
            yield "a table without a name"
        if not list(table.all({"columnheader"})):
            yield f"table {table.name!r} has no heads of columns"
        heads = [node.name for node in table.all({"columnheader", "rowheader"}) if not _is_said(node.name)]
        if heads:
            yield f"table {table.name!r} has heads that say nothing: {heads}"


_FIELDS_OF_TIME = frozenset({"Date", "DateTime", "InputTime"})
_LANDMARKS = frozenset({"banner", "main", "contentinfo", "navigation", "complementary", "region"})


def _is_said(name: str) -> bool:
    """Return whether there is anything in a name that is read out."""
    return any(letter.isalnum() for letter in name)
