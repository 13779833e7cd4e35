"""Text as the markup of help desks, and their markup as text: nothing in it that does anything."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts.helpdesks import markup
from monitor.domain.text import clean_lines
from tests.lab.waiting import patient


@given(st.text(max_size=300))
def test_text_as_markup_reads_as_it_was(text: str) -> None:
    cleaned = clean_lines(text)
    assert markup.plain(markup.markup(cleaned)).split() == cleaned.split()


@given(st.text(alphabet="<>/&;#!-=\"'abscriptyle \n", max_size=200))
def test_broken_markup_is_read_to_its_end(text: str) -> None:
    markup.plain(text)


@pytest.mark.parametrize(
    "piece", ["<![", "<!--", "</", "<a ", "<a x='", "<", "&", "&#", "<?", "<script", "<script>", "<p>"]
)
def test_hostile_markup_costs_no_time(piece: str) -> None:
    started_s = time.process_time()
    markup.plain(piece * (1_000_000 // len(piece)))
    assert time.process_time() - started_s < patient(5)


def test_letters_that_grow_when_small_put_nothing_out_of_place() -> None:
    assert markup.plain("İİİİ <b>bold</b> <SCRIPT>x()</SCRIPT>end") == "İİİİ bold end"


def test_what_is_not_shown_is_not_read() -> None:
    assert (
        markup.plain("<head><title>t</title></head><style>p{}</style><p>a<br>b</p><script>x()</script>c") == "a\nb\nc"
    )
