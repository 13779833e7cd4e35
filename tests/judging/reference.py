"""Judging once more, as plainly as it can be said: whole histories are looked at anew after every sample.

It shares no code with the board. What it says of a story is the list of its outages (site, start, end, told at, silent
since, suspected cause, sites that were listed on it), when each site began to flap and settled down, and the times in
which the vantage was blind.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction

OutageSuppressed = Callable[[str, datetime], datetime | None]
"""Until when a silent site is excused at a time: None when it is not."""

TOGETHER = timedelta(minutes=2)
RESULTS = 21


@dataclass
class Device:
    """``log``: (when, letter) of each judged round since it was last judged anew; ``before``: it was down until then,
    since that time, and must prove it once more.
    """

    log: list[tuple[datetime, str]] = field(default_factory=list)
    before: datetime | None = None
    certain: tuple[str, datetime | None] = ("", None)

    def row(self, letter: str) -> list[datetime]:
        """When the rounds of the row began that the log ends with, if it is one of ``letter``."""
        found: list[datetime] = []
        for at, each in reversed(self.log):
            if each != letter:
                break
            found.insert(0, at)
        return found

    @property
    def failing_since(self) -> datetime:
        """The first failed round of the present row, also when part of it was judged before."""
        row = self.row("x")
        return self.before if self.before is not None and len(row) == len(self.log) else row[0]

    def judge(self, down_after: int, up_after: int) -> None:
        if len(self.row("x")) >= down_after and self.certain[0] != "down":
            self.certain = ("down", self.failing_since)
        elif len(self.row("o")) >= (up_after if self.certain[0] == "down" else 1) and self.certain[0] != "up":
            self.certain = ("up", self.row("o")[0])

    @property
    def is_down(self) -> bool:
        return self.certain[0] == "down"

    @property
    def in_doubt(self) -> bool:
        return not self.is_down and bool(self.row("x") or (self.before is not None and not self.log))


@dataclass
class Outage:
    site: str
    started: datetime
    told: datetime
    ended: datetime | None = None
    listed: list[str] = field(default_factory=list)
    silent: datetime | None = None
    cause: str = ""


@dataclass
class Reference:
    """``parents``: site → parent; ``links``: sites whose link has an interface ('SITE/interface'); ``feeders``: site →
    feeder; ``references``: what must not all be silent. A site alone names its gateway.
    """

    parents: Mapping[str, str | None]
    down_after: int = 3
    up_after: int = 2
    references: tuple[str, ...] = ()
    excused: OutageSuppressed = lambda _site, _at: None
    links: Sequence[str] = ()
    feeders: Mapping[str, str] = field(default_factory=dict)
    low: Fraction = Fraction(1, 20)
    high: Fraction = Fraction(1, 5)
    devices: dict[str, Device] = field(default_factory=dict)
    outages: list[Outage] = field(default_factory=list)
    behind: dict[str, str] = field(default_factory=dict)
    excuses: dict[str, datetime] = field(default_factory=dict)
    blind: list[list[datetime | None]] = field(default_factory=list)
    flaps: list[tuple[datetime, str, bool]] = field(default_factory=list)
    _silent: dict[str, datetime] = field(default_factory=dict)
    _back: dict[str, datetime] = field(default_factory=dict)
    _results: dict[str, list[bool]] = field(default_factory=dict)
    _looks: dict[str, list[tuple[datetime, str]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.devices = {device: Device() for site in self.parents for device in self._vital(site)}

    def sample(self, at: datetime, device: str, letter: str) -> None:
        """A round: 'o' answered, 'x' failed, 'u' our own fault."""
        if letter == "u":
            return
        if device in self.references:
            self._look(at, device, letter)
        elif device in self.devices and not (self.blind and self.blind[-1][1] is None):
            site = device.partition("/")[0]
            one, before, was_down = self.devices[device], self.devices[device].certain[0], self._down(site)
            one.log.append((at, letter))
            one.judge(self.down_after, self.up_after)
            since = one.certain[1]
            if since is not None and self._down(site) and not was_down:
                self._silent[site] = since
            if since is not None and one.certain[0] == "up" != before and not self._down(site):
                self._back[site] = since
                self._who_waited(site)
            if device == site:
                self._result(at, site)
        self.settle(at)

    def _vital(self, site: str) -> list[str]:
        return [site, *([f"{site}/interface"] if site in self.links else [])]

    def _down(self, site: str) -> bool:
        return any(self.devices[each].is_down for each in self._vital(site))

    def _in_doubt(self, site: str) -> bool:
        """Somebody on the way who is not down, and of whom it is not known either that he is up."""
        never_asked = not self.devices[site].log and self.devices[site].before is None
        doubted = any(self.devices[each].in_doubt for each in self._vital(site))
        return not self._down(site) and (doubted or never_asked)

    def _first_down(self, site: str) -> Device:
        return next(self.devices[each] for each in self._vital(site) if self.devices[each].is_down)

    def _result(self, at: datetime, site: str) -> None:
        """A round of its gateway: whether the site is down, whatever made it so; nothing while that is not known."""
        doubted = [self.devices[each] for each in self._vital(site) if self.devices[each].in_doubt]
        if not self._down(site) and not [*doubted, self.devices[site]][0].certain[0]:
            return
        results = self._results.setdefault(site, [True] * RESULTS)
        results.append(not self._down(site))
        last = results[-RESULTS:]
        weights = [Fraction(3, 4) + Fraction(1, 2) * n / (RESULTS - 2) for n in range(RESULTS - 1)]
        share = sum((w for w, a, b in zip(weights, last, last[1:], strict=False) if a != b), Fraction()) / (RESULTS - 1)
        flapping = bool([flaps for _, each, flaps in self.flaps if each == site][-1:] == [True])
        if share >= self.high and not flapping:
            self.flaps.append((at, site, True))
        elif share <= self.low and flapping:
            self.flaps.append((at, site, False))

    def _look(self, at: datetime, device: str, letter: str) -> None:
        self._looks.setdefault(device, []).append((at, letter))
        logs = [self._looks.get(each, []) for each in self.references]
        if self.blind and self.blind[-1][1] is None:
            if any(len(log) >= 3 and all(one == "o" for _, one in log[-3:]) for log in logs):
                self.blind[-1][1] = at
        elif all(log and log[-1][1] == "x" for log in logs):
            firsts = [next(t for t, _ in reversed(_tail(log))) for log in logs]
            self.blind.append([max(firsts), None])
            for site in self.parents:
                waits = self._down(site) and self._open(site) is None and site not in self.behind
                if waits:
                    self.excuses.pop(site, None)
                for vital in self._vital(site):
                    one = self.devices[vital]
                    if waits:
                        self.devices[vital] = Device()
                    elif not one.is_down:  # a doubt from before counts no more
                        one.log = [entry for entry in one.log if entry[1] == "o"][-1:]
                        one.before = None

    def settle(self, at: datetime) -> None:
        """Says what follows now; parents before children, again and again until nothing changes."""
        changed = True
        while changed:
            decided = [self._decide(site, at) for site in sorted(self.parents, key=self._depth)]
            changed = any(decided)

    def _decide(self, site: str, at: datetime) -> bool:
        outage = self._open(site)
        if not self._down(site):
            if self._in_doubt(site) and site not in self._back:
                return False
            back = self._back.pop(site, None)
            if back is None:
                return False
            self.excuses.pop(site, None)
            self.behind.pop(site, None)
            if outage is not None:
                outage.ended = back
                for child in [child for child, root in self.behind.items() if root == site]:
                    del self.behind[child]
                    self._anew(child)
            return True
        self._back.pop(site, None)
        if outage or site in self.behind:
            return False
        way = list(self._way(site))
        if len(self._first_down(site).row("x")) < 2 * self.down_after and any(map(self._in_doubt, way)):
            return False
        silent = [each for each in way if self._down(each)]
        if silent:
            root = self._open(silent[-1])
            if root is None:
                return False
            self.behind[site] = root.site
            self.excuses.pop(site, None)
            root.listed += [site] * (site not in root.listed)
            return True
        until = self.excused(site, at)
        if until is not None:
            self.excuses[site] = until
            return False
        if site in self.excuses and self._first_down(site).row("o"):
            return False  # it has just begun to answer: what comes of that will be seen
        self.excuses.pop(site, None)
        self._begin(site, self._silent[site], at)
        return True

    def _begin(self, site: str, silent: datetime, at: datetime) -> None:
        opened = Outage(site, self._begins(site, silent, at), at, silent=silent)
        for other in self.outages:
            fed = site in self.feeders and self.feeders.get(other.site) == self.feeders[site] and other.site != site
            if fed and other.silent is not None and abs(other.silent - silent) <= TOGETHER:
                opened.cause = "power"
                other.cause = other.cause if other.ended else "power"
        self.outages.append(opened)

    def _begins(self, site: str, since: datetime, at: datetime) -> datetime:
        """The first second at which it was both silent and promised."""
        seconds = (since + timedelta(seconds=n) for n in range(int((at - since).total_seconds())))
        return next((second for second in seconds if self.excused(site, second) is None), at)

    def _who_waited(self, site: str) -> None:
        """A site that was not known to answer does: who waited behind it must prove its own silence."""
        for each in self.parents:
            waits = self._down(each) and not self._open(each) and each not in self.behind
            if site in self._way(each) and waits:
                self.excuses.pop(each, None)
                self._anew(each)

    def _anew(self, site: str) -> None:
        for device in self._vital(site):
            if self.devices[device].is_down:
                self.devices[device] = Device(before=self.devices[device].certain[1])

    def _open(self, site: str) -> Outage | None:
        return next((each for each in self.outages if each.site == site and each.ended is None), None)

    def _way(self, site: str) -> "list[str]":
        parent = self.parents[site]
        return [] if parent is None else [parent, *self._way(parent)]

    def _depth(self, site: str) -> int:
        return len(self._way(site))


def _tail(log: list[tuple[datetime, str]]) -> list[tuple[datetime, str]]:
    """The row of silence that a log ends with."""
    found: list[tuple[datetime, str]] = []
    for entry in reversed(log):
        if entry[1] != "x":
            break
        found.append(entry)
    return found
