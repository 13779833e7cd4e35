"""The charter with its record, and the deadlines that it counts, as they are served."""

import re
from datetime import timedelta

import pytest

from tests.web.asking import ask
from tests.web.desk import Desk


def words_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html))


async def test_the_published_table_stands_there_word_for_word_in_both_languages(office: Desk, port: int) -> None:
    charter = office.office.charter
    for lang in ("bn", "en"):
        page = words_of((await ask(port, f"/charter?lang={lang}")).text).replace("&#39;", "'").replace("&amp;", "&")
        for service in charter.services.values():
            assert service.name(lang) in page
            wanted = (service.method_bn, service.documents_bn, service.fee_bn, service.printed_time)
            for text in wanted if lang == "bn" else (service.method_en, service.documents_en, service.fee_en):
                assert re.sub(r"\s+", " ", text) in page


async def test_a_missed_promise_is_counted_and_leads_to_its_ticket(office: Desk, port: int) -> None:
    office.goes_down("backbone-north")  # promised at all times: missed as soon as it is confirmed
    office.clock.advance(60)
    office.round("backbone-north")  # and what is due is done
    page = (await ask(port, "/charter?lang=en")).text
    assert "0 of 1 promises were kept, 1 were not" in words_of(page)
    assert 'href="/tickets/BHR-2026-000001"' in page


async def test_the_record_is_no_older_than_ten_seconds(office: Desk, port: int) -> None:
    assert "No promise has fallen due in this time" in (await ask(port, "/charter?lang=en")).text
    office.goes_down("backbone-north")
    office.clock.advance(timedelta(seconds=11).total_seconds())
    assert "No promise has fallen due in this time" not in (await ask(port, "/charter?lang=en")).text


@pytest.mark.parametrize("span", ["month", "quarter", "year", "last", "nonsense", ""])
async def test_every_span_has_its_record(port: int, span: str) -> None:
    page = (await ask(port, f"/charter?span={span}&lang=en")).text
    chosen = re.search(r'<a href="/charter\?span=(\w+)" aria-current="true">', page)
    assert chosen is not None
    assert chosen[1] == (span if span in {"month", "quarter", "year", "last"} else "year")


async def test_a_deadline_is_counted_day_by_day(port: int) -> None:
    page = (await ask(port, "/charter?lang=en&service=official:1&received=2026-12-14")).text
    assert "until Sunday, 20 December 2026, 17:00" in page
    assert page[page.index('<ol class="count">') :].count("<li ") == 6
    assert 'value="2026-12-14"' in page
    assert '<option value="official:1" selected>' in page


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("service=official:1&received=", "Expected a date such as 2026-12-14"),
        ("service=official:1&received=14.12.2026", "Expected a date"),
        ("service=official:1&received=0001-01-01", "Expected a date"),
        ("service=official:1&received=2026-12-14&at=25:00", "Expected a date"),
        ("service=official:1&received=2026-12-14&at=11:00%2B02:00", "Expected a date"),
        ("service=official:99&received=2026-12-14", "Expected a service of the charter"),
        ("service=%3Cb%3E&received=%22%3E%3Cb%3E", "Expected a service of the charter"),
    ],
)
async def test_what_cannot_be_counted_says_what_is_expected(port: int, query: str, expected: str) -> None:
    answer = await ask(port, f"/charter?lang=en&{query}")
    assert answer.status == 200
    assert expected in answer.text
    assert '"><b>' not in answer.text.replace("<td><b>", "")


async def test_digits_of_bangla_are_digits_too(port: int) -> None:
    typed = "".join(f"%E0%A7%{0xA6 + int(digit):02X}" if digit.isdigit() else digit for digit in "2026-12-14")
    assert (
        "until Sunday, 20 December" in (await ask(port, f"/charter?lang=en&service=official:1&received={typed}")).text
    )


async def test_an_hour_counts_where_the_rule_counts_hours(port: int) -> None:
    page = (await ask(port, "/charter?lang=en&service=citizen:10&received=2026-12-14&at=11:20")).text
    assert "until Monday, 14 December 2026, 11:20" in page
