"""The whole daemon with a help desk in its network: both ways, and over a kill and an absence."""

import socket
from collections.abc import Iterator

import pytest

from tests.lab.daemon import Daemon
from tests.lab.desks import TOKEN
from tests.lab.fleet import Settings, shipped_sites, write_config
from tests.lab.mail import MAIL_HOST, MailCatcher
from tests.lab.network import Lab
from tests.lab.waiting import until
from tests.lab.zammad import Zammad
from tests.story.reading import tickets, wait_until_all_up, wait_until_state

CENTRE, ADDRESS = "udc-juniadaha", "10.77.2.6"
SITES = 30


@pytest.fixture
def desk(lab: Lab) -> Iterator[Zammad]:
    """On one of the lab's hosts."""
    with Zammad(MAIL_HOST, lambda: lab.hosts.open_socket(socket.AF_INET, socket.SOCK_STREAM)) as running:
        yield running


def configured(daemon: Daemon, desk: Zammad) -> None:
    secret = daemon.home / "secret"
    secret.write_text(TOKEN)
    secret.chmod(0o600)
    section: Settings = {
        "helpdesk": {
            "kind": "zammad",
            "url": desk.url,
            "allow_http": True,
            "token_file": "secret",
            "queue": desk.queue,
            "poll_s": 5,
            "timeout_s": 1,
        }
    }
    write_config(daemon.config, sites=shipped_sites(), listen=daemon.listen, target_s=2, settings=section)


def kinds_here(daemon: Daemon) -> list[str]:
    rows = daemon.rows("SELECT kind, actor FROM ticket_events ORDER BY id")
    return [row["kind"] for row in rows if row["actor"].startswith("helpdesk")]


@pytest.mark.long
def test_a_ticket_goes_there_and_what_is_done_there_comes_back_over_a_kill_and_an_absence(
    lab: Lab, mails: MailCatcher, daemon: Daemon, desk: Zammad
) -> None:
    configured(daemon, desk)
    daemon.start()
    wait_until_all_up(daemon, SITES)
    lab.down(ADDRESS)
    (number,) = [row["number"] for row in until(lambda: tickets(daemon), "the ticket", within_s=30)]
    until(lambda: desk.tickets(number), "the ticket there", within_s=20)
    (id_,) = desk.tickets(number)

    # Killed while the desk never answers, and the desk goes away: the centre comes back meanwhile.
    desk.misbehave("mute")
    desk.person_writes(id_, "the cable is cut")
    daemon.kill()
    desk.go_away()
    daemon.start()
    wait_until_state(daemon, CENTRE, "down", within_s=10)
    lab.up(ADDRESS)
    until(lambda: tickets(daemon)[0]["state"] == "resolved", "the recovery", within_s=30)
    desk.behave()
    desk.come_back()

    # Afterwards both know everything, once.
    until(lambda: desk.status(id_) == "closed", "the recovery there", within_s=60)
    until(lambda: kinds_here(daemon) == ["comment"], "the remark here", within_s=20)
    assert desk.tickets(number) == [id_]
    told = [text.split()[0] for who, text in desk.remarks(id_) if who == "monitor"]
    assert len(told) == len(set(told))
    assert daemon.run("helpdesk").returncode == 0
    assert "Help desk: 1 ticket there" in daemon.run("status").stdout

    # Somebody there does not believe it.
    desk.person_sets(id_, "open")
    until(lambda: tickets(daemon)[0]["state"] == "acknowledged", "the reopening here", within_s=20)
    assert kinds_here(daemon) == ["comment", "reopened", "ack"]
    assert TOKEN not in daemon.log()
    assert daemon.stop() == 0
