"""What a reader can know of a running daemon: states, and what it has stored."""

import json
from collections import Counter
from typing import Any

from tests.lab.daemon import Daemon
from tests.lab.mail import Mail
from tests.lab.waiting import until


def sites(daemon: Daemon) -> dict[str, dict[str, Any]]:
    """What the daemon itself tells of every site, by id; empty while it does not answer."""
    status, body = daemon.get("/api/v1/status")
    return {site["id"]: site for site in json.loads(body)["sites"]} if status == 200 else {}


def states(daemon: Daemon) -> dict[str, str]:
    """The state of every site by id."""
    return {id_: site["state"] for id_, site in sites(daemon).items()}


def verdict(daemon: Daemon, site: str) -> str | None:
    """What the last round said of the site's gateway, certain or not."""
    known = sites(daemon).get(site)
    return known["devices"][0]["verdict"] if known else None


def wait_until_state(daemon: Daemon, site: str, state: str, within_s: float) -> None:
    """Returns as soon as the site is in this state."""
    until(lambda: states(daemon).get(site) == state, f"{site} is {state}", within_s)


def wait_until_all_up(daemon: Daemon, sites: int, within_s: float = 20) -> None:
    """Returns as soon as every site is up."""
    until(lambda: Counter(states(daemon).values()) == {"up": sites}, f"all {sites} sites up", within_s)


def outages(daemon: Daemon) -> list[dict[str, Any]]:
    """Every outage that was ever stored, oldest first."""
    return daemon.rows("SELECT * FROM outages ORDER BY id")


def tickets(daemon: Daemon) -> list[dict[str, Any]]:
    """Every ticket, oldest first."""
    return daemon.rows("SELECT * FROM tickets ORDER BY id")


def unsent(daemon: Daemon) -> list[dict[str, Any]]:
    """The notices that are still owed."""
    return daemon.rows("SELECT * FROM notices WHERE sent_utc IS NULL")


def kinds(mails: list[Mail]) -> Counter[tuple[str, str]]:
    """How often each kind of notice reached each recipient. The Message-ID names the kind, and is unique to it."""
    return Counter((mail.header("Message-ID").split(".")[1].partition("-")[0], mail.recipients[0]) for mail in mails)


ONE_OF_EACH = Counter(
    {
        ("opened", "responsible@office.example"): 1,
        ("stage", "grievance@office.example"): 1,
        ("resolved", "responsible@office.example"): 1,
        ("resolved", "grievance@office.example"): 1,
    }
)


def rtts(daemon: Daemon) -> list[float]:
    """The last round-trip time of every device that ever answered, in seconds."""
    return daemon.samples("upazila_icmp_rtt_seconds")
