"""Answers in the name of devices, on the wire and by their thousands: none is believed.

Of ICMP each is right in all but one thing, and every fourth is by somebody who has seen nothing. Of SNMP somebody
stands between the program and a real agent: of v3 whatever is changed on the way must be noticed; of v2c, which whoever
sees the traffic can forge, only what others send counts as forged.
"""

import asyncio
import random
import socket
import tempfile
import threading
import time
from collections import Counter, deque
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import contextmanager, suppress
from ipaddress import ip_address
from pathlib import Path

from monitor.domain.sample import Verdict
from monitor.probes.base import Target
from monitor.probes.snmp.client import V2cClient
from monitor.probes.snmp.exchange import Exchange
from monitor.probes.snmp.keys import Credential
from monitor.probes.snmp.mibs import SYSTEM
from monitor.probes.snmp.session import Session, SnmpError
from monitor.probes.snmp.v3 import V3Client
from monitor.settings.secrets import Secret
from tests.lab.agents import HOST, snmpd
from tests.lab.network import Lab
from tests.lab.responder import Manner, Responder
from tests.probes.icmp.pinging import probe_in
from tests.probes.snmp.asking import talk
from tests.torture.trial import Found, Steps

EACH = 20  # forged replies to an echo
ECHOES, CROWD = 5, 1_000
BEHIND = 3  # devices behind a firewall
TIMEOUT_S, LATE_S = 0.3, 0.2
A_HANDFUL, BETWEEN_S = 50, 0.001  # forged answers of SNMP at once: more would find no room where they arrive
NAME = SYSTEM["sysName"]
AUTH, PRIV = "a password for signing", "a password for encrypting"
USER = Credential("monitor", "SHA-256", Secret(AUTH), "AES-128", Secret(PRIV))
KEPT = 50  # true answers that are replayed


def _run(steps: AsyncGenerator[Found, None]) -> Steps:
    """Run what needs an event loop, step by step."""

    async def step() -> Found | None:
        return await anext(steps, None)

    with asyncio.Runner() as runner:
        try:
            while (found := runner.run(step())) is not None:
                yield found
        finally:
            runner.run(steps.aclose())


def icmp(count: int, seed: int) -> Steps:
    """Let somebody answer for the dead; undetected is a device that is called alive."""
    return _run(_icmp(count, seed))


async def _icmp(count: int, seed: int) -> AsyncGenerator[Found, None]:
    found = Found()
    rounds = max(1, count // (2 * EACH * ECHOES * CROWD))
    size = max(1, count // (2 * EACH * ECHOES * rounds))
    first = int(ip_address("10.99.16.0"))
    due = [Target.of(str(address), address) for address in map(ip_address, range(first, first + size))]
    with Lab() as lab, tempfile.TemporaryDirectory() as folder:
        for kind in ("ping", "raw"):
            manner = Manner(seed, jitter_ms=200, forged=EACH)
            async with probe_in(lab.monitor, echoes=ECHOES, rate_per_s=1_000, timeout_s=1.0, socket=kind) as probe:
                with Responder(lab.monitor, Path(folder) / kind, manner):
                    for _ in range(rounds):
                        async for samples in probe.run(due):
                            found.undetected += sum(sample.verdict is Verdict.OK for sample in samples)
                found.done += EACH * probe.counters.sent
                found.count("sorted out by the program", sum(probe.counters.rejected().values()))
                yield found


def sticky_firewall(count: int, _seed: int) -> Steps:
    """Let a firewall drop a round, and go on dropping its identifiers; lost is a device not seen again in the next."""
    return _run(_sticky_firewall(count))


async def _sticky_firewall(count: int) -> AsyncGenerator[Found, None]:
    found = Found()
    first = int(ip_address("10.99.16.0"))
    due = [Target.of(str(address), address) for address in map(ip_address, range(first, first + BEHIND))]
    silent, seen = {Verdict.FAILED}, {Verdict.OK}
    with Lab() as lab, tempfile.TemporaryDirectory() as folder:
        for number in range(count):
            manner = Manner(jitter_ms=0, well_behaved=True, broken=BEHIND * ECHOES)
            kind = ("ping", "raw")[number % 2]
            async with probe_in(lab.monitor, echoes=ECHOES, socket=kind) as probe:
                with Responder(lab.monitor, Path(folder) / str(number), manner):
                    told = [[sample async for samples in probe.run(due) for sample in samples] for _ in range(3)]
            found.done += 1
            if (verdicts := [{sample.verdict for sample in samples} for samples in told]) != [silent, seen, seen]:
                found.lost += 1
                found.note(f"by a {kind} socket: {verdicts}")
            yield found


Forge = Callable[[random.Random, bytes, "deque[bytes]"], tuple[bytes, bool]]


def _by_others(chance: random.Random, true: bytes, before: "deque[bytes]") -> tuple[bytes, bool]:
    """Return what somebody sends who sees nothing of this question (v2c), and whether it is from another port."""
    at = true.index(b"public")
    match chance.randrange(4):
        case 0:
            return true, True
        case 1:
            return true[:at] + chance.randbytes(6) + true[at + 6 :], False
        case 2:
            number = at + 6 + 2 + 2  # behind the community: the PDU's head, and that of the request's number
            return true[:number] + chance.randbytes(true[number - 1]) + true[number + true[number - 1] :], False
        case _:
            return chance.choice([each for each in before if each != true] or [b""]), False


def _on_the_way(chance: random.Random, true: bytes, before: "deque[bytes]") -> tuple[bytes, bool]:
    """Return what somebody makes of the very answer who sees all of it (v3), and whether it is from another port."""
    changed = bytearray(true)
    match chance.randrange(6):
        case 0:
            return true, True
        case 1:
            return chance.choice([each for each in before if each != true] or [b""]), False
        case 2:
            return true[: chance.randrange(len(true))], False
        case 3:
            changed[-1 - chance.randrange(40)] = chance.randrange(256)
        case _:
            changed[chance.randrange(len(true))] ^= 1 << chance.randrange(8)
    return bytes(changed) if bytes(changed) != true else true[:-1], False


def _answer(agent: int, question: bytes) -> bytes:
    """Return what the agent answers; raises TimeoutError. What comes too late is not taken for the next answer."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.settimeout(LATE_S)
        line.connect((HOST, agent))
        line.send(question)
        return line.recv(65_535)


@contextmanager
def between(agent: int, forge: Forge, honest: threading.Event, seed: int) -> Iterator[int]:
    """Stand before that agent; yields the port. While it is not ``honest``, only forged answers are passed on."""
    chance, before, over = random.Random(seed), deque[bytes](maxlen=KEPT), threading.Event()
    own, other = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
    own.bind((HOST, 0))

    def work() -> None:
        while not over.is_set():
            try:
                question, asker = own.recvfrom(65_535)
                true = _answer(agent, question)
            except TimeoutError:
                continue
            if honest.is_set():
                before.append(true)
                own.sendto(true, asker)
                continue
            while not (honest.is_set() or over.is_set()):  # until the asker has given up
                for _ in range(A_HANDFUL):
                    forged, is_elsewhere = forge(chance, true, before)
                    (other if is_elsewhere else own).sendto(forged, asker)
                time.sleep(BETWEEN_S)

    with own, other:
        own.settimeout(LATE_S)
        thread = threading.Thread(target=work, name="between")
        thread.start()
        try:
            yield own.getsockname()[1]
        finally:
            over.set()
            thread.join()


def v2c(count: int, seed: int) -> Steps:
    """Forge answers of SNMP v2c; undetected is a question that one of them answered."""
    return _run(_v2c(count, seed))


async def _v2c(count: int, seed: int) -> AsyncGenerator[Found, None]:
    honest = threading.Event()
    with (
        snmpd(["sysName honest"]) as agent,
        between(agent, _by_others, honest, seed) as port,
        _exchange() as exchange,
    ):
        session = talk(V2cClient(exchange), port, "public")
        async for found in _asked(session, honest, count, exchange.rejected):
            yield found


@contextmanager
def _exchange() -> Iterator[Exchange]:
    exchange = Exchange(TIMEOUT_S, 0)
    exchange.open()
    try:
        yield exchange
    finally:
        exchange.close()


def v3(count: int, seed: int) -> Steps:
    """Change answers of SNMPv3 on their way; undetected is a question that one of them answered."""
    return _run(_v3(count, seed))


async def _v3(count: int, seed: int) -> AsyncGenerator[Found, None]:
    honest = threading.Event()
    user = [f'createUser monitor SHA-256 "{AUTH}" AES "{PRIV}"', "rouser monitor priv", "sysName honest"]
    with snmpd(user) as agent, between(agent, _on_the_way, honest, seed) as port, _exchange() as exchange:
        session = V3Client(exchange, USER).session(ip_address(HOST), port)
        async for found in _asked(session, honest, count, exchange.rejected):
            yield found


async def _asked(
    session: Session, honest: threading.Event, count: int, rejected: Counter[str]
) -> AsyncGenerator[Found, None]:
    """Ask until so many forged answers were turned away; a question in between gets its true answer."""
    found = Found()
    while found.done < count:
        honest.set()
        for _ in range(30):  # v3 finds the agent's engine again, which may cost a question, and a busy machine more
            try:
                assert await session.get([NAME]) == [(NAME, b"honest")], "the agent itself is believed"
                break
            except SnmpError:
                continue
        else:
            raise AssertionError("the agent itself is believed")
        honest.clear()
        found.count("questions that only forgers answered")
        with suppress(SnmpError):
            await session.get([NAME])
            found.undetected += 1
        found.done = rejected.total()
        yield found
