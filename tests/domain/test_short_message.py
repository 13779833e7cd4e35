"""What a text costs as a short message, by the tables of 3GPP TS 23.038 and 23.040."""

import pytest

from monitor.domain.short_message import is_gsm, parts


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),  # two letters each
        ("€" * 81, 2),
        ("a" * 152 + "€" * 5, 2),  # the first part ends at 152: no escape is parted from its letter
        ("€" * 153, 3),  # 76 in each part, one letter of which stays empty
        ("ক" * 70, 1),
        ("ক" * 71, 2),
        ("ক" * 134, 2),
        ("ক" * 135, 3),
        ("a" * 69 + "ক", 1),
        ("a" * 70 + "ক", 2),
        ("😀" * 35, 1),  # two halves of UTF-16 each
        ("😀" * 36, 2),
        ("😀" * 67, 3),  # 33 in each part: no half is left behind
    ],
)
def test_a_text_costs_as_many_parts_as_the_network_counts(text: str, count: int) -> None:
    assert parts(text) == count


def test_bangla_and_whatever_else_the_gsm_alphabet_lacks_is_ucs2() -> None:
    assert is_gsm("BHR-2026-000123 Juniadaha: down, due 24/11 17:00 @£$é{[~]}€\n")
    for text in ("বিচ্ছিন্ন", "২৪/১১", "a–b", "“a”", "a…", "`", "😀"):
        assert not is_gsm(text), text
