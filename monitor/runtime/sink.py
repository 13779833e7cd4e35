"""Where the parts that probe tell what they found: each sample that was taken, and each decision that followed."""

from collections.abc import Sequence
from typing import Protocol

from monitor.domain.sample import Sample
from monitor.judging.decisions import Decision
from monitor.runtime.diagnostics import Diagnostics
from monitor.runtime.sample_log import SampleLog
from monitor.runtime.writer import DecisionWriter


class Sink(Protocol):
    """Called on the event loop; neither call waits, and neither raises."""

    def sampled(self, sample: Sample) -> None:
        """A round, a reading or a check is over."""

    def decided(self, decisions: Sequence[Decision]) -> None:
        """Something follows from what was seen, in this order."""


class Storing:
    """The daemon's own: samples go to the log of samples, decisions with what was seen beside them to the writer."""

    def __init__(self, sample_log: SampleLog, diagnostics: Diagnostics, writer: DecisionWriter) -> None:
        self._sample_log, self._diagnostics, self._writer = sample_log, diagnostics, writer

    def sampled(self, sample: Sample) -> None:
        self._sample_log.take(sample)

    def decided(self, decisions: Sequence[Decision]) -> None:
        self._writer.put(self._diagnostics.beside(decisions))
