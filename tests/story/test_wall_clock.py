"""The wall clock is stepped by an hour, for the daemon alone: no round-trip time, no verdict, no ticket follows it."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from monitor.runtime.trusted_clock import kernel_says_synchronised
from tests.lab.clock import WallClock
from tests.lab.daemon import Daemon
from tests.lab.fleet import Settings, shipped_sites, write_config
from tests.lab.mail import MailCatcher
from tests.lab.network import Lab
from tests.lab.waiting import until
from tests.story.reading import outages, rtts, states, tickets, wait_until_state

CENTRE, ADDRESS = "udc-juniadaha", "10.77.2.6"
TIMEOUT_S = 0.4
QUICK: Settings = {
    "probing": {"interval_s": 1, "recheck_s": 1, "echoes": 2, "spacing_s": 0.05, "timeout_s": TIMEOUT_S},
    "judging": {"trace": False},  # an outage stays as it was first written
}
HOUR_S = 3_600


@pytest.fixture
def clock(tmp_path: Path) -> WallClock:
    return WallClock(tmp_path)


@pytest.fixture
def daemon(lab: Lab, tmp_path: Path, clock: WallClock) -> Iterator[Daemon]:
    with Daemon(lab, tmp_path, environment=clock.environment) as made:
        yield made
    print(f"---- the daemon said:\n{made.log()}")


def wait_for_rounds(daemon: Daemon, rounds: int) -> None:
    """Returns when every device has been asked so many times more."""
    devices = len(rtts(daemon)) + 1
    before = daemon.metric("upazila_samples_total") or 0
    until(lambda: (daemon.metric("upazila_samples_total") or 0) >= before + devices * rounds, "rounds", within_s=20)


def wait_until_clock_is(daemon: Daemon, *, suspect: bool) -> None:
    """Returns when the daemon says that it does, or does not, believe the wall clock."""
    until(lambda: daemon.metric("upazila_clock_suspect") == float(suspect), f"clock suspect: {suspect}", within_s=5)


@pytest.mark.parametrize(
    "step_s",
    [
        pytest.param(HOUR_S, id="an hour ahead", marks=pytest.mark.long),
        pytest.param(-HOUR_S, id="an hour back", marks=pytest.mark.long),
    ],
)
def test_a_step_of_the_wall_clock_changes_no_time_and_no_verdict(
    lab: Lab, mails: MailCatcher, daemon: Daemon, clock: WallClock, step_s: int
) -> None:
    # One centre is dead with twenty minutes left until its target: a clock that jumps must not use them up.
    write_config(daemon.config, sites=shipped_sites(), listen=daemon.listen, target_s=1_200, settings=QUICK)
    daemon.start()
    lab.down(ADDRESS)
    wait_until_state(daemon, CENTRE, "down", within_s=10)
    (outage,) = until(lambda: outages(daemon), "the outage on record", within_s=3)
    known = states(daemon)
    assert Counter(known.values()) == {"up": len(known) - 1, "down": 1}

    for ahead_s in (step_s, 0, step_s):
        clock.set(ahead_s)
        wait_until_clock_is(daemon, suspect=ahead_s != 0)
        wait_for_rounds(daemon, 3)

        # Echoes over a cable in one machine take what they take, whatever the wall clock says meanwhile.
        times = rtts(daemon)
        assert len(times) > len(known) / 2
        assert [rtt for rtt in times if not 0 < rtt < TIMEOUT_S] == []
        assert states(daemon) == known

    assert outages(daemon) == [outage]
    assert tickets(daemon) == []
    assert mails.mails == []


def test_an_outage_that_begins_and_ends_by_a_wrong_clock_is_seen_to_begin_and_end(
    lab: Lab, daemon: Daemon, clock: WallClock
) -> None:
    write_config(daemon.config, sites=shipped_sites(), listen=daemon.listen, target_s=1_200, settings=QUICK)
    daemon.start()

    lab.down(ADDRESS)
    clock.set(-HOUR_S)
    wait_until_state(daemon, CENTRE, "down", within_s=10)

    lab.up(ADDRESS)
    clock.set(HOUR_S)
    wait_until_state(daemon, CENTRE, "up", within_s=10)
    (outage,) = until(lambda: [row for row in outages(daemon) if row["ended_utc"]], "the outage's end", within_s=5)
    assert outage["ended_utc"] >= outage["started_utc"]


@pytest.mark.long
def test_a_clock_fifty_years_ahead_for_seconds_while_a_site_recovers_leaves_no_trace(
    lab: Lab, mails: MailCatcher, daemon: Daemon, clock: WallClock
) -> None:
    settings: Settings = {**QUICK, "tickets": {"recovery_hold_s": 2}}
    write_config(daemon.config, sites=shipped_sites(), listen=daemon.listen, target_s=3, settings=settings)
    daemon.start()
    lab.down(ADDRESS)
    until(lambda: tickets(daemon), "the ticket", within_s=15)
    clock.set(50 * 365 * 24 * HOUR_S)
    lab.up(ADDRESS)
    (outage,) = until(lambda: [row for row in outages(daemon) if row["ended_utc"]], "the outage's end", within_s=10)
    assert outage["ended_utc"] < "2070"
    wait_until_clock_is(daemon, suspect=True)
    (ticket,) = tickets(daemon)
    assert ticket["state"] == "open"  # nothing is resolved, nor told, by such a clock
    told = len(mails.mails)

    clock.set(0)
    wait_until_clock_is(daemon, suspect=False)
    until(lambda: tickets(daemon)[0]["state"] == "resolved", "the ticket's end", within_s=15)
    assert tickets(daemon)[0]["stage"] == 1
    assert len(mails.mails) >= told
    assert daemon.rows("SELECT * FROM gaps") == []
    assert [row for row in daemon.rows("SELECT * FROM ticket_events") if row["at_utc"] > "2070"] == []


@pytest.mark.skipif(kernel_says_synchronised(), reason="NTP keeps this machine's clock: then any boot is believed")
def test_a_boot_whose_clock_is_forty_days_ahead_does_nothing_for_good_until_an_operator_says_it_is_right(
    lab: Lab, mails: MailCatcher, daemon: Daemon, clock: WallClock
) -> None:
    write_config(daemon.config, sites=shipped_sites(), listen=daemon.listen, target_s=1_200, settings=QUICK)
    daemon.start()
    lab.down(ADDRESS)
    (outage,) = until(lambda: outages(daemon), "the outage on record", within_s=15)
    daemon.stop()
    last = daemon.rows("SELECT at_utc FROM heartbeat")[0]["at_utc"]
    reboot(daemon)
    clock.set(40 * 24 * HOUR_S)
    daemon.start()

    wait_until_clock_is(daemon, suspect=True)
    wait_for_rounds(daemon, 2)
    assert tickets(daemon) == []
    assert mails.mails == []
    assert daemon.rows("SELECT * FROM gaps") == []
    assert daemon.json("clock")["suspect"]

    said = daemon.run("clock", "trust", environment=clock.environment)
    assert said.returncode == 0, said.stderr
    wait_until_clock_is(daemon, suspect=False)
    # Now it is known for how long nobody watched, and that the outage has missed its target.
    until(lambda: tickets(daemon), "the ticket", within_s=10)
    (gap,) = daemon.rows("SELECT * FROM gaps")
    assert gap["started_utc"] == last
    days = datetime.fromisoformat(gap["ended_utc"]) - datetime.fromisoformat(last)
    assert timedelta(days=40) < days < timedelta(days=40, minutes=2)
    assert outages(daemon)[0]["started_utc"] == outage["started_utc"]


def reboot(daemon: Daemon) -> None:
    """Lets the daemon that has stopped believe that it last ran in another boot of this machine."""
    with closing(sqlite3.connect(daemon.home / "var" / "monitor.db")) as database:
        database.execute("UPDATE heartbeat SET boot_id = 'the boot before'")
        database.commit()
