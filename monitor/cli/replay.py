"""Run `replay`: judge recorded samples by the present configuration."""

import gzip
import io
import json
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO, TextIO, cast

import typer
import zstandard

from monitor.cli.dates import YEARS, moment_of
from monitor.cli.errors import BAD_INPUT, Failure, settings_of
from monitor.domain.json_text import parse_json
from monitor.domain.reasons import TIMEOUT, Reason, from_json
from monitor.domain.sample import Sample, Verdict
from monitor.domain.stored_sentences import from_sentence
from monitor.domain.text import clean, harmless
from monitor.plain_file import PlainFileError, open_plain

if TYPE_CHECKING:
    from monitor.runtime.virtual.replay_events import RecordedEvent
    from monitor.settings.fleet import Fleet

MOST_MS = 1e9
LONGEST_LINE = 1_000_000
PARTS = 1_000_000  # a share of loss in whole echoes
VERDICTS = {verdict.value: verdict for verdict in Verdict}


def replay(
    context: typer.Context,
    samples: Annotated[Path, typer.Argument(help="A file of samples, one JSON object a line; '-' for standard input.")],
    config: Annotated[Path | None, typer.Option("--config", "-c", help="The folder of another configuration.")] = None,
    until: Annotated[str, typer.Option(help="Run the clock on until then, such as 2026-12-24T10:00 (Dhaka).")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")] = False,
) -> None:
    """Run recorded samples through the daemon's judging, charter clock and escalation. No message is sent."""
    from monitor.runtime import gc_tuning
    from monitor.runtime.virtual.replay import replay as play
    from monitor.runtime.virtual.replay_events import ImpossibleError

    settings = settings_of(config or context.obj)
    until_utc = moment_of("--until", until) if until else None
    gc_tuning.freeze_heap()
    recorded = Recorded(samples, settings.fleet)
    try:
        for transition in play(settings, recorded, until_utc):
            print(json.dumps(transition, ensure_ascii=False) if as_json else harmless(sentence(transition)))
    except ImpossibleError as error:
        raise Failure(f"{samples}:{recorded.number}: {error}", BAD_INPUT) from None


class Recorded:
    """The entries of a file, in its order; ``number``: the line read last. Raises Failure that names it."""

    def __init__(self, path: Path, fleet: "Fleet") -> None:
        self._path, self._fleet = path, fleet
        self.number = 0

    def __iter__(self) -> Iterator["Sample | RecordedEvent"]:
        known = {site.id: site.gateway.id for site in self._fleet.sites.values()}
        known |= {id_: id_ for id_ in (*self._fleet.judged, *self._fleet.references)}
        last: datetime | None = None
        for number, line in enumerate(_lines(self._path), 1):
            self.number = number
            if not line.strip():
                continue
            where = f"{self._path}:{self.number}"
            each, at = _read(line, known, where)
            if last is not None and at < last:
                raise Failure(
                    f"{where}: t: '{at.isoformat()}' is before the line above. Expected them in order", BAD_INPUT
                )
            last = at if isinstance(each, Sample) else each.clock_after
            yield each


def _read(line: str, known: dict[str, str], where: str) -> tuple["Sample | RecordedEvent", datetime]:
    """Return a line's entry, and when it happened."""
    try:
        entry = parse_json(line)
        if "verdict" not in entry and "kind" in entry:
            happening = _happening(entry, known, where)
            return happening, happening.t
        t = entry["t"]
        at = datetime.fromisoformat(t)
        device = known[entry["device"]]
        verdict = VERDICTS[entry["verdict"]]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Failure(f"{where}: {_fault(line, known)}", BAD_INPUT) from None
    if at.tzinfo is None:
        raise Failure(f"{where}: t: '{t}' has no offset. Expected one such as +06:00", BAD_INPUT)
    if not YEARS[0] <= at.year < YEARS[1]:
        raise Failure(f"{where}: t: found '{t}'. Expected a year from {YEARS[0]} to {YEARS[1]}", BAD_INPUT)
    sent, received, rtts = _counts(entry, verdict is Verdict.OK, where)
    sample = Sample(
        device,
        str(entry.get("probe", "icmp")),
        at if at.tzinfo is UTC else at.astimezone(UTC),
        0,
        verdict,
        sent,
        received,
        rtts,
        _reason(entry["reason"]) if "reason" in entry else None if verdict is Verdict.OK else TIMEOUT,
        _reason(entry["poor"]) if "poor" in entry else None,
    )
    return sample, sample.started_utc


def _happening(entry: dict[str, Any], known: dict[str, str], where: str) -> "RecordedEvent":
    from pydantic import ValidationError

    from monitor.runtime.virtual.replay_events import HAPPENINGS, KINDS
    from monitor.settings.validate import described

    if isinstance(device := entry.get("device"), str):
        entry = {**entry, "device": known.get(device, device)}
    try:
        return HAPPENINGS.validate_python(entry)
    except ValidationError as error:
        fault = error.errors()[0]
        key = ".".join(str(part) for part in fault["loc"][1:])  # the first names the kind
        match fault["type"]:
            case "union_tag_invalid":
                words = f"kind: found {entry['kind']!r}. Expected one of: {', '.join(KINDS)}"
            case "missing":
                words = f"{key}: is missing. Expected it here"
            case "extra_forbidden":
                words = f"{key}: is unknown. Expected none by this name for kind '{entry['kind']}'"
            case _:
                words = f"{key}: {described(fault)}" if key else described(fault)
        raise Failure(f"{where}: {words}", BAD_INPUT) from None


def _reason(said: object) -> Reason | None:
    """Return a recorded reason, or an older recording's sentence; devices' words are cleaned."""
    if isinstance(said, dict):
        return from_json({name: clean(value) if isinstance(value, str) else value for name, value in said.items()})
    return from_sentence(clean(str(said)))


def _counts(entry: dict[str, Any], answered: bool, where: str) -> tuple[int, int, tuple[int, ...]]:
    """Return (sent, received, round-trip times) as a sample has them."""
    rtt, loss = entry.get("rtt_ms"), entry.get("loss")
    if answered and type(rtt) is float and not loss and loss in (0, None) and 0.0 <= rtt <= MOST_MS:
        return PARTS, PARTS, (round(rtt * 1_000_000),)  # by far the commonest case
    for name, value, most in (("rtt_ms", rtt, MOST_MS), ("loss", loss, 1.0)):
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
            what = "a share from 0 to 1" if name == "loss" else "milliseconds"
            raise Failure(f"{where}: {name}: found {value!r}. Expected {what}, or null", BAD_INPUT)
    if not answered:
        return 1, 0, ()
    lost = round((loss or 0.0) * PARTS)
    return PARTS, PARTS - lost, () if rtt is None else (round(rtt * 1_000_000),)


def _fault(line: str, known: dict[str, str]) -> str:
    """Return what is wrong with a line that could not be read."""
    from monitor.settings.problems import did_you_mean

    try:
        entry = parse_json(line)
    except ValueError as error:
        return f"no JSON: {error}. Expected an object with t, device and verdict"
    if not isinstance(entry, dict):
        return f"found {line.strip()[:60]}. Expected an object with t, device and verdict"
    for name in ("t", "device", "verdict"):
        if name not in entry:
            return f"{name}: is missing. Expected it here"
    if entry["verdict"] not in ("ok", "failed", "unknown"):
        return f"verdict: found {entry['verdict']!r}. Expected ok, failed or unknown"
    if not isinstance(entry["device"], str) or entry["device"] not in known:
        hint = did_you_mean(str(entry["device"]), known) or " Expected SITE/NAME as in sites.toml"
        return f"device: no device {entry['device']!r}.{hint}"
    return f"t: found {entry['t']!r}. Expected a time such as 2026-11-24T09:00:00+06:00"


def _lines(path: Path) -> Iterator[str]:
    try:
        with _opened(path) as lines:
            while line := lines.readline(LONGEST_LINE):
                if len(line) == LONGEST_LINE:
                    raise Failure(f"{path}: has a line of over {LONGEST_LINE:,} letters. Expected samples", BAD_INPUT)
                yield line
    except PlainFileError as error:
        raise Failure(f"{path}: {error}. Expected samples, a JSON object a line", BAD_INPUT) from None
    except (zstandard.ZstdError, zlib.error) as error:
        raise Failure(f"{path}: is not packed as its name says: {error}", BAD_INPUT) from None
    except (OSError, EOFError) as error:
        raise Failure(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}", BAD_INPUT) from None
    except UnicodeDecodeError:
        raise Failure(f"{path}: is not text in UTF-8. Expected samples, a JSON object a line", BAD_INPUT) from None


@contextmanager
def _opened(path: Path) -> Iterator[TextIO]:
    if str(path) == "-":
        with io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8-sig") as lines:
            yield lines
        return
    with open_plain(path) as packed, io.TextIOWrapper(_unpacked(path.suffix, packed), encoding="utf-8-sig") as lines:
        yield lines


def _unpacked(suffix: str, packed: BinaryIO) -> BinaryIO:
    if suffix == ".gz":
        return cast("BinaryIO", gzip.GzipFile(fileobj=packed))
    if suffix == ".zst":
        return cast("BinaryIO", zstandard.ZstdDecompressor().stream_reader(packed, read_across_frames=True))
    return packed


UNSAID = ("t", "kind", "ticket", "group", "reason_code", "why_code")


def sentence(transition: dict[str, Any]) -> str:
    """Return a transition as a line for people."""
    at = datetime.fromisoformat(transition["t"])
    where = transition.get("ticket") or transition.get("site") or transition.get("group") or ""
    rest = [_words(name, value) for name, value in transition.items() if name not in UNSAID]
    return f"{at:%Y-%m-%d %H:%M:%S}  {transition['kind']:<16}  {where:<16}  {', '.join(rest)}".rstrip()


def _words(name: str, value: Any) -> str:
    if name in ("started", "ended", "deadline"):
        return f"{name} {datetime.fromisoformat(value):%Y-%m-%d %H:%M:%S}"
    if name == "affected":
        return f"{len(value)} affected"
    return str(value) if name in ("site", "reason", "why") else f"{name} {value}"
