"""Choose where the history comes from: the office's own file, or the Prometheus that the configuration names."""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from monitor.settings.history_section import History as Section
from monitor.store.history.file import HistoryFile
from monitor.store.history.prometheus import PrometheusHistory
from monitor.store.history.reading import History, KeptHistory
from monitor.store.history.summaries import Summary


def history_of(
    section: Section,
    folder: Path,
    office: str,
    now_utc: Callable[[], datetime],
    unwritten: Callable[[str], Mapping[datetime, Summary]] = lambda _: {},
) -> History:
    """Return the history of an office. ``folder``: of its state; ``unwritten``: summaries in a running monitor."""
    if section.prometheus:
        return PrometheusHistory(section.prometheus, office)
    return KeptHistory(HistoryFile(folder), now_utc, section.days, unwritten)
