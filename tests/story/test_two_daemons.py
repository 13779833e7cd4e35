"""Two daemons on one PostgreSQL: each watches its share; one that goes away is replaced, and nothing is told twice."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from monitor.domain.leases import SHARDS
from tests.lab.daemon import Daemon
from tests.lab.fleet import Settings, write_config
from tests.lab.network import Lab
from tests.lab.waiting import until
from tests.store import servers

COUNT = 12
TERM_S = 3
SETTINGS: Settings = {
    "probing": {"interval_s": 1, "recheck_s": 0.5, "echoes": 2, "spacing_s": 0.05, "timeout_s": 0.4},
    "judging": {"down_after": 2},
}


def site(number: int) -> str:
    names = f'name_bn = "স্থাপনা {number}"\nname_en = "Site {number}"'
    return f'[sites.site-{number:02}]\nkind = "lab"\n{names}\naddress = "10.77.2.{number + 1}"\n'


def address(site_id: str) -> str:
    return f"10.77.2.{int(site_id[-2:]) + 1}"


class Installation:
    """Two daemons, 'one' and 'two', with a state folder each."""

    def __init__(self, lab: Lab, home: Path) -> None:
        self.lab, self.state = lab, home / "var"
        self.url = servers.migrated_of(self.state).url
        self.daemons = [Daemon(lab, home / name) for name in ("one", "two")]
        for made in self.daemons:
            made.home.mkdir()
            own: Settings = {"storage": {"url": self.url, "lease_s": TERM_S}, "daemon": {"name": made.home.name}}
            sites = "\n".join(map(site, range(COUNT)))
            write_config(made.config, sites=sites, listen=made.listen, settings={**SETTINGS, **own})

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with servers.shared().connect(servers.name_of(self.state)) as connection:
            return connection.execute(query.encode()).fetchall()

    def watched_by(self, daemon: Daemon) -> set[str]:
        """The sites in its metrics."""
        text = daemon.get("/metrics")[1].splitlines()
        return {line.split('site="')[1].split('"')[0] for line in text if line.startswith("upazila_site_info{")}

    def tickets_counted(self) -> list[bool]:
        """Which daemons have the database's counts in their metrics."""
        return ["upazila_tickets_open{" in each.get("/metrics")[1] for each in self.daemons if each.running]

    @staticmethod
    def examined_by(daemon: Daemon) -> list[str]:
        """What its `doctor` finds of the daemons."""
        found = json.loads(daemon.run("doctor", "--only", "daemons", "--json").stdout)
        return [finding["code"] for check in found["checks"] for finding in check["findings"]]

    def outages(self) -> list[tuple[Any, ...]]:
        return self.rows("SELECT site, ended_utc IS NOT NULL FROM outages ORDER BY site, id")

    def share(self) -> list[int]:
        return [len(self.watched_by(each)) for each in self.daemons]


@pytest.fixture
def both(lab: Lab, tmp_path: Path) -> Iterator[Installation]:
    made = Installation(lab, tmp_path)
    one, two = made.daemons
    with one, two:
        yield made
    for each in made.daemons:
        print(f"---- {each.home.name} said:\n{each.log()}")
    servers.drop_below(tmp_path)


def start(both: Installation) -> None:
    for daemon in both.daemons:
        daemon.start(ready_within_s=None)
    until(lambda: sum(both.share()) == COUNT and min(both.share()) > 0, "each to watch its share", 60)


@pytest.mark.long
def test_one_that_is_killed_in_the_middle_of_an_outage_leaves_it_to_the_other(both: Installation) -> None:
    one, two = both.daemons
    start(both)
    held = dict(both.rows("SELECT name, holder FROM leases WHERE name LIKE 'shard/%'"))
    assert len(held) == SHARDS
    until(lambda: sorted(both.tickets_counted()) == [False, True], "one to expose the database's counts", 30)
    assert both.examined_by(two) == ["daemons.ok"]
    left = min(both.watched_by(one))
    both.lab.down(address(left))
    until(lambda: (left, False) in both.outages(), "the outage on record", 30)
    one.kill()
    until(lambda: len(both.watched_by(two)) == COUNT, "the other to watch everything", 30)
    until(lambda: both.tickets_counted() == [True], "the other to expose the database's counts", 30)
    both.lab.up(address(left))
    until(lambda: both.outages() == [(left, True)], "its end, and no outage twice", 30)
    until(lambda: both.examined_by(two) == ["daemons.vanished"], "the one that was killed to be missed", 60)
    assert two.run("audit", "verify").returncode == 0


@pytest.mark.long
def test_one_that_is_stopped_is_replaced_and_writes_nothing_when_it_wakes(both: Installation) -> None:
    one, two = both.daemons
    start(both)
    mine, others = min(both.watched_by(two)), min(both.watched_by(one))
    two.send(signal.SIGSTOP)
    for each in (mine, others):
        both.lab.down(address(each))
    until(lambda: len(both.outages()) == 2, "the outages of both", 60)
    assert both.watched_by(one) == {f"site-{number:02}" for number in range(COUNT)}
    two.send(signal.SIGCONT)
    until(lambda: two.get("/healthz")[0] == 200, "it to wake", 30)
    for each in (mine, others):
        both.lab.up(address(each))
    until(lambda: all(ended for _, ended in both.outages()), "both ends", 60)
    until(lambda: min(both.share()) > 0 and sum(both.share()) == COUNT, "each to watch its share again", 60)
    assert both.outages() == sorted([(mine, True), (others, True)]), "each outage once, whoever saw it"
    numbers = [number for (number,) in both.rows("SELECT seq FROM tickets ORDER BY seq")]
    assert numbers == list(range(1, len(numbers) + 1))
    assert one.run("audit", "verify").returncode == 0
