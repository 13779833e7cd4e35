"""An operation's number is stored with it, and what was tried under it is known by it."""

from monitor.store import operations
from monitor.store.models import LastOperation
from tests.desk import Desk


def test_each_transaction_sees_the_operation_that_was_stored_last(desk: Desk) -> None:
    with desk.store.write() as session:
        before, first = operations.begin(session, operations.DECISIONS)
        assert before == "", "the migration makes the row: there is always one to be locked"
    with desk.store.write() as session:
        before, second = operations.begin(session, operations.DECISIONS)
    assert (before, second != first) == (first, True)


def test_a_row_that_somebody_deleted_is_made_again(desk: Desk) -> None:
    with desk.store.write() as session:
        session.delete(session.get_one(LastOperation, operations.DECISIONS))
    with desk.store.write() as session:
        _, own = operations.begin(session, operations.DECISIONS)
    with desk.store.read() as session:
        assert session.get_one(LastOperation, operations.DECISIONS).operation == own


def test_what_the_last_stored_operation_held_is_not_left_and_all_else_is() -> None:
    one, two, three = object(), object(), object()
    attempts = operations.Attempts[object]()

    assert attempts.left("", [one, two]) == [one, two]
    attempts.committing("a", [one, two])
    attempts.committing("b", [one, two, three])
    assert attempts.left("", [one, two, three]) == [one, two, three], "neither was stored"
    assert attempts.left("a", [one, two, three]) == [three]
    assert attempts.left("b", [one, two, three]) == []
    attempts.confirmed()
    assert attempts.left("a", [one]) == [one]


def test_equal_items_are_told_apart() -> None:
    attempts = operations.Attempts[list[int]]()
    stored, equal = [1], [1]
    attempts.committing("a", [stored])
    assert attempts.left("a", [stored, equal]) == [equal]
