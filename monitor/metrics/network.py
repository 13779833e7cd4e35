"""Expose sites and the rounds of their devices."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from operator import attrgetter

from monitor.domain.sample import Sample, Verdict
from monitor.judging.board import Board
from monitor.judging.health import State
from monitor.judging.labs import Count
from monitor.metrics.columns import Columns, Row, rows
from monitor.metrics.pieces import Piece
from monitor.metrics.text import TOGETHER, Body, CachedLines, Family, Labels, Part, gathered
from monitor.probes.icmp.engine import IcmpProbe
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
ANY_STATE, BEFORE, AFTER, THEN = "\0", "\1", "\2", "\3"
_SIX = {
    current: "".join(STATE.line(state is current, f"{BEFORE}{state}{AFTER}") for state in State) for current in State
}
"""The lines of a site in each state, without its labels before and after the state's own."""
FAMILIES = (SUCCESS, RTT, LOSS, STATE, ON_MAP, INFO, WORKSTATIONS)


def network(live: RuntimeView) -> list[Part]:
    """Return all families' lines, from the present state."""
    return [
        Columns(
            {family: family.lines for family in (SUCCESS, RTT, LOSS)},
            lambda together: rows(live.echoes, together),
            lambda id_: _device(live, id_),
            _round,
            attrgetter("started_mono_ns"),
        ),
        _Infos(live),
        Columns(
            {STATE: partial(_each, _state), ON_MAP: partial(_each, _on_map)},
            _States(live),
            lambda id_: _of_site(live, id_),
            lambda state: (state, state),
        ),
        CachedLines(
            (WORKSTATIONS,), lambda: _labs(live), lambda id_, found: _workstations(live.office_of(id_), id_, found)
        ),
    ]


def _device(live: RuntimeView, id_: str) -> str:
    """Write the labels of a device's rounds of echoes; "" when it has gone."""
    device = live.fleet.devices.get(id_)
    if device is None:
        return ""
    site = live.fleet.sites[device.site]
    return DEVICE(live.office_of(site.id), site.id, device.name, site.kind, IcmpProbe.name)


def _round(sample: Sample) -> tuple[bool | None, float | None, float | None]:
    """Return whether a round was answered, its mean round-trip time in seconds, and its loss."""
    if sample.verdict is Verdict.UNKNOWN:
        return None, None, None
    rtt_ns = sample.rtt_ns
    return sample.verdict is Verdict.OK, None if rtt_ns is None else rtt_ns / 1e9, sample.loss


class _Info(Piece):
    """The info lines of some sites."""

    __slots__ = ("_live", "_sites")

    def __init__(self, live: RuntimeView, sites: Sequence[Site]) -> None:
        super().__init__()
        self._live, self._sites = live, sites

    @property
    def text(self) -> bytes:
        return "".join([_info(self._live.office_of(site.id), site) for site in self._sites]).encode()


class _Infos:
    """The info lines of the sites that are judged here, which change only with the fleet."""

    def __init__(self, live: RuntimeView) -> None:
        self._live, self._fleet = live, Fleet({})
        self._pieces: list[_Info] = []

    def look(self) -> Iterator[None]:
        if self._live.board.fleet is not self._fleet:
            self._fleet = self._live.board.fleet
            sites = iter(self._fleet.sites.values())
            self._pieces = []
            while some := list(islice(sites, TOGETHER)):
                self._pieces.append(_Info(self._live, some))
        yield

    def bodies(self) -> Iterator[Body]:
        yield INFO, self._pieces

    def forget(self) -> None:
        self._fleet = Fleet({})


def _info(office: str, site: Site) -> str:
    latitude, longitude = map(str, site.position) if site.position else ("", "")
    names = (site.union or "", site.name_bn, site.name_en)
    return INFO.line(1.0, INFO.labels(office, site.id, site.kind, *names, latitude, longitude))


class _States:
    """The states of the sites that are judged here; the others' stand in the metrics of other daemons.

    The board is asked again only for sites that it has touched since.
    """

    def __init__(self, live: RuntimeView) -> None:
        self._live, self._fleet, self._seen = live, Fleet({}), 0
        self._states: dict[str, State] = {}

    def __call__(self, together: int) -> Iterator[Row[str, State]]:
        board = self._live.board
        touched, seen = board.touched.after(self._seen), board.touched.last
        if board.fleet is not self._fleet or touched is None:
            return self._all(board, seen, together)
        for id_ in touched:
            site = board.fleet.judged.get(id_, id_)
            if site in self._states:
                self._states[site] = board.state(site)
        self._seen = seen
        return rows(self._states, together)

    def _all(self, board: Board, seen: int, together: int) -> Iterator[Row[str, State]]:
        fleet, found = board.fleet, dict[str, State]()
        for ids, _ in rows(fleet.sites, together):
            states = list(map(board.state, ids))
            found.update(zip(ids, states, strict=True))
            yield ids, states
        self._fleet, self._seen, self._states = fleet, seen, found


def _of_site(live: RuntimeView, id_: str) -> str:
    """Write the labels of all of a site's states at once, and those that it has on a map; "" when it has gone."""
    site = live.fleet.sites.get(id_)
    if site is None:
        return ""
    office = live.office_of(id_)
    of_states = STATE.labels(office, id_, site.kind, ANY_STATE)
    if site.position is None:
        return of_states
    names = (site.kind, site.name_bn, site.name_en)
    return f"{of_states}{THEN}{ON_MAP.labels(office, id_, *names, *map(str, site.position))}"


def _each(write: Callable[[State, str], str], states: Iterable[State], labels: Iterable[str]) -> str:
    return "".join([write(state, each) for state, each in zip(states, labels, strict=True) if each])


def _state(current: State, labels: str) -> str:
    before, _, after = labels.partition(THEN)[0].partition(ANY_STATE)
    return _SIX[current].replace(AFTER, after).replace(BEFORE, before)


def _on_map(current: State, labels: str) -> str:
    on_map = labels.partition(THEN)[2]
    return ON_MAP.line(SEVERITIES[current], on_map) if on_map else ""


def _labs(live: RuntimeView) -> Iterator[tuple[str, Count]]:
    board = live.board
    fleet = board.fleet
    for id_ in sorted({fleet.devices[each].site for each in fleet.workstations}):
        if (found := board.lab(id_)) is not None:
            yield id_, found


def _workstations(office: str, id_: str, found: Count) -> dict[Family, str]:
    counts = {"answering": found.answering, "all": found.total}
    return gathered((), (WORKSTATIONS.of(number, office, id_, which) for which, number in counts.items()))
