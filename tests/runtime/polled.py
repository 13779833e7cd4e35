"""An agent behind the backbone, and a daemon that reads it."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.lab.daemon import Daemon
from tests.lab.fleet import write_config
from tests.lab.network import Lab

ROUTER = "10.77.2.1"
SITES = f"""
[sites.backbone]
kind = "backbone"
name_bn = "ব্যাকবোন"
name_en = "Backbone"

[sites.backbone.devices.router]
address = "{ROUTER}"
snmp = "core"
"""
PROBING = {"interval_s": 1, "recheck_s": 1, "echoes": 1, "spacing_s": 0.05, "timeout_s": 0.4}
SNMP = {"interval_s": 5, "timeout_s": 0.4, "retries": 0}


@contextmanager
def agent(lab: Lab, folder: Path, community: str, more: str = "") -> Iterator[None]:
    """snmpd on the hosts' side of the lab."""
    config = folder / "snmpd.conf"
    config.write_text(f"rocommunity {community}\nsysName bheramara-core\n{more}\n", encoding="utf-8")
    process = lab.hosts.popen(
        ["snmpd", "-f", "-Lo", "-C", "-c", str(config), f"udp:{ROUTER}:161"],
        env={"SNMP_PERSISTENT_DIR": str(folder / "persistent"), "MIBS": ""},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(10)


def write(daemon: Daemon, community: str, sites: str = SITES, probe_every_s: float = 1) -> None:
    settings = {"probing": {**PROBING, "interval_s": probe_every_s}, "snmp": SNMP}
    write_config(daemon.config, sites=sites, listen=daemon.listen, settings=settings)
    with (daemon.config / "monitor.toml").open("a", encoding="utf-8") as monitor:
        monitor.write('\n[snmp.v2c.core]\ncommunity_file = "community"\n')
    secret = daemon.home / "community"
    secret.write_text(community + "\n", encoding="utf-8")
    secret.chmod(0o600)


def state(daemon: Daemon, name: str) -> float | None:
    return daemon.metric("upazila_snmp_state", device="router", outcome=name)
