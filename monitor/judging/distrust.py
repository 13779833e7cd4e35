"""Turn failed rounds that a stall or a clock change may have caused into unknown ones."""

from collections.abc import Iterable
from datetime import timedelta

from monitor.domain.reasons import ReasonCode, reason
from monitor.domain.sample import Sample, Verdict

STALLED_BEFORE = reason(ReasonCode.STALLED_BEFORE)


class Distrust:
    """The devices whose failures do not count: of rounds begun before a moment, and of each device's next round.

    After a stall it cannot be known whether an answer or its reading was late, and the network may still be starting.
    """

    def __init__(self) -> None:
        self._until_ns: dict[str, int] = {}
        self._redated_by = timedelta(0)

    def begin(self, devices: Iterable[str], now_mono_ns: int, redated_by: timedelta = timedelta(0)) -> None:
        """Distrust exactly these devices; rounds begun before ``now_mono_ns`` are redated by ``redated_by``."""
        self._until_ns = dict.fromkeys(devices, now_mono_ns)
        self._redated_by = redated_by

    def of(self, sample: Sample) -> Sample:
        """Return the sample, ``unknown`` where it failed and is distrusted."""
        if not self._until_ns or (until_ns := self._until_ns.get(sample.device)) is None:
            return sample
        if sample.started_mono_ns >= until_ns:
            del self._until_ns[sample.device]
        else:
            sample = sample._replace(started_utc=sample.started_utc + self._redated_by)
        if sample.verdict is Verdict.FAILED:
            sample = sample._replace(verdict=Verdict.UNKNOWN, reason=STALLED_BEFORE)
        return sample
