"""What is said before an act is what the act then does: each one is done, on tickets of every sort, and compared."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from monitor.alerts.cases.allowed import why_not
from monitor.alerts.channels.email import EmailRecipient
from monitor.alerts.notices.gather import stages_of
from monitor.domain.notice_kinds import NoticeKind
from monitor.domain.ticket_states import ACTIONS, UNSOLVED
from monitor.reports.consequences import Consequences, consequences
from monitor.settings.notices_section import Notices
from monitor.store.models import Ticket
from monitor.store.ticket_rows import numbered
from tests.alerts.cases.asked import ask
from tests.desk import Desk

COMPLAINT = "BHR-2026-000001"
KINDS = (NoticeKind.STAGE, NoticeKind.REOPENED, NoticeKind.RESOLVED)


def _complaint(desk: Desk) -> None:
    ask(desk)


def _late_complaint(desk: Desk) -> None:
    ask(desk)
    desk.wait(days=5)


def _at_the_last_stage_for_years(desk: Desk) -> None:
    ask(desk)
    for _ in range(4):
        desk.wait(days=90)


def _waiting(desk: Desk) -> None:
    ask(desk)
    desk.wait(minutes=5)
    desk.act(COMPLAINT, "wait", "for a part")
    desk.wait(hours=3)


def _acknowledged(desk: Desk) -> None:
    ask(desk)
    desk.act(COMPLAINT, "ack")
    desk.wait(hours=1)


def _waiting_with_its_time_stopped(desk: Desk) -> None:
    services = desk.office.charter.services
    pausing = {**services, "citizen:8": replace(services["citizen:8"], waiting_pauses=True)}
    desk.office = replace(desk.office, charter=replace(desk.office.charter, services=pausing))
    _waiting(desk)


def _resolved_in_time(desk: Desk) -> None:
    ask(desk)
    desk.act(COMPLAINT, "resolve", "done")
    desk.wait(hours=2)


def _resolved_late(desk: Desk) -> None:
    _late_complaint(desk)
    desk.act(COMPLAINT, "resolve", "done")
    desk.wait(days=3)


def _outage(desk: Desk) -> None:
    desk.goes_down("udc-juniadaha")
    desk.wait(days=3)


def _outage_that_is_over(desk: Desk) -> None:
    _outage(desk)
    desk.comes_back("udc-juniadaha")
    desk.wait(days=1)


SITUATIONS: list[Callable[[Desk], None]] = [
    _complaint,
    _acknowledged,
    _late_complaint,
    _at_the_last_stage_for_years,
    _waiting,
    _waiting_with_its_time_stopped,
    _resolved_in_time,
    _resolved_late,
    _outage,
    _outage_that_is_over,
]


def foretold(desk: Desk, action: str) -> Consequences | None:
    with desk.store.read() as session:
        ticket = numbered(session, COMPLAINT)
        assert ticket is not None
        if why_not(desk.office, ticket, action) is not None:
            return None
        return consequences(desk.office, ticket, action, desk.clock.utc())


def runs_until(desk: Desk, ticket: Ticket) -> object:
    """The end of what runs then, by the rows that the act left behind."""
    if ticket.state not in UNSOLVED:
        return None
    if ticket.breached_utc is None:
        return ticket.deadline_utc
    return stages_of(desk.office, ticket)[max(ticket.stage, 1) - 1].lapses_utc


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda each: each.__name__.strip("_"))
@pytest.mark.parametrize("action", ACTIONS)
def test_who_will_be_informed_and_what_runs_until_when_is_what_the_act_then_does(
    desk: Desk, action: str, situation: Callable[[Desk], None]
) -> None:
    chief = EmailRecipient(email="chief@example.org", kinds=KINDS, stages=(0, 2))
    desk.office = replace(desk.office, notices=Notices(quiet_hours=True), recipients={"chief": chief})
    situation(desk)
    said = foretold(desk, action)
    if said is None:
        return
    with desk.store.read() as session:
        before = numbered(session, COMPLAINT)
        assert before is not None
        known = {notice.id for notice in before.notices}
    desk.act(COMPLAINT, action, "as was said")
    with desk.store.read() as session:
        after = numbered(session, COMPLAINT)
        assert after is not None
        fresh = {(n.recipient, n.channel, n.due_utc) for n in after.notices if n.id not in known}
        assert {(each.recipient, each.channel, each.at_utc) for each in said.notified} == fresh
        assert said.due_utc == runs_until(desk, after)


@pytest.mark.parametrize("action", ACTIONS)
def test_every_act_is_said_in_words_before_it_is_done_but_closing_which_causes_nothing(desk: Desk, action: str) -> None:
    situations = {
        "unack": _acknowledged,
        "reopen": _resolved_in_time,
        "close": _resolved_in_time,
        "raise": _late_complaint,
    }
    situations.get(action, _complaint)(desk)
    said = foretold(desk, action)
    assert said is not None
    assert bool(said.effects) == (action != "close")
