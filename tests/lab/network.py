"""The lab's network: two network namespaces, joined by one cable, with no way out.

::

    monitor's side                                    hosts' side
    monitor0 10.77.255.1, fd77:0:0:1::1  ─── veth ─── hosts0 10.77.255.2, fd77:0:0:1::2
                                                      lo     10.77.0.0/17, fd77::/64: every address answers

The kernel on the hosts' side is each of the 32,000 hosts: ``local`` routes make it answer echo requests for whole
prefixes, so what is probed is real, and nothing simulates it. A ``blackhole`` route kills a host or a whole prefix;
nftables lose packets.
"""

import ipaddress
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from tests.lab.namespace import PATH, LabError, Namespace

HOSTS4, HOSTS6 = "10.77.0.0/17", "fd77::/64"
MONITOR4, MONITOR6 = "10.77.255.1", "fd77:0:0:1::1"
GATEWAY4, GATEWAY6 = "10.77.255.2", "fd77:0:0:1::2"
MONITOR_MAC, HOSTS_MAC = "02:77:00:00:00:01", "02:77:00:00:00:02"

# Of routes to one prefix the smaller metric wins: so a blackhole beats the local route even for all of HOSTS4.
ALIVE_METRIC, DEAD_METRIC = 2_000, 100

PROGRAMS = ("ip", "nft", "unshare", "nsenter", "setpriv", "sysctl", "cat")


@dataclass(repr=False)
class Lab:
    """The network of the tests and of the playground; ``with Lab() as lab`` makes it and takes it down again."""

    monitor: Namespace = field(init=False)
    hosts: Namespace = field(init=False)
    _namespaces: list[Namespace] = field(default_factory=list)
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
        self.hosts = namespace("hosts")
        self._namespaces.append(self.hosts)
        self._join()

    def _join(self) -> None:
        """Makes whoever is to reach the hosts, and the way there."""
        self.monitor = self._another_namespace("monitor")
        self._lay_cable()

    def _another_namespace(self, name: str) -> Namespace:
        first = self.hosts
        enter_user = ["nsenter", "-t", str(first.holder.pid), "-U", "--preserve-credentials"] if first.of_user else []
        made = Namespace.made_by([*enter_user, "unshare", "-n"], name, of_user=first.of_user)
        self._namespaces.append(made)
        return made

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
        self._let_ping(self.monitor)
        self.hosts.run(
            ["nft", "-f", "-"],
            text="table inet lab { chain loss { type filter hook input priority 0; policy accept; }; }",
        )

    @staticmethod
    def _let_ping(namespace: Namespace) -> None:
        # In a user namespace only its own group exists; otherwise whoever the daemon runs as may ping.
        groups = "0 0" if namespace.of_user else "0 2147483647"
        namespace.run(["sysctl", "-qw", f"net.ipv4.ping_group_range={groups}"])

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
        for namespace in reversed(self._namespaces):
            namespace.close()
        self._namespaces.clear()


def namespace(name: str) -> Namespace:
    """Make an empty one: plain as root; where that is refused, and for all others, inside a user namespace of ours."""
    refusals = []
    ways = [(["unshare", "-n"], False)] if os.geteuid() == 0 else []
    for argv, of_user in [*ways, (["unshare", "-rn"], True)]:
        try:
            return Namespace.made_by(argv, name, of_user=of_user)
        except LabError as error:
            refusals.append(f"`{' '.join(argv)}`: {error}")
    raise LabError(
        f"the lab needs network namespaces, and this machine refuses them. {'; '.join(refusals)}. "
        "Run as root, or allow user namespaces: "
        "sysctl kernel.unprivileged_userns_clone=1 user.max_user_namespaces=10000"
    )


@contextmanager
def alone() -> Iterator[Namespace]:
    """Make a namespace with a loopback only: whatever runs in it reaches nobody."""
    made = namespace("alone")
    try:
        made.run(["ip", "link", "set", "lo", "up"])
        yield made
    finally:
        made.close()


def _prefix(where: str) -> str:
    return str(ipaddress.ip_network(where))
