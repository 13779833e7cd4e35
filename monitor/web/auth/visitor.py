"""Describe who asks: a user, or somebody without a name who may read."""

from dataclasses import dataclass

from monitor.domain.roles import EVERYWHERE, OF_ALL_SITES, RIGHTS, Right, Role, Scope
from monitor.i18n.languages import BOTH, Lang
from monitor.settings.fleet import Site


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks; made for each request.

    ``name``: the user's, empty for one without a name; ``role``: None may nothing at all. ``address``: from where.
    ``session_id``: of the session, None without one; ``csrf``: its token for forms. ``proved``: the password was given
    a moment ago, as dangerous acts need. ``node``: the place of the tree of offices below which they see anything; ''
    for all.
    """

    name: str = ""
    role: Role | None = None
    scope: Scope = EVERYWHERE
    lang: Lang = BOTH[0]
    address: str = ""
    session_id: int | None = None
    csrf: str = ""
    proved: bool = False
    node: str = ""

    def may(self, right: Right) -> bool:
        """Return whether the role has that right, and the scope leaves it."""
        return self.role is not None and right in RIGHTS[self.role] and (self.scope.is_all or right not in OF_ALL_SITES)

    @property
    def is_for_all(self) -> bool:
        """Return whether neither a scope nor a node restricts them."""
        return self.scope.is_all and not self.node

    def sees(self, site: Site) -> bool:
        """Return whether the site is within the scope."""
        return self.scope.covers(site.union or "", site.kind)
