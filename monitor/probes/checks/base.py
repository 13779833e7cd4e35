"""What a check of a service is: one question to one server, answered in time or not."""

import os
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from monitor.domain.sample import Sample, Verdict
from monitor.net import tls
from monitor.net.deadline import Deadline
from monitor.settings.services_section import ServiceCheck

S = TypeVar("S", bound=ServiceCheck)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a check. ``details`` are plain JSON values.

    ``reason`` says why it failed, ``poor`` what is wrong although it did not, ``own_fault`` why we could not ask.
    """

    took_ns: int | None = None
    reason: str = ""
    poor: str = ""
    own_fault: str = ""
    details: Mapping[str, object] = field(default_factory=dict)

    @property
    def verdict(self) -> Verdict:
        if self.own_fault:
            return Verdict.UNKNOWN
        return Verdict.FAILED if self.reason else Verdict.OK

    def sample(self, device: str, kind: str, started_utc: datetime, started_mono_ns: int) -> Sample:
        """As judging reads it."""
        took = () if self.took_ns is None or self.verdict != Verdict.OK else (self.took_ns,)
        why = self.own_fault or self.reason
        return Sample(device, kind, started_utc, started_mono_ns, self.verdict, 1, len(took), took, why, self.poor)


@dataclass(frozen=True, slots=True)
class CheckKind(Generic[S]):
    """One kind of check, whole: a file beside this, and a line in `checks.CHECKS`.

    ``settings``: what [sites.ID.services.NAME] says of it; each key's docstring explains it in the docs.
    ``check``: (what to check, until when) → what came of it. Blocks until the deadline at most; raises what
    `checks.outcome_of` turns into an outcome: DeadlinePassed, OSError, ValueError, NamesBusy.
    ``doc``: its section of docs/checking-services.md, in Markdown, without the heading ``title`` and the table of keys.
    """

    settings: type[S]
    check: Callable[[S, Deadline], Outcome]
    title: str
    doc: str


def plain(error: BaseException) -> str:
    """An error in a few words, without addresses of objects."""
    if isinstance(error, TimeoutError):
        return "timeout"
    if isinstance(error, ssl.SSLError):
        return tls.words(error)
    if isinstance(error, OSError) and error.errno is not None and error.errno > 0:
        return os.strerror(error.errno).lower()
    if isinstance(error, OSError) and (error.strerror or str(error)):
        return error.strerror.lower() if error.strerror else str(error)[:150]
    return f"{type(error).__name__}: {error}"[:150]
