"""Record samples for `replay`, a JSON object a line, a file a day; bounded in size, off by default.

Within a file time only advances: after a step of the wall clock backwards another one is begun.
"""

import asyncio
import glob
import gzip
import json
import logging
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import zstandard

from monitor.domain.clock import NS_PER_S, Clock
from monitor.domain.log_events import LogEvent
from monitor.domain.reasons import as_json
from monitor.domain.sample import Sample
from monitor.i18n.formats import DHAKA
from monitor.logs.emit import emit
from monitor.net.pool import Pool
from monitor.plain_file import PlainFileError, append
from monitor.runtime.part import Part
from monitor.settings.load import Settings
from monitor.settings.storage_section import Storage

log = logging.getLogger(__name__)

FLUSH_S = 5.0
SETTLED_AFTER_NS = 60 * NS_PER_S  # no probe takes longer: nothing earlier can still come
A_STEP = timedelta(seconds=1)  # backwards; what is less has come of reading two clocks one after the other
MOST_WAITING = 1_000_000  # samples; a disk that blocks for longer loses some, and probing goes on
PACKERS: dict[str, Callable[[bytes], bytes]] = {".zst": zstandard.compress, ".gz": gzip.compress}


class SampleLog(Part):
    """The part that records. [storage] record: a path with strftime's directives; .zst and .gz are compressed."""

    name = "sample log"

    def __init__(self, clock: Clock, home: Path, storage: Storage) -> None:
        self._clock = clock
        self._home = home
        self._storage = storage
        self._thread = Pool("samples", threads=1)
        self._waiting: list[Sample] = []
        self._failing = False
        self._day = self._path = Path()
        self._last_utc = datetime.min.replace(tzinfo=UTC)

    def reconfigure(self, settings: Settings) -> None:
        """Record as configured."""
        self._storage = settings.monitor.storage

    def take(self, sample: Sample) -> None:
        """Queue a sample for writing."""
        if self._storage.record and len(self._waiting) < MOST_WAITING:
            self._waiting.append(sample)

    async def run(self) -> None:
        """Write every few seconds, until cancelled."""
        while True:
            await asyncio.sleep(FLUSH_S)
            settled_ns = self._clock.mono_ns() - SETTLED_AFTER_NS
            settled = [sample for sample in self._waiting if sample.started_mono_ns < settled_ns]
            if settled:
                self._waiting = [sample for sample in self._waiting if sample.started_mono_ns >= settled_ns]
                await asyncio.wrap_future(self._thread.submit(self._write, settled))

    async def close(self) -> None:
        """Write all that is queued."""
        self.flush()

    def flush(self) -> None:
        """Write all that is queued, at once."""
        samples, self._waiting = self._waiting, []
        if samples:
            self._write(samples)

    def _write(self, samples: list[Sample]) -> None:
        """Write in the order of their start. A disk that refuses is logged once; nothing else is affected."""
        if not self._storage.record:
            return
        path = self._path
        try:
            for path, lines in self._by_file(samples).items():
                path.parent.mkdir(parents=True, exist_ok=True)
                append(path, PACKERS.get(path.suffix, bytes)("".join(lines).encode()))
            self._keep_within()
            self._failing = False
        except (OSError, PlainFileError) as error:
            if not self._failing:
                text = "samples cannot be recorded in %s: %s"
                why = error.strerror if isinstance(error, OSError) else error
                emit(log, LogEvent.SAMPLES_UNWRITTEN, text, path, why, path=str(path))
            self._failing = True

    def _by_file(self, samples: list[Sample]) -> Mapping[Path, list[str]]:
        """Group the samples' lines by file."""
        day = self._home / self._clock.utc().astimezone(DHAKA).strftime(self._storage.record)
        if day != self._day:
            self._day = self._path = day
            written_s = day.stat().st_mtime if day.exists() else 0.0  # by the run before, maybe by another clock
            self._last_utc = datetime.fromtimestamp(written_s, UTC)
        found: dict[Path, list[str]] = {}
        for sample in sorted(samples, key=lambda sample: sample.started_mono_ns):
            if self._last_utc - sample.started_utc > A_STEP:
                self._path = _again(day, f"{sample.started_utc:%H%M%S}")
                self._last_utc = sample.started_utc
            self._last_utc = max(self._last_utc, sample.started_utc)
            found.setdefault(self._path, []).append(line(sample._replace(started_utc=self._last_utc)))
        return found

    def _keep_within(self) -> None:
        """Remove the oldest files while all of them are larger than allowed; today's stays."""
        any_date = self._home / re.sub(r"%-?[a-zA-Z]", "\0", self._storage.record)
        patterns = (any_date, _again(any_date, "\0"))
        found = [path for each in patterns for path in glob.glob(glob.escape(str(each)).replace("\0", "*"))]
        files = sorted(map(Path, set(found)), key=lambda path: path.stat().st_mtime)
        total = sum(path.stat().st_size for path in files)
        for path in files[:-1]:
            if total <= self._storage.record_mb * 1_000_000:
                return
            total -= path.stat().st_size
            path.unlink()


def _again(path: Path, name: str) -> Path:
    """Return the name of a further file beside that one."""
    stem, dot, suffixes = path.name.partition(".")
    return path.with_name(f"{stem}-again-{name}{dot}{suffixes}")


def line(sample: Sample) -> str:
    """Return a sample as `replay` reads it."""
    entry: dict[str, object] = {
        "t": sample.started_utc.isoformat(),
        "device": sample.device,
        "verdict": sample.verdict,
        "rtt_ms": None if sample.rtt_ns is None else round(sample.rtt_ns / 1e6, 3),
        "loss": round(sample.loss, 6),
    }
    entry |= {name: as_json(why) for name in ("reason", "poor") if (why := getattr(sample, name)) is not None}
    if sample.probe != "icmp":
        entry["probe"] = sample.probe
    return json.dumps(entry, ensure_ascii=False, separators=(",", ":")) + "\n"
