"""A daemon that is forked off a warm process: started, killed and started again like any other."""

from pathlib import Path

import pytest

from tests.lab.fleet import shipped_sites, write_config
from tests.lab.network import Lab
from tests.lab.waiting import until
from tests.lab.warm import WarmDaemon
from tests.story.reading import states


@pytest.mark.long
def test_a_warm_daemon_is_killed_and_starts_again_on_the_same_port(lab: Lab, tmp_path: Path) -> None:
    with WarmDaemon(lab, tmp_path) as daemon:
        write_config(daemon.config, sites=shipped_sites(), listen=daemon.listen)
        pids = set[int]()
        for _ in range(2):
            daemon.start(ready_within_s=120)
            until(lambda: set(states(daemon).values()) == {"up"}, "all up", within_s=60)
            pids.add(daemon.pid)
            daemon.kill()
            assert not daemon.running
        assert len(pids) == 2
        assert daemon.get("/readyz")[0] == 0
