"""Random stories through the board and through the plain reference: intervals, causes and counts must agree."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from ipaddress import IPv4Address
from random import Random

import pytest

from monitor.judging.board import Board
from monitor.judging.decisions import Affected, Decision, OutageClosed, OutageOpened, VantageBack, VantageLost
from monitor.judging.pause import Pause
from monitor.judging.states import Rules
from monitor.sample import Sample, Verdict
from monitor.settings.fleet import Device, Fleet, Group
from tests.judging.reference import Outage, Reference
from tests.judging.test_board import T0, site

VERDICTS = {"o": Verdict.OK, "x": Verdict.FAILED, "u": Verdict.UNKNOWN}
REFERENCES = ("vantage/up-1", "vantage/up-2")


@dataclass
class Told:
    """The board's decisions as the store would keep them."""

    outages: list[Outage] = field(default_factory=list)
    blind: list[list[datetime | None]] = field(default_factory=list)

    def take(self, decisions: list[Decision], at: datetime) -> None:
        for one in decisions:
            match one:
                case OutageOpened(name, started):
                    self.outages.append(Outage(name, started, at))
                case OutageClosed(name, ended):
                    self._open(name).ended = ended
                case Affected(name, root):
                    listed = self._open(root).listed
                    listed += [name] * (name not in listed)
                case VantageLost(_, since):
                    self.blind.append([since, None])
                case VantageBack(_, _, until):
                    self.blind[-1][1] = until

    def _open(self, name: str) -> Outage:
        (found,) = [each for each in self.outages if each.site == name and each.ended is None]
        return found


@dataclass
class Play:
    """A story: who stands behind whom, thresholds, excused times, and rounds (when, device, letter) in order."""

    parents: dict[str, str | None]
    rules: Rules
    windows: dict[str, list[tuple[datetime, datetime]]]
    references: tuple[str, ...]
    rounds: list[tuple[datetime, str, str]]

    def excused(self, name: str, at: datetime) -> datetime | None:
        return next((ends for begins, ends in self.windows.get(name, ()) if begins <= at < ends), None)

    def pause(self, name: str, at: datetime) -> Pause | None:
        until = self.excused(name, at)
        return None if until is None else Pause("maintenance", "planned work", until)


def story(seed: int) -> Play:
    """Mostly steady states, each for a while, with lone lost rounds and changes in any order."""
    random = Random(seed)
    names = [f"s{number}" for number in range(random.randint(1, 5))]
    parents = {name: random.choice([None, *names[:place]]) for place, name in enumerate(names)}
    rules = Rules(random.choice([1, 2, 3, 3, 3, 4]), random.choice([1, 2, 2, 3]))
    references = REFERENCES[: random.choice([0, 0, 1, 2])]
    minutes = random.randint(5, 60)
    windows: dict[str, list[tuple[datetime, datetime]]] = {}
    for name in names:
        for _ in range(random.choice([0, 0, 1, 2])):
            begins = T0 + timedelta(seconds=random.randint(0, minutes * 60))
            windows.setdefault(name, []).append((begins, begins + timedelta(seconds=random.randint(1, 1500))))
    letters = dict.fromkeys([*names, *references], "o")
    rounds: list[tuple[datetime, str, str]] = []
    every = random.choice([0, 0, 7])
    for minute in range(minutes):
        order = [*names, *references]
        random.shuffle(order)
        for device in order:
            if random.random() < (0.1 if device in names else 0.05):
                letters[device] = random.choice("oxxu" if device in names else "oox")
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
    return Play(parents, rules, windows, references, rounds)


def _way(parents: dict[str, str | None], name: str) -> list[str]:
    parent = parents.get(name)
    return [] if parent is None else [parent, *_way(parents, parent)]


def by_board(play: Play) -> Told:
    sites = [site(name, parent) for name, parent in play.parents.items()]
    groups = {}
    if play.references:
        named = [Device(id_, "", id_.partition("/")[2], IPv4Address("127.0.0.9")) for id_ in play.references]
        groups = {"up": Group(tuple(named))}
    fleet = replace(Fleet({each.id: each for each in sites}), groups=groups)
    board, told, looked = Board(fleet, play.rules, pauses=play.pause), Told(), T0
    for at, device, letter in play.rounds:
        while (tick := board.next_tick(looked)) is not None and tick <= at:
            told.take(board.tick(tick), tick)
            looked = tick
        looked = at
        name = device if device in play.references else f"{device}/gateway"
        told.take(board.observe(Sample(name, "icmp", at, 0, VERDICTS[letter], 1, letter == "o")), at)
    return told


def by_reference(play: Play) -> Reference:
    plain = Reference(play.parents, play.rules.down_after, play.rules.up_after, play.references, excused=play.excused)
    looked = T0
    for at, device, letter in play.rounds:
        for ends in sorted({end for spans in play.windows.values() for _, end in spans if looked < end <= at}):
            plain.settle(ends)
        looked = at
        plain.sample(at, device, letter)
    return plain


def key(outage: Outage) -> tuple[object, ...]:
    return (outage.told, outage.site, outage.started, outage.ended, sorted(outage.listed))


def test_the_board_says_what_the_reference_says() -> None:
    for seed in range(600):
        agree(seed)


@pytest.mark.long
def test_twenty_thousand_stories() -> None:
    for seed in range(20_000):
        agree(seed)


def agree(seed: int) -> None:
    play = story(seed)
    board, plain = by_board(play), by_reference(play)

    assert sorted(map(key, board.outages)) == sorted(map(key, plain.outages)), f"story({seed})"
    assert board.blind == plain.blind, f"story({seed})"
