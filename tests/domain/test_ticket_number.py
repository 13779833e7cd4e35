"""A ticket's number as people type it."""

import pytest

from monitor.domain.ticket_number import TypedNumber, read


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("BHR-2026-000006", TypedNumber("BHR", 2026, 6)),
        ("bhr-২০২৬-৬", TypedNumber("BHR", 2026, 6)),
        ("2025-6", TypedNumber("", 2025, 6)),
        ("৬", TypedNumber("", 2026, 6)),
        (" 000006\n", TypedNumber("", 2026, 6)),
        ("BHR-6", TypedNumber("BHR", 2026, 6)),
        ("", None),
        ("six", None),
        ("BHR-2026-", None),
        ("-6", None),
        ("²", None),
        ("٦", None),
        ("9" * 5_000, None),
    ],
)
def test_it_is_read_whole_in_part_and_in_bangla_digits(typed: str, meant: TypedNumber | None) -> None:
    assert read(typed, 2026) == meant
