"""Say what a report is about: the whole office, or the sites of a union, a kind or an operator, or one site. Pure."""

from collections.abc import Callable, Mapping, Sequence

from monitor.charter.office import Office
from monitor.domain.message import Message, message
from monitor.domain.reasons import Names
from monitor.domain.text import comparison_key
from monitor.i18n.catalogue import trn
from monitor.i18n.terms import KINDS
from monitor.reports.report import ReportScope
from monitor.settings.fleet import Site
from monitor.settings.problems import did_you_mean, one_of

MANY = 2
OF_SITE: Mapping[str, Callable[[Site], str]] = {
    "site": lambda site: site.id,
    "union": lambda site: site.union or "",
    "kind": lambda site: site.kind,
    "operator": lambda site: site.operator,
}
"""What a report can be limited to, and by which id a site belongs to it; else it is about the office."""


class NoSuchScope(ValueError):
    """There is nothing by that name; its argument is the message."""

    def __init__(self, said: Message) -> None:
        super().__init__(said)
        self.said = said


def scope_of(office: Office, kind: str = "office", name: str = "", official: str = "") -> ReportScope:
    """Return a scope by what a person typed: a site's id, or the name of a union, kind or operator as it may be spelt.

    ``official``: the row of the charter's official services that the report answers, such as '2'. Raises NoSuchScope.
    """
    key = _official(office, official) if official else ""
    if kind == "office":
        return ReportScope("office", "", office_name(office), key)
    known = _known(office, kind) if kind in OF_SITE else {}
    found = known.get(comparison_key(name))
    if found is None:
        raise NoSuchScope(_unknown(kind, name, [each for each, _ in known.values()]))
    return ReportScope(kind, *found, key)


def sites_of(office: Office, scope: ReportScope) -> list[Site]:
    """Return the sites that a report is about, in the order of the fleet."""
    if scope.kind == "office":
        return list(office.fleet.sites.values())
    return [site for site in office.fleet.sites.values() if OF_SITE[scope.kind](site) == scope.id]


def office_name(office: Office) -> Names:
    """Return what the office is called."""
    return Names(office.charter.name_bn, office.charter.name_en)


def group_name(office: Office, by: str, id_: str) -> Names:
    """Return what a group of sites is called: those of a kind, a union, or an operator; of '' empty names."""
    if by == "kind" and id_ in KINDS:
        return Names(trn("bn", *KINDS[id_], MANY), trn("en", *KINDS[id_], MANY))
    return office.fleet.union_name(id_) if by == "union" else Names(id_, id_)


def _known(office: Office, kind: str) -> dict[str, tuple[str, Names]]:
    """Return what a report can be limited to, by how it is compared."""
    sites = office.fleet.sites.values()
    if kind == "site":
        return {comparison_key(site.id): (site.id, Names(site.name_bn, site.name_en)) for site in sites}
    every = dict.fromkeys(OF_SITE[kind](site) for site in sites)
    return {comparison_key(each): (each, group_name(office, kind, each)) for each in every if each}


def _unknown(kind: str, name: str, known: Sequence[str]) -> Message:
    hint = did_you_mean(name, known) or one_of(known, name)
    match kind:
        case "site":
            return message("no site '{name}'.{hint: }", name=name, hint=hint)
        case "union":
            return message("no site is in the union '{name}'.{hint: }", name=name, hint=hint)
        case "kind":
            return message("no site is of the kind '{name}'.{hint: }", name=name, hint=hint)
        case "place":
            return message("a place of the tree is not of one office. Expected something of this one")
    return message("no link is run by the operator '{name}'.{hint: }", name=name, hint=hint)


def _official(office: Office, typed: str) -> str:
    key = office.charter.key_of(typed, "official")
    if key is None or not key.startswith("official:"):
        known = [each.partition(":")[2] for each in office.charter.services if each.startswith("official:")]
        hint = one_of(known, typed)
        raise NoSuchScope(message("no official service '{name}' in the charter.{hint: }", name=typed, hint=hint))
    return key
