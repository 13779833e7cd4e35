"""An official request is answered by a command: with the same file, line and letter as from the page."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.alerts.cases import actions
from monitor.alerts.cases.complaints import Request
from monitor.domain.reasons import ReasonCode
from monitor.judging.decisions import SiteChanged
from monitor.judging.health import State
from monitor.store import audit_chain, edition_rows, ticket_rows
from tests.cli.typed import Done, typed
from tests.desk import Desk

LINK = "backbone-north"


@pytest.fixture
def number(desk: Desk) -> str:
    """An official request by e-mail, of an office whose link was down for two hours this month."""
    desk.decide(SiteChanged(LINK, State.UP, datetime(2026, 10, 1, tzinfo=UTC)))
    desk.wait(hours=2)
    desk.comes_back(LINK)
    desk.send_all()
    with desk.store.write() as session:
        request = Request("official:1", "letter", "UNO", "The report", desk.clock.utc(), "uno@office.example")
        return actions.register(desk.work(session, "karim"), request).number


def answer(home: Path, *words: str) -> Done:
    return typed(home, "--lang", "en", "ticket", "answer", *words)


def test_the_answer_is_kept_chained_and_goes_by_letter_and_the_request_stays_open(
    home: Path, desk: Desk, number: str
) -> None:
    done = answer(home, number, "--month", "2026-11", "--format", "json", "--lang", "en", "--as", "karim")
    assert done.returncode == 0, done.stderr
    with desk.store.read() as session:
        ticket = ticket_rows.numbered(session, number)
        assert ticket is not None
        file = edition_rows.kept_file(session, 1, "en.json")
        assert file is not None
        assert hashlib.sha256(file.content).hexdigest() == file.hash
        assert done.stdout == f"{number} is answered with {file.filename}, SHA-256 {file.hash}.\n"
        last = ticket.events[-1]
        assert (last.kind, last.actor, ticket.state) == ("answered", "cli:karim", "open")
        assert last.reason is not None
        assert last.reason.code == ReasonCode.REPORT_ATTACHED
        edition = edition_rows.by_id(session, 1)
        assert edition is not None
        assert (edition.official, edition.ticket_id, edition.number) == ("official:1", ticket.id, 1)
        assert audit_chain.verify(session).fault == ""
    assert ("answered", "asker") in desk.notices()


def test_the_same_report_is_no_second_edition(home: Path, desk: Desk, number: str) -> None:
    words = (number, "--from", "2026-11-20", "--to", "2026-11-23", "--format", "json")
    assert answer(home, *words).returncode == 0
    assert answer(home, *words).returncode == 0
    with desk.store.read() as session:
        assert [(each.state, each.number) for each in edition_rows.listed(session, 9)] == [("same", 1), ("made", 1)]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("BHR-2026-009999",), 1, "no ticket BHR-2026-009999"),
        (("{number}", "--month", "2026-13"), 2, "--month: '2026-13' is no such period"),
        (("{number}", "--format", "doc"), 2, "--format: no format 'doc'."),
        (("{number}", "--lang", "de"), 2, "--lang: no language 'de'."),
        (("{number}", "--site", "nowhere"), 2, "no site 'nowhere'."),
        (("{number}", "--month", "2026-11", "--format", "json", "--seen", "99"), 1, "version"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_one_line_and_changes_nothing(
    home: Path, desk: Desk, number: str, words: tuple[str, ...], code: int, said: str
) -> None:
    done = answer(home, *(word.format(number=number) for word in words))
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (code, "", 1), done.stderr
    assert said in done.stderr
    with desk.store.read() as session:
        assert not edition_rows.listed(session, 9)


def test_what_is_no_official_request_is_not_answered_with_a_report(home: Path, desk: Desk) -> None:
    with desk.store.write() as session:
        request = Request("citizen:8", "phone", "Rahima", "No line", desk.clock.utc())
        number = actions.register(desk.work(session, "karim"), request).number
    done = answer(home, number)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"{number} is no open request of an official service" in done.stderr
