"""Ask for editions of reports, and store what became of them: made, the same as before, or failed and why.

A report is computed elsewhere, in a process of its own; here is what the database says of it. Nothing that was made is
changed later: a report that is made again is another edition.
"""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from monitor.alerts.cases.edition_jobs import Job, MadeFile, MadeReport
from monitor.alerts.cases.refusals import BadInput, NotAllowed
from monitor.charter.offices import Offices
from monitor.domain.clock import DHAKA
from monitor.domain.edition_states import UNDER_WAY, EditionState
from monitor.domain.message import message
from monitor.domain.reasons import Reason, ReasonCode, reason
from monitor.settings.history_section import History
from monitor.settings.storage_section import Place
from monitor.store import acts, edition_rows
from monitor.store.models import Edition, EditionFile, Ticket
from monitor.store.offices import office_of
from monitor.store.work import Work

MOST_WAITING = 20
MOST_TRIES = 3  # a report that ended the daemon as often is not begun again
MOST_FILES = 20
OLDEST = date(2000, 1, 1)
PLACE = "place"
"""The kind of scope of a report about the offices of a place of the tree; its rows are the installation's."""
SAME = ("period_kind", "period_code", "scope_kind", "scope_id", "official")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A report that is asked for; period and scope as `reports.asking` found them valid.

    ``begins``: the first day of the period. ``official``: the key of the official service that it answers, or ''.
    ``files``: which files are to be kept with it, such as 'bn.pdf'.
    """

    period_kind: str
    period_code: str
    begins: date
    scope_kind: str = "office"
    scope_id: str = ""
    official: str = ""
    files: tuple[str, ...] = ()


def ask(work: Work, wanted: Wanted, *, ticket: Ticket | None = None, occasion: str = "") -> Edition:
    """Ask for a report; return the edition that waits for it already, where one does. Raises BadInput, NotAllowed.

    ``ticket``: of the request that it is to answer; ``occasion``: the schedule's name of it.
    """
    refuse_period(wanted, work.now_utc)
    if len(wanted.files) > MOST_FILES:
        raise BadInput("files", message("Expected at most {most}", most=MOST_FILES))
    waiting = edition_rows.under_way(work.session)
    for row in waiting:
        if _is_asked_for(row, wanted, ticket, occasion):
            return row
    if len(waiting) >= MOST_WAITING:
        raise NotAllowed(message("{count} reports wait already. Expected it to be asked for later", count=len(waiting)))
    row = Edition(
        **{name: getattr(wanted, name) for name in SAME},
        files=list(wanted.files),
        state=EditionState.QUEUED,
        asked_utc=work.now_utc,
        actor=work.actor,
        ticket=ticket,
        occasion=occasion,
    )
    work.session.add(row)
    work.session.flush()
    asked = {"period": row.period_code, "scope": _scope(row), "files": row.files}
    acts.record(work, "report.make", str(row.id), {}, asked | ({"ticket": ticket.number} if ticket else {}))
    return row


def refuse_period(wanted: Wanted, now_utc: datetime) -> None:
    """Raise BadInput for a period that has not begun, or is before the time of this program."""
    if not OLDEST <= wanted.begins <= now_utc.astimezone(DHAKA).date():
        raise BadInput("period", message("Expected one that has begun, and not before {oldest}", oldest=OLDEST))


def take_up_again(work: Work) -> int:
    """Put back into the queue what was being made when the daemon ended; return how many."""
    return edition_rows.take_up_again(work.session)


def begin_next(
    work: Work,
    database: Place,
    kept_since_utc: datetime,
    history: History | None = None,
    page: str = "",
    offices: Offices | None = None,
) -> Job | None:
    """Begin the edition that waits longest; return its job, None when none waits.

    One that was begun `MOST_TRIES` times without an end is given up. ``offices``: all that there are; of a place that
    is not in their tree any more no report is made.
    """
    tree = offices.tree.nodes if offices is not None else {}
    while (row := edition_rows.next_queued(work.session)) is not None:
        if row.tries >= MOST_TRIES:
            fail(work, row.id, reason(ReasonCode.REPORT_STOPPED, times=row.tries))
        elif row.scope_kind == PLACE and row.scope_id not in tree:
            fail(work, row.id, reason(ReasonCode.REPORT_NO_PLACE, place=row.scope_id))
        else:
            break
        work.session.flush()
    else:
        return None
    place = tree[row.scope_id] if row.scope_kind == PLACE else None
    row.state, row.begun_utc, row.tries = EditionState.MAKING, work.now_utc, row.tries + 1
    last = edition_rows.last_made(work.session, row)
    return Job(
        row.id,
        database,
        work.office,
        row.period_kind,
        row.period_code,
        row.scope_kind,
        row.scope_id,
        row.official,
        tuple(row.files),
        work.now_utc,
        kept_since_utc,
        (last.number, last.value) if last is not None and last.value is not None else None,
        history or History(),
        page,
        office_of(work.session),
        offices.below(place.id) if offices is not None and place is not None else {},
        place,
    )


def finish(work: Work, id_: int, made: MadeReport) -> Edition | None:
    """Store what was made; return the edition that says it: this one, or the one before where nothing differs.

    None where somebody has taken it away meanwhile, or it is not being made.
    """
    row = edition_rows.by_id(work.session, id_)
    if row is None or row.state != EditionState.MAKING:
        return None
    row.made_utc, row.as_of_utc, row.why = work.now_utc, made.as_of_utc, None
    row.value_hash = made.value_hash
    found: Edition = row
    last = edition_rows.last_made(work.session, row) if made.is_same else None
    if last is not None:
        row.state, row.number, row.same_as, found = EditionState.SAME, last.number, last.id, last
    else:
        row.state, row.number, row.value = EditionState.MADE, made.number, made.value
        row.said = dict(made.summaries)
        row.differences, row.different = [dict(each) for each in made.differences], made.different
    there = {each.name for each in found.kept}
    for name, file in made.files.items():
        if name not in there:
            keep(found, name, file)
    work.session.flush()
    return found


def enter(work: Work, wanted: Wanted, made: MadeReport) -> Edition:
    """Store a report that was asked for and made at once; return the edition that says it.

    Raises BadInput, and NotAllowed where another edition of it was made meanwhile.
    """
    last = edition_rows.last_made(work.session, wanted)
    if made.number != (last.number if last else 0) + (not made.is_same):
        raise NotAllowed(message("another edition was made meanwhile. Expected it to be asked for once more"))
    row = ask(work, wanted)
    row.state, row.begun_utc, row.tries = EditionState.MAKING, work.now_utc, row.tries + 1
    found = finish(work, row.id, made)
    assert found is not None
    return found


def keep(row: Edition, name: str, file: MadeFile) -> EditionFile:
    """Keep a file with an edition, as it leaves the house; return it."""
    content = file.content
    digest = hashlib.sha256(content).hexdigest()
    kept = EditionFile(
        name=name, filename=file.filename, media=file.media, content=content, size=len(content), hash=digest
    )
    row.kept.append(kept)
    return kept


def fail(work: Work, id_: int, why: Reason) -> None:
    """Store why an edition could not be made; it is not begun again by itself."""
    row = edition_rows.by_id(work.session, id_)
    if row is not None and row.state in UNDER_WAY:
        row.state, row.why, row.made_utc = EditionState.FAILED, why, work.now_utc


def _scope(row: Edition) -> str:
    return f"{row.scope_kind}:{row.scope_id}" if row.scope_id else row.scope_kind


def _is_asked_for(row: Edition, wanted: Wanted, ticket: Ticket | None, occasion: str) -> bool:
    """Return whether an edition is the very one that is asked for."""
    same = all(getattr(row, name) == getattr(wanted, name) for name in SAME)
    return same and row.files == list(wanted.files) and (row.ticket, row.occasion) == (ticket, occasion)
