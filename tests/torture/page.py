"""The table of what was tried, and its copy in docs/reliability.md."""

import json
import os
import platform
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from tests.places import DOCS
from tests.torture.trial import Found, Trial

PAGE, KEPT = DOCS / "reliability.md", DOCS / "reliability.json"
BEGIN, END = "<!-- trials -->\n", "<!-- end of trials -->\n"
HEAD = "| what | done | of | lost | doubled | undetected | besides | date |\n|---|---:|---:|---:|---:|---:|---|---|\n"
MOST_DAYS = 7  # between the first sitting and the last of one figure: after that it is of another program


@dataclass(frozen=True)
class Row:
    """One trial as it was done, in one sitting or in ``sittings``, from the day ``since`` to the day ``on``."""

    name: str
    what: str
    done: int
    full: int
    lost: int
    doubled: int
    undetected: int
    counts: dict[str, int]
    since: str
    on: str
    sittings: int
    took_s: int
    machine: str

    @classmethod
    def of(cls, trial: Trial, found: Found, day: date, took_s: float, before: "Row | None" = None) -> "Row":
        """Return the row of what was found, added to that of the sittings ``before``."""
        done, wrong = found.done, (found.lost, found.doubled, found.undetected)
        counts, since, sittings = Counter(found.counts), f"{day}", 1
        if before is not None:
            done += before.done
            wrong = found.lost + before.lost, found.doubled + before.doubled, found.undetected + before.undetected
            counts = Counter(before.counts) + counts
            since, sittings, took_s = before.since, before.sittings + 1, took_s + before.took_s
        return cls(
            trial.name,
            trial.what,
            done,
            trial.full,
            *wrong,
            dict(counts),
            since,
            f"{day}",
            sittings,
            round(took_s),
            machine(),
        )

    def can_go_on(self, trial: Trial, day: date) -> bool:
        """Return whether it is a part of the trial's whole figure that may be added to on that day."""
        is_recent = (day - date.fromisoformat(self.since)).days <= MOST_DAYS
        return not trial.in_one_sitting and self.done < self.full == trial.full and is_recent

    @property
    def besides(self) -> str:
        """What else was counted, in words."""
        return "; ".join(f"{what}: {count:,}" for what, count in self.counts.items())

    @property
    def days(self) -> str:
        """The day, or the first and the last; and in how many sittings, if there were several."""
        days = self.on if self.since == self.on else f"{self.since} to {self.on}"
        return days if self.sittings == 1 else f"{days}, {self.sittings} sittings"


def machine() -> str:
    """Return what it ran on."""
    cores = len(os.sched_getaffinity(0))
    return f"{cores} cores, kernel {platform.release().split('-')[0]}, Python {platform.python_version()}"


def table(rows: Iterable[Row]) -> str:
    """Return the table in Markdown."""
    lines = [
        f"| {row.what} (`{row.name}`) | {row.done:,} | {row.full:,} | {row.lost} | {row.doubled} | {row.undetected} "
        f"| {row.besides} | {row.days} |\n"
        for row in rows
    ]
    return HEAD + "".join(lines)


def kept(file: Path | None = None) -> dict[str, Row]:
    """Return the rows that were kept, by the names of their trials."""
    file = file or KEPT
    rows = json.loads(file.read_text(encoding="utf-8")) if file.exists() else []
    return {row["name"]: Row(**row) for row in rows}


def keep(new: Sequence[Row], page: Path = PAGE, file: Path = KEPT) -> None:
    """Put these rows in the place of the older ones of the same trials."""
    from tests.torture.trials import TRIALS

    rows = kept(file) | {row.name: row for row in new}
    ordered = [rows[name] for name in TRIALS if name in rows]
    file.write_text(json.dumps([asdict(row) for row in ordered], indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    text = page.read_text(encoding="utf-8")
    before, after = text.partition(BEGIN)[0], text.partition(END)[2]
    page.write_text(f"{before}{BEGIN}{table(ordered)}{END}{after}", encoding="utf-8")
