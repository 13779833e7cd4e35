"""The runner of the daemon, proved with a stand-in: inside for the network, outside for whoever asks."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab import daemon as runner
from tests.lab.daemon import Daemon
from tests.lab.network import Lab
from tests.lab.waiting import until

STAND_IN = """#!{python}
import os, signal, socket, sys
from http.server import BaseHTTPRequestHandler, HTTPServer
assert (os.environ["LISTEN_PID"], os.environ["LISTEN_FDS"]) == (str(os.getpid()), "1")
print("started:", *sys.argv[1:], os.environ.get("MOOD", ""), flush=True)
signal.signal(signal.SIGHUP, lambda *_: print("read again", flush=True))
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
if os.environ.get("MOOD") == "ill":
    sys.exit("no mood to start")
asked = []
class Page(BaseHTTPRequestHandler):
    def do_GET(self):
        asked.append(self.path)
        self.send_response(503 if self.path == "/readyz" and len(asked) < 3 else 200)
        self.end_headers()
        self.wfile.write(BODIES.get(self.path, "").encode())
    def log_message(self, *_):
        pass
BODIES = {{
    "/interfaces": " ".join(name for _, name in socket.if_nameindex()),
    "/metrics": "# TYPE sites gauge\\n"
        'sites{{state="up",kind="udc"}} 6\\nsites{{state="up",kind="lab"}} 20\\nsites{{state="down",kind="lab"}} 1\\n',
}}
server = HTTPServer(("", 0), Page, bind_and_activate=False)
server.socket = socket.socket(fileno=3)
server.serve_forever()
"""


@pytest.fixture
def daemon(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Daemon]:
    stand_in = tmp_path / "stand-in"
    stand_in.write_text(STAND_IN.format(python=sys.executable), encoding="utf-8")
    stand_in.chmod(0o755)
    monkeypatch.setattr(runner, "program", lambda: str(stand_in))
    with Daemon(lab, tmp_path) as made:
        yield made


def test_it_is_inside_the_lab_and_reached_from_outside(daemon: Daemon) -> None:
    daemon.start()

    assert daemon.get("/interfaces") == (200, "lo monitor0")
    assert f"started: --config {daemon.config} run" in daemon.log()


def test_starting_waits_for_readiness(daemon: Daemon) -> None:
    daemon.start(ready_within_s=None)
    until(lambda: "started" in daemon.log(), "the start", within_s=5)
    assert daemon.get("/readyz")[0] == 503
    daemon.stop()

    daemon.start()
    assert daemon.get("/readyz")[0] == 200


def test_metrics_are_summed_over_the_labels_that_were_not_named(daemon: Daemon) -> None:
    daemon.start()

    assert daemon.metric("sites", state="up") == 26
    assert daemon.metric("sites", state="up", kind="udc") == 6
    assert daemon.metric("sites") == 27
    assert daemon.metric("sites", state="paused") is None


def test_it_reloads_stops_and_starts_again_on_the_same_address(daemon: Daemon) -> None:
    daemon.start()
    daemon.reload()
    until(lambda: "read again" in daemon.log(), "the answer to SIGHUP", within_s=5)
    assert daemon.stop() == 0
    assert not daemon.running

    daemon.start()
    assert daemon.get("/interfaces")[0] == 200


def test_kill_leaves_no_time_to_say_goodbye(daemon: Daemon) -> None:
    daemon.start()
    daemon.kill()

    assert not daemon.running
    assert daemon.get("/") == (0, "")


def test_a_daemon_that_does_not_come_up_fails_with_its_own_words(lab: Lab, tmp_path: Path, daemon: Daemon) -> None:
    ill = Daemon(lab, tmp_path, environment={"MOOD": "ill"})
    with ill, pytest.raises(AssertionError, match="no mood to start"):
        ill.start()
