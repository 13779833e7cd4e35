"""Define the offices in force: the one that stands alone, or those of an installation of several."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from monitor.charter.office import Office
from monitor.domain.message import N_, Message, message
from monitor.settings.offices_file import Node, Tree

ALONE = ""
MOST_NAMED = 6  # offices in one line
NO_TREE = Tree({})


@dataclass(frozen=True)
class Offices:
    """The offices of the installation. An office that stands alone is the ``host``, and there are no ``others``.

    ``host``: the installation itself, whose fleet has the sites of all offices; ``others``: each office by its id;
    ``tree``: what belongs to what; an empty one where an office stands alone.
    """

    host: Office
    others: Mapping[str, Office] = field(default_factory=dict)
    tree: Tree = NO_TREE

    @property
    def several(self) -> bool:
        """Return whether rows belong to one of several offices, or to the installation."""
        return bool(self.others)

    @property
    def plain(self) -> str:
        """Return the one whose sites have no office in their ids, '' for none."""
        return self.tree.plain

    @property
    def by_id(self) -> Mapping[str, Office]:
        """Return the offices by the id under which their rows are stored: '' for the one that stands alone."""
        return self.others or {ALONE: self.host}

    def office(self, id_: str) -> Office:
        """Return an office by that id; the installation's own rules for one that it has no longer."""
        return self.others.get(id_, self.host)

    @property
    def reported(self) -> Sequence[Node]:
        """Return the places of several offices whose monthly report is made by itself."""
        nodes = self.tree.nodes.values()
        return [node for node in nodes if node.monthly_report and len(self.tree.below(node.id)) > 1]

    def below(self, place: str) -> Mapping[str, Office]:
        """Return the offices of a place of the tree by their ids, in its order."""
        return {id_: self.office(id_) for id_ in self.tree.below(place)}

    def of_site(self, site: str) -> str:
        """Return the id of a site's office, also where the site was removed; '' for the installation itself."""
        if not self.others or not site:
            return ALONE
        return site.partition(".")[0] if "." in site else self.plain


def of_offices(said: Message, ids: Sequence[str]) -> Message:
    """Return what is said with the offices that it is about before it."""
    if len(ids) <= MOST_NAMED:
        return message("{offices}: {fault}", offices=list(ids), fault=said)
    text = N_("{offices} and {count:,} more offices: {fault}")
    return message(text, offices=list(ids[:MOST_NAMED]), count=len(ids) - MOST_NAMED, fault=said)
