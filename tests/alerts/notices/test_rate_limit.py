"""Which letter a reader gets next, and which are told together."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts.notices.rate_limit import PendingNotice, Plan, plan

NOW = datetime(2026, 11, 25, 5, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def letter(id_: int, thread: str = "", *, ago: timedelta = MINUTE, **more: bool) -> PendingNotice:
    return PendingNotice(id_, thread or f"thread {id_}", NOW - ago, **{"ready": True, **more})


def decide(*waiting: PendingNotice, begun: tuple[str, ...] = (), room: int = 16, may_digest: bool = True) -> Plan:
    return plan(waiting, set(begun), room, NOW, may_digest=may_digest)


def test_a_few_letters_go_one_by_one_urgent_ones_first_and_older_ones_before_younger() -> None:
    decided = decide(letter(1), letter(2, ago=2 * MINUTE), letter(3, urgent=True))
    assert decided == Plan(singly=(3, 2, 1))


def test_after_a_long_silence_the_newest_goes_first() -> None:
    hours = [letter(id_, ago=timedelta(hours=10 - id_)) for id_ in range(1, 5)]
    assert decide(*hours).singly == (4, 3, 2, 1)


def test_within_a_thread_nothing_overtakes() -> None:
    assert decide(letter(1, "a"), letter(2, "a", urgent=True), letter(3, "b")).singly == (1, 3)
    assert decide(letter(1, "a", ready=False), letter(2, "a", urgent=True)).singly == ()


def test_a_storm_goes_as_far_as_there_is_room_and_the_rest_together() -> None:
    storm = [letter(id_, urgent=id_ % 2 == 0) for id_ in range(1, 101)]
    decided = decide(*storm, room=3)
    assert len(decided.singly) == 3
    assert all(id_ % 2 == 0 for id_ in decided.singly)
    # Nothing is dropped: what does not go singly is told in the digest.
    assert sorted([*decided.singly, *decided.together]) == list(range(1, 101))


def test_while_no_digest_may_go_what_has_no_room_waits() -> None:
    decided = decide(letter(1), letter(2), room=1, may_digest=False)
    assert decided == Plan(singly=(1,))


def test_what_came_and_went_before_anything_could_be_said_is_told_together() -> None:
    decided = decide(letter(1, "a"), letter(2, "a", ends=True), letter(3, "b"))
    assert decided == Plan(singly=(3,), together=(1, 2))


def test_what_came_and_went_waits_while_one_of_its_letters_may_not_go_yet() -> None:
    assert decide(letter(1, "a", ready=False), letter(2, "a", ends=True)) == Plan()


def test_an_end_makes_what_waits_in_its_thread_needless_once_the_reader_knows_of_the_trouble() -> None:
    decided = decide(letter(1, "a", ready=False), letter(2, "a", ends=True), begun=("a",))
    assert decided == Plan(singly=(2,), needless={1: 2})


def test_what_came_and_went_and_came_again_is_told_by_the_last_beginning() -> None:
    night = [letter(id_, "a", ends=id_ in {2, 4}) for id_ in range(1, 6)]
    assert decide(*night) == decide(*night, begun=("a",)) == Plan(singly=(5,), needless=dict.fromkeys([1, 2, 3, 4], 5))
    assert decide(*night, letter(6, "a")) == Plan(singly=(5,), needless=dict.fromkeys([1, 2, 3, 4], 5))
    assert decide(letter(1, "a", ready=False), *night[1:]) == Plan(), "one of them is being handed over"


letters = st.builds(
    PendingNotice,
    id=st.integers(1, 10_000),
    thread=st.sampled_from("abcdefghij"),
    first_due_utc=st.integers(0, 10_000).map(lambda minutes: NOW - minutes * MINUTE),
    ready=st.booleans(),
    urgent=st.booleans(),
    ends=st.booleans(),
)


@given(
    waiting=st.lists(letters, max_size=40, unique_by=lambda one: one.id),
    begun=st.sets(st.sampled_from("abcdefghij")),
    room=st.integers(-5, 20),
    may_digest=st.booleans(),
)
def test_whatever_waits_nobody_is_told_twice_too_often_or_out_of_order(
    waiting: list[PendingNotice], begun: set[str], room: int, may_digest: bool
) -> None:
    waiting.sort(key=lambda one: one.id)
    decided = plan(waiting, begun, room, NOW, may_digest=may_digest)
    by_id = {one.id: one for one in waiting}
    told = [*decided.singly, *decided.together, *decided.needless]
    assert len(told) == len(set(told))
    assert len(decided.singly) <= max(room, 0)
    assert all(by_id[id_].ready for id_ in [*decided.singly, *decided.together])
    assert may_digest or not decided.together
    threads = [by_id[id_].thread for id_ in decided.singly]
    assert len(threads) == len(set(threads))
    for id_ in decided.singly:
        earlier = [one.id for one in waiting if one.thread == by_id[id_].thread and one.id < id_]
        assert all(one in decided.needless for one in earlier)
    for id_, told_by in decided.needless.items():
        ended = any(one.ends for one in waiting if one.thread == by_id[id_].thread and id_ <= one.id < told_by)
        assert by_id[told_by].ends or ended
        assert by_id[told_by].thread == by_id[id_].thread
        assert told_by > id_


@given(waiting=st.lists(letters, min_size=1, max_size=40, unique_by=lambda one: one.id), begun=st.sets(st.just("a")))
def test_with_room_and_a_digest_every_thread_that_is_ready_moves(waiting: list[PendingNotice], begun: set[str]) -> None:
    waiting.sort(key=lambda one: one.id)
    decided = plan(waiting, begun, 100, NOW, may_digest=True)
    moved = {one.thread for one in waiting if one.id in {*decided.singly, *decided.together}}
    for thread in {one.thread for one in waiting}:
        own = [one for one in waiting if one.thread == thread]
        if all(one.ready for one in own):
            assert thread in moved
