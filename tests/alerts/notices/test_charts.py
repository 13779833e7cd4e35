"""The hour before an outage as a picture."""

import re
import struct
import xml.etree.ElementTree as ET

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.alerts.notices.charts import ABOVE, HEIGHT, hour_png, hour_svg
from monitor.domain.evidence import Hour
from monitor.i18n.languages import Lang

MINUTES = ((12.0, 0.0),) * 30 + (None,) * 10 + ((40.0, 0.5),) * 10 + ((None, 1.0),) * 10
HOUR = Hour(chart="", loss=0.25, minutes=MINUTES)


LANGS: tuple[Lang, ...] = ("en", "bn")


def bars(svg: str, colour: str) -> list[ET.Element]:
    return [rect for rect in ET.fromstring(svg) if rect.get("fill") == colour]


def test_answers_losses_and_minutes_without_a_round_each_have_their_colour() -> None:
    svg = hour_svg(HOUR, "en")
    assert len(bars(svg, "#2563eb")) == 40
    assert len(bars(svg, "#dc2626")) == 20
    assert len(bars(svg, "#9ca3af")) == 10


def test_both_scales_and_the_minutes_have_their_units_in_the_readers_language() -> None:
    english, bangla = ([text.strip() for text in ET.fromstring(hour_svg(HOUR, lang)).itertext()] for lang in LANGS)
    for unit in ("40 ms", "0 ms", "0%", "100%", "60", "minutes before", "lost"):
        assert unit in english
    for unit in ("৪০ ms", "০ ms", "০%", "১০০%", "৬০", "মিনিট আগে", "ক্ষতি"):
        assert unit in bangla
    assert not re.search("[0-9A-Za-z]", "".join(bangla).replace(" ms", ""))


def test_the_figures_can_be_read_on_a_telephone_which_shows_the_picture_318_pixels_wide() -> None:
    picture = ET.fromstring(hour_svg(HOUR, "bn"))
    shown = 318 / float(picture.get("width", 0))
    sizes = [float(each.get("font-size", picture.get("font-size", 0))) for each in picture if each.tag.endswith("text")]
    assert min(sizes) * shown >= 11


def test_the_picture_is_a_png_twice_as_wide_as_it_is_shown() -> None:
    png = hour_png(HOUR, "bn")
    assert png.startswith(b"\x89PNG")
    assert struct.unpack(">II", png[16:24]) == (1_320, 380)


def test_an_hour_of_an_older_record_has_no_picture() -> None:
    assert hour_png(Hour(chart="▁▂", loss=0.0), "en") == b""


minute = st.none() | st.tuples(st.none() | st.floats(0, 1e6), st.floats(0, 1))


@settings(max_examples=50)
@given(minutes=st.lists(minute, min_size=60, max_size=60))
def test_no_bar_leaves_the_picture(minutes: list[tuple[float | None, float] | None]) -> None:
    for rect in list(ET.fromstring(hour_svg(Hour(chart="", loss=0.0, minutes=tuple(minutes)), "en")))[1:]:
        if rect.tag.endswith("rect"):
            top, height = float(rect.get("y", 0)), float(rect.get("height", 0))
            assert ABOVE - 0.1 <= top <= ABOVE + HEIGHT + 0.1
            assert top + height <= ABOVE + HEIGHT + 0.6
