"""Sites of sites.toml: whom to call about them."""

import pytest
from pydantic import ValidationError

from monitor.settings.sites_file import ContactEntry


@pytest.mark.parametrize(
    ("typed", "dialled"),
    [
        ("01711-000000", "01711-000000"),
        ("০১৭১১০০০০০০", "01711000000"),
        ("+880 1711 000000", "+880 1711 000000"),
        ("16123", "16123"),
        ("999", "999"),
        ("(071) 73-456", None),
    ],
)
def test_a_number_is_kept_as_it_is_dialled(typed: str, dialled: str | None) -> None:
    if dialled is None:
        with pytest.raises(ValidationError):
            ContactEntry(role="head", phone=typed)
    else:
        assert ContactEntry(role="head", phone=typed).phone == dialled


@pytest.mark.parametrize(
    "typed", ["", "12", "1" * 21, "01711000000 / 000001", "ext", "017-", "javascript:1", "017;phone=1", "01 7\n1", "+"]
)
def test_what_nobody_can_dial_is_no_number(typed: str) -> None:
    with pytest.raises(ValidationError):
        ContactEntry(role="head", phone=typed)
