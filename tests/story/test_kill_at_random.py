"""kill -9 at any moment whatever, many times over one outage: nothing is lost, nothing is told twice in other words."""

import random
import time
from collections import Counter

import pytest

from tests.lab.daemon import Daemon
from tests.lab.fleet import Settings, shipped_sites, write_config
from tests.lab.mail import MailCatcher
from tests.lab.network import Lab
from tests.lab.waiting import until
from tests.story.reading import ONE_OF_EACH, kinds, outages, tickets, unsent

CENTRE, ADDRESS = "udc-juniadaha", "10.77.2.6"
QUICK: Settings = {"probing": {"interval_s": 1, "recheck_s": 0.5, "echoes": 2, "spacing_s": 0.05, "timeout_s": 0.3}}
KILLS = 40


@pytest.mark.long
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_forty_kills_at_any_moment_leave_one_outage_one_ticket_and_its_four_mails(
    lab: Lab, mails: MailCatcher, daemon: Daemon, seed: int
) -> None:
    moments = random.Random(seed)
    write_config(daemon.config, sites=shipped_sites(), listen=daemon.listen, target_s=30, settings=QUICK)
    daemon.start()
    lab.down(ADDRESS)
    until(lambda: outages(daemon), "the outage on record", within_s=10)

    for number in range(KILLS):
        if number == KILLS * 2 // 3:
            mails.wait_for(2, within_s=30)
            lab.up(ADDRESS)
        time.sleep(moments.uniform(0.0, 4.0))  # no result is awaited: this is when it strikes
        daemon.kill()
        daemon.start(ready_within_s=None)
    until(lambda: [row for row in tickets(daemon) if row["state"] == "resolved"], "the settled ticket", within_s=30)
    until(lambda: not unsent(daemon), "every notice marked as sent", within_s=30)

    assert [(row["site"], row["end_reason"]) for row in outages(daemon)] == [(CENTRE, "recovered")]
    assert len(tickets(daemon)) == 1
    # A kill between the server's answer and our note of it sends a mail again: in the same words, under the same name.
    assert kinds(mails.mails).keys() == ONE_OF_EACH.keys()
    copies = Counter((mail.header("Message-ID"), mail.header("Subject"), mail.text()) for mail in mails.mails)
    assert len(copies) == 4
    assert sum(copies.values()) - 4 <= KILLS
    assert daemon.rows("PRAGMA integrity_check") == [{"integrity_check": "ok"}]
