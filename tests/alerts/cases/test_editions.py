"""Reports are asked for, begun, made, found to be the same, given up; each step stands in the database."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from monitor.alerts.cases import editions
from monitor.alerts.cases.edition_jobs import Job, MadeFile, MadeReport
from monitor.alerts.cases.editions import MOST_TRIES, MOST_WAITING, Wanted
from monitor.alerts.cases.refusals import BadInput, NotAllowed
from monitor.domain.reasons import ReasonCode, reason
from monitor.settings.storage_section import Place
from monitor.store import edition_rows, retention
from monitor.store.models import Act, Edition, EditionFile
from tests.desk import Desk

OCTOBER = Wanted("month", "2026-10", date(2026, 10, 1), files=("bn.pdf",))
FILE = MadeFile("report-2026-10-ed1-bn.pdf", "application/pdf", b"a document")
MADE = MadeReport(
    1, b"value", "hash", datetime(2026, 11, 1, tzinfo=UTC), {"bn": "t"}, {"bn": "s"}, files={"bn.pdf": FILE}
)


def ask(desk: Desk, wanted: Wanted = OCTOBER) -> int:
    with desk.store.write() as session:
        return editions.ask(replace(desk.work(session, "karim"), via="console"), wanted).id


def begin(desk: Desk) -> Job | None:
    with desk.store.write() as session:
        return editions.begin_next(desk.work(session), Place(Path("var")), desk.clock.utc() - timedelta(days=1_000))


def finish(desk: Desk, id_: int, made: MadeReport = MADE) -> None:
    with desk.store.write() as session:
        editions.finish(desk.work(session), id_, made)


def row(desk: Desk, id_: int) -> Edition:
    with desk.store.read() as session:
        found = edition_rows.by_id(session, id_)
        assert found is not None
        _ = found.value, found.kept
        return found


def test_a_report_is_asked_for_by_somebody_and_stands_in_the_audit(desk: Desk) -> None:
    id_ = ask(desk)
    assert (row(desk, id_).state, row(desk, id_).actor) == ("queued", "karim")
    with desk.store.read() as session:
        [act] = session.scalars(select(Act)).all()
    assert (act.kind, act.about, act.after["period"]) == ("report.make", str(id_), "2026-10")


def test_the_same_wish_while_one_waits_is_that_one(desk: Desk) -> None:
    assert ask(desk) == ask(desk)
    assert ask(desk, replace(OCTOBER, scope_kind="kind", scope_id="lab")) != ask(desk)


@pytest.mark.parametrize("begins", [date(2026, 11, 25), date(1999, 12, 1)])
def test_a_period_that_has_not_begun_or_was_before_all_is_refused(desk: Desk, begins: date) -> None:
    with pytest.raises(BadInput) as refused:
        ask(desk, replace(OCTOBER, begins=begins))
    assert refused.value.field == "period"


def test_so_many_wait_and_no_more(desk: Desk) -> None:
    for number in range(MOST_WAITING):
        ask(desk, replace(OCTOBER, scope_kind="site", scope_id=f"s{number}"))
    with pytest.raises(NotAllowed):
        ask(desk)


def test_they_are_made_in_the_order_of_the_queue_one_after_the_other(desk: Desk) -> None:
    first, second = ask(desk), ask(desk, replace(OCTOBER, scope_kind="kind", scope_id="lab"))
    jobs = begin(desk), begin(desk), begin(desk)
    assert [job and job.edition for job in jobs] == [first, second, None]
    assert row(desk, first).state == "making"


def test_what_was_made_is_stored_with_its_files_and_their_hashes(desk: Desk) -> None:
    id_ = ask(desk)
    begin(desk)
    finish(desk, id_)
    made = row(desk, id_)
    assert (made.state, made.number, made.value, made.value_hash) == ("made", 1, b"value", "hash")
    [kept] = made.kept
    assert (kept.name, kept.filename, kept.size, kept.media) == ("bn.pdf", FILE.filename, 10, "application/pdf")


def test_the_next_one_is_told_what_the_last_one_said(desk: Desk) -> None:
    id_ = ask(desk)
    begin(desk)
    finish(desk, id_)
    ask(desk)
    job = begin(desk)
    assert job is not None
    assert job.last == (1, b"value")
    ask(desk, replace(OCTOBER, official="official:1"))
    other = begin(desk)
    assert other is not None
    assert other.last is None, "what answers an official request is no edition of the office's own"


def test_the_same_as_before_is_no_new_edition_and_gets_its_missing_files(desk: Desk) -> None:
    first = ask(desk)
    begin(desk)
    finish(desk, first)
    second = ask(desk, replace(OCTOBER, files=("bn.pdf", "en.pdf")))
    begin(desk)
    files = {"bn.pdf": replace(FILE, content=b"never taken"), "en.pdf": FILE}
    finish(desk, second, replace(MADE, is_same=True, files=files))
    same = row(desk, second)
    assert (same.state, same.same_as, same.number, same.value) == ("same", first, 1, None)
    kept = {each.name: each.hash for each in row(desk, first).kept}
    assert kept.keys() == {"bn.pdf", "en.pdf"}
    with desk.store.read() as session:
        stored = edition_rows.kept_file(session, first, "bn.pdf")
        assert stored is not None
        assert stored.content == b"a document", "what left the house stays as it was"


def test_one_that_failed_says_why_and_is_not_begun_again(desk: Desk) -> None:
    id_ = ask(desk)
    begin(desk)
    with desk.store.write() as session:
        editions.fail(desk.work(session), id_, reason(ReasonCode.REPORT_TOO_LONG, seconds=600))
    assert begin(desk) is None
    assert row(desk, id_).why == reason(ReasonCode.REPORT_TOO_LONG, seconds=600)
    assert ask(desk) != id_, "it may be asked for again"


def test_what_was_being_made_when_the_daemon_ended_is_begun_again_and_given_up_in_the_end(desk: Desk) -> None:
    id_ = ask(desk)
    for _ in range(MOST_TRIES):
        assert begin(desk) is not None
        with desk.store.write() as session:
            assert editions.take_up_again(desk.work(session)) == 1
    assert begin(desk) is None
    given_up = row(desk, id_)
    assert (given_up.state, given_up.why) == ("failed", reason(ReasonCode.REPORT_STOPPED, times=MOST_TRIES))


def test_a_result_that_nobody_waits_for_any_more_changes_nothing(desk: Desk) -> None:
    id_ = ask(desk)
    begin(desk)
    finish(desk, id_)
    finish(desk, id_, replace(MADE, value=b"another"))
    assert row(desk, id_).value == b"value"


def test_old_reports_are_forgotten_but_not_what_is_under_way(desk: Desk) -> None:
    old = ask(desk)
    begin(desk)
    finish(desk, old)
    desk.clock.advance(100 * 86_400)
    waiting = ask(desk, replace(OCTOBER, scope_kind="kind", scope_id="lab"))
    desk.clock.advance(100 * 86_400)
    with desk.store.write() as session:
        retention.forget_old(session, desk.clock.utc(), timedelta(days=50))
    with desk.store.read() as session:
        assert [each.id for each in session.scalars(select(Edition))] == [waiting]
        assert session.scalars(select(EditionFile)).all() == []


def test_a_report_that_a_command_made_is_refused_when_another_edition_was_made_meanwhile(desk: Desk) -> None:
    wanted = Wanted("month", "2026-10", date(2026, 10, 1))
    as_of_utc = datetime(2026, 10, 31, 18, tzinfo=UTC)
    first = MadeReport(1, b"value", "hash", as_of_utc, {"bn": "t"}, {"bn": "s"})
    with desk.store.write() as session:
        assert editions.enter(desk.work(session), wanted, first).number == 1
    with pytest.raises(NotAllowed), desk.store.write() as session:
        editions.enter(desk.work(session), wanted, first)
    with desk.store.read() as session:
        assert len(edition_rows.listed(session, 9)) == 1
