"""A report as HTML says what the PDF says, in one file that runs nothing and fetches nothing."""

import re
from html.parser import HTMLParser

import pytest

from monitor.i18n.languages import BOTH, Lang
from monitor.reports.export import as_html
from monitor.reports.export.laying_out import laid_out
from tests.reports.example_report import empty, example
from tests.reports.export.page_text import said_on

VOID = {"meta", "rect", "path", "circle"}


class Page(HTMLParser):
    """Its text, its tags in order, and whether each is closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[str] = []
        self.opened: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in VOID:
            self.opened.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.opened.pop() == tag

    def handle_data(self, data: str) -> None:
        if not {"style", "title"} & set(self.opened):
            self.words += [data.strip()] if data.strip() else []


@pytest.mark.parametrize("lang", BOTH)
def test_it_says_all_that_is_laid_out_in_that_order_and_is_well_formed(lang: Lang) -> None:
    page = Page(as_html.render(example(), lang).decode())
    assert page.opened == []
    assert page.tags.count("h1") == 1
    texts = [text.strip() for text in said_on(laid_out(example(), lang)) if text.strip()]
    said = iter("".join(page.words).replace(" ", ""))
    for text in texts:  # in this order, whatever stands between them
        missing = [sign for sign in text.replace(" ", "").replace("\n", "") if sign not in said]
        assert missing == [], f"{text!r} is not said, or in another order"


def test_it_runs_nothing_and_fetches_nothing() -> None:
    page = as_html.render(example(), "en").decode()
    assert "default-src 'none'" in page
    assert re.findall(r"<script|<link|<img|<iframe|\son\w+=|\ssrc=|\shref=|@import|url\((?!#)", page) == []


def test_names_are_text() -> None:
    page = as_html.render(example(), "en").decode()
    assert "<b>again</b>" not in page
    assert "&lt;b&gt;again&lt;/b&gt;" in page


def test_it_is_the_same_to_the_byte() -> None:
    assert as_html.render(example(), "bn") == as_html.render(example(), "bn")


def test_an_office_that_has_nothing_yet_has_a_page_too() -> None:
    assert laid_out(empty(), "bn").summary in as_html.render(empty(), "bn").decode()
