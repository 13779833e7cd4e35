"""What people do, by whichever way: refused whole when it cannot be meant, or when it is no longer what they saw."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest

from monitor.alerts.cases import actions
from monitor.alerts.cases.complaints import Request
from monitor.alerts.cases.corrections import Correction
from monitor.alerts.cases.refusals import BadInput, ClockWrong, NotAllowed, Refused, Seen, StaleVersion
from monitor.charter.offices import ALONE
from monitor.i18n.reasons import history_text
from monitor.judging.clock_trust import ClockReading
from monitor.store import queries
from monitor.store.documents import ticket_document
from monitor.store.models import Outage, PlannedWork
from monitor.store.work import Work
from tests.desk import Desk

NUMBER = "BHR-2026-000001"
LINK = "backbone-north"


def overdue(desk: Desk) -> None:
    desk.goes_down(LINK)
    desk.look()


def seen(desk: Desk, number: str = NUMBER) -> Seen:
    """What somebody has before his eyes who looks at the ticket now."""
    with desk.store.read() as session:
        found = queries.ticket(session, number)
    assert found is not None
    return Seen(found.version, ticket_document(found))


def planned(desk: Desk, hours: float = 2) -> int:
    """Work is planned for so long from now on; its version."""
    now = desk.clock.utc()
    entry = {"text": "new cable", "sites": [LINK], "begins": now, "ends": now + timedelta(hours=hours)}
    with desk.store.write() as session:
        actions.plan_work(desk.work(session, "an officer"), "cable", entry)
    with desk.store.read() as session:
        return session.get_one(PlannedWork, (ALONE, "cable")).version


def both_at_once(desk: Desk, one: Callable[[Work], object], other: Callable[[Work], object]) -> list[object]:
    """What came of two acts that begin at the same moment, each in a transaction of its own: None, or why not."""
    begin = Barrier(2)

    def done(act: Callable[[Work], object]) -> object:
        begin.wait()
        try:
            with desk.store.write() as session:
                act(desk.work(session, "an officer"))
        except Refused as refused:
            return refused
        return None

    with ThreadPoolExecutor(2) as threads:
        return list(threads.map(done, (one, other)))


def test_of_two_who_decide_by_the_same_version_one_wins_and_the_other_is_shown_both(desk: Desk) -> None:
    overdue(desk)
    before = seen(desk)
    came = both_at_once(
        desk,
        lambda work: actions.act(work, NUMBER, "ack", "a technician is on his way", seen=before),
        lambda work: actions.act(work, NUMBER, "resolve", "it was our own switch", seen=before),
    )
    (refused,) = (each for each in came if each is not None)
    assert isinstance(refused, StaleVersion)
    assert refused.seen == before
    assert refused.now == seen(desk), "what there is now, whole"
    assert refused.now.content["state"] in {"acknowledged", "resolved"} - {refused.seen.content["state"]}
    assert len([kind for kind in desk.history(NUMBER) if kind in {"ack", "resolved"}]) == 1

    with desk.store.write() as session:  # having looked once more, the other may go on
        actions.act(desk.work(session), NUMBER, "comment", "both were right", seen=seen(desk))


def test_each_change_of_a_ticket_makes_its_version_grow_a_line_of_its_history_too(desk: Desk) -> None:
    overdue(desk)
    versions = [seen(desk).version]
    for action, text in (
        ("comment", "seen"),
        ("ack", ""),
        ("wait", "for a spare part"),
        ("start", ""),
        ("resolve", ""),
    ):
        desk.act(NUMBER, action, text)
        versions.append(seen(desk).version)
    desk.wait(days=40)
    assert versions == sorted(set(versions))

    desk.act(NUMBER, "reopen", "not at all")
    before = seen(desk)
    desk.wait(days=60)  # nobody acts, but a stage lapses
    assert seen(desk).version > before.version


def test_an_outage_has_a_version_that_grows_when_it_is_over(desk: Desk) -> None:
    desk.goes_down(LINK)
    (begun,) = desk.outages()
    desk.clock.advance(60)
    desk.comes_back(LINK)
    (over,) = desk.outages()
    assert isinstance(over, Outage)
    assert over.version > begun.version


def test_a_correction_of_what_was_corrected_meanwhile_is_refused(desk: Desk) -> None:
    now = desk.clock.utc()
    request = Request("citizen:6", "phone", "A teacher", "It does not start", now)
    with desk.store.write() as session:
        number = actions.register(desk.work(session, "an officer"), request).number
    before = seen(desk, number)
    for text in ("It does not start at all", "It starts"):
        with desk.store.write() as session:
            last = desk.work(session, "an officer")
            if text == "It starts":
                with pytest.raises(StaleVersion, match="Look at it again"):
                    actions.correct(last, number, Correction(text=text), "a slip of the pen", seen=before)
            else:
                actions.correct(last, number, Correction(text=text), "a slip of the pen", seen=before)
    assert seen(desk, number).content["text"] == "It does not start at all"


def test_of_two_who_change_a_plan_one_wins(desk: Desk) -> None:
    version, later = planned(desk), desk.clock.utc() + timedelta(hours=5)
    came = both_at_once(
        desk,
        lambda work: actions.end_work(work, "cable", seen=Seen(version)),
        lambda work: actions.extend_work(work, "cable", later, seen=Seen(version)),
    )
    (refused,) = (each for each in came if each is not None)
    assert isinstance(refused, StaleVersion | NotAllowed), "a plan that is over cannot be extended by anybody"


def test_planned_work_can_be_made_longer_until_it_is_over(desk: Desk) -> None:
    planned(desk)
    later = desk.clock.utc() + timedelta(hours=5)
    with desk.store.write() as session:
        assert actions.extend_work(desk.work(session), "cable", later).ends_utc == later
    with desk.store.write() as session, pytest.raises(BadInput, match="a time that is to come"):
        actions.extend_work(desk.work(session), "cable", desk.clock.utc())
    desk.clock.advance(6 * 3_600)
    with desk.store.write() as session, pytest.raises(NotAllowed, match="is over"):
        actions.extend_work(desk.work(session), "cable", desk.clock.utc() + timedelta(hours=1))


def test_weekly_work_is_not_made_longer(desk: Desk) -> None:
    entry = {"text": "backup", "days": ["sunday"], "opens": "02:00", "closes": "04:00"}
    with desk.store.write() as session:
        actions.plan_work(desk.work(session), "weekly", entry)
    with desk.store.write() as session, pytest.raises(NotAllowed, match="comes every week"):
        actions.extend_work(desk.work(session), "weekly", desk.clock.utc() + timedelta(days=1))


@pytest.mark.parametrize(
    ("action", "text"), [("wait", ""), ("wait", " \u200b\n"), ("comment", "…"), ("comment", "\x1b[")]
)
def test_what_needs_words_is_refused_without_them(desk: Desk, action: str, text: str) -> None:
    overdue(desk)
    with pytest.raises(BadInput, match="has no words"):
        desk.act(NUMBER, action, text)
    assert action not in desk.history(NUMBER)


def test_a_refused_act_leaves_everything_as_it_was(desk: Desk) -> None:
    overdue(desk)
    desk.act(NUMBER, "wait", "for a spare part")
    for _ in desk.office.charter.stages:
        try:
            desk.act(NUMBER, "raise")
        except NotAllowed:
            break
    before, history = seen(desk), desk.history(NUMBER)
    with desk.store.write() as session:
        work = desk.work(session, "an officer")
        for act in ("raise", "close", "withdraw", "reopen"):
            with pytest.raises(Refused):
                actions.act(work, NUMBER, act, "why not")
        with pytest.raises(BadInput):
            actions.act(work, NUMBER, "ack", until_utc=work.now_utc)
    assert (seen(desk), desk.history(NUMBER)) == (before, history)


def asked(**changes: object) -> dict[str, object]:
    return {"service": "citizen:6", "way": "phone", "asker": "A teacher", "text": "It does not start", **changes}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"service": "citizen:99"}, "service"),
        ({"way": "pigeon"}, "way"),
        ({"asker": "?!"}, "asker"),
        ({"text": " "}, "text"),
        ({"site": "nowhere"}, "site"),
        ({"asker_email": "a teacher"}, "asker_email"),
        ({"asker_phone": "at the gate"}, "asker_phone"),
        ({"asker_phone": "0171" * 9}, "asker_phone"),
    ],
)
def test_a_request_that_cannot_be_meant_is_refused_by_the_name_of_what_is_wrong(
    desk: Desk, changes: dict[str, object], field: str
) -> None:
    with desk.store.write() as session, pytest.raises(BadInput) as refused:
        actions.register(desk.work(session), Request(received_utc=desk.clock.utc(), **asked(**changes)))  # type: ignore[arg-type]
    assert refused.value.field == field
    assert desk.tickets() == []


@pytest.mark.parametrize("days", [-1, 367])
def test_a_request_is_of_the_year_before_now(desk: Desk, days: int) -> None:
    received = desk.clock.utc() - timedelta(days=days)
    with desk.store.write() as session, pytest.raises(BadInput, match="within the year before now"):
        actions.register(desk.work(session), Request(received_utc=received, **asked()))  # type: ignore[arg-type]


def test_a_request_registered_on_a_later_day_than_it_was_received_says_why_in_its_history(desk: Desk) -> None:
    yesterday = desk.clock.utc() - timedelta(days=1)
    with desk.store.write() as session, pytest.raises(BadInput) as refused:
        actions.register(desk.work(session), Request(received_utc=yesterday, **asked()))  # type: ignore[arg-type]
    assert refused.value.field == "why_late"
    with desk.store.write() as session:
        late = Request(received_utc=yesterday, why_late="the letter lay at the gate", **asked())  # type: ignore[arg-type]
        (event,) = actions.register(desk.work(session), late).events
        said = history_text(event.reason, event.text, "en")
    assert said == "by telephone, from A teacher; registered later: the letter lay at the gate — It does not start"


def test_whoever_gives_no_name_is_registered_all_the_same_with_phone_and_memo_number(desk: Desk) -> None:
    nameless = asked(asker="", asker_phone="০১৭১১-১২৩৪৫৬", memo="12.3 (a)")
    with desk.store.write() as session:
        ticket = actions.register(desk.work(session), Request(received_utc=desk.clock.utc(), **nameless))  # type: ignore[arg-type]
        assert (ticket.asker, ticket.asker_phone, ticket.memo) == ("", "০১৭১১-১২৩৪৫৬", "12.3 (a)")
        assert history_text(ticket.events[0].reason, "", "en") == "by telephone"


def test_a_clock_of_before_this_program_was_written_is_not_taken_at_anybodys_word(desk: Desk) -> None:
    def word(at: datetime) -> None:
        with desk.store.write() as session:
            actions.trust_clock(desk.work(session, "an officer"), ClockReading(at, 1, "boot", synchronised=False))

    with pytest.raises(ClockWrong, match="set it first"):
        word(desk.clock.utc().replace(year=1970))
    word(desk.clock.utc())
    with desk.store.read() as session:
        (told,) = queries.events(session)
    assert (told.kind, told.text.partition(":")[0]) == ("clock_trusted", "an officer says that the clock is right")
