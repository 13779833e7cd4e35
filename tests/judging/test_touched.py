"""Who counts states is told where to look again, or that it must look everywhere."""

from monitor.judging.touched import KEPT, Touched


def test_each_reader_gets_what_came_after_its_own_last_look() -> None:
    touched = Touched()
    touched.add("a")
    seen = touched.last
    touched.add("b")
    touched.add("c")
    touched.add("b")
    assert touched.after(seen) == {"b", "c"}
    assert touched.after(0) == {"a", "b", "c"}
    assert touched.after(touched.last) == set()


def test_more_than_is_kept_is_said_to_be_too_much() -> None:
    touched = Touched()
    for number in range(KEPT + 1):
        touched.add(str(number))
    assert touched.after(0) is None
    assert len(touched.after(1) or ()) == KEPT
