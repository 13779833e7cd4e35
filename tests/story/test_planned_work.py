"""Work that is planned by command while the daemon runs: honoured at once, kept over a kill, ended when it is done."""

import pytest

from tests.lab.daemon import Daemon
from tests.lab.fleet import many_sites, write_config
from tests.lab.network import Lab
from tests.lab.waiting import until
from tests.story.reading import outages, sites, states, wait_until_all_up, wait_until_state
from tests.told import stored

SITES, SITE = 5, "site-0004"


@pytest.mark.long
def test_planned_work_excuses_a_silent_site_until_it_is_ended(lab: Lab, daemon: Daemon) -> None:
    write_config(daemon.config, sites=many_sites(SITES), listen=daemon.listen)
    daemon.start()
    wait_until_all_up(daemon, SITES)
    address = sites(daemon)[SITE]["devices"][0]["address"]

    planned = daemon.run("maintenance", "add", "cable", "-m", "new cable", "--site", SITE, "--minutes", "60")
    assert planned.returncode == 0, planned.stderr
    until(lambda: "planned work by command: cable" in daemon.log(), "the daemon knows of it", within_s=5)
    lab.down(address)
    wait_until_state(daemon, SITE, "paused", within_s=20)

    daemon.kill()  # in the middle of it: neither the plan nor since when it is silent is forgotten
    daemon.start()
    until(lambda: states(daemon).get(SITE) == "paused", "still excused", within_s=20)
    until(lambda: (daemon.metric("upazila_samples_total") or 0) > 30, "rounds", within_s=20)
    assert outages(daemon) == []
    (row,) = daemon.rows("SELECT kind, until_utc FROM excused")
    assert row == {"kind": "maintenance", "until_utc": None}

    assert daemon.run("maintenance", "end", "cable").returncode == 0
    wait_until_state(daemon, SITE, "down", within_s=20)
    until(lambda: [one["site"] for one in outages(daemon)] == [SITE], "its outage", within_s=5)
    (outage,) = outages(daemon)
    assert "paused until now: planned work 'cable' (new cable)" in stored(outage["reason"])
    (row,) = daemon.rows("SELECT ended_utc FROM planned_work")
    assert str(outage["started_utc"]) >= str(row["ended_utc"])
    lab.up(address)
    wait_until_all_up(daemon, SITES)
