"""Samples written down for `replay`, a JSON object a line, a file a day; bounded in size, off unless asked for."""

import asyncio
import glob
import gzip
import json
import logging
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import zstandard

from monitor.charter.text import DHAKA
from monitor.clock import Clock
from monitor.sample import Sample
from monitor.settings.monitor_file import Storage

log = logging.getLogger(__name__)

FLUSH_S = 5.0
SETTLED_AFTER = timedelta(seconds=60)  # no probe takes longer: nothing earlier can still come
MOST_WAITING = 1_000_000  # samples; a disk that stands still for longer loses some, and probing nothing
PACKERS: dict[str, Callable[[bytes], bytes]] = {".zst": zstandard.compress, ".gz": gzip.compress}


class Recording:
    """``pattern`` is a path with strftime's directives; what ends with .zst or .gz is packed."""

    def __init__(self, clock: Clock, home: Path) -> None:
        self._clock = clock
        self._home = home
        self._pattern, self._most_bytes = "", 0
        self._waiting: list[Sample] = []
        self._failing = False

    def configure(self, storage: Storage) -> None:
        """Records as the configuration says."""
        self._pattern, self._most_bytes = storage.record, storage.record_mb * 1_000_000

    def take(self, sample: Sample) -> None:
        """Keeps a sample until it is written."""
        if self._pattern and len(self._waiting) < MOST_WAITING:
            self._waiting.append(sample)

    async def run(self) -> None:
        """Writes every few seconds, until cancelled."""
        while True:
            await asyncio.sleep(FLUSH_S)
            settled_utc = self._clock.utc() - SETTLED_AFTER
            settled = [sample for sample in self._waiting if sample.started_utc < settled_utc]
            if settled:
                self._waiting = [sample for sample in self._waiting if sample.started_utc >= settled_utc]
                await asyncio.to_thread(self._write, settled)

    def flush(self) -> None:
        """Writes all that waits."""
        samples, self._waiting = self._waiting, []
        if samples:
            self._write(samples)

    def _write(self, samples: list[Sample]) -> None:
        """In the order of their begin. A disk that refuses is told once, and costs the recording alone."""
        if not self._pattern:
            return
        path = self._home / self._clock.utc().astimezone(DHAKA).strftime(self._pattern)
        text = "".join(line(sample) for sample in sorted(samples, key=lambda sample: sample.started_utc)).encode()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("ab") as file:
                file.write(PACKERS.get(path.suffix, bytes)(text))
            self._keep_within()
            self._failing = False
        except OSError as error:
            if not self._failing:
                log.error("samples cannot be recorded in %s: %s", path, error.strerror)
            self._failing = True

    def _keep_within(self) -> None:
        """Removes the oldest files while all of them are larger than allowed; that of today stays."""
        any_date = re.sub(r"%-?[a-zA-Z]", "\0", self._pattern)
        found = glob.glob(str(self._home / glob.escape(any_date).replace("\0", "*")))
        files = sorted(map(Path, found), key=lambda path: path.stat().st_mtime)
        total = sum(path.stat().st_size for path in files)
        for path in files[:-1]:
            if total <= self._most_bytes:
                return
            total -= path.stat().st_size
            path.unlink()


def line(sample: Sample) -> str:
    """A sample as `replay` reads it."""
    entry: dict[str, object] = {
        "t": sample.started_utc.isoformat(),
        "device": sample.device,
        "verdict": sample.verdict,
        "rtt_ms": None if sample.rtt_ns is None else round(sample.rtt_ns / 1e6, 3),
        "loss": round(sample.loss, 6),
    }
    entry |= {name: text for name in ("reason", "poor") if (text := getattr(sample, name))}
    if sample.probe != "icmp":
        entry["probe"] = sample.probe
    return json.dumps(entry, ensure_ascii=False, separators=(",", ":")) + "\n"
