"""Faults that strike many at once: each is told as the one thing that it is."""

import pytest

from tests.lab.daemon import Daemon
from tests.lab.fleet import FAST, shipped_sites, write_config
from tests.lab.mail import MailCatcher
from tests.lab.network import HOSTS4, Lab
from tests.lab.waiting import until
from tests.story.reading import outages, states, tickets
from tests.told import stored

REFERENCES = ["10.77.100.1", "10.77.100.2"]
VANTAGE = f'\n[vantage.main]\nreferences = ["{REFERENCES[0]}", "{REFERENCES[1]}"]\n'
CORE, CHILDREN, STUBBORN = "10.77.90.1", 5_000, 77


def events(daemon: Daemon) -> list[object]:
    return [row["kind"] for row in daemon.rows("SELECT kind FROM events ORDER BY id")]


@pytest.mark.long
def test_an_uplink_that_is_cut_is_one_event_and_no_outage(lab: Lab, mails: MailCatcher, daemon: Daemon) -> None:
    write_config(daemon.config, sites=shipped_sites(), listen=daemon.listen)
    with (daemon.config / "monitor.toml").open("a") as monitor:
        monitor.write(VANTAGE)
    daemon.start()
    before = states(daemon)

    lab.down(HOSTS4)
    until(lambda: events(daemon) == ["vantage_lost"], "our blindness to be noticed", within_s=20)
    rounds = daemon.metric("upazila_samples_total") or 0
    until(lambda: (daemon.metric("upazila_samples_total") or 0) > rounds + 300, "ten rounds of everybody", within_s=60)
    assert outages(daemon) == []
    assert states(daemon) == before, "nobody can say otherwise"

    lab.up(HOSTS4)
    until(lambda: events(daemon) == ["vantage_lost", "vantage_back"], "our sight to come back", within_s=30)
    until(lambda: set(states(daemon).values()) == {"up"}, "everyone up", within_s=20)
    (gap,) = daemon.rows("SELECT started_utc, ended_utc, reason FROM gaps")
    assert stored(gap["reason"]) == "nothing could be seen behind 'main'"
    assert str(gap["started_utc"]) < str(gap["ended_utc"])
    assert outages(daemon) == []
    assert mails.mails == []


@pytest.mark.long
def test_random_loss_everywhere_is_no_outage(lab: Lab, daemon: Daemon) -> None:
    probing = {**FAST["probing"], "interval_s": 1, "echoes": 3}
    write_config(daemon.config, sites=shipped_sites(), listen=daemon.listen, settings={"probing": probing})
    daemon.start()

    lab.loss(HOSTS4, 20)
    rounds = daemon.metric("upazila_samples_total") or 0
    # Of so many rounds with q = 0.2, k = 3 and N = 3, one in about 2,000,000 begins a false alarm (docs/judging.md).
    until(lambda: (daemon.metric("upazila_samples_total") or 0) > rounds + 900, "thirty rounds of everybody", 120)
    lab.calm()
    assert outages(daemon) == []


def children(count: int) -> str:
    lines = [f'[sites.core]\nkind = "backbone"\nname_bn = "মূল"\nname_en = "Core"\naddress = "{CORE}"\n']
    for number in range(count):
        address = f"10.77.{2 + number // 250}.{1 + number % 250}"
        name = f'name_bn = "ল্যাব {number}"\nname_en = "Lab {number}"'
        lines.append(f'[sites.lab-{number}]\nkind = "lab"\n{name}\nparent = "core"\naddress = "{address}"\n')
    return "\n".join(lines)


@pytest.mark.long
def test_a_dead_router_with_5000_children_is_one_outage_one_ticket_and_five_mails_at_most(
    lab: Lab, mails: MailCatcher, daemon: Daemon
) -> None:
    probing = {"interval_s": 10, "recheck_s": 2, "echoes": 2, "spacing_s": 0.1, "timeout_s": 0.8, "rate_per_s": 20_000}
    settings = {"probing": probing}
    write_config(daemon.config, sites=children(CHILDREN), listen=daemon.listen, target_s=5, settings=settings)
    daemon.start(ready_within_s=60)

    lab.down(HOSTS4)
    until(lambda: states(daemon).get("core") == "down", "the core router down", within_s=60)
    until(lambda: list(states(daemon).values()).count("unreachable") == CHILDREN, "all behind it", within_s=120)
    assert [outage["site"] for outage in outages(daemon)] == ["core"]
    still = "SELECT count(*) AS n FROM affected WHERE until_utc IS NULL"
    until(lambda: daemon.rows(still) == [{"n": CHILDREN}], "all of them stored", within_s=60)

    stubborn = f"10.77.{2 + STUBBORN // 250}.{1 + STUBBORN % 250}"
    lab.down(stubborn)
    lab.up(HOSTS4)
    until(lambda: list(states(daemon).values()).count("up") == CHILDREN, "all but one up", within_s=120)
    until(lambda: [outage["site"] for outage in outages(daemon)][1:] == [f"lab-{STUBBORN}"], "its own outage", 60)
    until(lambda: len(tickets(daemon)) == 2, "its own ticket", within_s=30)
    starts = {row["site"]: row["started_utc"] for row in daemon.rows("SELECT site, started_utc FROM outages")}
    (core_end,) = daemon.rows("SELECT ended_utc FROM outages WHERE site = 'core'")
    assert str(starts[f"lab-{STUBBORN}"]) < str(core_end["ended_utc"]), "since its own first failed round"
    about_core = [mail for mail in mails.mails if f"lab-{STUBBORN}" not in mail.text()]
    assert 1 <= len(about_core) <= 5
    lab.up(stubborn)
