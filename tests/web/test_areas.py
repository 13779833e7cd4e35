"""Outlines in degrees become paths of a drawing."""

from math import cos, pi, sin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.settings.areas_file import Area, Areas, Point, read_areas
from monitor.web.areas import MOST_POINTS, WIDTH, drawing
from tests.places import TESTS


def sample() -> Areas:
    found = read_areas(TESTS / "web" / "sample_areas.json", "areas.json")
    assert found is not None
    return found[0]


def corners(path: str) -> list[tuple[int, int]]:
    numbers = [int(word) for word in path.replace("M", " ").replace("L", " ").replace("z", " ").split()]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def test_a_union_in_the_north_is_above_one_in_the_south() -> None:
    found = {shape.union: shape for shape in drawing(sample()).shapes}
    assert found["bahadurpur"].label[1] < found["dharampur"].label[1]
    assert found["juniadaha"].label[0] < found["bahirchar"].label[0]


def test_all_of_it_lies_on_the_drawing() -> None:
    found = drawing(sample())
    for shape in found.shapes:
        assert all(0 <= x <= found.width and 0 <= y <= found.height for x, y in corners(shape.path))


def test_a_site_stands_in_its_union_and_one_elsewhere_nowhere() -> None:
    found = drawing(sample())
    assert found.place(24.11, 88.96) is not None
    assert found.place(23.0, 90.4) is None


def test_degrees_of_longitude_are_shortened() -> None:
    # At 60 degrees north a degree of longitude is half as long as one of latitude.
    ring = tuple(Point(*each) for each in ((0.0, 59.9), (0.4, 59.9), (0.4, 60.1), (0.0, 60.1), (0.0, 59.9)))
    found = drawing(Areas((Area("x", (ring,)),), "CC0"))
    assert found.height == pytest.approx(WIDTH, abs=3)


def test_a_line_of_very_many_points_is_thinned_and_stays_a_circle() -> None:
    steps = 20_000
    ring = [Point(89 + cos(2 * pi * n / steps), 24 + sin(2 * pi * n / steps)) for n in range(steps)]
    found = drawing(Areas((Area("x", ((*ring, ring[0]),)),), "CC0"))
    (shape,) = found.shapes
    assert 20 < len(corners(shape.path)) <= MOST_POINTS
    assert shape.label == pytest.approx((found.width / 2, found.height / 2), abs=2)


def test_a_union_too_small_to_be_drawn_is_still_there() -> None:
    large = tuple(Point(*each) for each in ((80.0, 20.0), (90.0, 20.0), (90.0, 30.0), (80.0, 20.0)))
    small = tuple(Point(85 + x, 25 + y) for x, y in ((0, 0), (1e-4, 0), (0, 1e-4), (0, 0)))
    found = drawing(Areas((Area("large", (large,)), Area("small", (small,))), "CC0"))
    assert [shape.union for shape in found.shapes if shape.path] == ["large", "small"]


degrees = st.tuples(st.floats(-180, 180), st.floats(-90, 90)).map(lambda each: Point(*each))


@given(st.lists(st.lists(degrees, min_size=3, max_size=30), min_size=1, max_size=5))
def test_any_outline_can_be_drawn(rings: list[list[Point]]) -> None:
    areas = Areas(tuple(Area(str(at), ((*ring, ring[0]),)) for at, ring in enumerate(rings)), "CC0")
    found = drawing(areas)
    assert [shape.union for shape in found.shapes] == [area.union for area in areas.areas]
    for shape in found.shapes:
        assert all(-1 <= x <= found.width + 1 and -1 <= y <= found.height + 1 for x, y in corners(shape.path))
