"""The pictures of a district's and a nation's installation for docs/scale.md, as SVG: boxes in columns, and lines."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from dashboards.generator.svg import FAINT, rect, text, width_of
from docs.generator.drawing import ARROW, BOX, EDGE, PAPER, WIDTH, svg, words_in_box

BOX_WIDTH, BOX_HEIGHT = 200, 66
STAND_BY = "#f4f1e8"


class Machine(NamedTuple):
    """A box by its middle; what waits for another to fail is paler."""

    name: str
    says: str
    x: int
    y: int
    waits: bool = False


class Line(NamedTuple):
    """From one machine to another, with what goes over it; dashed while it only stands by."""

    start: str
    end: str
    says: str
    dashed: bool = False


DISTRICT = (
    (
        Machine("Sites of six upazilas", "some 240 links, centres and labs: echoes, SNMP, checks", 500, 50),
        Machine("Daemon A", "half of the shards; console, API, metrics", 250, 190),
        Machine("Daemon B", "the other half; takes over all within seconds", 750, 190),
        Machine("PostgreSQL", "everything that lasts; leases by its own clock", 250, 340),
        Machine("Standby", "synchronous: nothing that was told is lost", 750, 340, waits=True),
        Machine("Prometheus", "scrapes both daemons, found by http_sd", 500, 190),
    ),
    (
        Line("Daemon A", "Sites of six upazilas", "probes"),
        Line("Daemon B", "Sites of six upazilas", "probes"),
        Line("Prometheus", "Daemon A", ""),
        Line("Prometheus", "Daemon B", ""),
        Line("Daemon A", "PostgreSQL", "writes behind its leases"),
        Line("Daemon B", "PostgreSQL", ""),
        Line("Daemon A", "Standby", "", dashed=True),
        Line("Daemon B", "Standby", "if the first has failed", dashed=True),
        Line("PostgreSQL", "Standby", "stream"),
    ),
)
NATION = (
    (
        Machine("20,000 sites", "495 upazilas in 64 districts", 500, 50),
        Machine("Daemons 1 and 2", "in the first data centre", 200, 190),
        Machine("Daemons 3 and 4", "in the second data centre", 800, 190),
        Machine("pgbouncer", "in transaction mode, beside the daemons", 200, 310),
        Machine("pgbouncer ", "in transaction mode, beside the daemons", 800, 310),
        Machine("PostgreSQL", "a commit waits for one of two standbys: ANY 1 (a, b)", 500, 400),
        Machine("Standby a", "in the first data centre", 200, 450, waits=True),
        Machine("Standby b", "in the second data centre", 800, 450, waits=True),
        Machine("VictoriaMetrics", "by Prometheus agents in both data centres", 500, 190),
    ),
    (
        Line("Daemons 1 and 2", "20,000 sites", "probe"),
        Line("Daemons 3 and 4", "20,000 sites", "probe"),
        Line("VictoriaMetrics", "Daemons 1 and 2", ""),
        Line("VictoriaMetrics", "Daemons 3 and 4", ""),
        Line("Daemons 1 and 2", "pgbouncer", "writes behind leases"),
        Line("Daemons 3 and 4", "pgbouncer ", "writes behind leases"),
        Line("pgbouncer", "PostgreSQL", ""),
        Line("pgbouncer ", "PostgreSQL", ""),
        Line("PostgreSQL", "Standby a", "stream"),
        Line("PostgreSQL", "Standby b", "stream"),
    ),
)
PICTURES = {"district.svg": DISTRICT, "nation.svg": NATION}


def drawn(machines: Sequence[Machine], lines: Sequence[Line]) -> str:
    """Lines lie beneath the boxes, their words in the middle between two."""
    at = {machine.name: machine for machine in machines}
    height = max(machine.y for machine in machines) + BOX_HEIGHT // 2 + 17
    parts = [rect(0, 0, WIDTH, height, PAPER)]
    for line in lines:
        parts += _line(at[line.start], at[line.end], line)
    for machine in machines:
        parts += _box(machine)
    return svg(height, parts)


def _line(one: Machine, other: Machine, line: Line) -> Iterator[str]:
    dashes = ' stroke-dasharray="6 5"' if line.dashed else ""
    yield f'<path d="M{one.x} {one.y}L{other.x} {other.y}" stroke="{ARROW}" stroke-width="1.4" fill="none"{dashes}/>'
    if line.says:
        x, y, width = (one.x + other.x) / 2, (one.y + other.y) / 2, width_of(line.says, 11) + 10
        yield rect(x - width / 2, y - 9, width, 17, PAPER)
        yield text(x, y + 4, line.says, 11, FAINT, "middle")


def _box(machine: Machine) -> Iterator[str]:
    left, top = machine.x - BOX_WIDTH / 2, machine.y - BOX_HEIGHT / 2
    yield rect(left, top, BOX_WIDTH, BOX_HEIGHT, STAND_BY if machine.waits else BOX, f' rx="6" stroke="{EDGE}"')
    yield from words_in_box(machine.name.strip(), machine.says, machine.x, top + 3, 14, BOX_WIDTH - 14, 3)


if __name__ == "__main__":
    for name, (machines, lines) in PICTURES.items():
        (Path(sys.argv[1]) / "pictures" / name).write_text(drawn(machines, lines), encoding="utf-8")
