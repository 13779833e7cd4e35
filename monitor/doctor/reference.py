"""Write docs/doctor.md: every check and every finding with its mend, from the declarations. Run by `scripts/docs`."""

import sys
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

from monitor.doctor.check import Pace
from monitor.doctor.checks import CHECKS
from monitor.doctor.finding import FAILED, Kind

INTRODUCTION = """\
<!-- Written by scripts/docs, out of monitor/doctor/: change it there. -->
# What is wrong with this installation?

```sh
upazila-monitor doctor
upazila-monitor doctor --only mail --only snmp
upazila-monitor doctor --offline --json
```

It looks at everything that the monitor stands on, says what it found, and for each finding the one thing that mends it:
a command to be typed, or a place in a file. It changes nothing, sends no letter, and asks only those machines that the
configuration names already. It works with a daemon beside it and without one. Type it as the daemon's user or as root
(`runuser -u upazila-monitor -- upazila-monitor doctor`): others may not read what it looks at.

| exit code | |
|---|---|
| 0 | nothing is wrong; there may be notes |
| 1 | there are warnings: something works only in part, or not for long |
| 2 | there are errors: something does not work; or the configuration itself is wrong, and its lines are named |

A running daemon examines the same by itself: what is quick every five minutes, what asks other machines every six
hours, what reads the whole database once a day, and all of it again after each change of the configuration. The
console shows it at `/health`, with the time of the last look, to whoever may read the audit log; programs get it from
`GET /api/v1/doctor`. What holds for one process alone (pinging, the sandbox) the command asks the running daemon for,
by its socket in the state folder, since a command of root may do what the daemon may not.

Codes never change their meaning. With `--json` each finding has its code, its level, its words in English, what mends
it, and the values in them.
"""

PACES = {Pace.QUICK: "every five minutes", Pace.OUTSIDE: "every six hours; not with `--offline`", Pace.HEAVY: "daily"}


def page() -> str:
    """Return the whole page."""
    return "\n".join([INTRODUCTION, *_chapters()])


def _chapters() -> Iterator[str]:
    for check in CHECKS.values():
        yield f"## {check.title} (`{check.name}`)\n\n{check.doc}\n\nIn a running daemon: {PACES[check.pace]}.\n"
        yield _table(check.kinds)
    yield "## Of any check\n"
    yield _table((FAILED,))


def _table(kinds: tuple[Kind, ...]) -> str:
    rows = [f"| `{kind.code}` | {kind.level} | {_cell(kind.text)} | {_cell(kind.mend) or '–'} |" for kind in kinds]
    return "\n".join(["| Code | Level | What is found | What mends it |", "|---|---|---|---|", *rows, ""])


def _cell(text: str) -> str:
    """Return words of the catalogue as they stand in a table, their gaps as names in capitals: PATH, ADDRESS."""
    filled = "".join(before + ("" if name is None else name.upper()) for before, name, _, _ in Formatter().parse(text))
    return filled.replace("|", "\\|")


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")
