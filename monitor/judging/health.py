"""Derive a device's health from its samples: soft failures, hard states, recovery, degradation.

Hard states and what leads from one to another (N = ``down_after``, M = ``up_after`` rounds in a row)::

    unknown  -- 1 answered --> up
    unknown  -- N failed ----> down
    up       -- N failed ----> down
    up       -- N poor ------> degraded
    degraded -- N failed ----> down
    degraded -- M good ------> up
    down     -- M answered --> up         (degraded when N of them in a row were poor)

A *failed* round had no answer at all. A *poor* one lost echoes or was slow beyond the thresholds; a failed one is poor
too, unless it belongs to the down time from which the device recovers. ``unknown`` samples (our own fault) neither
count nor break a row.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from monitor.domain.sample import Sample, Verdict
from monitor.domain.states import SiteState

State = SiteState
ANSWERS = frozenset({State.UP, State.DEGRADED})


@dataclass(frozen=True, slots=True)
class Rules:
    """Thresholds: rounds in a row, share of echoes lost (0 to 1), mean round-trip time in nanoseconds."""

    down_after: int = 3
    up_after: int = 2
    degraded_loss: float = 0.2
    degraded_rtt_ns: int = 500_000_000


class Row(NamedTuple):
    """Consecutive rounds of one kind, and when the first of them began."""

    rounds: int = 0
    since_utc: datetime | None = None

    def grown(self, at_utc: datetime) -> "Row":
        """Return the row with one more round."""
        return Row(self.rounds + 1, self.since_utc or at_utc)


NO_ROW = Row()


@dataclass(frozen=True, slots=True)
class Health:
    """A device's hard state, since when it holds, and the rows that may change it."""

    state: State = State.UNKNOWN
    since_utc: datetime | None = None
    failed: Row = NO_ROW
    answered: Row = NO_ROW
    poor: Row = NO_ROW
    good: Row = NO_ROW

    @property
    def suspect(self) -> bool:
        """Return whether the hard state may be about to change, so that the device should be probed again soon."""
        if self.state is State.DOWN:
            return self.answered is not NO_ROW
        return self.failed is not NO_ROW


UNJUDGED = Health()


@dataclass(frozen=True, slots=True)
class Transition:
    """A change of a device's hard state: since when it holds, and when it was confirmed."""

    device: str
    old: State
    new: State
    since_utc: datetime
    seen_utc: datetime


def judge(health: Health, sample: Sample, rules: Rules, slow_ns: int | None = None) -> tuple[Health, Transition | None]:
    """Return the health after ``sample``; ``slow_ns``: the round-trip time beyond which it counts as slow."""
    if sample.verdict is Verdict.UNKNOWN:
        return health, None
    failed = sample.verdict is Verdict.FAILED
    poor = failed or is_poor(sample, rules, slow_ns)
    if not poor and health.state is State.UP and health.failed is NO_ROW and health.poor is NO_ROW:
        return health, None  # by far the commonest case: nothing was wrong and nothing is
    if not poor and health is UNJUDGED:  # as of nearly all devices in the first round after a start
        up = Health(State.UP, sample.started_utc)
        return up, Transition(sample.device, State.UNKNOWN, State.UP, sample.started_utc, sample.started_utc)
    rows = _with_round(health, sample.started_utc, failed=failed, poor=poor)
    state, since_utc = _hard_state(rows, rules)
    if state is health.state or since_utc is None:
        return _settled(rows), None
    changed = _settled(replace(rows, state=state, since_utc=since_utc))
    return changed, Transition(sample.device, health.state, state, since_utc, sample.started_utc)


def is_poor(sample: Sample, rules: Rules, slow_ns: int | None = None) -> bool:
    """Return whether an answered round lost too much, took too long, or reports a problem itself."""
    if sample.poor or (sample.received < sample.sent and sample.loss >= rules.degraded_loss):
        return True
    rtt_ns = sample.rtt_ns or 0
    return rtt_ns >= rules.degraded_rtt_ns or (slow_ns is not None and rtt_ns > slow_ns)


def _settled(health: Health) -> Health:
    """Drop the rows of what is up and well: none of them changes anything any more, and nearly all devices are so."""
    is_well = health.state is State.UP and health.failed is NO_ROW and health.poor is NO_ROW
    return Health(State.UP, health.since_utc) if is_well else health


def suspect(health: Health) -> Health:
    """Reset a hard ``down``, or the failed rounds towards it, but keep since when: it must fail again."""
    if health.state is State.DOWN:
        return Health(failed=Row(0, health.since_utc))
    return health if health.failed is NO_ROW else replace(health, failed=Row(0, health.failed.since_utc))


def _with_round(health: Health, at_utc: datetime, *, failed: bool, poor: bool) -> Health:
    silent = health.state is State.DOWN or health.state is State.UNKNOWN
    before = NO_ROW if silent and not failed and health.failed is not NO_ROW else health.poor
    return Health(
        health.state,
        health.since_utc,
        failed=health.failed.grown(at_utc) if failed else NO_ROW,
        answered=NO_ROW if failed else health.answered.grown(at_utc),
        poor=before.grown(at_utc) if poor else NO_ROW,
        good=NO_ROW if poor else health.good.grown(at_utc),
    )


def _hard_state(health: Health, rules: Rules) -> tuple[State, datetime | None]:
    """Return the hard state that the rows confirm, and since when; the present one while they confirm none."""
    if health.failed.rounds >= rules.down_after:
        return State.DOWN, health.failed.since_utc
    match health.state:
        case State.DOWN if health.answered.rounds >= rules.up_after:
            return _back(health, rules), health.answered.since_utc
        case State.UNKNOWN if health.answered.rounds:
            return _back(health, rules), health.answered.since_utc
        case State.UP if health.poor.rounds >= rules.down_after and not health.failed.rounds:
            return State.DEGRADED, health.poor.since_utc
        case State.DEGRADED if health.good.rounds >= rules.up_after:
            return State.UP, health.good.since_utc
    return health.state, health.since_utc


def _back(health: Health, rules: Rules) -> State:
    return State.DEGRADED if health.poor.rounds >= rules.down_after else State.UP
