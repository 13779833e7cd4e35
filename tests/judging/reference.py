"""Judging once more, as plainly as it can be said: whole histories are looked at anew after every sample.

It shares no code with the board. What it says of a story is the list of its outages (site, start, end, told at, sites
that were listed on it) and of the times in which the vantage was blind.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

Excused = Callable[[str, datetime], datetime | None]
"""Until when a silent site is excused at a time: None when it is not."""


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
    def in_doubt(self) -> bool:
        return self.certain[0] != "down" and bool(self.row("x") or not self.log)


@dataclass
class Outage:
    site: str
    started: datetime
    told: datetime
    ended: datetime | None = None
    listed: list[str] = field(default_factory=list)


@dataclass
class Reference:
    """``parents``: site → parent; ``references``: what must not all be silent."""

    parents: Mapping[str, str | None]
    down_after: int = 3
    up_after: int = 2
    references: tuple[str, ...] = ()
    excused: Excused = lambda _site, _at: None
    devices: dict[str, Device] = field(default_factory=dict)
    outages: list[Outage] = field(default_factory=list)
    behind: dict[str, str] = field(default_factory=dict)
    excuses: dict[str, datetime] = field(default_factory=dict)
    blind: list[list[datetime | None]] = field(default_factory=list)
    _looks: dict[str, list[tuple[datetime, str]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.devices = {site: Device() for site in self.parents}

    def sample(self, at: datetime, device: str, letter: str) -> None:
        """A round: 'o' answered, 'x' failed, 'u' our own fault."""
        if letter == "u":
            return
        if device in self.references:
            self._look(at, device, letter)
        elif not (self.blind and self.blind[-1][1] is None):
            one, before = self.devices[device], self.devices[device].certain[0]
            one.log.append((at, letter))
            one.judge(self.down_after, self.up_after)
            if before != "up" and one.certain[0] == "up":
                self._who_waited(device)
        self.settle(at)

    def _look(self, at: datetime, device: str, letter: str) -> None:
        self._looks.setdefault(device, []).append((at, letter))
        logs = [self._looks.get(each, []) for each in self.references]
        if self.blind and self.blind[-1][1] is None:
            if any(len(log) >= 3 and all(one == "o" for _, one in log[-3:]) for log in logs):
                self.blind[-1][1] = at
        elif all(log and log[-1][1] == "x" for log in logs):
            firsts = [next(t for t, _ in reversed(_tail(log))) for log in logs]
            self.blind.append([max(firsts), None])
            for site, one in self.devices.items():
                if one.certain[0] != "down":  # a doubt from before counts no more
                    one.log = [entry for entry in one.log if entry[1] == "o"][-1:]
                    one.before = None
                elif self._open(site) is None and site not in self.behind:
                    self.devices[site] = Device()
                    self.excuses.pop(site, None)

    def settle(self, at: datetime) -> None:
        """Says what follows now; parents before children, again and again until nothing changes."""
        changed = True
        while changed:
            decided = [self._decide(site, at) for site in sorted(self.parents, key=self._depth)]
            changed = any(decided)

    def _decide(self, site: str, at: datetime) -> bool:
        one, outage = self.devices[site], self._open(site)
        state, since = one.certain
        if state == "up":
            self.excuses.pop(site, None)
            if self.behind.pop(site, None):
                return True
            if outage is not None:
                outage.ended = since
                for child in [child for child, root in self.behind.items() if root == site]:
                    del self.behind[child]
                    self._anew(child)
                return True
            return False
        if state != "down" or since is None or outage or site in self.behind:
            return False
        way = list(self._way(site))
        if len(one.row("x")) < 2 * self.down_after and any(self.devices[each].in_doubt for each in way):
            return False
        silent = self._silent(way)
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
        if site in self.excuses and one.row("o"):
            return False  # it has just begun to answer: what comes of that will be seen
        self.excuses.pop(site, None)
        self.outages.append(Outage(site, self._begins(site, since, at), at))
        return True

    def _begins(self, site: str, since: datetime, at: datetime) -> datetime:
        """The first second at which it was both silent and promised."""
        seconds = (since + timedelta(seconds=n) for n in range(int((at - since).total_seconds())))
        return next((second for second in seconds if self.excused(site, second) is None), at)

    def _silent(self, way: list[str]) -> list[str]:
        return [each for each in way if self.devices[each].certain[0] == "down"]

    def _who_waited(self, site: str) -> None:
        """A site that was silent answers: who waited behind it for a judgement must prove its own silence."""
        for each in self.parents:
            waits = self.devices[each].certain[0] == "down" and not self._open(each) and each not in self.behind
            if site in self._way(each) and waits:
                self.excuses.pop(each, None)
                self._anew(each)

    def _anew(self, site: str) -> None:
        one = self.devices[site]
        if one.certain[0] == "down":
            self.devices[site] = Device(before=one.certain[1])

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
