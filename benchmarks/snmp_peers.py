"""The peers that `benchmarks.snmp` races against: net-snmp's commands, snmp_exporter, gufo_snmp."""

import asyncio
import json
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from benchmarks.daemon import cpu_s
from benchmarks.measuring import run
from monitor.probes.snmp.ber import dotted
from monitor.probes.snmp.keys import Credential
from monitor.probes.snmp.mibs import INTERFACES
from tests.lab.agents import HOST

EXPORTER, EXPORTER_PORT = "prometheus-snmp-exporter", 19_116


def net_snmp(credential: Credential | None, questions: list[list[bytes]], port: int, times: int, output: Path) -> float:
    """Microseconds of CPU by net-snmp's commands, a process for each question of a list; a walk for a list of one."""
    target = f"{HOST}:{port}"
    if credential is None:
        common = ["-v2c", "-c", "public", "-m", "", target]
    else:
        assert credential.auth_key
        assert credential.priv_key
        common = ["-v3", "-l", "authPriv", "-u", credential.user, "-a", "SHA-256", "-A", credential.auth_key.reveal()]
        common += ["-x", "AES", "-X", credential.priv_key.reveal(), "-m", "", target]
    command = "snmpget" if len(questions) == 1 else "snmpbulkwalk"
    commands = [[command, *common, *map(dotted, question)] for question in questions]
    times = max(times // 100, 5)
    return sum(run(words, output).cpu_s for _ in range(times) for words in commands) / times * 1e6


@contextmanager
def exporter(folder: Path, six: list[bytes], four: list[bytes], credential: Credential) -> Iterator[int]:
    """snmp_exporter with a module for each kind of question; yields its pid."""
    assert credential.auth_key
    assert credential.priv_key
    config = folder / "snmp.yml"
    get = {"get": list(map(dotted, six)), "metrics": [_metric(dotted(six[2])), _metric(dotted(six[5]))]}
    walk = {"walk": list(map(dotted, four)), "metrics": [_metric(dotted(column), "ifIndex") for column in four]}
    open_ = {"version": 2, "auth": {"community": "public"}}
    user = {
        "security_level": "authPriv",
        "username": credential.user,
        "auth_protocol": "SHA256",
        "priv_protocol": "AES",
    }
    secrets = {"password": credential.auth_key.reveal(), "priv_password": credential.priv_key.reveal()}
    modules: dict[str, Any] = {"get": {**get, **open_}, "walk": {**walk, **open_}}
    modules["get v3"] = {**get, "version": 3, "auth": {**user, **secrets}}
    config.write_text(json.dumps(modules))
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


def by_exporter(kind: str, port: int, times: int, few: int, at_once: int, pid: int) -> float:
    """Microseconds of CPU by snmp_exporter, so many questions at a time, after a few to warm up."""

    def ask(left: Iterator[int]) -> None:
        connection = HTTPConnection("127.0.0.1", EXPORTER_PORT)
        for _ in left:
            connection.request("GET", f"/snmp?module={kind.replace(' ', '%20')}&target={HOST}:{port}")
            answer = connection.getresponse()
            text = answer.read()
            assert answer.status == 200, text

    ask(iter(range(few)))
    before_s, left = cpu_s(pid), iter(range(times))
    with ThreadPoolExecutor(at_once) as asking:
        for done in [asking.submit(ask, left) for _ in range(at_once)]:
            done.result()
    return (cpu_s(pid) - before_s) / times * 1e6


async def gufo(kind: str, questions: list[bytes], port: int, at_once: int, credential: Credential, times: int) -> None:
    """That many questions by gufo_snmp, so many at a time, each by a session of its own."""
    from gufo.snmp import Aes128Key, Sha256Key, SnmpVersion, User
    from gufo.snmp.aio import SnmpSession

    assert credential.auth_key
    assert credential.priv_key
    names = list(map(dotted, questions))
    user = User(
        credential.user,
        auth_key=Sha256Key(credential.auth_key.reveal().encode()),
        priv_key=Aes128Key(credential.priv_key.reveal().encode()),
    )
    how = {"version": SnmpVersion.v3, "user": user} if "v3" in kind else {"version": SnmpVersion.v2c}
    left = iter(range(times))

    async def work() -> None:
        async with SnmpSession(HOST, port, "public", max_repetitions=50, **how) as session:
            for _ in left:
                if kind == "walk":
                    for name in names:
                        assert [value async for _, value in session.getbulk(name)]
                else:
                    assert len(await session.get_many(names)) == len(names)

    await asyncio.gather(*(work() for _ in range(at_once)))
