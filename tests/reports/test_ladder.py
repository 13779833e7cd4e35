"""The ladder of a ticket's stages: who has it, who had it, who would get it."""

import itertools

from monitor.reports.ladder import Reached, Rung, ladder
from monitor.store.ticket_rows import numbered
from tests.alerts.cases.asked import ask
from tests.desk import Desk


def rungs(desk: Desk, number: str) -> tuple[Rung, ...]:
    with desk.store.read() as session:
        ticket = numbered(session, number)
        assert ticket is not None
        return ladder(desk.office, ticket)


def test_a_new_request_stands_with_the_officer_and_the_stages_ahead_have_their_dates(desk: Desk) -> None:
    found = rungs(desk, ask(desk))
    assert [rung.reached for rung in found] == [Reached.NOW, *[Reached.AHEAD] * 3]
    assert [rung.holder for rung in found] == ["responsible", "grievance", "appeal", "cell"]
    assert all(rung.estimated for rung in found[1:])
    assert all(below.ends_utc == above.begins_utc for below, above in itertools.pairwise(found))


def test_a_missed_target_leaves_the_officer_behind_and_the_first_stage_has_it(desk: Desk) -> None:
    number = ask(desk)
    desk.wait(days=5)
    assert [rung.reached for rung in rungs(desk, number)] == [Reached.MISSED, Reached.NOW, *[Reached.AHEAD] * 2]
    desk.act(number, "resolve", "done")
    assert [rung.reached for rung in rungs(desk, number)] == [Reached.MISSED, Reached.KEPT, *[Reached.NEVER] * 2]


def test_what_is_resolved_in_time_was_kept_and_no_stage_comes(desk: Desk) -> None:
    number = ask(desk)
    desk.act(number, "resolve", "done")
    assert [rung.reached for rung in rungs(desk, number)] == [Reached.KEPT, *[Reached.NEVER] * 3]
