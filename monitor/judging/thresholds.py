"""Build the board from the [judging] section of monitor.toml and from the stored state of the run before."""

from functools import partial

from monitor.charter.downtimes import downtime_of
from monitor.charter.office import Office
from monitor.judging.baseline import Baselines, Limits
from monitor.judging.board import Board
from monitor.judging.flapping import Flaps, Thresholds
from monitor.judging.health import Rules
from monitor.judging.power import Power
from monitor.judging.stored_state import NOTHING_STORED, StoredState
from monitor.judging.uplinks import UplinkHealth
from monitor.settings.load import Settings
from monitor.settings.monitor_file import Judging


def board_of(
    settings: Settings, office: Office, known: StoredState = NOTHING_STORED, baselines: Baselines | None = None
) -> Board:
    """Build the board at a start."""
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
        power=Power(went_down=dict(known.went_down)),
        downtimes=partial(downtime_of, office),
        flaps=Flaps(thresholds_of(judging), known.flapping),
        baselines=baselines or Baselines(limits_of(judging)),
    )


def rules_of(judging: Judging) -> Rules:
    """Return when a device counts as down, up or degraded."""
    return Rules(
        judging.down_after, judging.up_after, judging.degraded_loss, round(judging.degraded_rtt_ms * 1_000_000)
    )


def limits_of(judging: Judging) -> Limits:
    """Return when a device is slower than usual."""
    return Limits(judging.degraded_rtt_mads, round(judging.degraded_rtt_least_ms * 1_000_000))


def thresholds_of(judging: Judging) -> Thresholds:
    """Return when a site flaps."""
    return Thresholds(judging.flapping_low, judging.flapping_high)
