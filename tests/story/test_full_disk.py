"""No byte can be written any more, neither to the database nor to the log: probing goes on, and nothing is lost."""

import json
import resource
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.daemon import Daemon
from tests.lab.fleet import Settings, shipped_sites, write_config
from tests.lab.mail import MailCatcher
from tests.lab.network import Lab
from tests.lab.waiting import until
from tests.story.reading import kinds, outages, tickets, wait_until_state

CENTRE, ADDRESS = "udc-juniadaha", "10.77.2.6"
QUICK: Settings = {
    "probing": {"interval_s": 1, "recheck_s": 1, "echoes": 2, "spacing_s": 0.05, "timeout_s": 0.4},
    "judging": {"trace": False},
    "storage": {"record": "var/samples-%Y-%m-%d.jsonl"},
}


@pytest.fixture
def daemon(lab: Lab, tmp_path: Path) -> Iterator[Daemon]:
    with Daemon(lab, tmp_path) as made:
        write_config(made.config, sites=shipped_sites(), listen=made.listen, settings=QUICK)
        made.start()
        yield made
    print(f"---- the daemon said:\n{made.log()}")


def let_write(daemon: Daemon, *, everything: bool) -> None:
    """Lets files grow, or refuses that (EFBIG), as the kernel does on a full disk."""
    _, most = resource.prlimit(daemon.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(daemon.pid, resource.RLIMIT_FSIZE, (most if everything else 0, most))


def refusal(daemon: Daemon) -> str:
    """What the page says of it."""
    status, body = daemon.get("/api/v1/status")
    return str(json.loads(body)["store_refuses"]) if status == 200 else ""


def test_what_happened_while_nothing_could_be_written_is_stored_with_its_own_times_afterwards(
    lab: Lab, mails: MailCatcher, daemon: Daemon
) -> None:
    let_write(daemon, everything=False)
    lab.down(ADDRESS)
    wait_until_state(daemon, CENTRE, "down", within_s=10)
    until(lambda: refusal(daemon), "the page to say that the database refuses", within_s=10)
    assert daemon.metric("upazila_store_readable") == 0
    lab.up(ADDRESS)
    wait_until_state(daemon, CENTRE, "up", within_s=10)
    lab.down(ADDRESS)
    wait_until_state(daemon, CENTRE, "down", within_s=10)
    assert outages(daemon) == []

    # Both are on record, in their order, as soon as there is room; the second one gets its ticket and its mails.
    let_write(daemon, everything=True)
    first, second = until(lambda: outages(daemon), "the outages on record", within_s=10)
    assert first["started_utc"] < first["ended_utc"] < second["started_utc"]
    assert second["ended_utc"] is None
    mails.wait_for(2, within_s=30)
    assert set(kinds(mails.mails)) == {("opened", "responsible@office.example"), ("stage", "grievance@office.example")}
    assert len(tickets(daemon)) == 1
    assert refusal(daemon) == ""
    assert "the database writes again" in daemon.log()
