"""Names that are the same to a reader are the same to us: Bangla has two spellings of some letters."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.charter.downtimes import covers
from monitor.charter.office import Office
from monitor.configuration import load
from monitor.settings.maintenance_section import Maintenance
from tests.settings.offices import faults, office

__all__ = ["office"]

ONE, OTHER = "বা\u09dcাদি", "বা\u09a1\u09bcাদি"
SITES = """
[sites.first]
kind = "backbone"
name_bn = "ক"
name_en = "A"
address = "127.77.1.1"
union = "{one}"
feeder = "{one} ১"
operator = "Link3"
[sites.second]
kind = "udc"
name_bn = "খ"
name_en = "B"
address = "127.77.1.2"
union = "{other}"
feeder = "{other}  1"
operator = "link3 "
"""
WORK = """
[maintenance.cable]
text = "cable"
unions = ["{union}"]
begins = 2026-12-01T22:00:00
ends = 2026-12-01T23:00:00
[acknowledged.known]
text = "known"
unions = ["{union}"]
until = 2026-12-31T00:00:00
"""


@pytest.mark.parametrize("union", [ONE, OTHER, f" {ONE}"])
@pytest.mark.parametrize(("one", "other"), [(ONE, OTHER), (OTHER, ONE), ("বা\\u09dcাদি", OTHER)])
def test_both_spellings_are_one_union_and_one_feeder(office: Path, one: str, other: str, union: str) -> None:
    (office / "sites.toml").write_text(SITES.format(one=one, other=other), encoding="utf-8")
    (office / "monitor.toml").write_text(WORK.format(union=union), encoding="utf-8")
    settings = load(office)
    fleet = settings.fleet
    assert fleet.feeders == {("", f"{OTHER} ১"): ("first", "second")}
    assert {site.union for site in fleet.sites.values()} == {OTHER}
    assert {site.operator for site in fleet.sites.values()} == {"Link3"}
    ready = Office.of(settings)
    assert all(covers(ready, settings.monitor.maintenance["cable"], site) for site in fleet.sites)
    assert all(covers(ready, settings.monitor.acknowledged["known"], site) for site in fleet.sites)


def test_planned_work_that_was_stored_in_the_other_spelling_covers_its_union(office: Path) -> None:
    (office / "sites.toml").write_text(SITES.format(one=ONE, other=ONE), encoding="utf-8")
    at = datetime(2026, 12, 1, 22, tzinfo=UTC).isoformat()
    end = datetime(2026, 12, 1, 23, tzinfo=UTC).isoformat()
    stored = Maintenance.from_json({"text": "cable", "unions": [ONE], "begins": at, "ends": end})
    assert covers(Office.of(load(office)), stored, "first")


def test_another_union_is_told_with_those_that_there_are(office: Path) -> None:
    (office / "sites.toml").write_text(SITES.format(one=ONE, other=OTHER), encoding="utf-8")
    (office / "monitor.toml").write_text(WORK.format(union="x"), encoding="utf-8")
    assert all(
        fault.endswith(f"sites.toml has no union of that name. Expected one of: {OTHER}") for fault in faults(office)
    )
