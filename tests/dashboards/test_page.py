"""The page about the dashboards and its pictures: current, true to the JSON, and honest about what they are."""

from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.generator import page, writing
from dashboards.generator.drawing import WIDTH
from dashboards.generator.reading import dashboards
from dashboards.generator.svg import shortened, width_of, wrapped
from dashboards.generator.values import shown, with_unit

BOARDS, WRITTEN = dashboards(), page.load_answers()
TEXTS = page.pages(BOARDS, WRITTEN)
SVG = "{http://www.w3.org/2000/svg}"


def test_every_question_was_put_to_a_real_prometheus_as_it_stands() -> None:
    assert page.not_asked(BOARDS, WRITTEN) == []


def test_a_question_that_was_changed_since_is_noticed() -> None:
    board = BOARDS["en/morning"]
    changed = {**board, "panels": [{**board["panels"][0], "targets": [{"refId": "A", "expr": "up"}]}]}
    assert page.not_asked({"en/morning": changed}, WRITTEN) == ["en/morning: panel 1 'Down now', question A"]


def test_page_and_pictures_are_what_json_and_answers_make() -> None:
    assert writing.different(TEXTS) == set()


def test_the_page_names_every_panel_and_says_that_the_pictures_are_not_grafanas() -> None:
    text = TEXTS[page.DOCS / "dashboards.md"]
    assert "The pictures are not Grafana's" in text
    for short in page.ORDER:
        for panel in BOARDS[f"en/{short}"]["panels"]:
            assert f"### {panel['id']}. {panel['title']}" in text


@pytest.mark.parametrize("name", sorted(BOARDS))
def test_a_picture_has_every_panel_within_its_edges(name: str) -> None:
    lang, _, short = name.partition("/")
    root = ElementTree.fromstring(TEXTS[page.PICTURES / f"{short}-{lang}.svg"])
    said = "".join(text.text or "" for text in root.iter(f"{SVG}text"))
    assert ("গ্রাফানার ছবি নয়" if lang == "bn" else "not a picture of Grafana") in said
    panels = BOARDS[name]["panels"]
    assert all(panel["title"] in said for panel in panels)
    frames = [clip[0] for clip in root.iter(f"{SVG}clipPath")]
    assert len(frames) == len(panels)
    for frame in frames:
        assert float(frame.attrib["x"]) + float(frame.attrib["width"]) <= WIDTH
        assert float(frame.attrib["y"]) + float(frame.attrib["height"]) <= float(root.attrib["height"])


def test_the_morning_is_drawn_with_the_planted_outage() -> None:
    picture = TEXTS[page.PICTURES / "morning-en.svg"]
    assert "Northern backbone link (example)" in picture
    assert "target missed" in picture


def test_values_have_their_units() -> None:
    noon = datetime(2026, 11, 25, 6, 0, tzinfo=UTC).timestamp() * 1000
    assert with_unit(0.256, "percentunit") == "25.6 %"
    assert with_unit(-93_784, "dtdurations") == "1 d 02:03:04 ago"
    assert with_unit(noon, "dateTimeAsLocal") == "2026-11-25 12:00:00"
    assert with_unit(79_980_582, "bps") == "80 Mb/s"
    assert with_unit(0.0000258, "s") == "25.8 µs"
    assert with_unit(3.0, "none") == "3"


def test_words_take_the_place_of_a_value_that_has_some() -> None:
    mappings = BOARDS["en/morning"]["panels"][3]["fieldConfig"]["defaults"]["mappings"]
    assert shown(0, "none", mappings) == ("all is well", "green")
    assert shown(1, "none", mappings) == ("faulty: see 'Monitor itself'", "red")
    assert shown(None, "none", mappings)[0] == "–"


@given(st.text(max_size=80), st.floats(20, 400))
def test_a_shortened_text_fits(words: str, room: float) -> None:
    assert width_of(shortened(words, 12, room), 12) <= max(room, width_of("…", 12))
    assert len(wrapped(words, 12, room, 3)) <= 3
