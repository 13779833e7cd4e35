"""Real SNMP agents on loopback: net-snmp's snmpd, and snmpsim with recordings of real devices."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from monitor.probes.snmp.messages import GET, LEAST_NUMBER, request
from monitor.probes.snmp.mibs import SYSTEM
from tests.lab.namespace import PATH

HOST = "127.0.0.1"
STARTS_WITHIN_S = 30


@contextmanager
def snmpsim(recordings: Path) -> Iterator[int]:
    """Serves every recording in that folder, each under its name as community; yields the port."""
    port = _free_port()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)  # as root it becomes nobody before it reads
        shutil.copytree(recordings, folder / "data", ignore=shutil.ignore_patterns("*.json", "*.md"))
        (folder / "data").chmod(0o755)
        (folder / "cache").mkdir()
        (folder / "cache").chmod(0o777)
        words = [str(Path(sys.executable).parent / "snmpsim-command-responder")]
        words += [f"--data-dir={folder / 'data'}", f"--cache-dir={folder / 'cache'}"]
        words += [f"--agent-udpv4-endpoint={HOST}:{port}"]
        words += ["--process-user=nobody", "--process-group=nogroup"] if os.geteuid() == 0 else []
        community = next(folder.glob("data/*.snmprec")).stem
        with _running(words, folder, port, community):
            yield port


@contextmanager
def snmpd(lines: Sequence[str]) -> Iterator[int]:
    """An snmpd with the community 'public' and these further lines in its configuration; yields the port."""
    port = _free_port()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        config = folder / "snmpd.conf"
        config.write_text("\n".join([f"rocommunity public {HOST}", *lines]) + "\n", encoding="utf-8")
        words = ["snmpd", "-f", "-Lo", "-C", "-c", str(config), f"udp:{HOST}:{port}"]
        with _running(words, folder, port, "public"):
            yield port


@contextmanager
def _running(words: Sequence[str], folder: Path, port: int, community: str) -> Iterator[None]:
    """The process, from when it answers until the end of the ``with``."""
    log = folder / "log"
    environment = {**os.environ, "PATH": PATH, "SNMP_PERSISTENT_DIR": str(folder / "persistent"), "MIBS": ""}
    with log.open("wb") as output:
        process = subprocess.Popen(
            words, stdout=output, stderr=output, stdin=subprocess.DEVNULL, env=environment, cwd=folder
        )
    try:
        _wait(process, port, community, log)
        yield
    finally:
        process.terminate()
        process.wait(10)


def _wait(process: "subprocess.Popen[bytes]", port: int, community: str, log: Path) -> None:
    give_up_mono_s = time.monotonic() + STARTS_WITHIN_S
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        asker.settimeout(0.2)
        while time.monotonic() < give_up_mono_s and process.poll() is None:
            asker.sendto(request(GET, community.encode(), LEAST_NUMBER, [SYSTEM["sysName"]]), (HOST, port))
            try:
                asker.recv(2_048)
            except OSError:
                continue
            return
    raise AssertionError(f"the agent did not answer:\n{log.read_text(errors='replace')}")


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as held:
        held.bind((HOST, 0))
        return int(held.getsockname()[1])
