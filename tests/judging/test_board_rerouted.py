"""Who is reached another way by another configuration is found without walking every site's way."""

from dataclasses import replace

from hypothesis import example, given
from hypothesis import strategies as st

from monitor.judging.board import rerouted
from monitor.settings.fleet import Fleet
from monitor.settings.fleet_changes import changes_between
from tests.judging.boards import site

NAMES = [f"s{number}" for number in range(8)]
# The parent of each is one before it, so that there is no circle; -1 for none, None for a site that is not there.
PARENTS = st.tuples(*(st.one_of(st.none(), st.integers(-1, number - 1)) for number in range(len(NAMES))))


def fleet(parents: tuple[int | None, ...], outside: int) -> Fleet:
    """Some of it may be sites of another part."""
    made = {}
    for name, parent in zip(NAMES, parents, strict=True):
        if parent is not None:
            there = [NAMES[each] for each in range(parent + 1) if NAMES[each] in made]
            made[name] = site(name, there[-1] if there else None)
    around = {name: each for name, each in made.items() if name in NAMES[:outside]}
    return replace(Fleet({name: each for name, each in made.items() if name not in around}), around=around)


@given(PARENTS, PARENTS, st.integers(0, 3))
@example((-1, 0, 1, 2, 3, 4, 5, 6), (-1, -1, 1, 2, 3, 4, 5, 6), 0)  # all behind the second one
@example((-1, 0, 1, 2, 3, 4, 5, 6), (-1, -1, 1, 2, 3, 4, 5, 6), 3)
def test_it_is_who_has_another_way(were: tuple[int | None, ...], are: tuple[int | None, ...], outside: int) -> None:
    old, new = fleet(were, outside), fleet(are, outside)
    both = [each for each in new.sites if each in old.sites]
    changed = changes_between(old, new).sites
    others = [each for each in both if list(old.ancestors(each)) != list(new.ancestors(each))]
    assert rerouted(old, new, changed) == others
