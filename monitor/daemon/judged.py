"""[judging] of monitor.toml as judging takes it."""

from monitor.judging.baseline import Limits
from monitor.judging.flapping import Thresholds
from monitor.judging.states import Rules
from monitor.settings.monitor_file import Judging


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
