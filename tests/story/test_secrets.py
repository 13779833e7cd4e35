"""Secrets of SNMP, through every failure that can be forced: none stands anywhere but in its own file."""

import os
import resource
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.settings.storage_section import Place
from monitor.store.retention import back_up
from tests.lab.daemon import Daemon
from tests.lab.fleet import write_config
from tests.lab.network import MONITOR4, Lab
from tests.lab.waiting import until
from tests.runtime.trapped import LINK_DOWN

ECHOING, SIGNING, TRAPS = "10.77.2.1", "10.77.2.3", 10_163
CANARIES = {"community": "canary-of-v2c", "auth": "canary-for-signing", "priv": "canary-for-encrypting"}
SITES = f"""
[sites.backbone]
kind = "backbone"
name_bn = "ব্যাকবোন"
name_en = "Backbone"
devices.gateway = {{ address = "{ECHOING}", snmp = "open" }}
devices.router = {{ address = "{SIGNING}", snmp = "signed" }}
"""
CREDENTIALS = """
[snmp.v2c.open]
community_file = "community"
[snmp.v3.signed]
user = "monitor"
auth = "SHA-256"
auth_key_file = "auth"
priv = "AES-128"
priv_key_file = "priv"
"""
ECHO = """
import socket
own = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
own.bind(("ADDRESS", 161))
while True:
    data, source = own.recvfrom(9_000)
    own.sendto(data, source)
    own.sendto(data.replace(b"\\xa0", b"\\xa2", 1)[:-1], source)
"""


def configure(daemon: Daemon, more: str = "") -> None:
    settings: dict[str, dict[str, object]] = {
        "probing": {"interval_s": 2, "recheck_s": 1, "echoes": 1, "spacing_s": 0.05, "timeout_s": 0.4},
        "snmp": {"interval_s": 5, "timeout_s": 0.4, "retries": 0, "traps": f"0.0.0.0:{TRAPS}"},
        "log": {"level": "debug"},  # whoever looks for a fault finds no secret either
    }
    write_config(daemon.config, sites=SITES, listen=daemon.listen, settings=settings)
    with (daemon.config / "monitor.toml").open("a", encoding="utf-8") as monitor:
        monitor.write(CREDENTIALS + more)
    for name, canary in CANARIES.items():
        (daemon.home / name).write_text(canary + "\n", encoding="utf-8")
        (daemon.home / name).chmod(0o600)


def test_no_failure_writes_a_secret_anywhere(lab: Lab, daemon: Daemon, tmp_path: Path) -> None:
    agent = tmp_path / "snmpd.conf"
    agent.write_text('createUser monitor SHA-256 "quite another key" AES "quite another key"\nrouser monitor priv\n')
    persistent = {"SNMP_PERSISTENT_DIR": str(tmp_path / "persistent"), "MIBS": ""}
    processes = [
        lab.hosts.popen([sys.executable, "-c", ECHO.replace("ADDRESS", ECHOING)]),
        lab.hosts.popen(
            ["snmpd", "-f", "-Lo", "-C", "-c", str(agent), f"udp:{SIGNING}:161"],
            env=persistent,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ),
    ]
    said = ""
    try:
        configure(daemon)
        daemon.start()
        until(lambda: daemon.metric("upazila_snmp_state", device="gateway", outcome="error") == 1, "the echo", 20)
        until(
            lambda: daemon.metric("upazila_snmp_state", device="router", outcome="credentials") == 1, "the refusal", 20
        )
        assert (daemon.metric("upazila_snmp_replies_rejected_total", reason="malformed") or 0) >= 2
        v3 = f"-v3 -u monitor -l authPriv -a SHA-256 -A {CANARIES['auth']} -x AES -X {CANARIES['priv']}"
        for sender, words in ((ECHOING, f"-v2c -c {CANARIES['community']}"), (ECHOING, "-v2c -c no"), (SIGNING, v3)):
            for inform in ("", "-Ci "):
                where = f"--clientaddr={sender} {MONITOR4}:{TRAPS} '' {LINK_DOWN}"
                lab.hosts.run(["sh", "-c", f"snmptrap -m '' {inform}-r 0 -t 0.2 {words} {where}"], check=False)
        said += daemon.get("/metrics")[1] + daemon.get("/")[1]

        # a configuration that is refused, files that are none, and secrets that are gone
        configure(daemon, "[snmp.v3.signed.more]\n")
        daemon.reload()
        until(lambda: "nothing was" in daemon.log() or "unknown key" in daemon.log(), "the refusal of the file", 20)
        configure(daemon)
        (daemon.home / "auth").write_bytes(b"\xff\xfe" + CANARIES["auth"].encode("utf-16-le"))
        (daemon.home / "community").unlink()
        daemon.reload()
        until(lambda: daemon.metric("upazila_snmp_state", device="router", outcome="error") == 1, "the fault", 20)
        configure(daemon)
        probe = ["probe", "snmp", "127.0.0.1:9", "--timeout", "0.1", "--retries", "0"]
        for command in (
            ["check"],
            ["status"],
            ["events"],
            ["discover", "127.0.0.1", "--snmp", "open", "--snmp", "signed"],
            [*probe, "--community-file", str(daemon.home / "community")],
            [*probe, "--v3", "signed"],
        ):
            done = daemon.run(*command)
            said += done.stdout + done.stderr
        back_up(Place(daemon.home / "var"), daemon.home / "var" / "backups", datetime.now(UTC), 7)
    finally:
        for process in processes:
            process.kill()
            process.wait()
    for name in ("environ", "cmdline"):
        said += Path(f"/proc/{daemon.pid}/{name}").read_bytes().decode("utf-8", "replace")
    daemon.stop()

    told = said + daemon.log()
    assert "does not accept these credentials" in told
    assert "is no text. Expected a file whose first line is the secret" in told
    kept = [path for path in daemon.home.rglob("*") if path.is_file() and path.name not in {*CANARIES, "snmpd.conf"}]
    assert len(kept) > 5
    for canary in CANARIES.values():
        assert canary not in told
        assert [path for path in kept if canary.encode() in path.read_bytes()] == [], "not even in a copy"


def dumps_a_core(pid: int) -> bool:
    """Whether this child of ours, allowed as large a core as there is, leaves one when it is aborted."""
    _, most = resource.prlimit(pid, resource.RLIMIT_CORE)
    resource.prlimit(pid, resource.RLIMIT_CORE, (most, most))
    os.kill(pid, signal.SIGABRT)
    ended = os.waitid(os.P_PID, pid, os.WEXITED)
    assert ended is not None
    return ended.si_code == os.CLD_DUMPED


def test_no_core_is_written_in_which_a_secret_could_be_found(lab: Lab, daemon: Daemon, tmp_path: Path) -> None:
    other = subprocess.Popen(["sleep", "60"], cwd=tmp_path)
    writes_cores = dumps_a_core(other.pid)
    other.wait()
    if not writes_cores:
        pytest.skip("this machine writes no cores at all")
    configure(daemon)
    daemon.start(ready_within_s=None)
    until(lambda: "[page_up]" in daemon.log(), "the page", within_s=60)
    assert resource.prlimit(daemon.pid, resource.RLIMIT_CORE) == (0, 0)
    assert not dumps_a_core(daemon.pid)
