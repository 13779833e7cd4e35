"""Expose sites and the rounds of their devices."""

from collections.abc import Iterable, Iterator
from typing import Any

from monitor.domain.sample import Sample, Verdict
from monitor.judging.board import Board
from monitor.judging.health import State
from monitor.judging.labs import Count
from monitor.metrics.text import TOGETHER, CachedLines, Family, Labels, Line, gathered
from monitor.runtime.live import RuntimeView
from monitor.settings.fleet import Fleet, Site

DEVICE = Labels("site", "device", "kind", "probe")
SUCCESS = Family(
    "upazila_probe_success",
    "gauge",
    "1 if the last round was answered, 0 if not; absent while unknown.",
    DEVICE,
    unit="0 or 1",
    per="device",
)
RTT = Family(
    "upazila_icmp_rtt_seconds",
    "gauge",
    "Mean round-trip time of the last round; absent when nothing answered.",
    DEVICE,
    unit="seconds",
    per="device",
)
LOSS = Family(
    "upazila_icmp_packet_loss_ratio",
    "gauge",
    "Share of the last round's echoes that were lost.",
    DEVICE,
    unit="0 to 1",
    per="device",
)
INFO = Family(
    "upazila_site_info",
    "gauge",
    "Names and location of a site; join on `office` and `site`.",
    Labels("site", "kind", "union", "name_bn", "name_en", "latitude", "longitude"),
    unit="always 1",
    per="site",
)
STATE = Family(
    "upazila_site_state",
    "gauge",
    f"1 for the state that the site is in, 0 for all others: {', '.join(State)}.",
    Labels("site", "kind", "state"),
    unit="0 or 1",
    most=len(State),
    per="site",
)
SEVERITIES = {
    State.UP: 0,
    State.DEGRADED: 1,
    State.PAUSED: 2,
    State.UNKNOWN: 3,
    State.UNREACHABLE: 4,
    State.DOWN: 5,
}
ON_MAP = Family(
    "upazila_site_map_state",
    "gauge",
    f"State of a site that has a position: {', '.join(f'{code} {state}' for state, code in SEVERITIES.items())}.",
    Labels("site", "kind", "name_bn", "name_en", "latitude", "longitude"),
    unit="0 to 5",
    per="site with a position",
)
"""A map needs this one series of each site; joined from `STATE` and `INFO` it would be seven."""
WORKSTATIONS = Family(
    "upazila_lab_workstations",
    "gauge",
    "Workstations of a lab: 'answering', and 'all'; absent until all have been judged.",
    Labels("site", "counted"),
    unit="workstations",
    most=2,
    per="lab",
)
ANY_STATE, BEFORE, AFTER = "\0", "\1", "\2"
_SIX = {
    current: "".join(STATE.line(state is current, f"{BEFORE}{state}{AFTER}") for state in State) for current in State
}
"""The lines of a site in each state, without its labels before and after the state's own."""
FAMILIES = (SUCCESS, RTT, LOSS, STATE, ON_MAP, INFO, WORKSTATIONS)


def network(live: RuntimeView) -> list[CachedLines[Any, Any]]:
    """Return all families' lines, from the present state."""
    return [
        CachedLines((SUCCESS, RTT, LOSS), lambda: list(live.samples.items()), _Rounds(live)),
        CachedLines(
            (INFO,),
            _Infos(live),
            lambda _, sites: gathered((), (_info(live.office_of(site.id), site) for site in sites)),
            together=1,
        ),
        CachedLines((STATE, ON_MAP), _States(live), lambda id_, state: _state(live, id_, state)),
        CachedLines(
            (WORKSTATIONS,), lambda: _labs(live), lambda id_, found: _workstations(live.office_of(id_), id_, found)
        ),
    ]


class _Rounds:
    """The lines of samples; their labels are written once for each device of a fleet."""

    def __init__(self, live: RuntimeView) -> None:
        self._live, self._fleet = live, live.fleet
        self._labels: dict[tuple[str, str], str] = {}

    def __call__(self, key: tuple[str, str], sample: Sample) -> dict[Family, str]:
        if sample.verdict is Verdict.UNKNOWN or (labels := self._labels_of(*key)) is None:
            return {}
        found = {SUCCESS: SUCCESS.line(sample.verdict is Verdict.OK, labels), LOSS: LOSS.line(sample.loss, labels)}
        if (rtt_ns := sample.rtt_ns) is not None:
            found[RTT] = RTT.line(rtt_ns / 1e9, labels)
        return found

    def _labels_of(self, id_: str, probe: str) -> str | None:
        fleet = self._live.fleet
        if fleet is not self._fleet:
            self._fleet, self._labels = fleet, {}
        labels = self._labels.get((id_, probe))
        if labels is None and (device := fleet.devices.get(id_)) is not None:
            site = fleet.sites[device.site]
            labels = DEVICE(self._live.office_of(site.id), site.id, device.name, site.kind, probe)
            self._labels[id_, probe] = labels
        return labels


class _Infos:
    """The info lines of the sites that are judged here, which change only with the fleet."""

    def __init__(self, live: RuntimeView) -> None:
        self._live, self._fleet = live, Fleet({})
        self._groups: list[tuple[int, tuple[Site, ...]]] = []

    def __call__(self) -> list[tuple[int, tuple[Site, ...]]]:
        if self._live.board.fleet is not self._fleet:
            self._fleet = self._live.board.fleet
            sites = tuple(self._fleet.sites.values())
            self._groups = [(first, sites[first : first + TOGETHER]) for first in range(0, len(sites), TOGETHER)]
        return self._groups


def _info(office: str, site: Site) -> Line:
    latitude, longitude = map(str, site.position) if site.position else ("", "")
    names = (site.union or "", site.name_bn, site.name_en)
    return INFO.of(1.0, office, site.id, site.kind, *names, latitude, longitude)


class _States:
    """The states of the sites that are judged here; the others' stand in the metrics of other daemons.

    The board is asked again only for sites that it has touched since.
    """

    def __init__(self, live: RuntimeView) -> None:
        self._live, self._fleet, self._seen = live, Fleet({}), 0
        self._states: dict[str, State] = {}

    def __call__(self) -> Iterable[tuple[str, State]]:
        board = self._live.board
        touched, seen = board.touched.after(self._seen), board.touched.last
        if board.fleet is not self._fleet or touched is None:
            return self._all(board, seen)
        for id_ in touched:
            site = board.fleet.judged.get(id_, id_)
            if site in self._states:
                self._states[site] = board.state(site)
        self._seen = seen
        return list(self._states.items())

    def _all(self, board: Board, seen: int) -> Iterator[tuple[str, State]]:
        fleet, found = board.fleet, dict[str, State]()
        for id_ in list(fleet.sites):
            found[id_] = board.state(id_)
            yield id_, found[id_]
        self._fleet, self._seen, self._states = fleet, seen, found


def _state(live: RuntimeView, id_: str, current: State) -> dict[Family, str]:
    site = live.fleet.sites.get(id_)
    if site is None:  # it has gone in this moment
        return {}
    office = live.office_of(id_)
    labels = STATE.labels(office, id_, site.kind, ANY_STATE)
    before, _, after = labels.partition(ANY_STATE)  # written once for all six
    found = {STATE: _SIX[current].replace(AFTER, after).replace(BEFORE, before)}
    if site.position:
        names = (site.kind, site.name_bn, site.name_en)
        found |= [ON_MAP.of(SEVERITIES[current], office, id_, *names, *map(str, site.position))]
    return found


def _labs(live: RuntimeView) -> Iterator[tuple[str, Count]]:
    board = live.board
    fleet = board.fleet
    for id_ in sorted({fleet.devices[each].site for each in fleet.workstations}):
        if (found := board.lab(id_)) is not None:
            yield id_, found


def _workstations(office: str, id_: str, found: Count) -> dict[Family, str]:
    counts = {"answering": found.answering, "all": found.total}
    return gathered((), (WORKSTATIONS.of(number, office, id_, which) for which, number in counts.items()))
