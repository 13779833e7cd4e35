"""A board with a backbone link, whose interface and far end are told apart."""

from dataclasses import replace
from datetime import datetime

from monitor.domain.sample import Sample, Verdict
from monitor.judging.board import Board
from monitor.judging.decisions import OutageClosed, OutageOpened
from monitor.settings.fleet import Fleet, Link, Site
from tests.judging.boards import at, fleet, site
from tests.told import said

FAR_END, INTERFACE = "north/gateway", "north/interface"


def link_fleet(*more: Site) -> Fleet:
    north = replace(site("north"), link=Link(INTERFACE, "north", "core/gateway", "sfp1"))
    return fleet(north, site("core"), site("behind", "north"), *more)


class LinkStory:
    def __init__(self, board: Board) -> None:
        self.board, self.minute, self.told = board, 0, []  # type: ignore[var-annotated]

    def round(self, **letters: str) -> None:
        """o answers, x fails, p is poor; '__' in a name stands for '/'."""
        for name, letter in letters.items():
            verdict = Verdict.FAILED if letter == "x" else Verdict.OK
            reason = said("interface sfp1 is down" if "interface" in name else "timeout")
            device = name.replace("__", "/")
            poor = said("slow") if letter == "p" else None
            self.told += self.board.observe(Sample(device, "t", at(self.minute), 0, verdict, reason=reason, poor=poor))
        self.minute += 1

    def opened(self) -> list[OutageOpened]:
        return [one for one in self.told if isinstance(one, OutageOpened)]

    def closed(self) -> list[datetime]:
        return [one.ended_utc for one in self.told if isinstance(one, OutageClosed)]
