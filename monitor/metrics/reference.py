"""Write docs/metrics.md from the declarations of the metrics, for `scripts/docs`."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from monitor.alerts.channels.registry import CHANNELS
from monitor.metrics import charter, helpdesk, leases, network, notices, self, services, sla, snmp
from monitor.metrics.text import OFFICE, Family
from monitor.probes.checks.checks import CHECKS
from monitor.settings.modules_section import shipped_modules

HEAD = """# Metrics

<!-- Made by scripts/docs from the declarations in monitor/metrics/. Change it there. -->

`http://127.0.0.1:9786/metrics`, in Prometheus' text format, OpenMetrics where the scraper asks for it, compressed where
it allows. A page younger than a second is given out again. Names never change their meaning. Four may read the page at
the same time, and sixteen connections may be open; others get 503. A reader that does not take its answer within ten
seconds is cut off.

Every series has the label `office`, also those that prometheus_client makes; the tables name the others. Their last
column says how many series there are at most; of what is taken out of the configuration there are none.

With several offices (offices.md) `office` is the office whose site, case, letter or promise it is, and on what is about
the monitor itself or a channel that all offices share, the installation's own. `upazila_office_info` names both."""

LABELS = {
    OFFICE: "the office: [office] id of charter.toml, or the ticket prefix in small letters",
    "site": "ID of a site in sites.toml",
    "device": "name of a device in sites.toml",
    "lease": "what one of several daemons does at a time: shard/00 to shard/63, or duty/ and its name",
    "kind": "kind of a site: backbone, udc, lab, office",
    "union": "union of a site",
    "monitor": "`office` of the monitor itself: the installation's, where it has several offices",
    "name_bn": "name in Bangla",
    "name_en": "name in English",
    "latitude": "degrees north",
    "longitude": "degrees east",
    "service": "row of the charter: `citizen:8`, `official:1`",
    "target": "result of service-time targets: met, missed",
    "of": "statistic of durations: median, longest",
    "window": "length of time before now: 7d, 30d",
    "stage": "stage of the grievance chain: officer, 1, 2, 3",
    "check": "name of a check in sites.toml, [sites.ID.services.NAME]",
    "check_kind": f"kind of a check: {', '.join(CHECKS)}",
    "probe": "kind of a round: icmp, or a check's kind",
    "state": "state of a site",
    "counted": "which of a lab's workstations: answering, all",
    "outcome": "outcome of an SNMP reading",
    "reason": "why a datagram was rejected",
    "handling": "outcome of a trap or inform",
    "ifIndex": "IF-MIB's number of an interface",
    "ifName": "IF-MIB's name of an interface",
    "ifAlias": "alias of an interface, set by its operator",
    "ifDescr": "IF-MIB's description of an interface",
    "line": "number of a UPS's output line",
    "brief": "kind of a brief: morning, weekly",
    "channel": f"a channel of notices: {', '.join(CHANNELS)}",
    "version": "version of the program",
    "python": "version of Python",
}
"""What each label means, on every metric that has it."""

LABELS_HEAD = """## Labels

A label means the same on every metric. Join with `on (office, site)`, `on (office, service)` and so on: several offices
may have a site of one ID. Prometheus must not add a label `office` to what it scrapes, or it renames ours to
`exported_office`; an `external_labels` of that name does no harm, and should be the same."""

BOUNDS = f"""## How many series there are

For each site {{site}}, and for each of its devices {{device}}; {{outage}} more while a site has an outage. A device
that is read by SNMP has {{snmp}} series of its own, {{interface}} for each interface, up to {{ups}} as a UPS with one
output line. However much a device reports, at most {snmp.MOST_INTERFACES:,} interfaces and
{snmp.MOST_MODULE_SERIES:,} module series of it are shown, and at most {snmp.MOST_CHARACTERS} characters of each name;
`{snmp.LEFT_OUT.name}` says what was left out. The old series of a renamed interface end.

So 20,000 sites of one device are 200,000 series, {{totals}} for the installation, {{office}} for each office and
{{row}} for each row of its charter, besides prometheus_client's own of the process (`process_*`, `python_gc_*`).
Prometheus' own `sample_limit` is worth setting: a network that is
renamed every day fills its memory with names, however few exist at a time."""


@dataclass(frozen=True)
class Section:
    """A section of the page: the text before the table, and the table's families."""

    title: str
    families: tuple[Family, ...]
    before: str = ""


SECTIONS = (
    Section("The network", network.FAMILIES),
    Section(
        "Devices that are read by SNMP",
        snmp.FAMILIES,
        "Interfaces have the names and labels that snmp_exporter's if_mib gives. Packets by kind, ifMtu, ifLastChange\n"
        "and the like are not read: each column is one more walk of every device at every reading; a module can read\n"
        "them. ifType is a number (newer if_mib: `ifType_info`). Counters of devices are exposed without\n"
        "a type: in OpenMetrics, for which Prometheus asks first, a counter has to end with `_total`; `rate()` works\n"
        "as usual. A restart of a device may change its ifIndex, and other series begin: sum by ifName.\n"
        f"All but `{snmp.STATE.name}` and `{snmp.RESTARTS.name}` are absent while the device cannot be read.",
    ),
    Section("Services", services.FAMILIES),
    Section(
        "The charter",
        (charter.INFO, *charter.FAMILIES, *sla.FAMILIES),
        "Counts over windows are renewed every ten seconds, less often where that takes long.",
    ),
    Section("Notices", (*notices.FAMILIES, notices.AWAY, *helpdesk.FAMILIES)),
    Section("The monitor itself", (*self.FAMILIES, charter.READABLE)),
    Section(
        "Several daemons",
        leases.FAMILIES,
        "Only where the database is on a server (docs/several-daemons.md). Each of several daemons exposes itself and\n"
        "the sites that it watches. What is counted in the database, that is the sections *The charter* and\n"
        "*Notices*, comes from the one alone that holds `duty/cases`, and\n"
        f"`{notices.AWAY.name}` from the one that holds `duty/outbox`: a sum over all daemons counts\n"
        "nothing twice. Whoever takes `duty/cases` counts outages from 0 again, as after a start.",
    ),
)
MODULES = """## Modules

Further objects of devices (docs/probing-snmp.md). These come with the program; monitor.toml may describe more. There is
one series for each row of the device's table, `index` distinguishing rows; other labels are columns of that table."""


def declared() -> list[Family]:
    """Return every declared metric, without those of modules."""
    return [family for section in SECTIONS for family in section.families]


def page() -> str:
    """Return docs/metrics.md."""
    parts = [HEAD, LABELS_HEAD, _meanings()]
    for section in SECTIONS:
        parts += filter(None, [f"## {section.title}", section.before, _table(section.families)])
    of_modules = [snmp.module_family(metric) for module in shipped_modules().values() for metric in module.metrics]
    parts += [MODULES, _table(of_modules), BOUNDS.format_map(_sums())]
    return "\n\n".join(parts) + "\n"


def _meanings() -> str:
    lines = ["| label | meaning |", "|---|---|"]
    return "\n".join([*lines, *(f"| `{label}` | {meaning} |" for label, meaning in LABELS.items())])


def _table(families: Iterable[Family]) -> str:
    lines = ["| metric | type | labels | unit | meaning | series |", "|---|---|---|---|---|---|"]
    for family in families:
        labels = ", ".join(name for name in family.labels.names if name != OFFICE)
        series = "one" if family.per == "installation" and family.most == 1 else f"{family.most} per {family.per}"
        meaning = family.help.replace("|", r"\|")
        lines.append(f"| `{family.name}` | {family.type} | {labels} | {family.unit} | {meaning} | {series} |")
    return "\n".join(lines)


def _sums() -> dict[str, int]:
    """Return how many series there are per unit of each kind."""

    def most(*per: str) -> int:
        return sum(family.most for family in declared() if family.per in per)

    return {
        "site": most("site"),
        "device": most("device"),
        "outage": most("open outage", "site and service"),
        "snmp": most("device read by SNMP"),
        "interface": most("interface"),
        "ups": most("UPS", "output line"),
        "totals": most("installation"),
        "office": most("office"),
        "row": most("row of a charter"),
    }


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")
