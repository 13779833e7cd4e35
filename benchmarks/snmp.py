"""Our SNMP reader beside its peers: the same snmpd, the same questions, the same run, in turns.

CPU is that of a library's process while it asks, without its start-up, and of a command all of it. snmp_exporter is a
server: its CPU is what its process used meanwhile, without that of whoever asks it. The agent's own is in none.
"""

import argparse
import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine
from functools import partial
from importlib.metadata import version
from ipaddress import ip_address
from pathlib import Path

from benchmarks.measuring import debian_version, inside, machine, median, publish, run, spread, words_of
from benchmarks.snmp_peers import EXPORTER, by_exporter, exporter, gufo, net_snmp
from monitor.probes.snmp.ber import oid
from monitor.probes.snmp.client import Agent, V2cClient
from monitor.probes.snmp.exchange import Exchange
from monitor.probes.snmp.keys import Credential
from monitor.probes.snmp.mibs import ENGINE_TIME, INTERFACES, SYSTEM
from monitor.probes.snmp.session import Session
from monitor.probes.snmp.v3 import V3Client
from monitor.probes.snmp.walking import walk
from monitor.settings.secrets import Secret
from tests.lab.agents import HOST, snmpd

OURS = "upazila-monitor"
SIX = [*SYSTEM.values(), ENGINE_TIME + b"\0", oid("1.3.6.1.2.1.2.1.0")]  # what every device is asked, and ifNumber
FOUR = [INTERFACES[name] for name in ("ifHCInOctets", "ifHCOutOctets", "ifOperStatus", "ifName")]
FEW = 20
AT_ONCE = 20
KINDS = {"get": SIX, "walk": FOUR, "get v3": SIX}
USER = Credential("bench", "SHA-256", Secret("a password for signing"), "AES-128", Secret("one for encrypting"))
SNMPD = ['createUser bench SHA-256 "a password for signing" AES "one for encrypting"', "rouser bench authpriv"]


async def ask(kind: str, port: int, times: int) -> None:
    """That many questions by our reader, `AT_ONCE` at a time."""
    exchange, address = Exchange(), ip_address(HOST)
    exchange.open()
    session: Session
    if "v3" in kind:
        session = V3Client(exchange, USER).session(address, port)
    else:
        session = V2cClient(exchange).session(Agent(address, port, Secret("public")))
    left = iter(range(times))

    async def work() -> None:
        for _ in left:
            await _once(session, kind)

    await exchange.hold(_once(session, kind))
    await asyncio.gather(*(exchange.hold(work()) for _ in range(AT_ONCE)))
    exchange.close()


async def spent_s(asking: Callable[[int], Coroutine[None, None, None]], times: int) -> float:
    """Seconds of CPU, all threads and the kernel's work included, of that many questions after a few to warm up."""
    await asking(FEW)
    begun_s = time.process_time()
    await asking(times)
    return time.process_time() - begun_s


async def _once(session: Session, kind: str) -> None:
    if kind == "walk":
        assert all((await walk(session, FOUR)).values())
    else:
        assert len(await session.get(SIX)) == len(SIX)


def python(who: str, kind: str, port: int, times: int, output: Path) -> float:
    """Microseconds of CPU a question by a Python library, in a process of its own."""
    words = [sys.executable, "-m", "benchmarks.snmp", "--ask", who, kind, str(port), str(times)]
    found = run(words, output)
    assert found.code == 0, found.output
    return float(found.output) / times * 1e6


def interfaces(count: int) -> list[str]:
    """The commands that make so many interfaces, of which two belong to each cable."""
    return [f"link add veth{number} type veth peer name peer{number}" for number in range(count // 2)]


def race(runs: int, times: int) -> dict[str, dict[str, list[float]]]:
    """All contestants in turns, by kind of question."""
    found: dict[str, dict[str, list[float]]] = {kind: {} for kind in KINDS}
    with tempfile.TemporaryDirectory() as name, snmpd(SNMPD) as port, exporter(Path(name), SIX, FOUR, USER) as pid:
        output = Path(name) / "output"
        for _ in range(runs):
            for kind, results in found.items():
                count = max(times // 10, 10) if kind == "walk" else times
                questions = [[column] for column in FOUR] if kind == "walk" else [SIX]
                user = USER if "v3" in kind else None
                results.setdefault(OURS, []).append(python("ours", kind, port, count, output))
                results.setdefault("snmp_exporter", []).append(by_exporter(kind, port, count, FEW, AT_ONCE, pid))
                results.setdefault("gufo_snmp", []).append(python("gufo", kind, port, count, output))
                results.setdefault("net-snmp's commands", []).append(net_snmp(user, questions, port, count, output))
    return found


def report(found: dict[str, dict[str, list[float]]], columns: int) -> str:
    """The tables, in Markdown."""
    lines = ["| question | who | CPU | spread | ours / theirs |", "|---|---|---:|---:|---:|"]
    words = {"get": "6 values", "walk": f"4 columns of {columns} interfaces", "get v3": "6 values, v3 authPriv"}
    for kind, results in found.items():
        own = median(results[OURS])
        lines += [
            f"| {words[kind]} | {who} | {median(each):,.0f} µs | {spread(each):.0%} | {own / median(each):.3f} |"
            for who, each in results.items()
        ]
    return "\n".join(lines)


def main() -> None:
    """`scripts/bench snmp`."""
    parser = words_of("snmp", __doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--times", type=int, default=10_000)
    parser.add_argument("--interfaces", type=int, default=94, help="made in the network namespace, beside lo")
    parser.add_argument("--ask", nargs=4, metavar=("WHO", "KIND", "PORT", "TIMES"), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.ask:
        who, kind, port, times = chosen.ask
        ours = partial(ask, kind, int(port))
        theirs = partial(gufo, kind, KINDS[kind], int(port), AT_ONCE, USER)
        print(asyncio.run(spent_s(ours if who == "ours" else theirs, int(times))))
        return
    inside("benchmarks.snmp", sys.argv[1:])
    for command in interfaces(chosen.interfaces):
        subprocess.run(["ip", *command.split()], check=True)
    found = race(chosen.runs, chosen.times)
    facts = {
        **machine(),
        "snmp_exporter": debian_version(EXPORTER),
        "net-snmp": debian_version("snmp"),
        "gufo_snmp": version("gufo_snmp"),
    }
    publish(report(found, chosen.interfaces + 1), {"us": found}, chosen.json, facts)


if __name__ == "__main__":
    main()
