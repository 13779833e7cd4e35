"""Decide over which places of the tree of offices somebody gives users and tokens, and manages those that are there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from monitor.alerts.cases.refusals import BadInput
from monitor.domain.message import message
from monitor.settings.fleet import Fleet
from monitor.settings.installation import Installation
from monitor.settings.offices_file import Node, Tree
from monitor.settings.problems import no_such

WHOLE = ""
"""The node of a user or token for the whole installation."""


@dataclass(frozen=True)
class Places:
    """The places below who acts, that place itself included. Pure.

    ``whole``: it is the whole installation, to which those belong as well whose place is not there any more.
    ``fleets``: those of the offices, by their ids.
    """

    tree: Tree
    whole: bool
    fleets: Mapping[str, Fleet] = field(default_factory=dict)

    @classmethod
    def of(cls, installation: Installation | None, node: str) -> "Places":
        """Return those of somebody at ``node``; without an installation of several offices there are none."""
        if installation is None or not installation.several:
            return cls(Tree({}), whole=node == WHOLE)
        seen = installation.seen_from(node)
        return cls(seen.tree, node == WHOLE, {id_: office.fleet for id_, office in seen.offices.items()})

    def holds(self, node: str) -> bool:
        """Return whether a user or token of that node is among those who are managed from here."""
        return self.whole or node in self.tree.nodes

    def is_lost(self, node: str) -> bool:
        """Return whether the node is not in the tree any more, so that who has it sees nothing."""
        return node != WHOLE and node not in self.tree.nodes

    def refuse_beyond(self, node: str) -> None:
        """Raise BadInput for a node that cannot be given from here."""
        if node in self.tree.nodes or (node == WHOLE and self.whole):
            return
        if not self.tree.nodes:
            raise BadInput("node", message("there is one office only. Expected no place"))
        raise BadInput("node", no_such("office", node, self.tree.nodes))

    def fleets_of(self, node: str) -> Mapping[str, Fleet]:
        """Return the fleets of the offices at or below a node, by their ids; none for a node beyond these places."""
        ids = self.tree.offices if node == WHOLE else self.tree.below(node) if node in self.tree.nodes else ()
        return {id_: self.fleets[id_] for id_ in ids if id_ in self.fleets}

    def rows(self) -> Sequence[tuple[int, Node]]:
        """Return the places, each with its depth, before what belongs to it."""
        if not self.tree.nodes:
            return ()
        return list(self._below(self.tree.root.id, 0))

    def _below(self, id_: str, depth: int) -> Sequence[tuple[int, Node]]:
        parts = [row for each in self.tree.children[id_] for row in self._below(each, depth + 1)]
        return [(depth, self.tree.nodes[id_]), *parts]


ONE_OFFICE = Places(Tree({}), whole=True)
"""Those of an office that stands alone, and of acts in which no place is given."""
