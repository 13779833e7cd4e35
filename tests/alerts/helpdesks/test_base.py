"""The marks by which a remark of ours is known again, and the subject as a desk can keep it."""

from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts.helpdesks.base import event_of, is_mark, mark_of
from monitor.alerts.helpdesks.rt import LONGEST_SUBJECT_BYTES, shortened


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
