"""What a site serves, checked by the daemon in the lab: a service that fails makes its site degraded, never down."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.lab.daemon import Daemon
from tests.lab.fleet import write_config
from tests.lab.network import Lab
from tests.lab.waiting import until

PROBING = {"interval_s": 2, "recheck_s": 1, "echoes": 1, "spacing_s": 0.05, "timeout_s": 0.4}
SITES = """
[sites.centre]
kind = "udc"
name_bn = "কেন্দ্র"
name_en = "Centre"
address = "10.77.2.1"

[sites.centre.services.portal]
kind = "http"
url = "http://10.77.2.1:8080/"
body = "Directory"

[sites.centre.services.printer]
kind = "tcp"
port = 8080
"""


@contextmanager
def portal(lab: Lab) -> Iterator[None]:
    words = [sys.executable, "-m", "http.server", "8080", "--bind", "10.77.2.1"]
    process = lab.hosts.popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.kill()
        process.wait()


def up(daemon: Daemon, service: str) -> float | None:
    return daemon.metric("upazila_service_up", site="centre", check=service)


@pytest.mark.long
def test_a_service_that_fails_makes_its_site_degraded_and_opens_no_outage(lab: Lab, tmp_path: Path) -> None:
    with Daemon(lab, tmp_path) as daemon:
        write_config(daemon.config, sites=SITES, listen=daemon.listen, settings={"probing": PROBING})
        with portal(lab):
            daemon.start()
            until(lambda: up(daemon, "portal") == up(daemon, "printer") == 1, "both services to answer", 20)
            assert daemon.metric("upazila_service_response_seconds", check="portal", check_kind="http") is not None
            until(lambda: daemon.metric("upazila_site_state", site="centre", state="up") == 1, "the site to be up", 20)

        until(lambda: daemon.metric("upazila_site_state", site="centre", state="degraded") == 1, "the fault", 30)
        assert up(daemon, "portal") == up(daemon, "printer") == 0
        with portal(lab):
            until(lambda: daemon.metric("upazila_site_state", site="centre", state="up") == 1, "its end", 30)
        assert daemon.rows("SELECT id FROM outages") == []


def test_two_things_of_one_name_are_refused(lab: Lab, tmp_path: Path) -> None:
    with Daemon(lab, tmp_path) as daemon:
        write_config(daemon.config, sites=SITES.replace("portal", "gateway"), listen=daemon.listen)
        done = daemon.run("check")
    assert done.returncode == 2
    assert "'gateway' is the name of two things" in done.stderr
