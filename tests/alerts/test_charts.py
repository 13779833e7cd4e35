"""The hour before an outage as a picture."""

import struct
import xml.etree.ElementTree as ET

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.alerts.charts import hour_png, hour_svg

HOUR = {"minutes": [[12.0, 0.0]] * 30 + [None] * 10 + [[40.0, 0.5]] * 10 + [[None, 1.0]] * 10}


def bars(svg: str, colour: str) -> list[ET.Element]:
    return [rect for rect in ET.fromstring(svg) if rect.get("fill") == colour]


def test_answers_losses_and_minutes_without_a_round_each_have_their_colour() -> None:
    svg = hour_svg(HOUR, "en")
    assert len(bars(svg, "#2563eb")) == 40
    assert len(bars(svg, "#dc2626")) == 20
    assert len(bars(svg, "#9ca3af")) == 10


def test_digits_are_those_of_the_reader() -> None:
    assert ">40<" in hour_svg(HOUR, "en")
    assert ">৪০<" in hour_svg(HOUR, "bn")
    # No letter of any script: one font serves both languages.
    assert not any(character.isalpha() for text in ET.fromstring(hour_svg(HOUR, "bn")).itertext() for character in text)


def test_the_picture_is_a_png_twice_as_wide_as_it_is_shown() -> None:
    png = hour_png(HOUR, "bn")
    assert png.startswith(b"\x89PNG")
    assert struct.unpack(">II", png[16:24]) == (1_200, 280)


def test_an_hour_of_an_older_record_has_no_picture() -> None:
    assert hour_png({"chart": "▁▂"}, "en") == b""


minute = st.none() | st.tuples(st.none() | st.floats(0, 1e6), st.floats(0, 1)).map(list)


@settings(max_examples=50)
@given(minutes=st.lists(minute, min_size=60, max_size=60))
def test_no_bar_leaves_the_picture(minutes: list[list[float | None] | None]) -> None:
    for rect in list(ET.fromstring(hour_svg({"minutes": minutes}, "en")))[1:]:
        if rect.tag.endswith("rect"):
            top, height = float(rect.get("y", 0)), float(rect.get("height", 0))
            assert 13.9 <= top <= 104.1
            assert top + height <= 104.6
