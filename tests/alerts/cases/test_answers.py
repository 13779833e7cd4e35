"""An official request is answered with a report: kept, chained, sent, and never resolved by that."""

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from monitor.alerts.cases import actions, answers, editions
from monitor.alerts.cases.complaints import Request
from monitor.alerts.cases.edition_jobs import MadeFile, MadeReport
from monitor.alerts.cases.refusals import BadInput, NotAllowed, Seen, StaleVersion
from monitor.alerts.notices import deliver
from monitor.alerts.notices.render import render
from monitor.domain.reasons import ReasonCode
from monitor.settings.reports_section import Reports
from monitor.settings.storage_section import Place
from monitor.store import audit_chain, retention, ticket_rows
from monitor.store.models import Act, Edition, EditionFile, Ticket
from tests.desk import Desk

PDF = MadeFile("report-2026-10-ed1-bn.pdf", "application/pdf", b"%PDF-1.7 and so on")
SHA = hashlib.sha256(PDF.content).hexdigest()
MADE = MadeReport(1, b"value", "hash", datetime(2026, 11, 1, tzinfo=UTC), {"bn": "t"}, {"bn": "s"})


def register(desk: Desk, service: str = "official:1", email: str = "uno@office.example") -> str:
    with desk.store.write() as session:
        request = Request(service, "letter", "UNO's office", "The report of October", desk.clock.utc(), email)
        return actions.register(desk.work(session, "karim"), request).number


def report(desk: Desk) -> int:
    with desk.store.write() as session:
        id_ = editions.ask(desk.work(session), editions.Wanted("month", "2026-10", date(2026, 10, 1))).id
    with desk.store.write() as session:
        editions.begin_next(desk.work(session), Place(Path("var")), desk.clock.utc())
    with desk.store.write() as session:
        editions.finish(desk.work(session), id_, MADE)
    return id_


def answer(desk: Desk, number: str, id_: int, made: MadeFile | None = PDF, seen: Seen | None = None) -> None:
    with desk.store.write() as session:
        work = replace(desk.work(session, "karim"), via="console")
        answers.answer(work, id_, number, "bn.pdf", made, seen=seen)


def ticket(desk: Desk, number: str) -> Ticket:
    with desk.store.read() as session:
        found = ticket_rows.numbered(session, number)
        assert found is not None
        _ = found.events
        return found


def test_the_answer_stands_in_the_history_with_its_hash_and_the_request_stays_open(desk: Desk) -> None:
    number, id_ = register(desk), report(desk)
    answer(desk, number, id_)
    answered = ticket(desk, number)
    last = answered.events[-1]
    assert (last.kind, last.actor, answered.state) == ("answered", "karim", "open")
    assert last.reason is not None
    assert last.reason.code == ReasonCode.REPORT_ATTACHED
    assert dict(last.reason.parameters) == {"name": PDF.filename, "edition": 1, "sha256": SHA}
    with desk.store.read() as session:
        assert audit_chain.verify(session).fault == ""
        [act] = session.scalars(select(Act).where(Act.kind == "report.answer")).all()
        assert (act.about, act.after["sha256"]) == (number, SHA)


def test_the_requester_gets_the_file_by_letter(desk: Desk) -> None:
    number, id_ = register(desk), report(desk)
    desk.send_all()
    answer(desk, number, id_)
    letter = deliver.look(desk.store, desk.office, "email", desk.clock)
    assert letter is not None
    assert (letter.kind, letter.recipient, [each.content for each in letter.files]) == (
        "answered",
        "asker",
        [PDF.content],
    )
    assert f"{PDF.filename} (18 B), SHA-256 {SHA}" in render(letter, "en").text


def test_who_left_no_address_gets_none_and_the_file_is_kept_for_paper(desk: Desk) -> None:
    number, id_ = register(desk, email=""), report(desk)
    desk.send_all()
    answer(desk, number, id_)
    assert desk.send_all() == []
    with desk.store.read() as session:
        [kept] = session.scalars(select(EditionFile)).all()
        assert kept.hash == SHA


def test_another_answer_is_another_letter_of_the_same_thread(desk: Desk) -> None:
    number, id_ = register(desk), report(desk)
    desk.send_all()
    answer(desk, number, id_)
    answer(desk, number, id_)
    assert [letter.kind for letter in desk.send_all()] == ["answered", "answered"]


def test_what_answered_a_request_is_never_deleted(desk: Desk) -> None:
    number, id_ = register(desk), report(desk)
    answer(desk, number, id_)
    desk.clock.advance(4_000 * 86_400)
    with desk.store.write() as session:
        retention.forget_old(session, desk.clock.utc(), desk.office.recovery_hold)
    with desk.store.read() as session:
        assert session.get(Edition, id_) is not None
        assert [each.hash for each in session.scalars(select(EditionFile))] == [SHA]


@pytest.mark.parametrize("service", ["citizen:8"])
def test_only_an_official_request_is_answered_so(desk: Desk, service: str) -> None:
    number, id_ = register(desk, service), report(desk)
    with pytest.raises(NotAllowed):
        answer(desk, number, id_)


def test_what_cannot_be_given_is_refused_and_changes_nothing(desk: Desk) -> None:
    number, id_ = register(desk), report(desk)
    before = len(ticket(desk, number).events)
    with pytest.raises(BadInput):
        answer(desk, number, id_, None)
    with pytest.raises(NotAllowed):
        answer(desk, number, id_ + 1)
    with pytest.raises(StaleVersion):
        answer(desk, number, id_, seen=Seen(99))
    desk.office = replace(desk.office, reports=Reports(mail_mb=0.00001))
    with pytest.raises(BadInput):
        answer(desk, number, id_)
    desk.act(number, "resolve", "done")
    with pytest.raises(NotAllowed):
        answer(desk, number, id_)
    assert len(ticket(desk, number).events) == before + 1
