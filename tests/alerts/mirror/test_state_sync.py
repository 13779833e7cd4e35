"""Whose change counts: every case of two sides that moved or did not, on every kind of help desk."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts.helpdesks import glpi, rt, zammad
from monitor.alerts.helpdesks.base import Meanings
from monitor.alerts.mirror.state_sync import Agreed, Reconciled, reconcile, way
from monitor.domain.ticket_states import ACTIONS, UNSOLVED, S, TicketState

MEANINGS = {"rt": rt.MEANS, "zammad": zammad.MEANS, "glpi": glpi.MEANS}
WANTS = {"rt": rt.WANTS, "zammad": zammad.WANTS, "glpi": glpi.WANTS}
states, kinds = st.sampled_from(S), st.sampled_from(sorted(MEANINGS))


@st.composite
def cases(draw: st.DrawFn) -> tuple[Agreed, TicketState, str, Meanings]:
    means = MEANINGS[draw(kinds)]
    statuses = st.sampled_from([*means, "merged"])
    return Agreed(draw(states), draw(statuses)), draw(states), draw(statuses), means


def played(state: TicketState, actions: tuple[str, ...]) -> list[TicketState]:
    """The states that these actions lead through; fails where one is not allowed."""
    through = [state]
    for name in actions:
        assert through[-1] in ACTIONS[name].allowed
        through.append(ACTIONS[name].leads_to or through[-1])
    return through


@pytest.mark.parametrize("kind", MEANINGS)
def test_what_we_set_there_stands_for_what_we_mean(kind: str) -> None:
    assert set(WANTS[kind]) == set(S)
    for state, status in WANTS[kind].items():
        assert state in MEANINGS[kind][status]


@given(states, st.lists(states, min_size=1, max_size=3))
def test_every_way_is_allowed_ends_where_it_should_and_is_honest(ours: TicketState, targets: list[TicketState]) -> None:
    actions = way(ours, targets)
    through = played(ours, actions)
    assert not actions or through[-1] in targets
    assert len(set(through)) == len(through)
    assert not {"resolve", "reopen"} <= set(actions)


@given(cases(), st.booleans())
def test_who_did_not_move_is_never_argued_with(case: tuple[Agreed, TicketState, str, Meanings], again: bool) -> None:
    agreed, ours, theirs, means = case
    found = reconcile(agreed, ours, theirs, means, said_again=again)
    if theirs == agreed.status:
        assert found.actions == ()
        assert not found.overruled
    if ours == agreed.state and not again:
        assert not found.push
    # Never both ways at once, and a lost change is only ever theirs against one of ours.
    assert not (found.actions and found.push)
    assert not found.overruled or found.push


@given(cases(), st.booleans())
def test_once_it_is_done_there_is_nothing_more_to_do(
    case: tuple[Agreed, TicketState, str, Meanings], again: bool
) -> None:
    agreed, ours, theirs, means = case
    wants = next(WANTS[kind] for kind, known in MEANINGS.items() if known is means)
    found = reconcile(agreed, ours, theirs, means, said_again=again)
    ours = played(ours, found.actions)[-1]
    theirs = wants[ours] if found.push else theirs
    # No circle: what was done on either side is nobody's new change.
    assert reconcile(Agreed(ours, theirs), ours, theirs, means, said_again=False) == Reconciled()
    # And a push whose outcome nobody noted is no change of theirs either.
    assert reconcile(agreed, ours, wants[ours], means, said_again=False).actions == ()


@given(cases())
def test_a_status_that_stands_for_nothing_here_is_left_alone(case: tuple[Agreed, TicketState, str, Meanings]) -> None:
    agreed, ours, _, means = case
    assert reconcile(agreed, ours, "merged", means, said_again=True) == Reconciled()


@given(cases())
def test_if_both_moved_a_reopening_beats_all(case: tuple[Agreed, TicketState, str, Meanings]) -> None:
    agreed, ours, theirs, means = case
    there = means.get(theirs, ())
    if agreed.state in UNSOLVED or not there or theirs == agreed.status or ours == agreed.state:
        return
    found = reconcile(agreed, ours, theirs, means, said_again=False)
    if ours in UNSOLVED and there[0] not in UNSOLVED:
        assert found == Reconciled(push=True, overruled=True)
    if ours is S.WITHDRAWN:
        assert found.actions == ()  # it was no matter at all: register one
    elif ours not in UNSOLVED and there[0] in UNSOLVED:
        assert found.actions[:1] == ("reopen",)


def test_further_along_beats_what_lies_behind() -> None:
    order = [S.OPEN, S.ACKNOWLEDGED, S.RESOLVED]
    for behind, ahead in pairwise(order):
        base = Agreed(S.WAITING, "stalled")
        assert reconcile(base, behind, rt.WANTS[ahead], rt.MEANS, said_again=False).actions
        assert reconcile(base, ahead, rt.WANTS[behind], rt.MEANS, said_again=False) == Reconciled(
            push=True, overruled=True
        )


def test_down_again_outweighs_solved_there() -> None:
    base = Agreed(S.OPEN, "new")
    assert reconcile(base, S.OPEN, "resolved", rt.MEANS, said_again=True) == Reconciled(push=True, overruled=True)
    assert reconcile(base, S.OPEN, "resolved", rt.MEANS, said_again=False) == Reconciled(actions=("resolve",))
