"""Long stories drawn by chance, and what the plain reference says of each."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from random import Random

from monitor.domain.downtime import Downtime, Downtimes
from monitor.domain.sample import Sample, Verdict
from monitor.domain.states import DowntimeKind
from monitor.judging.board import Board
from monitor.judging.decisions import (
    Affected,
    Decision,
    FlappingChanged,
    OutageClosed,
    OutageOpened,
    OutageUpdated,
    UplinkBack,
    UplinkLost,
)
from monitor.judging.health import Rules
from monitor.settings.fleet import Device, Fleet, Group, Link
from tests.judging.boards import T0, site
from tests.judging.reference import Outage, Reference
from tests.told import said

VERDICTS = {"o": Verdict.OK, "x": Verdict.FAILED, "u": Verdict.UNKNOWN}
REFERENCES = ("vantage/up-1", "vantage/up-2")


@dataclass
class Told:
    """The board's decisions as the store would keep them."""

    outages: list[Outage] = field(default_factory=list)
    blind: list[list[datetime | None]] = field(default_factory=list)
    flaps: list[tuple[datetime, str, bool]] = field(default_factory=list)

    def take(self, decisions: list[Decision], at: datetime) -> None:
        for one in decisions:
            match one:
                case OutageOpened(name, started, cause=cause, silent_since_utc=silent):
                    self.outages.append(Outage(name, started, at, silent=silent, cause=cause or ""))
                case OutageClosed(name, ended):
                    self._open(name).ended = ended
                case OutageUpdated(name, cause=cause):
                    self._open(name).cause = cause or self._open(name).cause
                case Affected(name, root):
                    listed = self._open(root).listed
                    listed += [name] * (name not in listed)
                case UplinkLost(_, since):
                    self.blind.append([since, None])
                case UplinkBack(_, _, until):
                    self.blind[-1][1] = until
                case FlappingChanged(name, flapping):
                    self.flaps.append((at, name, flapping))

    def _open(self, name: str) -> Outage:
        (found,) = [each for each in self.outages if each.site == name and each.ended is None]
        return found


@dataclass
class Play:
    """A story: who stands behind whom, which links have an interface, who hangs on which feeder, thresholds, excused
    times (and when each was ended, if before its time), and rounds (when, device, letter) in order.
    """

    parents: dict[str, str | None]
    rules: Rules
    windows: dict[str, list[tuple[datetime, datetime]]]
    references: tuple[str, ...]
    rounds: list[tuple[datetime, str, str]]
    links: tuple[str, ...] = ()
    feeders: dict[str, str] = field(default_factory=dict)
    ended: dict[tuple[str, int], datetime] = field(default_factory=dict)

    def excused(self, name: str, at: datetime) -> datetime | None:
        """What is true of a time."""
        return self.foreseen(name, at, datetime.max.replace(tzinfo=UTC))

    def foreseen(self, name: str, at: datetime, now: datetime) -> datetime | None:
        """Until when it is excused at a time, as far as is known ``now``."""
        for number, (begins, planned) in enumerate(self.windows.get(name, ())):
            ended = self.ended.get((name, number))
            ends = ended if ended is not None and ended <= now else planned
            if begins <= at < ends:
                return ends
        return None

    def downtimes(self, now: datetime) -> Downtimes:
        """The plans as they are known ``now``."""

        def downtime(name: str, at: datetime) -> Downtime | None:
            until = self.foreseen(name, at, now)
            return None if until is None else Downtime(DowntimeKind.MAINTENANCE, said("planned work"), until)

        return downtime


def story(seed: int) -> Play:
    """Mostly steady states, each for a while, with lone lost rounds and changes in any order."""
    random = Random(seed)
    names = [f"s{number}" for number in range(random.randint(1, 5))]
    parents = {name: random.choice([None, *names[:place]]) for place, name in enumerate(names)}
    rules = Rules(random.choice([1, 2, 3, 3, 3, 4]), random.choice([1, 2, 2, 3]))
    references = REFERENCES[: random.choice([0, 0, 1, 2])]
    links = tuple(name for name in names if random.random() < 0.25)
    feeders = {name: random.choice("ab") for name in names if random.random() < 0.5}
    minutes = random.randint(5, 60)
    windows: dict[str, list[tuple[datetime, datetime]]] = {}
    ended: dict[tuple[str, int], datetime] = {}
    for name in names:
        for number in range(random.choice([0, 0, 1, 2])):
            edge = random.choice([1, 60])  # at the second of a round as often as beside it
            begins = T0 + timedelta(seconds=random.randint(0, minutes * 60) // edge * edge)
            ends = begins + timedelta(seconds=max(random.randint(1, 1500) // edge, 1) * edge)
            windows.setdefault(name, []).append((begins, ends))
            if random.random() < 0.3:
                ended[name, number] = begins + (ends - begins) // 2
                ended[name, number] = ended[name, number].replace(microsecond=0)
    others = [f"{name}/other" for name in names if random.random() < 0.3]
    interfaces = [f"{name}/interface" for name in links]
    letters = dict.fromkeys([*names, *references, *others, *interfaces], "o")
    rounds: list[tuple[datetime, str, str]] = []
    every = random.choice([0, 0, 7])
    restless = random.choice([0.1, 0.1, 0.3])
    for minute in range(minutes):
        order = list(letters)
        random.shuffle(order)
        for device in order:
            if random.random() < (0.05 if device in references else restless):
                letters[device] = random.choice("oox" if device in references else "oxxu")
            letter = letters[device] if random.random() > 0.08 else random.choice("oxu")
            below = [n for n in names if n == device or device in _way(parents, n)] if letter == "x" else [device]
            if random.random() < 0.03:
                letters.update(dict.fromkeys(below, letters[device]))
            seconds = minute * 60 + (random.choice([0, 0, random.randint(0, 59)]) if every else 0)
            rounds.append((T0 + timedelta(seconds=seconds), device, letter))
            if letter == "x" and every:
                rounds += [
                    (T0 + timedelta(seconds=seconds + every * k), device, random.choice("xxxo"))
                    for k in range(1, random.randint(1, 4))
                ]
    rounds.sort(key=lambda entry: entry[0])
    return Play(parents, rules, windows, references, rounds, links, feeders, ended)


def _way(parents: dict[str, str | None], name: str) -> list[str]:
    parent = parents.get(name)
    return [] if parent is None else [parent, *_way(parents, parent)]


def fleet_of(play: Play) -> Fleet:
    """Its sites, each with a device beside its gateway."""
    sites = {}
    for name, parent in play.parents.items():
        link = Link(f"{name}/interface", name, f"{name}/gateway", "p0") if name in play.links else None
        made = site(name, parent, devices=("gateway", "other"))
        sites[name] = replace(made, link=link, feeder=play.feeders.get(name, ""))
    groups = {}
    if play.references:
        named = [Device(id_, "", id_.partition("/")[2], IPv4Address("127.0.0.9")) for id_ in play.references]
        groups = {"up": Group(tuple(named))}
    return Fleet(sites, groups)


def sample_of(at: datetime, device: str, letter: str) -> Sample:
    """A round of the story; a site alone names its gateway."""
    name = device if "/" in device else f"{device}/gateway"
    return Sample(name, "icmp", at, 0, VERDICTS[letter], 1, letter == "o")


def by_board(play: Play) -> Told:
    board, told, looked = Board(fleet_of(play), play.rules, downtimes=play.downtimes(T0)), Told(), T0
    changes = sorted(set(play.ended.values()))
    for at, device, letter in play.rounds:
        while moments := [each for each in (board.next_tick(looked), *changes[:1]) if each is not None and each <= at]:
            looked = min(moments)
            if looked in changes:
                changes.remove(looked)
                told.take(board.replan(play.downtimes(looked), looked), looked)
            told.take(board.tick(looked), looked)
        looked = at
        told.take(board.observe(sample_of(at, device, letter)), at)
    return told


def by_reference(play: Play) -> Reference:
    plain = Reference(
        play.parents,
        play.rules.down_after,
        play.rules.up_after,
        play.references,
        excused=play.excused,
        links=play.links,
        feeders=play.feeders,
    )
    edges = {end for spans in play.windows.values() for _, end in spans} | set(play.ended.values())
    looked = T0
    for at, device, letter in play.rounds:
        for edge in sorted(edge for edge in edges if looked < edge <= at):
            plain.settle(edge)
        looked = at
        plain.sample(at, device, letter)
    return plain


def key(outage: Outage) -> tuple[object, ...]:
    listed = sorted(outage.listed)
    return (outage.told, outage.site, outage.started, outage.silent, outage.ended, outage.cause, listed)
