"""Of a fleet that is read in another process, the sites alone come over that are not known here."""

import pickle
import subprocess
import sys
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from monitor.configuration import load
from monitor.settings.changed_sites import DIGEST_BYTES, KnownSites, completed, each_of, site_digests, unknown_sites
from monitor.settings.fleet import Fleet, Site
from tests.places import SHIPPED

WHOLE = load(SHIPPED).fleet
SITES = list(WHOLE.sites.values())

fleets = st.lists(
    st.tuples(st.sampled_from(range(12)), st.sampled_from(["", "New"])), unique_by=lambda entry: entry[0], max_size=12
).map(lambda entries: _fleet([replace(SITES[n], name_en=SITES[n].name_en + word) for n, word in entries]))


def _fleet(sites: list[Site]) -> Fleet:
    return Fleet({site.id: site for site in sites}, WHOLE.groups, WHOLE.unions)


def over(fleet: Fleet, known: KnownSites) -> tuple[Fleet, bytes]:
    """What comes of a fleet through a pipe."""
    digests = site_digests(fleet)
    unknown: Fleet = pickle.loads(pickle.dumps(unknown_sites(fleet, digests, set(each_of(known.digests)))))
    return unknown, digests


@given(before=fleets, now=fleets)
def test_what_was_known_is_the_same_object_and_what_is_others_has_come_over(before: Fleet, now: Fleet) -> None:
    known = KnownSites(before.sites, site_digests(before))

    unknown, digests = over(now, known)
    found = completed(unknown, digests, known)

    assert found == now
    assert list(found.sites) == list(now.sites)
    same = {id_ for id_, site in now.sites.items() if before.sites.get(id_) == site}
    assert {id_ for id_, site in found.sites.items() if site is before.sites.get(id_)} == same
    assert set(unknown.sites) == set(now.sites) - same


def test_where_nothing_is_known_all_of_it_comes_over() -> None:
    unknown, digests = over(WHOLE, KnownSites())
    assert completed(unknown, digests, KnownSites()) == unknown == WHOLE


def test_another_process_finds_the_same_digests() -> None:
    script = (
        "import sys; from pathlib import Path; from monitor.configuration import load\n"
        "from monitor.settings.changed_sites import site_digests\n"
        "sys.stdout.buffer.write(site_digests(load(Path(sys.argv[1])).fleet))"
    )
    told = [
        subprocess.run([sys.executable, "-c", script, SHIPPED], stdout=subprocess.PIPE, check=True).stdout
        for _ in range(2)
    ]
    assert told[0] == told[1]
    assert len(set(each_of(told[0]))) == len(WHOLE.sites) == len(told[0]) // DIGEST_BYTES
