"""Describe who asks the API: a token, a user with a session, a command on this machine, or somebody without a name."""

from dataclasses import dataclass
from typing import Literal

from monitor.domain.api_scopes import PERSONAL_READ, allows, scopes_of
from monitor.domain.roles import EVERYWHERE, RIGHTS, Right, Role, Scope
from monitor.i18n.languages import SOURCE, Lang
from monitor.settings.fleet import Fleet, Site

By = Literal["token", "session", "local", "nobody"]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who makes one request.

    ``name``: as it stands in the history, '' for nobody; ``by``: how it was known; ``scopes``: what it may ask for;
    ``scope``: for which sites; ``rights``: those beyond its scopes (raising, excusing); ``address``: where from;
    ``node``: the place of the tree of offices below which it sees anything, '' for all.
    """

    name: str
    by: By
    scopes: frozenset[str]
    scope: Scope = EVERYWHERE
    rights: frozenset[Right] = frozenset()
    lang: Lang = SOURCE
    address: str = ""
    node: str = ""

    def may(self, scope: str) -> bool:
        """Return whether it may ask for what needs ``scope``."""
        return allows(self.scopes, scope)

    @property
    def reads_personal(self) -> bool:
        """Return whether it may see requesters and what they wrote."""
        return self.may(PERSONAL_READ)

    @property
    def is_for_all(self) -> bool:
        """Return whether neither a scope of sites nor a node restricts it."""
        return self.scope.is_all and not self.node

    def sees(self, site: Site | None) -> bool:
        """Return whether a site, or what is about no site, is within its scope."""
        return self.scope.covers("" if site is None else site.union or "", "" if site is None else site.kind)

    def sites(self, fleet: Fleet) -> frozenset[str] | None:
        """Return the ids of the sites within its scope; None for all, those removed from the configuration included."""
        if self.scope.is_all:
            return None
        return frozenset(id_ for id_, site in fleet.sites.items() if self.sees(site))


def nobody(role: Role | None, lang: Lang, address: str) -> Caller:
    """Return a caller without a name, who reads as ``role`` allows."""
    scopes = frozenset() if role is None else scopes_of(role)
    return Caller("", "nobody", scopes, EVERYWHERE, frozenset(), lang, address)


def command(lang: Lang) -> Caller:
    """Return a command of this machine on the daemon's own socket: it may read states and tickets."""
    return Caller("", "local", scopes_of(Role.VIEWER), EVERYWHERE, RIGHTS[Role.VIEWER], lang)
