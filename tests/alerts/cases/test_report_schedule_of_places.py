"""The monthly report of a place is asked for, tried again and mailed as an office's own; one office keeps letters."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from monitor.alerts.cases import editions, report_schedule
from monitor.alerts.cases.edition_jobs import Job, MadeFile, MadeReport
from monitor.alerts.cases.entered import Entered
from monitor.alerts.cases.report_schedule import MonthlyReport
from monitor.alerts.channels.base import AttachedFile
from monitor.alerts.notices import deliver
from monitor.alerts.notices.render import render
from monitor.charter.offices import ALONE, Offices
from monitor.configuration import load_installation
from monitor.domain.clock import VirtualClock
from monitor.domain.reasons import ReasonCode, reason
from monitor.settings.offices_file import Tree
from monitor.settings.storage_section import Place
from monitor.store.database import Store
from monitor.store.models import Notice, SiteState
from monitor.store.offices import on_behalf_of
from monitor.store.work import Work
from tests.settings.many_offices import installation
from tests.store.migrated import new_store

READER = "district"
PDF = MadeFile("report-kushtia.pdf", "application/pdf", b"%PDF-1.7 and so on")
MADE = MadeReport(
    1,
    b"value",
    "hash",
    datetime(2026, 11, 30, 18, tzinfo=UTC),
    {"bn": "Kushtia", "en": "Kushtia, November 2026"},
    {"bn": "all", "en": "2 offices."},
    files={"bn.pdf": PDF},
)


@dataclass
class Country:
    """Two districts of which Kushtia wants its report each month, on the first working day of December."""

    offices: Offices
    store: Store
    clock: VirtualClock

    def asked(self) -> list[str | None]:
        with self.store.write() as session, on_behalf_of(session, ALONE):
            return [report_schedule.ask_due(self._work(session), each) for each in self._monthly()]

    def begun(self) -> Job | None:
        """What waits is begun; what failed is asked for again when it is due."""
        with self.store.write() as session, on_behalf_of(session, ALONE):
            work = self._work(session)
            for each in self._monthly():
                report_schedule.ask_again(work, each)
            return editions.begin_next(work, Place(Path("var")), work.now_utc, offices=self.offices)

    def made(self, job: Job) -> None:
        with self.store.write() as session, on_behalf_of(session, ALONE):
            editions.finish(self._work(session), job.edition, MADE)
            for each in self._monthly():
                report_schedule.enqueue_letters(self._work(session), each, job.edition, MADE.titles)

    def failed(self, job: Job) -> None:
        with self.store.write() as session, on_behalf_of(session, ALONE):
            editions.fail(self._work(session), job.edition, reason(ReasonCode.REPORT_ENDED, status=0))
            for each in self._monthly():
                report_schedule.enqueue_failure(self._work(session), each)

    def letters(self) -> list[tuple[str, tuple[AttachedFile, ...], str, str]]:
        """The letters of all offices: whose each is, its files, its subject and its text."""
        found = []
        for id_, office in self.offices.others.items():
            while (letter := deliver.look(self.store.of(id_), office, "email", self.clock)) is not None:
                words = render(letter, "en")
                assert letter.recipient == READER
                found.append((id_, letter.files, words.subject, words.text))
        return found

    def _monthly(self) -> list[MonthlyReport]:
        return list(MonthlyReport.of(self.offices, ALONE))

    def _work(self, session: object) -> Work:
        return Work(session, self.offices.host, self.clock.utc())  # type: ignore[arg-type]


@pytest.fixture
def country(tmp_path: Path) -> Iterator[Country]:
    config = installation(tmp_path)
    with (config / "monitor.toml").open("a", encoding="utf-8") as file:
        file.write(f'\n[recipients.{READER}]\nemail = "district@example.org"\n')
    offices = Entered().offices(load_installation(config))
    nodes = offices.tree.nodes
    wants = replace(nodes["kushtia"], monthly_report=True, report_readers=(READER,))
    pages = {
        id_: replace(office, mail=office.mail.model_copy(update={"page_url": "https://ict.example.org"}))
        for id_, office in offices.others.items()
    }
    offices = replace(offices, tree=Tree({**nodes, "kushtia": wants}), others=pages)
    store = new_store(tmp_path / "state")
    with store.of("bheramara").write() as session:
        session.add(SiteState(site="udc-juniadaha", state="up", since_utc=datetime(2026, 9, 1, tzinfo=UTC)))
    yield Country(offices, store, VirtualClock(datetime(2026, 12, 1, 4, 30, tzinfo=UTC)))
    store.close()


def test_it_goes_to_its_readers_with_its_files_once(country: Country) -> None:
    assert country.asked() == ["2026-11"]
    assert country.asked() == [None]
    job = country.begun()
    assert job is not None
    assert (job.scope_id, job.files) == ("kushtia", ("bn.pdf", "bn.xlsx"))
    country.made(job)
    country.made(job)
    [(office, files, subject, text)] = country.letters()
    assert (office, subject) == ("bheramara", "Report: Kushtia, November 2026")
    assert files == (AttachedFile(PDF.filename, PDF.media, PDF.content),)
    assert f"https://ict.example.org/offices/kushtia/reports/{job.edition}" in text


def test_one_that_failed_is_tried_again_as_an_office_s_is_and_given_up_with_a_letter(country: Country) -> None:
    country.asked()
    for wait in (*report_schedule.WAITS, None):
        job = country.begun()
        assert job is not None
        country.failed(job)
        assert country.begun() is None
        if wait is not None:
            assert country.letters() == []
            country.clock.advance(wait.total_seconds())
    [(office, _, subject, text)] = country.letters()
    assert (office, subject) == ("bheramara", "The report could not be made: November 2026")
    assert "It was tried 3 times" in text
    country.clock.advance(86_400)
    assert (country.begun(), country.asked()) == (None, [None])
    with country.store.read() as session:
        assert [notice.recipient for notice in session.scalars(select(Notice))] == [READER]


def test_a_report_that_somebody_asked_for_is_neither_mailed_nor_tried_again(country: Country) -> None:
    with country.store.write() as session, on_behalf_of(session, ALONE):
        work = Work(session, country.offices.host, country.clock.utc())
        [monthly] = MonthlyReport.of(country.offices, ALONE)
        editions.ask(work, monthly.wanted("2026-10", datetime(2026, 10, 1, tzinfo=UTC).date()))
    job = country.begun()
    assert job is not None
    country.failed(job)
    country.clock.advance(86_400)
    assert country.begun() is None
    assert country.letters() == []
