"""[judging] of monitor.toml as judging takes it, and the board that it makes of what a run before remembered."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from monitor.charter.downtimes import downtime_of
from monitor.charter.office import Office
from monitor.domain.downtime import Downtime
from monitor.judging.baseline import Baselines, Limits
from monitor.judging.board import Board
from monitor.judging.flapping import Flaps, Thresholds
from monitor.judging.health import Rules, State
from monitor.judging.power import Power
from monitor.judging.uplinks import UplinkHealth
from monitor.settings.load import Settings
from monitor.settings.monitor_file import Judging


@dataclass(frozen=True)
class StoredState:
    """What the run before left of judging.

    ``open_outages``: site → start; ``affected``: site → root; ``states``: site → last stored state;
    ``in_downtime``: who is silent but excused; ``silent_since``: the first failed round of all of them; ``promised``:
    when those of ``in_downtime`` were first silent and promised that were before their excuse; ``blind``: uplink →
    since when; ``fell``: when each site fell silent by its own fault, as far back as any is silent now; ``flapping``:
    who flaps.
    """

    open_outages: Mapping[str, datetime]
    affected: Mapping[str, str]
    states: Mapping[str, State]
    silent_since: Mapping[str, datetime]
    in_downtime: Mapping[str, Downtime]
    blind: Mapping[str, datetime]
    promised: Mapping[str, datetime]
    fell: Mapping[str, list[datetime]]
    flapping: frozenset[str]


NOTHING_STORED = StoredState({}, {}, {}, {}, {}, {}, {}, {}, frozenset())


def board_of(
    settings: Settings, office: Office, known: StoredState = NOTHING_STORED, baselines: Baselines | None = None
) -> Board:
    """The board at a start."""
    judging = settings.monitor.judging
    return Board(
        settings.fleet,
        rules_of(judging),
        dict(known.open_outages),
        dict(known.affected),
        dict(known.states),
        dict(known.silent_since),
        dict(known.in_downtime),
        dict(known.promised),
        uplinks=UplinkHealth(blind=dict(known.blind)),
        power=Power(fell=dict(known.fell)),
        downtimes=partial(downtime_of, office),
        flaps=Flaps(thresholds_of(judging), known.flapping),
        baselines=baselines or Baselines(limits_of(judging)),
    )


def rules_of(judging: Judging) -> Rules:
    """When a device counts as down, up or degraded."""
    return Rules(
        judging.down_after, judging.up_after, judging.degraded_loss, round(judging.degraded_rtt_ms * 1_000_000)
    )


def limits_of(judging: Judging) -> Limits:
    """From when on a device is slower than is usual of it."""
    return Limits(judging.degraded_rtt_mads, round(judging.degraded_rtt_least_ms * 1_000_000))


def thresholds_of(judging: Judging) -> Thresholds:
    """When a site flaps."""
    return Thresholds(judging.flapping_low, judging.flapping_high)
