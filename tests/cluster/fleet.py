"""The sites of the cluster: trees of a centre with four branches behind it, each tree a prefix of its own.

The trees' faults are the truth of a run: a centre with all behind it, or one branch alone.
"""

import random
from collections import deque
from dataclasses import dataclass, field
from ipaddress import ip_address

from tests.lab.fleet import UNIONS

FIRST = ip_address("10.77.2.0")
ROOM, BRANCHES = 8, 4
REFERENCES = ("10.77.100.1", "10.77.100.2")
VANTAGE = f'\n[vantage.main]\nreferences = ["{REFERENCES[0]}", "{REFERENCES[1]}"]\n'


def prefix(tree: int) -> str:
    """All addresses of a tree."""
    return f"{FIRST + ROOM * tree}/29"


def address(tree: int, place: int) -> str:
    """Of the centre (0) or a branch (1 to BRANCHES) of a tree."""
    return str(FIRST + ROOM * tree + 1 + place)


def site_id(tree: int, place: int) -> str:
    """Of the same."""
    return f"centre-{tree}" if place == 0 else f"branch-{tree}-{place}"


def root_of(site: str) -> str:
    """The centre of a site's tree."""
    return f"centre-{site.split('-')[1]}"


def sites(trees: int) -> str:
    """sites.toml."""
    return "\n".join(_site(tree, place) for tree in range(trees) for place in range(1 + BRANCHES))


def _site(tree: int, place: int) -> str:
    name = "শাখা" if place else "কেন্দ্র"
    return "\n".join(
        (
            f"[sites.{site_id(tree, place)}]",
            'kind = "udc"',  # a lab would be none of the truth outside class hours
            f'name_bn = "{name} {tree}/{place}"',
            f'name_en = "{site_id(tree, place)}"',
            f'union = "{UNIONS[tree % len(UNIONS)]}"',
            f'address = "{address(tree, place)}"',
            *((f'parent = "{site_id(tree, 0)}"',) if place else ()),
            "",
        )
    )


@dataclass
class Choice:
    """Draws who goes down next: the tree that has been well for the longest, the whole of it or a branch."""

    luck: random.Random
    trees: int
    _free: deque[int] = field(init=False)

    def __post_init__(self) -> None:
        order = list(range(self.trees))
        self.luck.shuffle(order)
        self._free = deque(order)

    def next(self) -> tuple[int, int] | None:
        """A tree and a place in it; None while all are down."""
        return (self._free.popleft(), self.luck.choice((0, 0, *range(1, BRANCHES + 1)))) if self._free else None

    def well_again(self, tree: int) -> None:
        """It may go down once more."""
        self._free.append(tree)
