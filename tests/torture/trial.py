"""What a trial is, and what it finds."""

from collections import Counter, deque
from collections.abc import Callable, Generator
from dataclasses import dataclass, field

MOST_NOTES = 20


@dataclass
class Found:
    """What became of one trial: how many were done, and of them how many went wrong, in which way.

    ``lost``: something that had happened, or was stored, is not there any more; ``doubled``: it is there twice;
    ``undetected``: something false was taken for true, or nobody noticed. ``counts``: what else is worth a line.
    """

    done: int = 0
    lost: int = 0
    doubled: int = 0
    undetected: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        """Whether nothing went wrong, and anything was done at all."""
        return self.done > 0 and not (self.lost or self.doubled or self.undetected)

    def count(self, what: str, by: int = 1) -> None:
        self.counts[what] += by

    def add(self, other: "Found") -> None:
        """Take in what was found beside it."""
        self.done += other.done
        self.lost += other.lost
        self.doubled += other.doubled
        self.undetected += other.undetected
        self.counts += other.counts
        for what in other.notes:
            self.note(what)

    def note(self, what: str) -> None:
        """Keep the first few descriptions of what went wrong."""
        if len(self.notes) < MOST_NOTES:
            self.notes.append(what)


Steps = Generator[Found, None, None]
Run = Callable[[int, int], Steps]


@dataclass(frozen=True)
class Trial:
    """``run`` gets how many times (of the whole: ``full``) and a seed. ``needs_lab``: daemons run, for minutes.
    ``in_one_sitting``: it is about what a process holds after a long time, which several short ones do not tell.

    It yields the one thing that it finds as it grows, as often as it is sound to stop there; who closes it before its
    end has a trial that was cut off, and all that it had done.
    """

    name: str
    what: str
    full: int
    run: Run
    needs_lab: bool = False
    in_one_sitting: bool = False

    def whole(self, count: int, seed: int) -> Found:
        """Run it to its end."""
        return deque(self.run(count, seed), maxlen=1)[0]
