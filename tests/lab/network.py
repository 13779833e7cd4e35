"""The lab's network: two network namespaces, joined by one cable, with no way out.

::

    monitor's side                                    hosts' side
    monitor0 10.77.255.1, fd77:0:0:1::1  ─── veth ─── hosts0 10.77.255.2, fd77:0:0:1::2
                                                      lo     10.77.0.0/17, fd77::/64: every address answers

The kernel on the hosts' side is each of the 32,000 hosts: ``local`` routes make it answer echo requests for whole
prefixes, so what is probed is real, and nothing simulates it. A ``blackhole`` route kills a host or a whole prefix;
nftables lose packets.

A namespace lives as long as its holder, a ``cat`` that reads from a pipe which only this process writes to. When this
process ends, however it ends, the holders end too, and with them everything that ran inside.
"""

import array
import ipaddress
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import IO, Self

HOSTS4, HOSTS6 = "10.77.0.0/17", "fd77::/64"
MONITOR4, MONITOR6 = "10.77.255.1", "fd77:0:0:1::1"
GATEWAY4, GATEWAY6 = "10.77.255.2", "fd77:0:0:1::2"
MONITOR_MAC, HOSTS_MAC = "02:77:00:00:00:01", "02:77:00:00:00:02"

# Of routes to one prefix the smaller metric wins: so a blackhole beats the local route even for all of HOSTS4.
ALIVE_METRIC, DEAD_METRIC = 2_000, 100

PROGRAMS = ("ip", "nft", "unshare", "nsenter", "setpriv", "sysctl", "cat")
# Ordinary users of Debian have no sbin in their PATH.
PATH = os.environ.get("PATH", os.defpath) + ":/usr/sbin:/sbin"


class LabError(Exception):
    """This machine, or this user, cannot have a lab; the message says why and what would help."""


@dataclass(frozen=True)
class Namespace:
    """One side of the network. Whatever runs in it dies with this process, kill -9 included."""

    name: str
    holder: "subprocess.Popen[str]"
    of_user: bool  # inside a user namespace, where an ordinary user is root

    def command(self, argv: Sequence[str]) -> list[str]:
        """``argv``, to be started inside. Nothing forks on the way, so the process keeps its id."""
        enter = ["nsenter", "-t", str(self.holder.pid), "-n"]
        enter += ["-U", "--preserve-credentials"] if self.of_user else []
        return [*enter, "setpriv", "--pdeathsig", "KILL", *argv]

    def run(
        self, argv: Sequence[str], *, check: bool = True, text: str | None = None, timeout_s: float = 60
    ) -> "subprocess.CompletedProcess[str]":
        """Runs a command inside, feeding it ``text``, and returns what it printed."""
        done = subprocess.run(
            self.command(argv),
            input=text,
            stdin=None if text is not None else subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=timeout_s,
            check=False,
            env={**os.environ, "PATH": PATH},
        )
        if check and done.returncode:
            raise RuntimeError(
                f"{' '.join(argv)} in {self.name}: exit code {done.returncode}\n{done.stdout}{done.stderr}"
            )
        return done

    def popen(
        self,
        argv: Sequence[str],
        *,
        pass_fds: Sequence[int] = (),
        env: Mapping[str, str] | None = None,
        stdin: int | IO[str] | None = subprocess.DEVNULL,
        stdout: int | IO[str] | None = None,
        stderr: int | IO[str] | None = None,
    ) -> "subprocess.Popen[str]":
        """Starts a command inside; a Ctrl-C at the terminal does not reach it, so that it is stopped in order."""
        return subprocess.Popen(
            self.command(argv),
            pass_fds=pass_fds,
            env={**os.environ, "PATH": PATH, **(env or {})},
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            encoding="utf-8",
            start_new_session=True,
        )

    def socket(self, family: int, kind: int, protocol: int = 0) -> socket.socket:
        """A socket that lives inside while this process, outside, uses it; as root of the namespace, raw ones too."""
        ours, theirs = socket.socketpair()
        opener = (
            "import socket, sys; family, kind, protocol, link = map(int, sys.argv[1:]);"
            "made = socket.socket(family, kind, protocol);"
            "socket.send_fds(socket.socket(fileno=link), [b'.'], [made.fileno()])"
        )
        words = [sys.executable, "-I", "-c", opener, str(family), str(kind), str(protocol), str(theirs.fileno())]
        with ours, theirs:
            process = self.popen(words, pass_fds=[theirs.fileno()], stderr=subprocess.PIPE)
            _, errors = process.communicate(timeout=30)
            if process.returncode:
                raise RuntimeError(f"no socket in {self.name}: {errors}")
            _, descriptors, _, _ = socket.recv_fds(ours, 1, 1)
        return socket.socket(fileno=array.array("i", descriptors)[0])


@dataclass
class Lab:
    """The network of the tests and of the playground; ``with Lab() as lab`` makes it and takes it down again."""

    monitor: Namespace = field(init=False)
    hosts: Namespace = field(init=False)
    _holders: "list[subprocess.Popen[str]]" = field(default_factory=list)
    _dead: set[str] = field(default_factory=set)
    _lossy: dict[str, float] = field(default_factory=dict)

    def __enter__(self) -> Self:
        try:
            self._open()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _open(self) -> None:
        missing = [program for program in PROGRAMS if shutil.which(program, path=PATH) is None]
        if missing:
            raise LabError(f"the lab needs {', '.join(missing)}: apt-get install iproute2 nftables util-linux procps")
        self.hosts = self._first_namespace()
        self.monitor = self._another_namespace(self.hosts)
        self._lay_cable()

    def _first_namespace(self) -> Namespace:
        """As root a plain one; where that is refused, and for all others, one inside a user namespace of our own."""
        refusals = []
        ways = [(["unshare", "-n"], False)] if os.geteuid() == 0 else []
        for argv, of_user in [*ways, (["unshare", "-rn"], True)]:
            try:
                return Namespace("hosts", self._hold(argv), of_user)
            except LabError as error:
                refusals.append(f"`{' '.join(argv)}`: {error}")
        raise LabError(
            f"the lab needs network namespaces, and this machine refuses them. {'; '.join(refusals)}. "
            "Run as root, or allow user namespaces: "
            "sysctl kernel.unprivileged_userns_clone=1 user.max_user_namespaces=10000"
        )

    def _another_namespace(self, first: Namespace) -> Namespace:
        enter_user = ["nsenter", "-t", str(first.holder.pid), "-U", "--preserve-credentials"] if first.of_user else []
        return Namespace("monitor", self._hold([*enter_user, "unshare", "-n"]), first.of_user)

    def _hold(self, argv: Sequence[str]) -> "subprocess.Popen[str]":
        holder = subprocess.Popen(
            [*argv, "cat"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            start_new_session=True,  # a Ctrl-C must not take the namespace away from under those who still stop in it
            env={**os.environ, "PATH": PATH},
        )
        self._holders.append(holder)
        assert holder.stdin is not None
        assert holder.stdout is not None
        assert holder.stderr is not None
        try:
            holder.stdin.write("here\n")
            holder.stdin.flush()
            answered = holder.stdout.readline()
        except BrokenPipeError:
            answered = ""
        if not answered:
            holder.wait(timeout=10)
            raise LabError(holder.stderr.read().strip() or f"exit code {holder.returncode}")
        return holder

    def _lay_cable(self) -> None:
        other = self.hosts.holder.pid
        self.monitor.run(
            ["ip", "-batch", "-"],
            text=f"""
            link add monitor0 address {MONITOR_MAC} type veth peer name hosts0 address {HOSTS_MAC} netns {other}
            link set lo up
            link set monitor0 up
            address add {MONITOR4}/30 dev monitor0
            address add {MONITOR6}/64 dev monitor0 nodad
            neighbour add {GATEWAY4} lladdr {HOSTS_MAC} dev monitor0 nud permanent
            neighbour add {GATEWAY6} lladdr {HOSTS_MAC} dev monitor0 nud permanent
            """,
        )
        self.hosts.run(
            ["ip", "-batch", "-"],
            text=f"""
            link set lo up
            link set hosts0 up
            address add {GATEWAY4}/30 dev hosts0
            address add {GATEWAY6}/64 dev hosts0 nodad
            neighbour add {MONITOR4} lladdr {MONITOR_MAC} dev hosts0 nud permanent
            neighbour add {MONITOR6} lladdr {MONITOR_MAC} dev hosts0 nud permanent
            route add local {HOSTS4} dev lo table local metric {ALIVE_METRIC}
            route add local {HOSTS6} dev lo table local metric {ALIVE_METRIC}
            """,
        )
        # With both ends up only: IPv6 refuses a route through a cable without carrier.
        self.monitor.run(["ip", "route", "add", HOSTS4, "via", GATEWAY4])
        self.monitor.run(["ip", "-6", "route", "add", HOSTS6, "via", GATEWAY6])
        # In a user namespace only its own group exists; otherwise whoever the daemon runs as may ping.
        groups = "0 0" if self.monitor.of_user else "0 2147483647"
        self.monitor.run(["sysctl", "-qw", f"net.ipv4.ping_group_range={groups}"])
        self.hosts.run(
            ["nft", "-f", "-"],
            text="table inet lab { chain loss { type filter hook input priority 0; policy accept; }; }",
        )

    def down(self, where: str) -> None:
        """Kills an address, or a whole prefix: it neither answers nor says why."""
        prefix = _prefix(where)
        self._route("replace", prefix)
        self._dead.add(prefix)

    def up(self, where: str) -> None:
        """Revives what ``down`` killed, by the same name; what was not killed stays as it is."""
        prefix = _prefix(where)
        if prefix in self._dead:
            self._route("del", prefix)
            self._dead.discard(prefix)

    def _route(self, verb: str, prefix: str) -> None:
        family = "-6" if ":" in prefix else "-4"
        self.hosts.run(["ip", family, "route", verb, "blackhole", prefix, "table", "local", "metric", str(DEAD_METRIC)])

    def loss(self, where: str, percent: float) -> None:
        """Loses that share of what is sent to an address or prefix, at random; 0 loses nothing any more."""
        self._lossy[_prefix(where)] = percent
        self._apply_losses()

    def calm(self) -> None:
        """Ends every loss."""
        self._lossy.clear()
        self._apply_losses()

    def _apply_losses(self) -> None:
        rules = ["flush chain inet lab loss"]
        for prefix, percent in self._lossy.items():
            family = "ip6" if ":" in prefix else "ip"
            chance = round(percent * 100)
            if chance:
                rules.append(
                    f"add rule inet lab loss {family} daddr {prefix} numgen random mod 10000 <= {chance - 1} drop"
                )
        self.hosts.run(["nft", "-f", "-"], text="\n".join(rules) + "\n")

    def close(self) -> None:
        """Takes everything down."""
        for holder in reversed(self._holders):
            for stream in (holder.stdin, holder.stdout, holder.stderr):
                if stream is not None:
                    stream.close()
            try:
                holder.wait(timeout=5)
            except subprocess.TimeoutExpired:
                holder.kill()
                holder.wait()
        self._holders.clear()
        self._dead.clear()
        self._lossy.clear()


def _prefix(where: str) -> str:
    return str(ipaddress.ip_network(where))
