"""The whole story with the real process: a centre goes dark, the charter's target is missed, people hear of it."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from tests.lab.daemon import Daemon
from tests.lab.fleet import address, many_sites, write_config
from tests.lab.mail import MailCatcher
from tests.lab.network import Lab
from tests.lab.waiting import until
from tests.story.reading import (
    ONE_OF_EACH,
    kinds,
    outages,
    states,
    tickets,
    unsent,
    wait_until_all_up,
    wait_until_state,
)

SITES, CENTRE = 500, 100
OFFICER, PROGRAMMER = "responsible@office.example", "grievance@office.example"


def test_of_500_sites_one_centre_goes_dark_and_its_officers_hear_of_it_until_it_is_back(
    lab: Lab, mails: MailCatcher, daemon: Daemon
) -> None:
    centre = f"site-{CENTRE:04}"
    write_config(daemon.config, sites=many_sites(SITES), listen=daemon.listen, target_s=12)
    daemon.start()
    wait_until_all_up(daemon, SITES)
    assert daemon.metric("upazila_probe_success") == SITES

    cut_utc = datetime.now(UTC)
    lab.down(address(CENTRE))

    # It is down for certain, and on record, before its target is missed: it alone, and nobody is written to yet.
    wait_until_state(daemon, centre, "down", within_s=10)
    assert Counter(states(daemon).values()) == {"up": SITES - 1, "down": 1}
    (outage,) = until(lambda: outages(daemon), "the outage on record", within_s=3)
    assert (outage["site"], outage["ended_utc"]) == (centre, None)
    assert mails.mails == []
    # It began with the first failed probe, within one interval of the cut, not when it was confirmed.
    started_utc = datetime.fromisoformat(outage["started_utc"]).replace(tzinfo=UTC)
    assert timedelta(seconds=-1) <= started_utc - cut_utc <= timedelta(seconds=3)

    # The target is missed: one ticket, one mail to the officer in charge, one to the district's Programmer.
    opened = mails.wait_for(2, within_s=20)
    assert sorted(mail.recipients for mail in opened) == [(PROGRAMMER,), (OFFICER,)]
    (ticket,) = tickets(daemon)
    assert (ticket["site"], ticket["state"], ticket["stage"]) == (centre, "open", 1)
    for mail in opened:
        assert ticket["number"] in mail.header("Subject")
        assert f"স্থাপনা {CENTRE}" in mail.text()
        assert f"Site {CENTRE}" in mail.text()
        assert mail.header("Auto-Submitted") == "auto-generated"

    # Whoever looks sees it: Prometheus, and the officer at a terminal.
    assert daemon.metric("upazila_probe_success") == SITES - 1
    assert daemon.metric("upazila_site_state", site=centre, state="down") == 1
    until(lambda: daemon.metric("upazila_tickets_open", stage="1") == 1, "the ticket in the metrics", within_s=5)
    shown = daemon.json("status")
    assert [site["id"] for site in shown["sites"] if site["state"] == "down"] == [centre]
    assert [open_ticket["number"] for open_ticket in shown["tickets"]] == [ticket["number"]]
    assert daemon.run("status").returncode == 1

    lab.up(address(CENTRE))

    # A recovery that lasts resolves the ticket and is told to everyone who was told of the outage, in the same thread.
    wait_until_state(daemon, centre, "up", within_s=10)
    closing = mails.wait_for(4, within_s=20)[2:]
    first = {mail.recipients: mail.header("Message-ID") for mail in opened}
    for mail in closing:
        assert mail.header("In-Reply-To") == first[mail.recipients]
        assert mail.header("References") == first[mail.recipients]
    (ticket,) = tickets(daemon)
    assert ticket["state"] == "resolved"
    assert daemon.json("tickets")[0]["state"] == "resolved"
    until(lambda: daemon.metric("upazila_tickets_open") == 0, "no open ticket in the metrics", within_s=5)
    assert daemon.run("status").returncode == 0

    # That was all: one outage, one ticket, four mails, nothing owed; and the end is orderly.
    until(lambda: not unsent(daemon), "every notice marked as sent", within_s=5)
    assert len(outages(daemon)) == 1
    assert daemon.stop() == 0
    assert kinds(mails.mails) == ONE_OF_EACH
