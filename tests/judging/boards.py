"""A board, and a story told round by round."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address

from monitor.domain.reasons import TIMEOUT
from monitor.domain.sample import Sample, Verdict
from monitor.judging.board import Board
from monitor.judging.decisions import (
    Affected,
    Decision,
)
from monitor.judging.health import Rules
from monitor.settings.fleet import Device, Fleet, Site

T0 = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
RULES = Rules(down_after=3, up_after=2)


def site(
    id_: str, parent: str | None = None, devices: tuple[str, ...] = ("gateway",), address: str = "127.0.0.1"
) -> Site:
    owned = tuple(Device(f"{id_}/{name}", id_, name, IPv4Address(address)) for name in devices)
    return Site(id_, "udc", id_, id_, None, None, parent, owned)


def fleet(*sites: Site) -> Fleet:
    return Fleet({each.id: each for each in sites})


TREE = fleet(site("root"), site("mid", "root"), site("leaf", "mid"), site("other"))


@dataclass
class Story:
    board: Board
    minute: int = 0
    told: list[Decision] = field(default_factory=list)

    def round(self, **answers: str) -> None:
        """One round a minute: site='o' answers, 'x' fails, 'u' is our own fault. '__' in a name stands for '/'."""
        for name, letter in answers.items():
            self.told += self.board.observe(self.sample(name, letter))
        self.minute += 1

    def sample(self, name: str, letter: str) -> Sample:
        device = name.replace("__", "/") if "__" in name else f"{name}/gateway"
        verdict = {"o": Verdict.OK, "x": Verdict.FAILED, "u": Verdict.UNKNOWN}[letter]
        received = 3 if letter == "o" else 0
        at = T0 + timedelta(minutes=self.minute)
        return Sample(device, "icmp", at, 0, verdict, 3, received, (1_000_000,) * received, TIMEOUT)

    def rounds(self, count: int, **answers: str) -> None:
        for _ in range(count):
            self.round(**answers)

    def of(self, kind: type[Decision]) -> list[tuple[str, ...]]:
        found = [decision for decision in self.told if isinstance(decision, kind)]
        return [(d.site, d.root) if isinstance(d, Affected) else (getattr(d, "site", ""),) for d in found]


def story(tree: Fleet = TREE, **known: dict[str, str] | dict[str, datetime]) -> Story:
    return Story(Board(tree, RULES, **known))  # type: ignore[arg-type]  # one of the two dictionaries per test


def at(minute: int) -> datetime:
    return T0 + timedelta(minutes=minute)
