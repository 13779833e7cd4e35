"""Ask for the report of the last month on the first working day, and write the letters that it goes with.

Both are derived from what is stored, under the name of the month: a restart, a suspend or a step of the clock neither
loses nor repeats one. Months that were over before the monitor was first started have none.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from monitor.alerts.cases import editions
from monitor.alerts.cases.editions import PLACE, Wanted
from monitor.alerts.cases.refusals import NotAllowed
from monitor.alerts.facts.briefs import ReportFacts
from monitor.alerts.notices.gather import attachment, letterhead
from monitor.alerts.notices.outbox import key, new_notice
from monitor.charter.calendar import Calendar, CalendarError
from monitor.charter.office import Office
from monitor.charter.offices import Offices
from monitor.domain.edition_states import EditionState
from monitor.domain.notice_kinds import REPORT
from monitor.domain.reasons import Reason
from monitor.i18n.catalogue import tr, trn
from monitor.i18n.formats import month_text
from monitor.i18n.languages import Lang, languages
from monitor.i18n.reasons import reason_text
from monitor.settings.reports_section import MAIL_SHARE, Reports
from monitor.store import edition_rows, notice_rows, ticket_history
from monitor.store.models import EditionFile
from monitor.store.offices import on_behalf_of
from monitor.store.session import Session
from monitor.store.work import Work

WAITS = (timedelta(minutes=10), timedelta(hours=2))
"""How long after the first failure the report is asked for again, and after the second."""
LONGEST_REF = 48  # of a letter's key and Message-ID
MOST_FAILURES = len(WAITS) + 1


@dataclass(frozen=True, slots=True)
class MonthDue:
    """The month whose report is due, by its first day, and since when."""

    month: date
    opens_utc: datetime

    @property
    def code(self) -> str:
        """Return the month's code, as `reports.period` has it."""
        return f"{self.month:%Y-%m}"

    @property
    def occasion(self) -> str:
        """Return the name under which its report is asked for."""
        return f"month-{self.code}"


@dataclass(frozen=True, slots=True)
class MonthlyReport:
    """The report of the last month that is made by itself: of an office, or of a ``place`` of the tree.

    ``readers``: who gets it as a letter, which is kept with ``writer``; ``rules``: which files go with it.
    """

    rules: Reports
    readers: Sequence[str]
    writer: Office
    place: str = ""

    @classmethod
    def of(cls, offices: Offices, office: str) -> "Sequence[MonthlyReport]":
        """Return those whose editions are stored as this office's: its own, if it wants one; those of places for ''."""
        if office or not offices.several:
            found = offices.office(office)
            return [cls.of_office(found)] if found.reports.monthly else []
        return [
            cls(offices.host.reports, node.report_readers, offices.office(offices.tree.below(node.id)[0]), node.id)
            for node in offices.reported
        ]

    @classmethod
    def of_office(cls, office: Office) -> "MonthlyReport":
        """Return an office's own."""
        return cls(office.reports, office.reports.recipients, office)

    @property
    def ref(self) -> str:
        """Return what distinguishes its letters from those about an office's own; at most `LONGEST_REF` letters."""
        fits = len(self.place) <= LONGEST_REF
        return self.place if fits else hashlib.sha256(self.place.encode()).hexdigest()[:LONGEST_REF]

    def wanted(self, code: str, month: date) -> Wanted:
        """Return it of a month, as it is asked for."""
        scope = (PLACE, self.place) if self.place else ("office", "")
        return Wanted("month", code, month, *scope, files=self.rules.files)

    def to_write(self, work: Work) -> AbstractContextManager[Work]:
        """Return the work in which its letters are kept, within the block: in the same transaction."""
        return _on_behalf_of(work, self.writer) if self.place else nullcontext(work)


@contextmanager
def _on_behalf_of(work: Work, office: Office) -> Iterator[Work]:
    with on_behalf_of(work.session, office.among):
        yield replace(work, office=office)


def last_due(calendar: Calendar, now_utc: datetime) -> MonthDue | None:
    """Return the month whose report fell due last: on the first working day after it, at its opening. Pure."""
    first = calendar.local(now_utc).date().replace(day=1)
    for _ in range(2):
        before = (first - timedelta(days=1)).replace(day=1)
        try:
            opens = calendar.next_working_day(first).opens
        except CalendarError:
            return None
        if opens is not None and opens <= now_utc:
            return MonthDue(before, opens.astimezone(UTC))
        first = before
    return None


def ask_due(work: Work, report: MonthlyReport) -> str | None:
    """Ask for the report that is due, unless it was asked for; return its month, None for none.

    ``work``: of the office, or of the whole installation, by whose calendar that of a place falls due. One that failed
    is asked for again by `ask_again`.
    """
    due = last_due(work.office.calendar, work.now_utc)
    anywhere = bool(report.place)
    if due is None or not notice_rows.anything_known(work.session, due.opens_utc, anywhere=anywhere):
        return None
    if edition_rows.of_occasion(work.session, due.occasion, report.place):
        return None
    editions.ask(work, report.wanted(due.code, due.month), occasion=due.occasion)
    return due.code


def is_due_again(session: Session, report: MonthlyReport, now_utc: datetime) -> bool:
    """Return whether the report that the schedule asked for last failed, and is to be asked for again now.

    By what is stored alone, so that it is asked for as often whatever restarts in between.
    """
    tries = edition_rows.of_last_occasion(session, report.place)
    if not tries or tries[-1].state != EditionState.FAILED or len(tries) >= MOST_FAILURES:
        return False
    return now_utc >= (tries[-1].made_utc or tries[-1].asked_utc) + WAITS[len(tries) - 1]


def ask_again(work: Work, report: MonthlyReport) -> None:
    """Ask once more for the scheduled report that failed, when it is due again."""
    if not is_due_again(work.session, report, work.now_utc):
        return
    last = edition_rows.of_last_occasion(work.session, report.place)[-1]
    month = date.fromisoformat(f"{last.period_code}-01")
    with suppress(NotAllowed):  # too many wait: it is looked at again in a moment
        editions.ask(work, report.wanted(last.period_code, month), occasion=last.occasion)


def enqueue_failure(work: Work, report: MonthlyReport) -> None:
    """Enqueue the letters that the scheduled report could not be made, once it is asked for no more."""
    tries = edition_rows.of_last_occasion(work.session, report.place)
    if len(tries) < MOST_FAILURES or tries[-1].state != EditionState.FAILED:
        return
    last = tries[-1]

    def facts(written: Work) -> ReportFacts:
        return ReportFacts(
            **letterhead(written.office, work.now_utc),
            head=ticket_history.head_of(written),
            edition=last.id,
            ordinal=0,
            different=0,
            titles={lang: month_text(date.fromisoformat(f"{last.period_code}-01"), lang) for lang in languages()},
            summaries={lang: _failed(last.why, len(tries), lang) for lang in languages()},
            place=report.place,
        )

    _enqueue(work, report, f"report-{last.occasion}-failed", facts)


def _failed(why: Reason | None, tries: int, lang: Lang) -> str:
    """Say why it could not be made, and what is to be done; like a report's own summary, in words when it happens."""
    said = trn(
        lang,
        "It was tried {count} time, at last: {why}.",
        "It was tried {count} times, at last: {why}.",
        tries,
        why=reason_text(why, lang) if why else "",
    )
    hint = tr(lang, "It is not tried again by itself: ask for it on the page of reports.")
    return f"{said} {hint}"


def _without_letter(work: Work, report: MonthlyReport, about: str) -> list[str]:
    """Return the recipients of a report for whom no letter about that was ever enqueued."""
    keys = {reader: key(about, REPORT, report.ref, reader) for reader in report.readers}
    there = notice_rows.known_keys(work.session, list(keys.values()))
    return [reader for reader, each in keys.items() if each not in there]


def _enqueue(work: Work, report: MonthlyReport, about: str, facts_of: Callable[[Work], ReportFacts]) -> None:
    """Enqueue the letters about that, one for each recipient who has none; ``facts_of``: made if anybody has none."""
    with report.to_write(work) as written:
        if missing := _without_letter(written, report, about):
            facts = facts_of(written)
            for reader in missing:
                written.session.add(new_notice(written, about, REPORT, reader, facts, report.ref))
            written.session.flush()


def enqueue_letters(work: Work, report: MonthlyReport, id_: int, titles: Mapping[str, str]) -> None:
    """Enqueue the letters with a report that was made, if the schedule asked for it; once for each recipient.

    ``titles``: the report's title, by language.
    """
    asked = edition_rows.by_id(work.session, id_)
    found = asked if asked is None or asked.same_as is None else edition_rows.by_id(work.session, asked.same_as)
    if asked is None or found is None or not asked.occasion or found.state != EditionState.MADE:
        return
    if asked.scope_id != report.place:
        return
    files = {file.name: file for file in found.kept}
    wanted = [files[name] for name in asked.files if name in files]
    sent = list(_within(wanted, report.rules.mail_mb * MAIL_SHARE))

    def facts(written: Work) -> ReportFacts:
        return ReportFacts(
            **letterhead(written.office, work.now_utc),
            head=ticket_history.head_of(written),
            attachments=tuple(attachment(file) for file in sent),
            edition=found.id,
            ordinal=found.number,
            different=found.different,
            titles=titles,
            summaries=found.said,
            left_out=tuple(file.filename for file in wanted if file not in sent),
            place=report.place,
        )

    _enqueue(work, report, f"report-{asked.occasion}", facts)


def _within(files: list[EditionFile], most: float) -> Iterator[EditionFile]:
    """Yield the files, in their order, that go into a letter of that size together."""
    for file in files:
        if file.size <= most:
            most -= file.size
            yield file
