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
