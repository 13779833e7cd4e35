"""A link is cut and takes all behind it along: one outage, one ticket, and nobody is blamed for another's fault."""

from monitor.configuration import load
from tests.lab.daemon import Daemon
from tests.lab.damage import Damage
from tests.lab.fleet import shipped_sites, write_config
from tests.lab.mail import MailCatcher
from tests.lab.network import Lab
from tests.lab.waiting import until
from tests.story.reading import ONE_OF_EACH, kinds, outages, states, tickets, unsent, wait_until_state

LINK = "backbone-north"


def test_a_dead_link_is_one_outage_however_many_are_behind_it(lab: Lab, mails: MailCatcher, daemon: Daemon) -> None:
    write_config(daemon.config, sites=shipped_sites(), listen=daemon.listen, target_s=8)
    fleet = load(daemon.config).fleet
    damage, behind = Damage(lab, fleet), sorted(fleet.descendants(LINK))
    assert len(behind) >= 5
    daemon.start()
    before = states(daemon)

    damage.down(LINK)

    # All behind the link are silent, but the fault is the link's: they are unreachable, and listed on its outage.
    expected = {site: "unreachable" if site in behind else "up" for site in before} | {LINK: "down"}
    until(lambda: states(daemon) == expected, "the link down, all behind it unreachable", within_s=20)
    mails.wait_for(2, within_s=20)
    assert [outage["site"] for outage in outages(daemon)] == [LINK]
    affected = [row["site"] for row in daemon.rows("SELECT site FROM affected WHERE until_utc IS NULL")]
    assert sorted(affected) == behind
    assert daemon.metric("upazila_outage_affected_sites", site=LINK) == len(behind)

    damage.up(LINK)

    # It answers again, and so do they; one ticket was opened and settled, and four mails told of it.
    wait_until_state(daemon, LINK, "up", within_s=10)
    until(lambda: set(states(daemon).values()) == {"up"}, "everyone up", within_s=10)
    mails.wait_for(4, within_s=20)
    until(lambda: not unsent(daemon), "every notice marked as sent", within_s=5)
    assert [outage["site"] for outage in outages(daemon)] == [LINK]
    assert [(ticket["site"], ticket["state"]) for ticket in tickets(daemon)] == [(LINK, "resolved")]
    assert kinds(mails.mails) == ONE_OF_EACH
