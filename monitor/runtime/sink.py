"""Pass on what the probing parts found: each sample, and each decision that follows."""

from collections.abc import Sequence
from typing import Protocol

from monitor.domain.sample import Sample
from monitor.judging.decisions import Decision
from monitor.judging.links import Passage
from monitor.judging.power import UpsReading
from monitor.runtime.diagnostics import Diagnostics
from monitor.runtime.history_keeper import HistoryKeeper
from monitor.runtime.sample_log import SampleLog
from monitor.runtime.writer import DecisionWriter


class Sink(Protocol):
    """The receiver, called on the event loop; no call waits, and none raises."""

    def sampled(self, sample: Sample) -> None:
        """Take a sample: a round, a reading or a check is over."""

    def measured(self, measured: Passage | UpsReading) -> None:
        """Take what judges nobody and is kept for pictures: what passed an interface, a reading of a UPS."""

    def decided(self, decisions: Sequence[Decision]) -> None:
        """Take decisions, in this order."""


class Storing:
    """The daemon's sink: samples go to the sample log and the history, decisions with diagnostics to the writer."""

    def __init__(
        self, sample_log: SampleLog, history: HistoryKeeper, diagnostics: Diagnostics, writer: DecisionWriter
    ) -> None:
        self._sample_log, self._history = sample_log, history
        self._diagnostics, self._writer = diagnostics, writer

    def sampled(self, sample: Sample) -> None:
        self._sample_log.take(sample)
        self._history.take(sample)

    def measured(self, measured: Passage | UpsReading) -> None:
        self._history.measured(measured)

    def decided(self, decisions: Sequence[Decision]) -> None:
        self._writer.put(self._diagnostics.beside(decisions))
