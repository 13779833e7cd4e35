"""Ask for the report of the last month on the first working day, and write the letters that it goes with.

Both are derived from what is stored, under the name of the month: a restart, a suspend or a step of the clock neither
loses nor repeats one. Months that were over before the monitor was first started have none.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from monitor.alerts.cases import editions
from monitor.alerts.cases.editions import PLACE, Wanted
from monitor.alerts.cases.refusals import NotAllowed
from monitor.alerts.facts.briefs import ReportFacts
from monitor.alerts.notices.gather import attachment, letterhead
from monitor.alerts.notices.outbox import key, new_notice
from monitor.charter.calendar import Calendar, CalendarError
from monitor.charter.offices import ALONE
from monitor.domain.edition_states import EditionState
from monitor.domain.notice_kinds import REPORT
from monitor.domain.reasons import Reason
from monitor.i18n.catalogue import tr, trn
from monitor.i18n.formats import month_text
from monitor.i18n.languages import Lang, languages
from monitor.i18n.reasons import reason_text
from monitor.settings.reports_section import MAIL_SHARE
from monitor.store import edition_rows, notice_rows, ticket_history
from monitor.store.models import EditionFile
from monitor.store.offices import on_behalf_of
from monitor.store.session import Session
from monitor.store.work import Work

WAITS = (timedelta(minutes=10), timedelta(hours=2))
"""How long after the first failure the report is asked for again, and after the second."""
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


def ask_due(work: Work) -> str | None:
    """Ask for the report that is due, unless it was asked for; return its month, None for none.

    One that failed is asked for again by `ask_again`.
    """
    rules, due = work.office.reports, last_due(work.office.calendar, work.now_utc)
    if due is None or not rules.monthly or not notice_rows.anything_known(work.session, due.opens_utc):
        return None
    if edition_rows.of_occasion(work.session, due.occasion):
        return None
    editions.ask(work, Wanted("month", due.code, due.month, files=rules.files), occasion=due.occasion)
    return due.code


def ask_due_of_place(work: Work, place: str) -> str | None:
    """Ask for the report of a place that is due, unless it was asked for since it fell due; return its month.

    ``work``: of the whole installation, by whose calendar it falls due. It goes with no letter, and is not tried again.
    """
    due = last_due(work.office.calendar, work.now_utc)
    if due is None or not notice_rows.anything_known(work.session, due.opens_utc):
        return None
    with on_behalf_of(work.session, ALONE):
        if edition_rows.asked_since(work.session, PLACE, place, due.code, due.opens_utc):
            return None
        editions.ask(work, Wanted("month", due.code, due.month, PLACE, place))
    return due.code


def is_due_again(session: Session, now_utc: datetime) -> bool:
    """Return whether the report that the schedule asked for last failed, and is to be asked for again now.

    By what is stored alone, so that it is asked for as often whatever restarts in between.
    """
    tries = edition_rows.of_last_occasion(session)
    if not tries or tries[-1].state != EditionState.FAILED or len(tries) >= MOST_FAILURES:
        return False
    return now_utc >= (tries[-1].made_utc or tries[-1].asked_utc) + WAITS[len(tries) - 1]


def ask_again(work: Work) -> None:
    """Ask once more for the scheduled report that failed, when it is due again."""
    if not work.office.reports.monthly or not is_due_again(work.session, work.now_utc):
        return
    last = edition_rows.of_last_occasion(work.session)[-1]
    month = date.fromisoformat(f"{last.period_code}-01")
    wanted = Wanted("month", last.period_code, month, files=work.office.reports.files)
    with suppress(NotAllowed):  # too many wait: it is looked at again in a moment
        editions.ask(work, wanted, occasion=last.occasion)


def enqueue_failure(work: Work) -> None:
    """Enqueue the letters that the scheduled report could not be made, once it is asked for no more."""
    tries = edition_rows.of_last_occasion(work.session)
    if len(tries) < MOST_FAILURES or tries[-1].state != EditionState.FAILED:
        return
    last, about = tries[-1], f"report-{tries[-1].occasion}-failed"
    facts = ReportFacts(
        **letterhead(work.office, work.now_utc),
        head=ticket_history.head_of(work),
        edition=last.id,
        ordinal=0,
        different=0,
        titles={lang: month_text(date.fromisoformat(f"{last.period_code}-01"), lang) for lang in languages()},
        summaries={lang: _failed(last.why, len(tries), lang) for lang in languages()},
    )
    for reader in _without_letter(work, about):
        work.session.add(new_notice(work, about, REPORT, reader, facts))


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


def _without_letter(work: Work, about: str) -> list[str]:
    """Return the recipients of reports for whom no letter about that was ever enqueued."""
    readers = work.office.reports.recipients
    there = notice_rows.known_keys(work.session, [key(about, REPORT, "", reader) for reader in readers])
    return [reader for reader in readers if key(about, REPORT, "", reader) not in there]


def enqueue_letters(work: Work, id_: int, titles: Mapping[str, str]) -> None:
    """Enqueue the letters with a report that was made, if the schedule asked for it; once for each recipient.

    ``titles``: the report's title, by language.
    """
    asked = edition_rows.by_id(work.session, id_)
    found = asked if asked is None or asked.same_as is None else edition_rows.by_id(work.session, asked.same_as)
    if asked is None or found is None or not asked.occasion or found.state != EditionState.MADE:
        return
    about = f"report-{asked.occasion}"
    missing = _without_letter(work, about)
    if not missing:
        return
    files = {file.name: file for file in found.kept}
    wanted = [files[name] for name in asked.files if name in files]
    sent = list(_within(wanted, work.office.reports.mail_mb * MAIL_SHARE))
    facts = ReportFacts(
        **letterhead(work.office, work.now_utc),
        head=ticket_history.head_of(work),
        attachments=tuple(attachment(file) for file in sent),
        edition=found.id,
        ordinal=found.number,
        different=found.different,
        titles=titles,
        summaries=found.said,
        left_out=tuple(file.filename for file in wanted if file not in sent),
    )
    for reader in missing:
        work.session.add(new_notice(work, about, REPORT, reader, facts))


def _within(files: list[EditionFile], most: float) -> Iterator[EditionFile]:
    """Yield the files, in their order, that go into a letter of that size together."""
    for file in files:
        if file.size <= most:
            most -= file.size
            yield file
