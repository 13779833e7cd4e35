"""List the unions that a user or a program can be given: those of the offices that they are for."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from monitor.accounts.nodes import Places
from monitor.accounts.scopes import union_words
from monitor.i18n.languages import Lang
from monitor.i18n.sorting import name_key
from monitor.settings.fleet import Fleet

MOST_OFFICES = 12
"""Of more offices not all unions are listed: those of the office that the page is about, and those that are given."""


@dataclass(frozen=True, slots=True)
class UnionChoice:
    """A union by the word by which sites name it: what it is called, and the names of the offices that have it.

    Offices may name unions of theirs by the same word: whoever is given it has that of each. ``offices``: none where an
    office stands alone.
    """

    word: str
    names: Sequence[str]
    offices: Sequence[str]


def union_choices(
    places: Places, node: str, here: Mapping[str, Fleet], given: Iterable[str], lang: Lang
) -> list[UnionChoice]:
    """Return the unions of the offices at or below ``node``, and those that are ``given`` already. Pure.

    ``here``: the fleet of the office that the page is about, by its id.
    """
    of_node = places.fleets_of(node)
    shown = of_node if 0 < len(of_node) <= MOST_OFFICES else here
    found: dict[str, list[str]] = {}
    for id_, fleet in shown.items():
        for word in sorted(union_words(fleet), key=name_key):
            found.setdefault(word, []).append(id_)
    for word in sorted(set(given) - found.keys(), key=name_key):
        found[word] = [id_ for id_, fleet in places.fleets.items() if word in union_words(fleet)]
    fleets = {**places.fleets, **here}
    return [_choice(word, {id_: fleets[id_] for id_ in ids}, places, lang) for word, ids in found.items()]


def union_names(
    places: Places, node: str, here: Mapping[str, Fleet], words: Iterable[str], lang: Lang
) -> Iterator[str]:
    """Yield what the unions of a user or a program of ``node`` are called by the offices at or below it. Pure.

    ``here``: the fleet of the office that stands alone, where there is no tree.
    """
    fleets = places.fleets_of(node) if places.tree.nodes else here
    for word in words:
        names = dict.fromkeys(fleet.union_name(word).name(lang) for fleet in fleets.values())
        yield from [name for name in names if name != word] or [word]


def _choice(word: str, fleets: Mapping[str, Fleet], places: Places, lang: Lang) -> UnionChoice:
    names = dict.fromkeys(fleet.union_name(word).name(lang) for fleet in fleets.values())
    offices = [places.tree.nodes[id_].names.name(lang) for id_ in fleets if id_ in places.tree.nodes]
    return UnionChoice(word, list(names) or [word], offices)
