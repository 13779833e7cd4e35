"""A mail server that accepts and never speaks: nobody's probing is late for it, and nothing is lost."""

import socket

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.lab.bad_mail import BadMailServer
from tests.lab.daemon import Daemon
from tests.lab.fleet import Settings, many_sites, write_config
from tests.lab.machine import wakes_late
from tests.lab.mail import MAIL_HOST, MAIL_PORT
from tests.lab.network import Lab
from tests.lab.waiting import until
from tests.story.reading import unsent

pytestmark = pytest.mark.alone

LINK = "10.77.2.1"  # site-0000
SITES = 60
ON_TIME_S = 0.1


def late_rounds(daemon: Daemon) -> tuple[float, float]:
    """(rounds that came later than ON_TIME_S after their turn, all rounds) so far."""
    for family in text_string_to_metric_families(daemon.get("/metrics")[1]):
        if family.name == "upazila_round_lateness_seconds":
            buckets = {sample.labels.get("le"): sample.value for sample in family.samples if "le" in sample.labels}
            return buckets["+Inf"] - buckets[str(ON_TIME_S)], buckets["+Inf"]
    raise AssertionError("there is no such metric")


@pytest.mark.long
def test_probing_is_on_time_beside_a_mute_mail_server_and_the_mails_go_when_it_speaks(lab: Lab, daemon: Daemon) -> None:
    listener = lab.hosts.open_socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((MAIL_HOST, MAIL_PORT))
    listener.listen(64)
    settings: Settings = {"mail": {"timeout_s": 1}}  # three tries come soon
    write_config(daemon.config, sites=many_sites(SITES), listen=daemon.listen, target_s=3, settings=settings)
    machine = list[float]()
    with BadMailServer(listener, "mute") as server:
        with wakes_late(machine):
            daemon.start()
            late_before, every_before = late_rounds(daemon)  # whatever its own start took
            lab.down(LINK)
            until(lambda: server.connections >= 3, "three tries", within_s=60)
            late_now, every_now = late_rounds(daemon)
        late, every = late_now - late_before, every_now - every_before
        assert every > SITES
        assert late / every < 0.01 + 2 * machine[0]  # as far as the machine woke us on time
        assert len(unsent(daemon)) == 2
        assert server.accepted == []

        server.mode = "good"
        until(lambda: not unsent(daemon), "both mails", within_s=30)
        assert len(set(server.ids())) == 2
