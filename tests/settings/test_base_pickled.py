"""Sites come out of a pickle as they were, by their slots alone."""

import copy
import dataclasses
import pickle

from monitor.configuration import load
from tests.places import SHIPPED


def test_sites_come_out_as_they_were_with_all_their_values_in_a_row() -> None:
    sites = load(SHIPPED).fleet.sites
    assert pickle.loads(pickle.dumps(sites)) == sites
    some = next(iter(sites.values()))
    assert copy.copy(some) == some
    state = some.__getstate__()
    assert state == tuple(getattr(some, field.name) for field in dataclasses.fields(some))


def test_a_parent_is_named_by_the_object_that_is_its_id() -> None:
    sites = pickle.loads(pickle.dumps(load(SHIPPED).fleet.sites))
    behind = [(site, sites[site.parent]) for site in sites.values() if site.parent]
    assert behind
    assert all(site.parent is parent.id for site, parent in behind)
