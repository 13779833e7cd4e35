"""Rounds that judge nobody as failed: of devices asked while the monitor slept or another time was believed."""

from collections.abc import Iterable
from datetime import timedelta

from monitor.domain.reasons import ReasonCode, reason
from monitor.domain.sample import Sample, Verdict

STALLED_BEFORE = reason(ReasonCode.STALLED_BEFORE)


class Distrust:
    """Whose rounds are not believed when they fail: those begun before a moment, and the next one of each device.

    Whoever slept cannot tell whether an answer was late or it was itself, and its network may still be waking.
    """

    def __init__(self) -> None:
        self._until_ns: dict[str, int] = {}
        self._redated_by = timedelta(0)

    def begin(self, devices: Iterable[str], now_mono_ns: int, redated_by: timedelta = timedelta(0)) -> None:
        """Distrusts these devices, and no others any more; rounds begun until now are dated anew by that much."""
        self._until_ns = dict.fromkeys(devices, now_mono_ns)
        self._redated_by = redated_by

    def of(self, sample: Sample) -> Sample:
        """The sample as far as it is believed: ``unknown`` where it failed and is not."""
        if not self._until_ns or (until_ns := self._until_ns.get(sample.device)) is None:
            return sample
        if sample.started_mono_ns >= until_ns:
            del self._until_ns[sample.device]
        else:
            sample = sample._replace(started_utc=sample.started_utc + self._redated_by)
        if sample.verdict is Verdict.FAILED:
            sample = sample._replace(verdict=Verdict.UNKNOWN, reason=STALLED_BEFORE)
        return sample
