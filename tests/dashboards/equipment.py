"""SNMP agents on the lab's own hosts: a real snmpd with the real counters of the lab's cable, and played devices."""

import select
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.lab.agents import snmpsim
from tests.lab.namespace import Namespace
from tests.lab.waiting import until
from tests.places import RECORDINGS

ROUTER, UPS, OPTICS = "10.77.1.4", "10.77.1.3", "10.77.1.5"
PORT = 1161  # of what is played: an ordinary user may not bind a low one
BATTERY, MINUTES_LEFT = 5, 12
WEAK_DBM = -26.5

SITES = f"""
[sites.office-ict.devices.ups]
address = "{UPS}"
snmp = "ups"
snmp_port = {PORT}
[sites.office-ict.devices.router]
address = "{ROUTER}"
snmp = "router"
[sites.office-ict.devices.optics]
address = "{OPTICS}"
snmp = "optics"
snmp_port = {PORT}
[sites.office-ict.services.mail]
kind = "tcp"
host = "10.77.100.25"
port = 2525

[sites.lab-model]
kind = "lab"
name_bn = "আদর্শ ল্যাব"
name_en = "Model lab"
parent = "backbone-bheramara"
[sites.lab-model.devices.gateway]
address = "10.77.4.1"
[sites.lab-model.devices.pc1]
address = "10.77.4.2"
role = "workstation"
[sites.lab-model.devices.pc2]
address = "10.77.4.3"
role = "workstation"
"""

# A router with an optical module: octets and errors that grow, weak light, and a port that should be up and is not.
OPTICS_RECORDING = f"""\
1.3.6.1.2.1.1.1.0|4|RouterOS
1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.14988.1
1.3.6.1.2.1.1.3.0|67|360000
1.3.6.1.2.1.1.5.0|4|optics
1.3.6.1.2.1.2.2.1.1.1|2|1
1.3.6.1.2.1.2.2.1.1.2|2|2
1.3.6.1.2.1.2.2.1.2.1|4|sfp1
1.3.6.1.2.1.2.2.1.2.2|4|ether2
1.3.6.1.2.1.2.2.1.3.1|2|6
1.3.6.1.2.1.2.2.1.3.2|2|6
1.3.6.1.2.1.2.2.1.7.1|2|1
1.3.6.1.2.1.2.2.1.7.2|2|1
1.3.6.1.2.1.2.2.1.8.1|2|1
1.3.6.1.2.1.2.2.1.8.2|2|2
1.3.6.1.2.1.2.2.1.14.1|65:numeric|rate=2,initial=100
1.3.6.1.2.1.2.2.1.19.1|65:numeric|rate=1,initial=100
1.3.6.1.2.1.31.1.1.1.1.1|4|sfp1
1.3.6.1.2.1.31.1.1.1.1.2|4|ether2
1.3.6.1.2.1.31.1.1.1.6.1|70:numeric|rate=9000000,initial=1000
1.3.6.1.2.1.31.1.1.1.10.1|70:numeric|rate=4000000,initial=1000
1.3.6.1.2.1.31.1.1.1.15.1|66|100
1.3.6.1.2.1.31.1.1.1.18.1|4|uplink
1.3.6.1.4.1.14988.1.1.19.1.1.2.1|4|sfp1
1.3.6.1.4.1.14988.1.1.19.1.1.9.1|2|-4100
1.3.6.1.4.1.14988.1.1.19.1.1.10.1|2|{int(WEAK_DBM * 1000)}
"""


@contextmanager
def equipment(hosts: Namespace) -> Iterator[None]:
    """All of them, until the end of the ``with``; where they listen the lab's hosts answer pings anyway."""
    with TemporaryDirectory() as name, ExitStack() as stack:
        home = Path(name)
        recordings = home / "recordings"
        recordings.mkdir()
        (recordings / "optics.snmprec").write_text(OPTICS_RECORDING, encoding="utf-8")
        (recordings / "ups.snmprec").write_text(_ups_on_battery(), encoding="utf-8")
        played = stack.enter_context(snmpsim(recordings))
        for address in (UPS, OPTICS):
            stack.enter_context(_relay(hosts, address, played))
        router = _snmpd(hosts, home)
        stack.callback(router.wait, 10)
        stack.callback(router.terminate)
        agents = {ROUTER: "public", f"{UPS}:{PORT}": "ups", f"{OPTICS}:{PORT}": "optics"}
        for agent, community in agents.items():
            until(partial(_answers, hosts, agent, community), f"an answer of the agent at {agent}", 30)
        yield


@contextmanager
def _relay(hosts: Namespace, address: str, to_port: int) -> Iterator[None]:
    """Carries datagrams between a host of the lab and snmpsim, which stays outside: it refuses to be root inside."""
    over = threading.Event()
    with (
        hosts.open_socket(socket.AF_INET, socket.SOCK_DGRAM) as inside,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as outside,
    ):
        inside.bind((address, PORT))
        outside.connect(("127.0.0.1", to_port))

        def carry() -> None:
            asker = None
            while not over.is_set():
                for ready in select.select([inside, outside], [], [], 0.2)[0]:
                    if ready is inside:
                        question, asker = inside.recvfrom(65_535)
                        outside.send(question)
                    elif asker is not None:
                        inside.sendto(outside.recv(65_535), asker)

        carrier = threading.Thread(target=carry, name=f"relay of {address}")
        carrier.start()
        try:
            yield
        finally:
            over.set()
            carrier.join()


def write_credentials(config: Path) -> str:
    """A community for each agent, in a file; returns the section of monitor.toml that names them."""
    lines = ["[snmp]", "interval_s = 5"]
    for name, community in (("router", "public"), ("ups", "ups"), ("optics", "optics")):
        secret = config / f"{name}-community"
        secret.write_text(community + "\n", encoding="utf-8")
        secret.chmod(0o600)
        lines += [f"[snmp.v2c.{name}]", f'community_file = "{secret}"']
    return "\n".join(lines) + "\n"


def _ups_on_battery() -> str:
    told = (RECORDINGS / "eaton-93e-80.snmprec").read_text(encoding="utf-8").splitlines()
    played = {
        "1.3.6.1.2.1.33.1.4.1.0": BATTERY,
        "1.3.6.1.2.1.33.1.2.3.0": MINUTES_LEFT,
    }
    changed = {oid: f"{oid}|2|{value}" for oid, value in played.items()}
    return "\n".join(changed.get(line.partition("|")[0], line) for line in told) + "\n"


def _answers(hosts: Namespace, address: str, community: str) -> bool:
    words = ["snmpget", "-v2c", "-c", community, "-t", "0.3", "-r", "0", "-Oqv", address, "1.3.6.1.2.1.1.5.0"]
    return hosts.run(words, check=False).returncode == 0


def _snmpd(hosts: Namespace, home: Path) -> "subprocess.Popen[str]":
    config = home / "snmpd.conf"
    config.write_text("rocommunity public\n", encoding="utf-8")
    environment = {"SNMP_PERSISTENT_DIR": str(home / "snmpd"), "MIBS": ""}
    with (home / "snmpd.log").open("w") as log:
        words = ["snmpd", "-f", "-Lo", "-C", "-c", str(config), f"udp:{ROUTER}:161"]
        return hosts.popen(words, env=environment, stdout=log, stderr=log)
