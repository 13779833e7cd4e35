"""All trials by name, with how many times each is done for the whole figure."""

from functools import partial

from tests.torture import at_rest, daemons, forgeries, fuzzing, power, soaking, time
from tests.torture.daemons import by_pytest
from tests.torture.trial import Run, Trial

STORY = "tests/story"


def _passed(node: str, beside_each_other: int = 1) -> Run:
    return lambda count, _seed: by_pytest(node, count, beside_each_other)


TRIALS = {
    trial.name: trial
    for trial in (
        Trial(
            "kills",
            "kill -9 at any moment of an outage, its ticket, its mails and its end",
            1_000,
            daemons.kills,
            needs_lab=True,
        ),
        Trial(
            "named-kills",
            "kill -9 at each of six named points of the same",
            60,
            _passed(f"{STORY}/test_kill.py", beside_each_other=2),
            needs_lab=True,
        ),
        Trial("power", "power cuts: what was not synced vanishes, in part and in any order", 10_000, power.cut_power),
        Trial("torn-tails", "a write-ahead log that ends anywhere, anything behind it", 10_000, at_rest.torn_tails),
        Trial("flipped-bits", "one bit of the database's file turned over", 1_000, at_rest.flipped_bits),
        Trial(
            "disk-full",
            "no byte can be written for so many seconds, while a centre fails and comes back",
            3_600,
            daemons.disk_full,
            needs_lab=True,
            in_one_sitting=True,
        ),
        Trial("forged-icmp", "forged echo replies on the wire", 1_000_000, forgeries.icmp, needs_lab=True),
        Trial("forged-v2c", "SNMP v2c answers by others than the agent", 1_000_000, forgeries.v2c),
        Trial("forged-v3", "SNMPv3 answers changed on their way, or replayed", 1_000_000, forgeries.v3),
        Trial("datagrams", "datagrams that a fuzzer thinks of", 10_000_000, fuzzing.datagrams),
        Trial("requests", "requests of the API, most of them wrong", 1_000_000, fuzzing.requests),
        Trial("configurations", "configurations with one to three things spoilt", 1_000_000, fuzzing.configurations),
        Trial("clocks", "years of a ticket by clocks that are wrong by up to eighty years", 1_000, time.clocks),
        Trial("ladder", "years of a ticket through absences, reboots and stepped clocks", 1_000, time.ladder),
        Trial("flapping", "a site that is down and up for N rounds each, for each N", 100, time.flapping),
        Trial(
            "dead-router",
            "a dead router with 5,000 sites behind it",
            1,
            _passed(
                f"{STORY}/test_large_faults.py"
                "::test_a_dead_router_with_5000_children_is_one_outage_one_ticket_and_five_mails_at_most"
            ),
            needs_lab=True,
        ),
        Trial(
            "sticky-firewall",
            "a firewall that goes on dropping whatever has an identifier it once dropped",
            20,
            forgeries.sticky_firewall,
            needs_lab=True,
        ),
        Trial(
            "reloads",
            "SIGHUP 200 times a minute for an hour, each with a tenth of the sites exchanged",
            12_000,
            soaking.reloads,
            needs_lab=True,
            in_one_sitting=True,
        ),
        Trial(
            "churn",
            "minutes in which a hundredth of 20,000 SNMP agents goes and others come",
            60,
            partial(soaking.churn, agents=20_000),
            needs_lab=True,
            in_one_sitting=True,
        ),
        Trial(
            "small-churn",
            "minutes in which a hundredth of 2,000 SNMP agents goes and others come",
            60,
            partial(soaking.churn, agents=2_000),
            needs_lab=True,
            in_one_sitting=True,
        ),
    )
}


UNSYNCED = Trial("power", "power cuts without a sync", 20, partial(power.cut_power, synced="OFF"))
"""The trial of power cuts with a database that does not sync: it must find losses, or it would find none."""
