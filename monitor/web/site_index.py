"""Index the sites of a fleet for lists: by id, by name in each language, by kind and union, and by what is typed."""

from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from itertools import islice

from monitor.domain.text import comparison_key
from monitor.i18n.languages import BOTH, Lang
from monitor.i18n.sorting import NameKey, name_key
from monitor.settings.fleet import Fleet

FEW = 64  # of so many sites one or less is sorted by itself; of more the whole order is walked


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
        _ = self.by_id, self._ranks, self._named

    @cached_property
    def by_id(self) -> list[str]:
        """Return the ids of all sites, sorted."""
        return sorted(self.fleet.sites)

    @cached_property
    def _by_name(self) -> Mapping[Lang, list[str]]:
        return {lang: _by_name(self.fleet, lang) for lang in BOTH}

    @cached_property
    def _ranks(self) -> Mapping[Lang, "array[int]"]:
        """Return where each site of `by_id` stands in `_by_name`."""
        places = {id_: place for place, id_ in enumerate(self.by_id)}
        found = {lang: array("I", bytes(4 * len(places))) for lang in BOTH}
        for lang, ids in self._by_name.items():
            for rank, id_ in enumerate(ids):
                found[lang][places[id_]] = rank
        return found

    @cached_property
    def _named(self) -> list[bytes]:
        """Return what each site of `by_id` is called, in UTF-8: two thirds of what it takes as text."""
        sites = map(self.fleet.sites.__getitem__, self.by_id)
        return [_joined(site.id, site.name_bn, site.name_en).encode() for site in sites]

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
        wanted = comparison_key(text).encode()
        return frozenset(id_ for id_, names in zip(self.by_id, self._named, strict=True) if wanted in names)

    def described(self, text: str) -> frozenset[str]:
        """Return the ids of the sites that have each word of ``text`` in id, names, union or operator."""
        found: Iterable[tuple[str, bytes]] = zip(self.by_id, self._named, strict=True)
        for word in map(comparison_key, text.split()):
            wanted = word.encode()
            found = [(id_, names) for id_, names in found if wanted in names or word in self._beside(id_)]
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
            ranks = self._ranks[lang]
            return sorted(ids, key=lambda id_: ranks[bisect_left(self.by_id, id_)])[begins:ends]
        return list(islice(filter(ids.__contains__, self._by_name[lang]), begins, ends))


def _by_name(fleet: Fleet, lang: Lang) -> list[str]:
    def key(id_: str) -> NameKey:
        site = fleet.sites[id_]
        return name_key(site.name_bn if lang == "bn" else site.name_en)

    return sorted(fleet.sites, key=key)


def _joined(*names: str) -> str:
    return "\n".join(map(comparison_key, names))
