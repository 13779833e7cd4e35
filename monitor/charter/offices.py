"""Define the offices in force: the one that stands alone, or those of an installation of several."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from monitor.charter.office import Office
from monitor.settings.offices_file import Tree

ALONE = ""
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

    def below(self, place: str) -> Mapping[str, Office]:
        """Return the offices of a place of the tree by their ids, in its order."""
        return {id_: self.office(id_) for id_ in self.tree.below(place)}

    def of_site(self, site: str) -> str:
        """Return the id of a site's office, also where the site was removed; '' for the installation itself."""
        if not self.others or not site:
            return ALONE
        return site.partition(".")[0] if "." in site else self.plain
