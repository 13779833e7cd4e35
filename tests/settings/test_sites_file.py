"""Sites of sites.toml: whom to call about them, and their addresses."""

from ipaddress import ip_address

import pytest
from pydantic import ValidationError

from monitor.settings.sites_file import ContactEntry, DeviceEntry


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


@pytest.mark.parametrize("typed", ["1.0.0.0", "10.77.2.1", "127.0.0.1", "223.255.255.255", "240.0.0.1", "fd77::5"])
def test_an_address_is_that_of_one_host(typed: str) -> None:
    assert DeviceEntry(address=typed).address == ip_address(typed)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "typed",
    [
        *("", "1.2", "010.77.2.1", "10.77.2.256", "10.77.2", "10.77.2.1.1", "10.77.2.1/24", "0x0a.1.1.1", "1.1.1.1\0"),
        *("0.0.0.0", "0.1.2.3", "224.0.0.1", "239.255.255.255", "255.255.255.255", "::", "ff02::1", "::ffff:10.0.0.1"),
        1,
    ],
)
def test_what_is_no_address_of_one_host_is_refused(typed: object) -> None:
    with pytest.raises(ValidationError):
        DeviceEntry(address=typed)  # type: ignore[arg-type]
