"""Run `replay`: judge recorded samples by the present configuration."""

import gzip
import io
import json
import os
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO, TextIO, cast

import typer
import zstandard

from monitor.cli.dates import YEARS, moment_of
from monitor.cli.errors import BAD_INPUT, Failure, settings_of
from monitor.cli.language import _, lang
from monitor.cli.output_file import write
from monitor.cli.progress import progress
from monitor.cli.replay_lines import sentence
from monitor.cli.report import First, Fiscal, Last, Month, Quarter, chosen_format, chosen_period, rendered
from monitor.domain.clock import DHAKA
from monitor.domain.json_text import parse_json
from monitor.domain.message import Message, message, said_by, said_by_system
from monitor.domain.progress import Progress, unheard
from monitor.domain.reasons import TIMEOUT, Reason, from_json
from monitor.domain.sample import Sample, Verdict
from monitor.domain.stored_sentences import from_sentence
from monitor.domain.text import clean, harmless
from monitor.plain_file import PlainFileError, open_plain

if TYPE_CHECKING:
    from monitor.charter.office import Office
    from monitor.runtime.virtual.replay_events import RecordedEvent
    from monitor.settings.fleet import Fleet
    from monitor.store.session import Session

MOST_MS = 1e9
LONGEST_LINE = 1_000_000
PARTS = 1_000_000  # a share of loss in whole echoes
SOME_DAY = datetime(YEARS[1], 1, 1, tzinfo=UTC)  # after every period
VERDICTS = {verdict.value: verdict for verdict in Verdict}


def replay(
    context: typer.Context,
    samples: Annotated[Path, typer.Argument(help="A file of samples, one JSON object a line; '-' for standard input.")],
    config: Annotated[Path | None, typer.Option("--config", "-c", help="The folder of another configuration.")] = None,
    until: Annotated[str, typer.Option(help="Run the clock on until then, such as 2026-12-24T10:00 (Dhaka).")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")] = False,
    report: Annotated[
        Path | None,
        typer.Option("--report", metavar="FILE", help="Write the report of what was replayed, such as REPORT.json."),
    ] = None,
    month: Month = "",
    quarter: Quarter = "",
    fiscal: Fiscal = "",
    first: First = "",
    last: Last = "",
) -> None:
    """Run recorded samples through the daemon's judging, charter clock and escalation. No message is sent.

    With --report: of the month in which the recording ends, or of another period.
    """
    from monitor.runtime import gc_tuning
    from monitor.runtime.virtual.replay import replay as play
    from monitor.runtime.virtual.replay_events import ImpossibleError

    settings = settings_of(config or context.obj)
    until_utc = moment_of("--until", until) if until else None
    recorded = Recorded(samples, settings.fleet)
    wanted = ReplayReport(report, (month, quarter, fiscal, first, last), recorded) if report is not None else None
    if wanted is None and any((month, quarter, fiscal, first, last)):
        raise Failure(message("a period is of a report. Expected --report FILE with it"), BAD_INPUT)
    gc_tuning.freeze_heap()
    try:
        with progress(_("Playing the recording")) as recorded.heard:
            for transition in play(settings, recorded, until_utc, wanted.write if wanted else None):
                print(json.dumps(transition, ensure_ascii=False) if as_json else harmless(sentence(transition)))
    except ImpossibleError as error:
        said = message("{where}: {fault}", where=f"{samples}:{recorded.number}", fault=said_by(error))
        raise Failure(said, BAD_INPUT) from None


class ReplayReport:
    """The report of a replay, written to a file in the format of its suffix.

    ``typed``: its period, as `chosen_period` takes it. Ends the command when either is wrong.
    """

    def __init__(self, file: Path, typed: tuple[str, str, str, str, str], recorded: "Recorded") -> None:
        self._file, self._typed, self._recorded = file, typed, recorded
        self._format = chosen_format("--report", file.suffix.removeprefix("."))
        if any(typed):
            chosen_period(*typed, SOME_DAY)  # what is no period is refused before anything is played

    def write(self, session: "Session", office: "Office", now_utc: datetime) -> None:
        """Write the report of what is stored at the end of a replay."""
        from monitor.reports.monthly import report_of
        from monitor.reports.period import current_month
        from monitor.reports.report_scope import scope_of
        from monitor.reports.stored_period import stored_period

        if any(self._typed):
            period = chosen_period(*self._typed, now_utc)
        else:
            # The last line may be dated by a clock that was set and is not trusted yet.
            ends_utc = min(self._recorded.last_utc or now_utc, now_utc) - timedelta(microseconds=1)
            period = current_month(ends_utc.astimezone(DHAKA).date())
        found = report_of(office, stored_period(session, office, period, scope_of(office), now_utc))
        write(self._file, rendered(found, self._format, lang()))


class Recorded:
    """The entries of a file, in its order. Raises Failure that names the line.

    ``number``: the line read last; ``last_utc``: when what it says happened; ``heard`` is told how far it is.
    """

    def __init__(self, path: Path, fleet: "Fleet") -> None:
        self._path, self._fleet = path, fleet
        self.number = 0
        self.last_utc: datetime | None = None
        self.heard: Progress = unheard

    def __iter__(self) -> Iterator["Sample | RecordedEvent"]:
        known = {site.id: site.gateway.id for site in self._fleet.sites.values()}
        known |= {id_: id_ for id_ in (*self._fleet.judged, *self._fleet.references)}
        for number, line in enumerate(_lines(self._path, self.heard), 1):
            self.number = number
            if not line.strip():
                continue
            where = f"{self._path}:{self.number}"
            each, at = _read(line, known, where)
            if self.last_utc is not None and at < self.last_utc:
                raise Failure(
                    message(
                        "{where}: t: '{time}' is before the line above. Expected them in order",
                        where=where,
                        time=at.isoformat(),
                    ),
                    BAD_INPUT,
                )
            self.last_utc = at if isinstance(each, Sample) else each.clock_after
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
        raise _wrong(where, _fault(line, known)) from None
    if at.tzinfo is None:
        raise _wrong(where, message("t: '{found}' has no offset. Expected one such as +06:00", found=t))
    if not YEARS[0] <= at.year < YEARS[1]:
        expected = {"first": YEARS[0], "last": YEARS[1]}
        raise _wrong(where, message("t: found '{found}'. Expected a year from {first} to {last}", found=t, **expected))
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


def _wrong(where: str, fault: Message) -> Failure:
    return Failure(message("{where}: {fault}", where=where, fault=fault), BAD_INPUT)


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
                said = message("kind: found {found!r}. Expected one of: {known}", found=entry["kind"], known=KINDS)
            case "missing":
                said = message("{key}: is missing. Expected it here", key=key)
            case "extra_forbidden":
                kind = entry["kind"]
                said = message("{key}: is unknown. Expected none by this name for kind '{kind}'", key=key, kind=kind)
            case _:
                said = message("{key:>: }{fault}", key=key, fault=described(fault))
        raise _wrong(where, said) from None


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
            if name == "loss":
                raise _wrong(
                    where, message("loss: found {found!r}. Expected a share from 0 to 1, or null", found=value)
                )
            raise _wrong(where, message("rtt_ms: found {found!r}. Expected milliseconds, or null", found=value))
    if not answered:
        return 1, 0, ()
    lost = round((loss or 0.0) * PARTS)
    return PARTS, PARTS - lost, () if rtt is None else (round(rtt * 1_000_000),)


def _fault(line: str, known: dict[str, str]) -> Message:
    """Return what is wrong with a line that could not be read."""
    from monitor.settings.problems import did_you_mean

    try:
        entry = parse_json(line)
    except ValueError as error:
        at = error.colno if isinstance(error, json.JSONDecodeError) else 1
        return message("no JSON from character {at} on. Expected an object with t, device and verdict", at=at)
    if not isinstance(entry, dict):
        return message("found {found}. Expected an object with t, device and verdict", found=line.strip()[:60])
    for name in ("t", "device", "verdict"):
        if name not in entry:
            return message("{key}: is missing. Expected it here", key=name)
    if entry["verdict"] not in ("ok", "failed", "unknown"):
        return message("verdict: found {found!r}. Expected ok, failed or unknown", found=entry["verdict"])
    device = entry["device"]
    if not isinstance(device, str) or device not in known:
        if hint := did_you_mean(str(device), known):
            return message("device: no device {found!r}.{hint: }", found=device, hint=hint)
        return message("device: no device {found!r}. Expected SITE/NAME as in sites.toml", found=device)
    return message("t: found {found!r}. Expected a time such as 2026-11-24T09:00:00+06:00", found=entry["t"])


def _lines(path: Path, progress: Progress) -> Iterator[str]:
    try:
        with _opened(path) as (lines, place):
            while line := lines.readline(LONGEST_LINE):
                progress(*place())
                if len(line) == LONGEST_LINE:
                    raise _wrong(
                        str(path), message("has a line of over {most:,} letters. Expected samples", most=LONGEST_LINE)
                    )
                yield line
    except PlainFileError as error:
        said = message("{why}. Expected samples, a JSON object a line", why=said_by(error))
        raise _wrong(str(path), said) from None
    except (zstandard.ZstdError, zlib.error) as error:
        raise _wrong(str(path), message("is not packed as its name says: {why}", why=str(error))) from None
    except (OSError, EOFError) as error:
        why = said_by_system(error) if isinstance(error, OSError) else str(error)
        raise _wrong(str(path), message("cannot be read: {why}", why=why)) from None
    except UnicodeDecodeError:
        said = message("is not text in UTF-8. Expected samples, a JSON object a line")
        raise _wrong(str(path), said) from None


@contextmanager
def _opened(path: Path) -> Iterator[tuple[TextIO, Callable[[], tuple[int, int]]]]:
    """Yield the lines of a file, and what says how many of how many bytes are read; of standard input nobody knows."""
    if str(path) == "-":
        with io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8-sig") as lines:
            yield lines, lambda: (0, 0)
        return
    with open_plain(path) as packed, io.TextIOWrapper(_unpacked(path.suffix, packed), encoding="utf-8-sig") as lines:
        of = os.fstat(packed.fileno()).st_size
        yield lines, lambda: (packed.tell(), of)


def _unpacked(suffix: str, packed: BinaryIO) -> BinaryIO:
    if suffix == ".gz":
        return cast("BinaryIO", gzip.GzipFile(fileobj=packed))
    if suffix == ".zst":
        return cast("BinaryIO", zstandard.ZstdDecompressor().stream_reader(packed, read_across_frames=True))
    return packed
