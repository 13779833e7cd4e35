"""Index the sites of a fleet for lists: by id, by name in each language, by kind and union, and by what is typed."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from itertools import islice

from monitor.domain.text import comparison_key
from monitor.i18n.languages import BOTH, Lang
from monitor.i18n.sorting import NameKey, name_key
from monitor.settings.fleet import Fleet

FEW = 16  # of so many sites one or less is sorted by itself; of more the whole order is walked


class SiteIndex:
    """What is looked for in a fleet, made once for it, each part when it is first needed. From any thread."""

    def __init__(self, fleet: Fleet) -> None:
        self.fleet = fleet
        by_kind: defaultdict[str, set[str]] = defaultdict(set)
        by_union: defaultdict[str, set[str]] = defaultdict(set)
        for site in fleet.sites.values():
            by_kind[site.kind].add(site.id)
            if site.union:
                by_union[comparison_key(site.union)].add(site.id)
        self._by_kind, self._by_union = dict(by_kind), dict(by_union)
        names = sorted({site.union for site in fleet.sites.values() if site.union}, key=name_key)
        self.unions: Mapping[str, str] = {comparison_key(name): name for name in names}
        """The names of the fleet's unions by their `comparison_key`, in the order of the alphabet."""

    def prepare(self) -> None:
        """Make all parts of it: for many sites in a thread, before readers ask for them."""
        _ = self.by_id, self._places, self._named

    @cached_property
    def by_id(self) -> list[str]:
        """Return the ids of all sites, sorted."""
        return sorted(self.fleet.sites)

    @cached_property
    def _by_name(self) -> Mapping[Lang, list[str]]:
        return {lang: _by_name(self.fleet, lang) for lang in BOTH}

    @cached_property
    def _places(self) -> Mapping[Lang, Mapping[str, int]]:
        return {lang: {id_: place for place, id_ in enumerate(ids)} for lang, ids in self._by_name.items()}

    @cached_property
    def _named(self) -> Mapping[str, str]:
        return {site.id: _joined(site.id, site.name_bn, site.name_en) for site in self.fleet.sites.values()}

    def unions_of(self, known: Collection[str]) -> list[str]:
        """Return those of ``known`` that are unions of the fleet, in the order of the alphabet."""
        return [name for name in self.unions.values() if name in known]

    def of_kind(self, kind: str) -> Collection[str]:
        """Return the ids of the sites of a kind."""
        return self._by_kind.get(kind, frozenset())

    def of_union(self, union: str) -> Collection[str]:
        """Return the ids of the sites of a union, as `comparison_key` compares."""
        return self._by_union.get(comparison_key(union), frozenset())

    def called(self, text: str) -> frozenset[str]:
        """Return the ids of the sites whose id, or name in a language, has ``text`` in it."""
        wanted = comparison_key(text)
        return frozenset(id_ for id_, names in self._named.items() if wanted in names)

    def described(self, text: str) -> frozenset[str]:
        """Return the ids of the sites that have each word of ``text`` in id, names, union or operator."""
        found: Iterable[tuple[str, str]] = self._named.items()
        for word in map(comparison_key, text.split()):
            found = [(id_, names) for id_, names in found if word in names or word in self._beside(id_)]
        return frozenset(id_ for id_, _ in found)

    def _beside(self, id_: str) -> str:
        """Return what many sites share of what one looks for: it is compared as it is, and kept by `comparison_key`."""
        site = self.fleet.sites[id_]
        return _joined(site.union or "", site.operator)

    def in_order(self, ids: Collection[str], lang: Lang, begins: int = 0, ends: int | None = None) -> list[str]:
        """Return those from ``begins`` to before ``ends`` of the ids, which are sites of the fleet, sorted by name.

        ``ids``: something that knows at once whether it has one, as a set. From any thread: others may be added to it
        meanwhile.
        """
        lang = lang if lang in self._by_name else BOTH[0]
        if len(ids) * FEW < len(self.by_id):
            return sorted(ids, key=self._places[lang].__getitem__)[begins:ends]
        return list(islice(filter(ids.__contains__, self._by_name[lang]), begins, ends))


def _by_name(fleet: Fleet, lang: Lang) -> list[str]:
    def key(id_: str) -> NameKey:
        site = fleet.sites[id_]
        return name_key(site.name_bn if lang == "bn" else site.name_en)

    return sorted(fleet.sites, key=key)


def _joined(*names: str) -> str:
    return "\n".join(map(comparison_key, names))
