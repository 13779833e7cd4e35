"""The words that go there and come from there: both languages, whole, and nothing in them that does anything."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts.helpdesks import markup
from monitor.alerts.helpdesks.base import event_of, is_mark, mark_of
from monitor.alerts.helpdesks.rt import LONGEST_SUBJECT_BYTES, shortened
from monitor.alerts.mirror import messages
from monitor.alerts.notices.gather import facts_of
from monitor.domain.text import clean, clean_lines
from monitor.store.models import Ticket
from tests.desk import Desk


def test_subject_and_first_message_tell_in_both_languages_what_a_letter_tells(desk: Desk) -> None:
    desk.goes_down("backbone-north")
    desk.look()
    with desk.store.read() as session:
        facts = facts_of(desk.office, session.get_one(Ticket, 1), desk.clock.utc())
    assert messages.subject(facts).startswith("[BHR-2026-000001] উত্তর ব্যাকবোন সংযোগ")
    message = messages.first_message(facts)
    assert "সময়সীমা অতিক্রান্ত" in message
    assert "Northern backbone link (example): down for 15 seconds, service-time target missed" in message
    assert "Service (Citizen's Charter): 10." in message


def test_every_kind_of_event_has_a_name_in_both_languages(desk: Desk) -> None:
    desk.goes_down("backbone-north")
    desk.look()
    for action in ("ack", "start", "wait", "comment", "resolve", "close", "reopen"):
        desk.act("BHR-2026-000001", action, "words")
    desk.wait(days=40)
    desk.wait(days=60)
    kinds = set(desk.history("BHR-2026-000001"))
    assert kinds <= set(messages.EVENTS)
    assert {"opened", "stage", "ack", "resolved", "reopened"} <= kinds


@given(st.text(max_size=300))
def test_what_comes_over_is_printable_lines(text: str) -> None:
    cleaned = clean_lines(text)
    for character in cleaned.replace("\n", "").replace("\u200c", "").replace("\u200d", ""):
        assert unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert clean_lines(cleaned) == cleaned


@given(st.text(max_size=300), st.integers(2, 50))
def test_a_name_is_one_line_with_an_end(text: str, most: int) -> None:
    line = clean(text, most)
    assert len(line) <= most
    assert "\n" not in line


def test_bangla_keeps_its_joiners_and_loses_what_turns_the_writing() -> None:
    assert clean_lines("র\u200d্যাব \u202eevil\u202c") == "র\u200d্যাব evil"


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
    assert time.process_time() - started_s < 5


def test_letters_that_grow_when_small_put_nothing_out_of_place() -> None:
    assert markup.plain("İİİİ <b>bold</b> <SCRIPT>x()</SCRIPT>end") == "İİİİ bold end"


def test_what_is_not_shown_is_not_read() -> None:
    assert (
        markup.plain("<head><title>t</title></head><style>p{}</style><p>a<br>b</p><script>x()</script>c") == "a\nb\nc"
    )


def test_a_mark_is_its_own_tickets_only() -> None:
    mark = mark_of("BHR-2026-000123", 7)
    assert is_mark(mark)
    assert event_of(mark, "BHR-2026-000123") == 7
    assert event_of(mark, "BHR-2026-000124") is None
    assert not is_mark(f"Re: {mark}")


@given(st.text(alphabet="কখ সময়ab", min_size=1, max_size=200))
def test_a_subject_is_cut_to_what_request_tracker_keeps(text: str) -> None:
    subject = f"[BHR-2026-000123] {text}"
    cut = shortened(subject)
    assert len(cut.encode()) <= LONGEST_SUBJECT_BYTES
    assert cut.startswith("[BHR-2026-000123]")
    assert cut == subject or cut.endswith("…")
