"""Cases of several offices: each series carries the office of its rows."""

from datetime import timedelta
from pathlib import Path

from monitor.settings.fleet import Fleet
from tests.metrics.three_offices import OFFICES, three_offices


def test_open_tickets_stand_at_their_offices_own_stages(tmp_path: Path) -> None:
    with three_offices(tmp_path) as offices:
        offices.know()
        offices.values("upazila_tickets_open", stage="officer")  # outages are counted from the first page on
        offices.down("mirpur.pop")
        offices.clock.advance(timedelta(days=40).total_seconds())
        offices.down("backbone-north")

        assert offices.values("upazila_tickets_open", stage="1") == {"bheramara": 1, "mirpur": 0, "gangni": 0}
        above = [offices.values("upazila_tickets_open", stage=stage) for stage in ("2", "3")]
        assert {office: sum(each[office] or 0 for each in above) for office in OFFICES} == {
            "bheramara": 0,
            "mirpur": 1,
            "gangni": 0,
        }
        assert offices.values("upazila_outage_open", site="mirpur.pop") == {
            "bheramara": None,
            "mirpur": 1,
            "gangni": None,
        }
        assert offices.values("upazila_outages_total") == {"bheramara": 1, "mirpur": 1, "gangni": None}


def test_each_office_is_named_with_the_monitor_that_watches_it(tmp_path: Path) -> None:
    with three_offices(tmp_path) as offices:
        of_the_monitor = offices.live.office_id
        named = offices.values("upazila_office_info", monitor=of_the_monitor, name_en="Upazila Office, Mirpur")
        assert named == {"bheramara": None, "mirpur": 1, "gangni": None}
        assert offices.values("upazila_office_info") == dict.fromkeys(OFFICES, 1)


def test_an_open_outage_of_a_site_that_was_removed_is_still_its_offices(tmp_path: Path) -> None:
    with three_offices(tmp_path) as offices:
        offices.down("gangni.udc")
        left = {id_: site for id_, site in offices.live.fleet.sites.items() if id_ != "gangni.udc"}
        offices.live.fleet = offices.live.board.fleet = Fleet(left)
        shown = offices.values("upazila_outage_open", site="gangni.udc")
        assert shown == {"bheramara": None, "mirpur": None, "gangni": 1}
