"""Badges say a word of a site or of the whole office."""

import json
from xml.etree.ElementTree import fromstring

from monitor.domain.reasons import Names
from monitor.web.public.badges import document, svg, title_of, word_of
from monitor.web.public.files import badge_files
from monitor.web.public.model import Word
from tests.desk import Desk, desk, office
from tests.web.public.told import published, watched

__all__ = ["desk", "office"]


def test_the_offices_badge_is_as_bad_as_its_worst_site(desk: Desk) -> None:
    watched(desk)
    assert word_of(published(desk), "office") is Word.UP
    desk.goes_down("udc-chandgram")
    found = published(desk)
    assert word_of(found, "office") is word_of(found, "udc-chandgram") is Word.DOWN
    assert word_of(found, "udc-juniadaha") is Word.UP


def test_there_is_no_badge_of_what_is_not_there(desk: Desk) -> None:
    assert badge_files(published(desk), desk.office, "../etc/passwd") == {}


def test_a_badge_says_in_words_what_it_shows_and_holds_no_markup_of_a_name() -> None:
    picture = fromstring(svg('<b>"A&B"', Word.DOWN, "en"))
    assert picture.attrib["aria-label"] == '<b>"A&B": disrupted'
    texts = [element.text for element in picture.iter() if element.tag.endswith("text")]
    assert texts == ['<b>"A&B"', "disrupted"]


def test_the_document_has_both_languages(desk: Desk) -> None:
    found = json.loads(document(Names("ক", "A"), Word.PLANNED, published(desk)))
    assert (found["label"], found["message"], found["message_bn"]) == ("A", "planned work", "পরিকল্পিত কাজ")
    assert found["state"] == "planned"


def test_a_badge_of_a_site_bears_its_name(desk: Desk) -> None:
    assert title_of(desk.office, "udc-juniadaha").en == "Juniadaha Union Digital Centre"
