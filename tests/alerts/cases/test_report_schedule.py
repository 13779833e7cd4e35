"""The month's report is asked for on the first working day and goes with one letter to each recipient."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from monitor.alerts.cases import editions, report_schedule
from monitor.alerts.cases.edition_jobs import MadeFile, MadeReport
from monitor.alerts.cases.report_schedule import MonthlyReport, last_due
from monitor.alerts.channels.base import AttachedFile, Channel
from monitor.alerts.facts.briefs import ReportFacts
from monitor.alerts.facts.stored import unpack
from monitor.alerts.notices import deliver
from monitor.alerts.notices.render import render
from monitor.charter.offices import ALONE, Offices
from monitor.domain.notice_kinds import REPORT
from monitor.domain.reasons import ReasonCode, reason
from monitor.settings.reports_section import Reports
from monitor.settings.storage_section import Place
from monitor.store import edition_rows
from monitor.store.models import Edition, EditionFile, SiteState
from tests.desk import Desk

BEFORE = datetime(2026, 9, 1, tzinfo=UTC)
PDF = MadeFile("report-2026-11-ed1-bn.pdf", "application/pdf", b"%PDF-1.7 and so on")
XLSX = MadeFile("report-2026-11-ed1-bn.xlsx", "application/vnd.ms-excel", b"PK and so on")
MADE = MadeReport(
    1,
    b"value",
    "hash",
    datetime(2026, 11, 30, 18, tzinfo=UTC),
    {"bn": "\u09ae\u09be\u09b8", "en": "November 2026"},
    {"bn": "\u09b8\u09ac", "en": "30 sites were up."},
    files={"bn.pdf": PDF, "bn.xlsx": XLSX},
)


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """The desk on the first working day of December, at half past ten; it has watched for long."""
    with desk.store.write() as session:
        session.add(SiteState(site="udc-juniadaha", state="up", since_utc=BEFORE))
    desk.clock.advance((datetime(2026, 12, 1, 4, 30, tzinfo=UTC) - desk.clock.utc()).total_seconds())
    return desk


def look(desk: Desk) -> str | None:
    with desk.store.write() as session:
        asked = [report_schedule.ask_due(desk.work(session), each) for each in monthly(desk)]
        return next(iter(asked), None)


def monthly(desk: Desk) -> Sequence[MonthlyReport]:
    return MonthlyReport.of(Offices(desk.office), ALONE)


def make(desk: Desk, made: MadeReport = MADE) -> Edition:
    """Make what waits, as the daemon does."""
    with desk.store.write() as session:
        job = editions.begin_next(desk.work(session), Place(Path("var")), BEFORE)
        assert job is not None
    with desk.store.write() as session:
        editions.finish(desk.work(session), job.edition, made)
        report_schedule.enqueue_letters(
            desk.work(session), MonthlyReport.of_office(desk.office), job.edition, made.titles
        )
    with desk.store.read() as session:
        found = edition_rows.by_id(session, job.edition)
        assert found is not None
        return found


@pytest.mark.parametrize(
    ("now", "code", "opens"),
    [
        ("2026-12-01T02:59:59", "2026-10", "2026-11-01T03:00:00"),  # a Tuesday, before nine
        ("2026-12-01T03:00:00", "2026-11", "2026-12-01T03:00:00"),
        ("2027-01-02T12:00:00", "2026-11", "2026-12-01T03:00:00"),  # Friday and Saturday are off
        ("2027-01-03T03:00:00", "2026-12", "2027-01-03T03:00:00"),  # a Sunday
    ],
)
def test_it_is_due_at_the_opening_of_the_first_working_day(desk: Desk, now: str, code: str, opens: str) -> None:
    due = last_due(desk.office.calendar, datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert due is not None
    assert (due.code, due.opens_utc) == (code, datetime.fromisoformat(opens).replace(tzinfo=UTC))


def test_it_is_asked_for_once_however_often_the_daemon_starts(desk: Desk) -> None:
    assert [look(desk), look(desk)] == ["2026-11", None]
    made = make(desk)
    assert (made.state, made.period_code, made.files) == ("made", "2026-11", ["bn.pdf", "bn.xlsx"])
    assert look(desk) is None


def fails(desk: Desk) -> int:
    """Let what waits fail, as the daemon does; return how many letters there are then."""
    with desk.store.write() as session:
        job = editions.begin_next(desk.work(session), Place(Path("var")), BEFORE)
        assert job is not None
        editions.fail(desk.work(session), job.edition, reason(ReasonCode.REPORT_TOO_LONG, seconds=600))
        report_schedule.enqueue_failure(desk.work(session), MonthlyReport.of_office(desk.office))
    return len(desk.notices())


def again(desk: Desk) -> bool:
    """Look whether it is asked for again, as the daemon does every few seconds."""
    with desk.store.write() as session:
        report_schedule.ask_again(desk.work(session), MonthlyReport.of_office(desk.office))
    with desk.store.read() as session:
        return edition_rows.next_queued(session) is not None


def test_one_that_failed_is_asked_for_again_after_a_while_each_time_longer_and_given_up_with_one_letter(
    desk: Desk,
) -> None:
    desk.office = replace(desk.office, reports=Reports(recipients=("responsible", "grievance")))
    look(desk)
    assert fails(desk) == 0
    for wait in report_schedule.WAITS:
        desk.clock.advance(wait.total_seconds() - 1)
        assert not again(desk)
        assert look(desk) is None, "a restart asks no sooner"
        desk.clock.advance(1)
        assert again(desk)
        letters = fails(desk)
    assert letters == 2, "one for each who would have got the report"
    desk.clock.advance(86_400)
    assert not again(desk)
    assert look(desk) is None
    with desk.store.write() as session:
        report_schedule.enqueue_failure(desk.work(session), MonthlyReport.of_office(desk.office))
    assert desk.notices() == [("report", "responsible"), ("report", "grievance")]
    letter = deliver.look(desk.store, desk.office, "email", desk.clock)
    assert letter is not None
    words = render(letter, "en")
    assert words.subject == "The report could not be made: November 2026"
    assert "It was tried 3 times, at last: " in words.text
    assert "600 seconds" in words.text


def test_one_that_is_made_at_the_second_try_goes_with_its_letter_and_nobody_hears_of_the_first(desk: Desk) -> None:
    look(desk)
    fails(desk)
    desk.clock.advance(report_schedule.WAITS[0].total_seconds())
    assert again(desk)
    make(desk)
    assert [letter.kind for letter in desk.send_all()] == ["report"]
    assert not again(desk)


def test_what_somebody_asked_for_and_failed_is_not_asked_for_again(desk: Desk) -> None:
    with desk.store.write() as session:
        wanted = editions.Wanted("month", "2026-11", date(2026, 11, 1))
        editions.ask(desk.work(session, "karim"), wanted)
    fails(desk)
    desk.clock.advance(86_400)
    assert not again(desk)


def test_a_monitor_that_was_first_started_later_asks_for_nothing(desk: Desk) -> None:
    with desk.store.write() as session:
        [state] = session.query(SiteState).all()
        state.since_utc = desk.clock.utc()
        state.first_utc = desk.clock.utc()
    assert look(desk) is None


def test_an_office_that_wants_none_has_none(desk: Desk) -> None:
    desk.office = replace(desk.office, reports=Reports(monthly=False))
    assert look(desk) is None


def test_each_recipient_gets_one_letter_with_the_files(desk: Desk) -> None:
    desk.office = replace(desk.office, reports=Reports(recipients=("responsible", "grievance")))
    look(desk)
    made = make(desk)
    with desk.store.write() as session:
        report_schedule.enqueue_letters(desk.work(session), MonthlyReport.of_office(desk.office), made.id, MADE.titles)
    assert desk.notices() == [("report", "responsible"), ("report", "grievance")]
    letter = deliver.look(desk.store, desk.office, "email", desk.clock)
    assert letter is not None
    assert letter.files == (
        AttachedFile(PDF.filename, PDF.media, PDF.content),
        AttachedFile(XLSX.filename, XLSX.media, XLSX.content),
    )
    words = render(letter, "en")
    assert words.subject == "Report: November 2026"
    assert "30 sites were up." in words.text
    assert f"{PDF.filename} (18 B), SHA-256 " in words.text


def test_what_is_too_large_for_a_letter_stays_on_the_page(desk: Desk) -> None:
    desk.office = replace(desk.office, reports=Reports(mail_mb=29 * 4 / 3 / 1_000_000))
    look(desk)
    make(desk)
    [letter] = desk.send_all()
    facts = unpack(REPORT, letter.facts)
    assert isinstance(facts, ReportFacts)
    assert [each.name for each in facts.attachments] == ["bn.pdf"]
    assert facts.left_out == (XLSX.filename,)
    assert "Too large for a letter, on the page: report-2026-11-ed1-bn.xlsx" in render(letter, "en").text


def test_a_letter_whose_file_is_not_what_it_was_waits_and_says_so(desk: Desk) -> None:
    look(desk)
    make(desk)
    with desk.store.write() as session:
        for file in session.query(EditionFile).all():
            file.content = b"another document"
    letter = deliver.look(desk.store, desk.office, "email", desk.clock)
    assert letter is not None
    never: Channel = None  # type: ignore[assignment]  # it is not reached
    attempt = deliver.hand_over(desk.office, letter, never, desk.clock.utc())
    assert (attempt.outcome, "no longer what it was" in str(attempt.said)) == ("faulty", True)


def test_a_report_that_somebody_asked_for_goes_to_nobody(desk: Desk) -> None:
    with desk.store.write() as session:
        wanted = editions.Wanted("month", "2026-11", datetime(2026, 11, 1, tzinfo=UTC).date())
        editions.ask(desk.work(session, "karim"), wanted)
    make(desk)
    assert desk.notices() == []


def test_a_report_that_is_the_same_as_one_before_still_goes_out(desk: Desk) -> None:
    with desk.store.write() as session:
        wanted = editions.Wanted("month", "2026-11", datetime(2026, 11, 1, tzinfo=UTC).date())
        editions.ask(desk.work(session, "karim"), wanted)
    first = make(desk, replace(MADE, files={}))
    look(desk)
    second = make(desk, replace(MADE, is_same=True))
    assert (second.state, second.same_as) == ("same", first.id)
    [letter] = desk.send_all()
    facts = unpack(REPORT, letter.facts)
    assert isinstance(facts, ReportFacts)
    assert (facts.edition, [each.name for each in facts.attachments]) == (first.id, ["bn.pdf", "bn.xlsx"])
