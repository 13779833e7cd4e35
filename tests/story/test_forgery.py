"""Nobody but a host itself can say that it lives: forged replies, on the real wire, never revive a dead one."""

from contextlib import ExitStack

from monitor.configuration import load
from tests.lab.daemon import Daemon
from tests.lab.fleet import Settings, shipped_sites, write_config
from tests.lab.forger import FORGERIES, Forger, the_truth
from tests.lab.network import Lab
from tests.lab.waiting import until
from tests.story.reading import states, wait_until_state

QUICK: Settings = {
    "probing": {"interval_s": 1, "recheck_s": 1, "echoes": 2, "spacing_s": 0.05, "timeout_s": 0.4},
    "judging": {"trace": False},  # whose echoes the forgers would answer too
}
ENOUGH = 12  # forged replies: six rounds, where two good ones would revive

# What the daemon counts each as. The kernel's ping sockets never hand out what has a bad checksum: nothing to count.
COUNTED_AS = {
    "wrong source": "forged_source",
    "wrong cookie": "forged_cookie",
    "wrong sequence": "forged_sequence",
    "late": "late",
}


NONE = dict.fromkeys((*COUNTED_AS.values(), "bad_checksum", "duplicate", "foreign", "truncated"), 0)


def rejected(daemon: Daemon) -> dict[str, float | None]:
    """How many replies the daemon has turned away, by reason."""
    return {reason: daemon.metric("upazila_replies_rejected_total", reason=reason) for reason in NONE}


def test_only_an_answer_that_is_right_in_everything_revives_a_dead_host(lab: Lab, daemon: Daemon) -> None:
    # Five dead centres, and for each of them somebody who answers in its name, right in all but one thing.
    write_config(daemon.config, sites=shipped_sites(), listen=daemon.listen, target_s=600, settings=QUICK)
    centres = [site for site in load(daemon.config).fleet.sites.values() if site.kind == "udc"]
    victims = {forgery: centres.pop() for forgery in FORGERIES}
    for site in victims.values():
        lab.down(str(site.gateway.address))
    daemon.start()
    for site in victims.values():
        wait_until_state(daemon, site.id, "down", within_s=10)
    assert rejected(daemon) == NONE

    with ExitStack() as forgers:
        at_work = {
            forgery: forgers.enter_context(Forger(lab, str(site.gateway.address), FORGERIES[forgery]))
            for forgery, site in victims.items()
        }
        for sent in range(1, ENOUGH + 1):
            for forger in at_work.values():
                forger.wait_for(sent, within_s=5)
            known = states(daemon)
            assert {known[site.id] for site in victims.values()} == {"down"}

    # Each was received, and counted for what it was.
    expected = {COUNTED_AS[forgery]: forger.sent for forgery, forger in at_work.items() if forgery in COUNTED_AS}
    until(lambda: rejected(daemon) == {**NONE, **expected}, f"{expected} counted", within_s=5)
    assert daemon.metric("upazila_forged_replies_total") == sum(expected.values()) - expected["late"]

    # The proof that the forger reaches the judge: leave nothing out, and the host is believed to live.
    site = victims["wrong source"]
    with Forger(lab, str(site.gateway.address), the_truth):
        wait_until_state(daemon, site.id, "up", within_s=10)
