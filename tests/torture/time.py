"""Clocks that lie, months that pass, sites that flap."""

import random
from collections.abc import Callable
from datetime import timedelta
from functools import cache

from monitor.charter.office import Office
from monitor.configuration import load
from monitor.judging.decisions import FlappingChanged, OutageClosed, OutageOpened
from tests.judging.boards import RULES, at, fleet, site
from tests.judging.boards import story as story_of
from tests.places import SHIPPED
from tests.runtime.years import Decisions, Schedule, through
from tests.torture.trial import Found, Steps

FAR = timedelta(days=365 * 80)
CYCLES = 12


@cache
def office() -> Office:
    return Office.of(load(SHIPPED))


def ladder(count: int, seed: int) -> Steps:
    """Let so many years of a ticket pass, with absences and a clock that is wrong by up to forty days."""
    return _years(count, lambda number: Schedule.of(seed * 1_000_000 + number, office()))


def clocks(count: int, seed: int) -> Steps:
    """The same, with clocks that are wrong by up to eighty years: 1970 (boots without a battery), 2038, 2100."""
    return _years(count, lambda number: Schedule.of(seed * 1_000_000 + number, office(), FAR))


def _years(count: int, made: Callable[[int], Schedule]) -> Steps:
    found = Found()
    for number in range(count):
        schedule = made(number)
        found.done += 1
        found.count("disturbances", len(schedule.disturbances))
        found.count("steps due", len(schedule.expected))
        for fault in through(schedule, Decisions(schedule)):
            found.doubled += "times" in fault
            found.lost += "never fired" in fault
            found.undetected += "times" not in fault and "never fired" not in fault
            found.note(f"year {number}: {fault}")
        yield found


def flapping(count: int, seed: int) -> Steps:
    """Let a site be down and up for each number of rounds from 1 to ``count``; compare with plain counting."""
    chance, found = random.Random(seed), Found()
    for period in range(1, count + 1):
        found.done += 1
        story = story_of(fleet(site("here")))
        letters = "o" * RULES.up_after + ("x" * period + "o" * period) * CYCLES + "o" * 40
        shown = "".join("u" * (chance.random() < 0.05) + letter for letter in letters)  # rounds that say nothing
        for letter in shown:
            story.round(here=letter)
        expected = _plainly(shown)
        opened = [(one.started_utc,) for one in story.told if isinstance(one, OutageOpened)]
        closed = [(one.ended_utc,) for one in story.told if isinstance(one, OutageClosed)]
        wanted = [(at(begin),) for begin, _ in expected], [(at(end),) for _, end in expected if end is not None]
        found.lost += max(0, len(wanted[0]) - len(opened))
        found.doubled += max(0, len(opened) - len(wanted[0]))
        found.undetected += (opened, closed) != wanted
        found.count("outages", len(opened))
        found.count("times called flapping", sum(isinstance(o, FlappingChanged) and o.flapping for o in story.told))
        yield found


def _plainly(letters: str) -> list[tuple[int, int | None]]:
    """Return the first failed and the first answered round of each outage."""
    outages: list[tuple[int, int | None]] = []
    down, row, first = False, 0, 0
    for number, letter in enumerate(letters):
        if letter == "u":
            continue
        against = letter == ("o" if down else "x")
        first = number if against and not row else first
        row = row + 1 if against else 0
        if row == (RULES.up_after if down else RULES.down_after):
            outages[-1:] = [(outages[-1][0], first)] if down else [*outages[-1:], (first, None)]
            down, row = not down, 0
    return outages
