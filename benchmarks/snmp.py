"""Our SNMP reader beside its peers: the same snmpd, the same questions, the same run, in turns.

CPU is that of the whole process tree by rusage; a run with few questions, the start-up, is taken off. snmp_exporter is
a server: its CPU is what its process used meanwhile, without that of whoever asks it. The agent's own is in none.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from ipaddress import ip_address
from pathlib import Path

from benchmarks.daemon import cpu_s
from benchmarks.measuring import debian_version, inside, machine, median, run, spread
from monitor.probes.snmp.ber import dotted, oid
from monitor.probes.snmp.client import Agent, V2cClient, V2cSession
from monitor.probes.snmp.mibs import ENGINE_TIME, INTERFACES, SYSTEM
from monitor.probes.snmp.walking import walk
from monitor.settings.secrets import Secret
from tests.lab.agents import HOST, snmpd

EXPORTER, EXPORTER_PORT = "prometheus-snmp-exporter", 19_116
SIX = [*SYSTEM.values(), ENGINE_TIME, oid("1.3.6.1.2.1.2.1.0")]  # what every device is asked, and ifNumber
FOUR = [INTERFACES[name] for name in ("ifHCInOctets", "ifHCOutOctets", "ifOperStatus", "ifName")]
FEW = 20
AT_ONCE = 20
MODULES = {"get": SIX, "walk": FOUR}


async def ask(kind: str, port: int, times: int) -> None:
    """That many questions, `AT_ONCE` at a time."""
    client = V2cClient()
    client.open()
    session = client.session(Agent(ip_address(HOST), port, Secret("public")))
    left = iter(range(times))

    async def work() -> None:
        for _ in left:
            await _once(session, kind)

    await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    client.close()


async def _once(session: V2cSession, kind: str) -> None:
    if kind == "get":
        assert len(await session.get(SIX)) == len(SIX)
    else:
        assert all((await walk(session, FOUR)).values())


def ours(kind: str, port: int, times: int, output: Path) -> float:
    """Microseconds of CPU a question."""
    words = [sys.executable, "-m", "benchmarks.snmp", "--ask", kind, str(port)]
    few, many = run([*words, str(FEW)], output), run([*words, str(FEW + times)], output)
    assert few.code == many.code == 0, many.output
    return (many.cpu_s - few.cpu_s) / times * 1e6


def net_snmp(kind: str, port: int, times: int, output: Path) -> float:
    """The same by net-snmp's commands, a process each."""
    target = f"{HOST}:{port}"
    common = ["-v2c", "-c", "public", "-m", "", target]
    if kind == "get":
        commands = [["snmpget", *common, *map(dotted, SIX)]]
    else:
        commands = [["snmpbulkwalk", *common, dotted(column)] for column in FOUR]
    times = max(times // 100, 5)
    used_s = sum(run(command, output).cpu_s for _ in range(times) for command in commands)
    return used_s / times * 1e6


@contextmanager
def exporter(folder: Path) -> Iterator[int]:
    """snmp_exporter with a module for each kind of question; yields its pid."""
    config = folder / "snmp.yml"
    modules = {
        "get": {"get": list(map(dotted, SIX)), "metrics": [_metric(dotted(SIX[2])), _metric(dotted(SIX[5]))]},
        "walk": {"walk": list(map(dotted, FOUR)), "metrics": [_metric(dotted(column), "ifIndex") for column in FOUR]},
    }
    auth = {"version": 2, "auth": {"community": "public"}}
    config.write_text(json.dumps({name: {**module, **auth} for name, module in modules.items()}))
    words = [EXPORTER, f"--config.file={config}", f"--web.listen-address=127.0.0.1:{EXPORTER_PORT}"]
    with (folder / "exporter.log").open("wb") as log:
        server = subprocess.Popen(words, stdout=log, stderr=log)
    try:
        for _ in range(100):
            try:
                HTTPConnection("127.0.0.1", EXPORTER_PORT, timeout=1).connect()
                break
            except OSError:
                time.sleep(0.05)
        yield server.pid
    finally:
        server.terminate()
        server.wait()


def _metric(name: str, index: str = "") -> dict[str, object]:
    plain = f"m{name.replace('.', '_')}"
    kind = "DisplayString" if name == dotted(INTERFACES["ifName"]) else "gauge"
    indexes = [{"labelname": index, "type": "gauge"}] if index else []
    return {"name": plain, "oid": name.removesuffix(".0"), "type": kind, "help": plain, "indexes": indexes}


def by_exporter(kind: str, port: int, times: int, pid: int) -> float:
    """The same through snmp_exporter."""
    connection = HTTPConnection("127.0.0.1", EXPORTER_PORT)
    for number in range(FEW + times):
        if number == FEW:
            before_s = cpu_s(pid)
        connection.request("GET", f"/snmp?module={kind}&target={HOST}:{port}")
        answer = connection.getresponse()
        text = answer.read()
        assert answer.status == 200, text
    return (cpu_s(pid) - before_s) / times * 1e6


def interfaces(count: int) -> list[str]:
    """The commands that make so many interfaces, of which two belong to each cable."""
    return [f"link add veth{number} type veth peer name peer{number}" for number in range(count // 2)]


def race(runs: int, times: int) -> dict[str, dict[str, list[float]]]:
    """All contestants in turns, by kind of question."""
    found: dict[str, dict[str, list[float]]] = {kind: {} for kind in MODULES}
    with tempfile.TemporaryDirectory() as name, snmpd([]) as port, exporter(Path(name)) as pid:
        output = Path(name) / "output"
        for _ in range(runs):
            for kind, results in found.items():
                count = times if kind == "get" else max(times // 10, 10)
                results.setdefault("upazila-monitor", []).append(ours(kind, port, count, output))
                results.setdefault("snmp_exporter", []).append(by_exporter(kind, port, count, pid))
                results.setdefault("net-snmp's commands", []).append(net_snmp(kind, port, count, output))
    return found


def report(found: dict[str, dict[str, list[float]]], columns: int) -> str:
    """The tables, in Markdown."""
    lines = ["| question | who | CPU | spread | ours / theirs |", "|---|---|---:|---:|---:|"]
    words = {"get": "6 values", "walk": f"4 columns of {columns} interfaces"}
    for kind, results in found.items():
        own = median(results["upazila-monitor"])
        lines += [
            f"| {words[kind]} | {who} | {median(each):,.0f} µs | {spread(each):.0%} | {own / median(each):.3f} |"
            for who, each in results.items()
        ]
    return "\n".join(lines)


def main() -> None:
    """`scripts/bench snmp`."""
    parser = argparse.ArgumentParser(prog="scripts/bench snmp", description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure there as well")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--times", type=int, default=2_000)
    parser.add_argument("--interfaces", type=int, default=94, help="made in the network namespace, beside lo")
    parser.add_argument("--ask", nargs=3, metavar=("KIND", "PORT", "TIMES"), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.ask:
        asyncio.run(ask(chosen.ask[0], int(chosen.ask[1]), int(chosen.ask[2])))
        return
    inside("benchmarks.snmp", sys.argv[1:])
    for command in interfaces(chosen.interfaces):
        subprocess.run(["ip", *command.split()], check=True)
    found = race(chosen.runs, chosen.times)
    facts = {**machine(), "snmp_exporter": debian_version(EXPORTER), "net-snmp": debian_version("snmp")}
    print(", ".join(f"{name} {value}" for name, value in facts.items()))
    print(report(found, chosen.interfaces + 1))
    if chosen.json:
        chosen.json.write_text(json.dumps({"machine": facts, "us": found}, indent=1) + "\n")


if __name__ == "__main__":
    main()
