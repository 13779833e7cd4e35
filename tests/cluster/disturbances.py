"""What is done to a cluster while it works: who is hit, how, and for how long, drawn from a seed."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from tests.cluster.network import Cut


class Kind(Enum):
    """A disturbance, in the words of the table that is made of a run."""

    KILL = "daemon killed (kill -9) and started again"
    STOP = "daemon stopped (SIGSTOP) and woken"
    CUT = "daemon's cable cut"
    HALF_OPEN = "one direction of a daemon's cable cut"
    CUT_DATABASE = "daemon cut off from the database alone"
    SERVER_KILL = "PostgreSQL killed (kill -9) and started again"
    SERVER_STOP = "PostgreSQL stopped at once and started again"
    POOLER_KILL = "pgbouncer killed and started again"
    CLOCK = "a daemon's clock moved by an hour, and back"
    SERVER_CLOCK = "the database's clock moved by an hour"


SHARES = {
    Kind.KILL: 25,
    Kind.STOP: 20,
    Kind.CUT: 12,
    Kind.HALF_OPEN: 12,
    Kind.CUT_DATABASE: 6,
    Kind.SERVER_KILL: 6,
    Kind.SERVER_STOP: 6,
    Kind.POOLER_KILL: 6,
    Kind.CLOCK: 4,
    Kind.SERVER_CLOCK: 3,
}
AWAY = {Kind.KILL, Kind.STOP, Kind.CUT, Kind.HALF_OPEN, Kind.CUT_DATABASE}
"""Those that take a daemon away."""

LASTS_S = {
    Kind.KILL: (0.0, 8.0),
    Kind.STOP: (1.0, 90.0),
    Kind.CUT: (1.0, 40.0),
    Kind.HALF_OPEN: (1.0, 40.0),
    Kind.CUT_DATABASE: (1.0, 40.0),
    Kind.SERVER_KILL: (0.0, 2.0),
    Kind.SERVER_STOP: (0.0, 2.0),
    Kind.POOLER_KILL: (0.0, 3.0),
    Kind.CLOCK: (2.0, 20.0),
    Kind.SERVER_CLOCK: (0.0, 0.0),
}


@dataclass(frozen=True)
class Disturbance:
    """``after_s``: since the beginning of the run; ``who``: the daemon's number; ``step_s``: of a clock."""

    kind: Kind
    after_s: float
    lasts_s: float
    who: int = 0
    cut: Cut = Cut.BOTH
    step_s: int = 0

    @property
    def until_s(self) -> float:
        return self.after_s + self.lasts_s


@dataclass(frozen=True)
class Plan:
    """What a run's disturbances are drawn by. ``every_s``: between two draws, on average; one without room is left out.

    ``longest_s``: of each. At most ``away`` daemons are hit at a time; ``clocked``: the one whose clock can be moved.
    """

    count: int
    seed: int
    every_s: float
    longest_s: float
    daemons: int
    away: int
    clocked: int
    begins_s: float = 0.0


def drawn(plan: Plan) -> Iterator[Disturbance]:
    """All of a plan, in their order. Every kind that there is room for comes once before any comes twice."""
    luck = random.Random(plan.seed)
    # Of few disturbances those first that come most often.
    first = sorted(SHARES, key=lambda kind: -SHARES[kind])[: plan.count]
    luck.shuffle(first)
    at_s = plan.begins_s
    made: list[Disturbance] = []
    while len(made) < plan.count:
        at_s += luck.uniform(0.2, 1.8) * plan.every_s
        kind = first.pop() if first else luck.choices(list(SHARES), list(SHARES.values()))[0]
        found = _one(luck, plan, kind, at_s, made)
        if found is None:
            if kind not in {each.kind for each in made}:
                first.insert(0, kind)
            continue
        made.append(found)
        yield found


def _one(luck: random.Random, plan: Plan, kind: Kind, at_s: float, before: Sequence[Disturbance]) -> Disturbance | None:
    shortest_s, longest_s = LASTS_S[kind]
    # Short ones come more often than long ones: what is near the term of a lease counts most.
    lasts_s = min(shortest_s + (longest_s - shortest_s) * luck.random() ** 2, plan.longest_s)
    under_way = [each for each in before if each.until_s + 1 > at_s]
    if kind in AWAY:
        hit = {each.who for each in under_way if each.kind in AWAY}
        free = [who for who in range(plan.daemons) if who not in hit]
        if len(hit) >= plan.away:
            return None
        cut = {
            Kind.HALF_OPEN: luck.choice((Cut.ANSWERS, Cut.QUESTIONS)),
            Kind.CUT_DATABASE: Cut.DATABASE,
        }.get(kind, Cut.BOTH)
        return Disturbance(kind, at_s, lasts_s, luck.choice(free), cut)
    if any(each.kind is kind or {each.kind, kind} <= {Kind.SERVER_KILL, Kind.SERVER_STOP} for each in under_way):
        return None
    return Disturbance(kind, at_s, lasts_s, plan.clocked, step_s=luck.choice((-3_600, 3_600)))
