"""The cluster's network: a namespace each for the hosts, the server, the pooler and every daemon, with no way out.

::

    hosts    bridge  10.77.254.1      lo 10.77.0.0/17: every address answers
    server           10.77.254.10     PostgreSQL
    pooler           10.77.254.11     pgbouncer
    daemon-N         10.77.254.20+N

Each but the hosts' hangs on the bridge by a cable of its own, which is cut where it ends: both ways, or one.
"""

from dataclasses import dataclass, field
from enum import Enum

from tests.lab.namespace import Namespace
from tests.lab.network import ALIVE_METRIC, HOSTS4, Lab

BRIDGE, SERVER, POOLER = "10.77.254.1", "10.77.254.10", "10.77.254.11"
FIRST_DAEMON = 21
PREFIX = 24


def daemon_address(number: int) -> str:
    """Where daemon ``number``, counted from 0, hangs on the bridge."""
    return f"10.77.254.{FIRST_DAEMON + number}"


class Cut(Enum):
    """What of a daemon's cable is cut."""

    BOTH = "both directions"
    ANSWERS = "what it is sent"
    QUESTIONS = "what it sends"
    DATABASE = "the way to the database alone"


RULES = {
    Cut.BOTH: ('add rule inet cut in iifname "cable0" drop', 'add rule inet cut out oifname "cable0" drop'),
    Cut.ANSWERS: ('add rule inet cut in iifname "cable0" drop',),
    Cut.QUESTIONS: ('add rule inet cut out oifname "cable0" drop',),
    Cut.DATABASE: (
        f"add rule inet cut in ip saddr {{ {SERVER}, {POOLER} }} drop",
        f"add rule inet cut out ip daddr {{ {SERVER}, {POOLER} }} drop",
    ),
}


@dataclass(frozen=True)
class Seat:
    """A daemon's own side of the network."""

    monitor: Namespace

    def cut(self, what: Cut) -> None:
        """Lose every packet of that kind from now on, without a word to either end."""
        self._rules(*RULES[what])

    def mend(self) -> None:
        """End whatever was cut."""
        self._rules()

    def _rules(self, *rules: str) -> None:
        self.monitor.run(["nft", "-f", "-"], text="\n".join(["flush table inet cut", *rules]) + "\n")


@dataclass(repr=False)
class ClusterNetwork(Lab):
    """The hosts, and all who hang on the bridge; ``daemons`` of them have a seat."""

    daemons: int = 4
    server: Namespace = field(init=False)
    pooler: Namespace = field(init=False)
    seats: list[Seat] = field(init=False)

    def _join(self) -> None:
        self.hosts.run(
            ["ip", "-batch", "-"],
            text=f"""
            link set lo up
            link add bridge0 type bridge
            address add {BRIDGE}/{PREFIX} dev bridge0
            link set bridge0 up
            route add local {HOSTS4} dev lo table local metric {ALIVE_METRIC}
            """,
        )
        # A packet that only passes from one cable to another is none of the hosts' rules.
        self.hosts.run(["sysctl", "-qw", "net.ipv4.ip_forward=0"])
        self.server = self._hung("server", SERVER)
        self.pooler = self._hung("pooler", POOLER)
        self.seats = [Seat(self._hung(f"daemon-{number}", daemon_address(number))) for number in range(self.daemons)]

    def _hung(self, name: str, address: str) -> Namespace:
        made = self._another_namespace(name)
        here = f"to-{name}"
        self.hosts.run(
            ["ip", "-batch", "-"],
            text=f"""
            link add {here} type veth peer name cable0 netns {made.holder.pid}
            link set {here} master bridge0 up
            """,
        )
        made.run(
            ["ip", "-batch", "-"],
            text=f"""
            link set lo up
            link set cable0 up
            address add {address}/{PREFIX} dev cable0
            route add {HOSTS4} via {BRIDGE}
            """,
        )
        made.run(
            ["nft", "-f", "-"],
            text="table inet cut { chain in { type filter hook input priority 0; };"
            " chain out { type filter hook output priority 0; }; }",
        )
        self._let_ping(made)
        return made
