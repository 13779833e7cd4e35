"""What a check of a service is: one question to one server, answered in time or not."""

import os
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from monitor.sample import Sample, Verdict
from monitor.settings.services_section import ServiceCheck

Kind = Literal["tcp", "http", "dns"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """``reason`` says why it failed, ``poor`` what is wrong although it did not; ``details`` are plain JSON values."""

    took_ns: int | None = None
    reason: str = ""
    poor: str = ""
    details: Mapping[str, object] = field(default_factory=dict)

    def sample(self, device: str, kind: Kind, started_utc: datetime, started_mono_ns: int) -> Sample:
        """As judging reads it."""
        verdict = Verdict.FAILED if self.reason else Verdict.OK
        rtts = () if self.took_ns is None or self.reason else (self.took_ns,)
        return Sample(device, kind, started_utc, started_mono_ns, verdict, 1, len(rtts), rtts, self.reason, self.poor)


Check = Callable[[ServiceCheck, float], Coroutine[Any, Any, Outcome]]
"""(what to check, seconds to wait at most) → what came of it. Raises nothing."""


def plain(error: BaseException) -> str:
    """An error in a few words, without addresses of objects."""
    if isinstance(error, TimeoutError):
        return "timeout"
    if isinstance(error, OSError) and error.errno is not None and error.errno > 0:
        return os.strerror(error.errno).lower()
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return f"{type(error).__name__}: {error}"[:150]
