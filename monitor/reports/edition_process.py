"""Make an edition of a report, a file of one, or a workbook, in a process of its own: no round of probing waits for it.

What is to be done comes pickled on standard input. To standard output go lines that say how far it is
(`progress_line`), then an empty line, then what came of it, pickled: a `MadeReport`, a `MadeFile`, or a `NotMade`. The
process reads the database and writes nothing.
"""

import hashlib
import json
import os
import pickle
import resource
import sys
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, replace
from functools import partial
from typing import Any

from monitor.alerts.cases.edition_jobs import Job, MadeFile, MadeReport, NotMade, Render
from monitor.charter.office import Office
from monitor.domain.edition_states import EditionProgress, EditionStage
from monitor.domain.json_text import parse_json
from monitor.domain.progress import Progress
from monitor.domain.reasons import ReasonCode, reason
from monitor.i18n.languages import languages
from monitor.own_code import IDENTITY, end_unless_of
from monitor.reports import wording
from monitor.reports.differences import compared
from monitor.reports.export import as_json
from monitor.reports.export.document import document, report_from
from monitor.reports.export.formats import FORMATS, MEDIA, file_name
from monitor.reports.export.workbook import Spreadsheet, workbook
from monitor.reports.kept_use import KeptUse
from monitor.reports.monthly import report_of
from monitor.reports.of_place import place_report
from monitor.reports.period import period_of
from monitor.reports.report import Report
from monitor.reports.report_scope import scope_of
from monitor.reports.stored_period import stored_of_offices, stored_period
from monitor.store.database import Store
from monitor.store.history.sources import history_of
from monitor.store.opening import store_at

COMMAND = (sys.executable, "-P", "-m", "monitor.reports.edition_process", IDENTITY)
"""-P: whatever lies in the folder in which the daemon was started is not imported instead of ours."""

MOST_MIB = 500
NICE = 10
MOST_LISTED = 200
COUNTED_FROM, WRITTEN_FROM = 0.1, 0.6
"""The shares at which counting and writing begin, about as long as they take."""


Shows = Callable[[EditionStage, float], None]
"""Told of what is being done, and which share of all of it is done already."""


def make(job: Job, shows: Shows = lambda stage, share: None) -> MadeReport:
    """Compute an edition and its files by the database, and the history beside it."""
    shows(EditionStage.READING, 0.0)
    store = store_at(job.database.state, job.database.server).of(job.stored_as)
    store.readable = True
    try:
        report = _of_place(job, store, shows) if job.place else _of_office(job, store, shows)
    finally:
        store.close()

    def written(done: int) -> None:
        shows(EditionStage.WRITING, WRITTEN_FROM + (1 - WRITTEN_FROM) * done / len(job.files))

    return edition_of(report, job.last, job.files, written)


def _of_office(job: Job, store: Store, shows: Shows) -> Report:
    """Return the report of the job's office, or of a part of it."""
    office = job.office
    period = period_of(job.period_kind, job.period_code)
    scope = replace(scope_of(office, job.scope_kind, job.scope_id), official=job.official)
    with store.read() as session:
        stored = stored_period(session, office, period, scope, job.now_utc)
    return report_of(office, stored, _use(job, store, office), job.kept_since_utc, _counting(shows), job.page)


def _of_place(job: Job, store: Store, shows: Shows) -> Report:
    """Return the report of the job's place of the tree."""
    assert job.place is not None
    period = period_of(job.period_kind, job.period_code)
    with store.read() as session:
        stored = stored_of_offices(session, job.offices, period, job.now_utc)
    use = partial(_use, job, store)
    return place_report(job.place, job.offices, stored, use, job.kept_since_utc, _counting(shows), job.page)


def _use(job: Job, store: Store, office: Office) -> KeptUse:
    return KeptUse(history_of(job.history, store.state, office.id, lambda: job.now_utc), job.now_utc)


def _counting(shows: Shows) -> Progress:
    shows(EditionStage.COUNTING, COUNTED_FROM)

    def counted(done: int, of: int) -> None:
        if done < of:
            shows(EditionStage.COMPARING, COUNTED_FROM + (WRITTEN_FROM - COUNTED_FROM) * done / of)

    return counted


def edition_of(
    report: Report,
    last: tuple[int, bytes] | None,
    files: tuple[str, ...] = (),
    written: Callable[[int], None] = lambda done: None,
) -> MadeReport:
    """Return the edition that a report is, after the one before. ``last``: its number and packed value.

    Figures are compared where both count up to the same moment; else the period was not over at that time.
    ``written``: told before each file of how many are written.
    """
    before = None if last is None else (last[0], unpacked(last[1]))
    if last is None or before is None:
        return _made(report, packed(report), files, written)
    number, document_before = before
    after = document(report)
    differences = compared(document_before, after)
    if not differences:
        return replace(_made(report_from(document_before), last[1], files, written), is_same=True)
    counts_alike = document_before["generated"] == after["generated"]
    listed = tuple(differences[:MOST_LISTED]) if counts_alike else ()
    found = replace(report, edition=number + 1, differences=listed)
    made = _made(found, packed(found), files, written)
    return replace(made, different=len(differences)) if counts_alike else made


def _made(report: Report, value: bytes, files: tuple[str, ...], written: Callable[[int], None]) -> MadeReport:
    made, lacking = {}, {}
    for done, name in enumerate(files):
        written(done)
        try:
            made[name] = _file(report, name)
        except MemoryError:
            raise
        except Exception as error:  # such as a package that is not installed: the report itself is made all the same
            lacking[name] = f"{type(error).__name__}: {error}"
    return MadeReport(
        report.edition,
        value,
        _hash(report),
        report.as_of_utc,
        {lang: wording.title(report, lang) for lang in languages()},
        {lang: wording.summary(report, lang) for lang in languages()},
        differences=[asdict(each) for each in report.differences],
        different=len(report.differences),
        files=made,
        lacking=lacking,
    )


def packed(report: Report) -> bytes:
    """Return what a report says as it is stored."""
    return zlib.compress(json.dumps(document(report), ensure_ascii=False, allow_nan=False).encode(), 9)


def unpacked(value: bytes) -> dict[str, Any]:
    """Return the document of a stored edition; raises ValueError for what is none."""
    try:
        found = parse_json(zlib.decompress(value))
    except zlib.error as error:
        raise ValueError(str(error)) from None
    if not isinstance(found, dict):
        raise ValueError("no document")
    return found


def rendered(render: Render) -> MadeFile:
    """Return a file of an edition."""
    return _file(report_from(unpacked(render.value)), f"{render.lang}.{render.form}")


def _file(report: Report, name: str) -> MadeFile:
    lang, _, form = name.partition(".")
    return MadeFile(file_name(report, lang, form), MEDIA[form], FORMATS[form](report, lang))


def _hash(report: Report) -> str:
    """Return the SHA-256 of the report as JSON: what a reader of that file can compute."""
    found = hashlib.sha256()
    for piece in as_json.pieces(report):
        found.update(piece)
    return found.hexdigest()


def _done(job: Job | Render | Spreadsheet) -> MadeReport | MadeFile:
    match job:
        case Job():
            return make(job, _show)
        case Render():
            return rendered(job)
    return MadeFile("", MEDIA["xlsx"], workbook(job.tables, job.about, job.lang))


def progress_line(progress: EditionProgress) -> bytes:
    """Return how far it is, as a line."""
    return f"{progress.stage} {progress.share:.3f}\n".encode()


def _show(stage: EditionStage, share: float) -> None:
    with suppress(BrokenPipeError):
        sys.stdout.buffer.write(progress_line(EditionProgress(stage, share)))
        sys.stdout.buffer.flush()


def main() -> None:
    """Do what comes on standard input."""
    end_unless_of(sys.argv[1])
    os.nice(NICE)
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_MIB << 20, MOST_MIB << 20))
    job: Job | Render | Spreadsheet = pickle.loads(sys.stdin.buffer.read())
    found: MadeReport | MadeFile | NotMade
    try:
        found = _done(job)
    except MemoryError:
        found = NotMade(reason(ReasonCode.REPORT_TOO_LARGE, mib=MOST_MIB))
    except Exception as error:  # said in the report's row, whatever it is; the process ends anyway
        found = NotMade(reason(ReasonCode.PROGRAM_FAULT, fault=f"{type(error).__name__}: {error}"))
    with suppress(BrokenPipeError):  # the daemon has ended
        sys.stdout.buffer.write(b"\n" + pickle.dumps(found, pickle.HIGHEST_PROTOCOL))


if __name__ == "__main__":
    main()
