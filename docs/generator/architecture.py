"""docs/architecture.md and its picture: `scripts/docs` writes them."""

import sys
from collections.abc import Mapping
from pathlib import Path

from docs.generator import ways
from docs.generator.drawing import drawn
from docs.generator.rooms import Room, drawn_arrows, on_floors, rooms, threads

PICTURE = Path("pictures") / "architecture.svg"

HEAD = f"""<!-- Written by scripts/docs, out of the code: docs/generator/ is the source. -->
# Architecture

One process, `upazila-monitor run`, asks devices, judges what they answer, stores what has changed, and notifies people.
Everything else reads what it stored, or is somebody's act upon it: a command opens the same database beside the daemon;
the page and the metrics are served by the daemon itself. What is stored is state changes, never samples. What is in
force is the configuration in `config/` that was accepted last; a bad one changes nothing.

Words: a *site* has *devices*, and may lie behind another site; a *round* of echoes is a *sample*; a site that is down
by its own fault has an *outage*; a row of the Citizen's Charter, a *service*, sets when it must be over; a missed
target is a *ticket*, as is a request that somebody registers; a ticket climbs the *stages* of the grievance chain; what
is to be sent is a *notice*, which a *channel* hands to a *reader*. [judging](judging.md),
[the charter's clock](charter-clock.md), [tickets](tickets.md), [notices](notices.md) and [metrics](metrics.md) go
deeper; [CONTRIBUTING](../CONTRIBUTING.md) says how to add to it.

## Rooms

![The rooms on their floors, and who imports from whom]({PICTURE})

An arrow means: imports from. None points upwards, no circle is closed in any room, and rooms on one floor do not know
each other; `scripts/check` proves all three. Only arrows that no way over other rooms implies are drawn; the table has
every one."""

SAMPLE = """## One sample's way

From the socket to the mail, for a router that has fallen silent."""

COMPLAINT = "## One complaint's way"

THREADS = """## What runs at the same time

Echoes, SNMP, judging and the page run on one event loop, in one process. What may block has threads of its own, so that
it never keeps the loop from its turn; three pieces of work that could crash or never end (reading a new configuration,
tracing the way to a site, a message over Apprise) are processes. Only the thread `writer` stores decisions."""

STATE = """## Where state lives

- **The database** (`var/monitor.db`, SQLite): outages, tickets and their chained history, notices, last states. A new
  version migrates its tables at the start, all or nothing.
- **Memory**: [`RuntimeState`](../monitor/runtime/live.py), each device's last sample; and the
  [`Board`](../monitor/judging/board.py), whose last states are stored, and taken up again at the next start.
- **Small files** beside the database: the configuration in force, the samples where `record` asks for them, letters
  while there is no mail server, and the nightly copies."""


def page() -> str:
    """The whole of docs/architecture.md; LookupError for a name that is not in the code any more."""
    parts = [HEAD, _table(rooms()), SAMPLE, ways.written(ways.SAMPLE), COMPLAINT, ways.written(ways.COMPLAINT)]
    return "\n\n".join([*parts, THREADS, ways.paragraph(ways.PARTS), _threads(), STATE]) + "\n"


def picture() -> str:
    """The drawing of rooms and arrows."""
    return drawn(on_floors(rooms()), drawn_arrows(rooms()))


def _table(all_rooms: Mapping[str, Room]) -> str:
    lines = ["| room | what it is for | imports from | packages |", "|---|---|---|---|"]
    for room in all_rooms.values():
        asks = ", ".join(other.short.rstrip("/") for name, other in all_rooms.items() if name in room.asks)
        lines.append(f"| [`{room.short}`](../monitor/{room.short}) | {room.says} | {asks} | {_packages(room)} |")
    return "\n".join(lines)


def _packages(room: Room) -> str:
    return ", ".join(sorted(room.brings, key=str.lower))


def _threads() -> str:
    lines = ["| threads | how many | made by |", "|---|---|---|"]
    lines += [f"| {one.name} | {one.how_many} | [`{one.module}`](../monitor/{one.module}) |" for one in threads()]
    return "\n".join(lines)


def write(folder: Path) -> None:
    """Writes both files below ``folder``."""
    (folder / "architecture.md").write_text(page(), encoding="utf-8")
    (folder / PICTURE).write_text(picture(), encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
