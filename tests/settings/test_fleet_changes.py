"""What is other in a fleet than in the one before."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from monitor.settings.fleet import Fleet, Site
from monitor.settings.fleet_changes import changes_between
from tests.judging.boards import site

KNOWN = {name: (site(name), site(name), replace(site(name), name_en="another")) for name in "abcdef"}
fleets = st.tuples(*(st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 2)) for _ in range(2)))


def fleet(chosen: tuple[dict[str, int], dict[str, int]]) -> Fleet:
    sites, around = ({name: KNOWN[name][which] for name, which in part.items()} for part in chosen)
    return replace(Fleet(sites), around=around)


@given(fleets, fleets)
def test_what_is_not_among_the_changes_is_the_same_object(
    were: tuple[dict[str, int], dict[str, int]], are: tuple[dict[str, int], dict[str, int]]
) -> None:
    before, after = fleet(were), fleet(are)
    changes = changes_between(before, after)

    def other(name: str) -> bool:
        def object_in(each: Fleet) -> Site | None:
            return each.sites.get(name)

        return object_in(before) is not object_in(after)

    came = {name for name, each in after.around.items() if before.around.get(name) is not each}
    assert changes.sites == {name for name in "abcdef" if other(name)} | came
    assert changes.devices == {f"{name}/gateway" for name in "abcdef" if other(name)}
