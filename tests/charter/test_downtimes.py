"""Whom planned work covers: at once for all sites, as one by one."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from monitor.charter.downtimes import covered, covers
from monitor.settings.maintenance_section import Maintenance
from tests.desk import shipped_office

SITES = list(shipped_office().fleet.sites)
UNIONS = sorted({site.union for site in shipped_office().fleet.sites.values() if site.union})


@given(
    chosen=st.lists(st.sampled_from(SITES), max_size=3),
    unions=st.lists(st.sampled_from([*UNIONS, UNIONS[0].upper(), "nowhere"]), max_size=2),
    behind=st.none() | st.sampled_from(SITES),
)
def test_the_sites_covered_are_those_that_are_covered_one_by_one(
    chosen: list[str], unions: list[str], behind: str | None
) -> None:
    entry: dict[str, Any] = {"text": "work", "days": ["friday"], "opens": "02:00", "closes": "04:00"}
    window = Maintenance.model_validate({**entry, "sites": chosen, "unions": unions, "behind": behind})
    office = shipped_office()
    assert covered(office, window) == [site for site in SITES if covers(office, window, site)]
