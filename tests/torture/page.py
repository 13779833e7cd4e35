"""The table of what was tried, and its copy in docs/reliability.md."""

import json
import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from tests.places import DOCS
from tests.torture.trial import Found, Trial

PAGE, KEPT = DOCS / "reliability.md", DOCS / "reliability.json"
BEGIN, END = "<!-- trials -->\n", "<!-- end of trials -->\n"
HEAD = "| what | done | of | lost | doubled | undetected | besides | date |\n|---|---:|---:|---:|---:|---:|---|---|\n"


@dataclass(frozen=True)
class Row:
    """One trial as it was done."""

    name: str
    what: str
    done: int
    full: int
    lost: int
    doubled: int
    undetected: int
    besides: str
    on: str
    took_s: int
    machine: str

    @classmethod
    def of(cls, trial: Trial, found: Found, day: date, took_s: float) -> "Row":
        wrong = (found.lost, found.doubled, found.undetected)
        return cls(
            trial.name, trial.what, found.done, trial.full, *wrong, found.told(), f"{day}", round(took_s), machine()
        )


def machine() -> str:
    """Return what it ran on."""
    cores = len(os.sched_getaffinity(0))
    return f"{cores} cores, kernel {platform.release().split('-')[0]}, Python {platform.python_version()}"


def table(rows: Iterable[Row]) -> str:
    """Return the table in Markdown."""
    lines = [
        f"| {row.what} (`{row.name}`) | {row.done:,} | {row.full:,} | {row.lost} | {row.doubled} | {row.undetected} "
        f"| {row.besides} | {row.on} |\n"
        for row in rows
    ]
    return HEAD + "".join(lines)


def kept() -> list[Row]:
    """Return the rows that were kept, in their order."""
    return [Row(**row) for row in json.loads(KEPT.read_text(encoding="utf-8"))] if KEPT.exists() else []


def keep(new: Sequence[Row], page: Path = PAGE, file: Path = KEPT) -> None:
    """Put these rows in the place of the older ones of the same trials."""
    from tests.torture.trials import TRIALS

    rows = {row.name: row for row in (*kept(), *new)}
    ordered = [rows[name] for name in TRIALS if name in rows]
    file.write_text(json.dumps([asdict(row) for row in ordered], indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    text = page.read_text(encoding="utf-8")
    before, after = text.partition(BEGIN)[0], text.partition(END)[2]
    page.write_text(f"{before}{BEGIN}{table(ordered)}{END}{after}", encoding="utf-8")
