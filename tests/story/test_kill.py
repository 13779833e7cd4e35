"""kill -9 in the middle of an outage: the daemon that comes after continues it, and nothing is told twice."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.lab.daemon import Daemon
from tests.lab.fleet import Settings, shipped_sites, write_config
from tests.lab.mail import MailCatcher
from tests.lab.network import Lab
from tests.lab.waiting import until
from tests.story.reading import ONE_OF_EACH, kinds, outages, tickets, unsent, verdict, wait_until_state

CENTRE, ADDRESS = "udc-juniadaha", "10.77.2.6"
QUICK: Settings = {
    "probing": {"interval_s": 1, "recheck_s": 1, "echoes": 2, "spacing_s": 0.05, "timeout_s": 0.4},
    "judging": {"down_after": 4},  # three seconds in a soft state: time enough to strike in it
}


@dataclass(frozen=True)
class World:
    """Everything that a story happens in."""

    lab: Lab
    mails: MailCatcher
    daemon: Daemon


def goes_dark(world: World) -> None:
    world.lab.down(ADDRESS)
    until(lambda: verdict(world.daemon, CENTRE) == "failed", "the first failed round", within_s=5)


def is_on_record(world: World) -> None:
    until(lambda: outages(world.daemon), "the outage on record", within_s=10)


def has_its_ticket(world: World) -> None:
    until(lambda: tickets(world.daemon), "the ticket", within_s=20)


def has_its_ticket_while_the_mail_server_refuses(world: World) -> None:
    world.mails.refuse()
    has_its_ticket(world)
    until(lambda: world.mails.tries >= 2, "a try to hand over each mail", within_s=10)


def is_told(world: World) -> None:
    world.mails.wait_for(2, within_s=15)
    until(lambda: not unsent(world.daemon), "both mails marked as sent", within_s=5)


def answers_again(world: World) -> None:
    world.lab.up(ADDRESS)
    until(lambda: outages(world.daemon)[0]["ended_utc"], "the end of the outage on record", within_s=10)


def is_settled(world: World) -> None:
    world.mails.wait_for(4, within_s=20)
    until(lambda: not unsent(world.daemon), "every notice marked as sent", within_s=5)


def stored(world: World) -> tuple[int, int, int, int]:
    """Outages, those that ended, tickets, mails."""
    known = outages(world.daemon)
    ended = sum(outage["ended_utc"] is not None for outage in known)
    return len(known), ended, len(tickets(world.daemon)), len(world.mails.mails)


Step = Callable[[World], None]

STORY: list[Step] = [goes_dark, is_on_record, has_its_ticket, is_told, answers_again, is_settled]
REFUSED = has_its_ticket_while_the_mail_server_refuses

POINTS = {
    "in a soft state": ([goes_dark], (0, 0, 0, 0)),
    "with the outage on record and no ticket yet": ([goes_dark, is_on_record], (1, 0, 0, 0)),
    "with its ticket while the mail server refuses": ([goes_dark, is_on_record, REFUSED], (1, 0, 1, 0)),
    "with both mails sent": (STORY[:4], (1, 0, 1, 2)),
    "with the recovery on record and the ticket open": (STORY[:5], (1, 1, 1, 2)),
}


IN_LONG = tuple(name for name in POINTS if name != "with the outage on record and no ticket yet")


@pytest.mark.parametrize(
    ("before", "known"),
    [pytest.param(*what, id=name, marks=[pytest.mark.long] * (name in IN_LONG)) for name, what in POINTS.items()],
)
def test_an_outage_goes_on_where_a_kill_left_it(
    lab: Lab, mails: MailCatcher, daemon: Daemon, before: list[Step], known: tuple[int, int, int, int]
) -> None:
    world = World(lab, mails, daemon)
    write_config(daemon.config, sites=shipped_sites(), listen=daemon.listen, target_s=8, settings=QUICK)
    daemon.start()
    wait_until_state(daemon, CENTRE, "up", within_s=5)
    for step in before:
        step(world)

    daemon.kill()
    # It was killed where it was meant to be: otherwise this test would prove something else.
    assert stored(world) == known
    mails.accept()
    daemon.start()
    for step in STORY[len(before) :]:
        step(world)

    # One outage, one ticket, and each kind of mail once to each who was to get it.
    assert stored(world) == (1, 1, 1, 4)
    assert tickets(daemon)[0]["state"] == "resolved"
    assert daemon.stop() == 0
    assert kinds(mails.mails) == ONE_OF_EACH


def test_an_outage_keeps_its_beginning_over_a_kill(lab: Lab, mails: MailCatcher, daemon: Daemon) -> None:
    world = World(lab, mails, daemon)
    write_config(daemon.config, sites=shipped_sites(), listen=daemon.listen, target_s=600, settings=QUICK)
    daemon.start()
    goes_dark(world)
    is_on_record(world)
    (before,) = outages(daemon)

    daemon.kill()
    daemon.start()
    wait_until_state(daemon, CENTRE, "down", within_s=5)

    assert outages(daemon) == [before]
