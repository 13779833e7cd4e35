"""Which requests come from a page of ours, and which a foreign page made the browser send."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.web.auth.csrf import is_from_our_page, is_same_origin, is_token_of, masked

HOST = "monitor.example.org:9786"
OURS = f"https://{HOST}"


@pytest.mark.parametrize(
    ("headers", "is_ours"),
    [
        ({"sec-fetch-site": "same-origin", "origin": OURS}, True),
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "none"}, True),
        ({"sec-fetch-site": "same-origin", "origin": "null"}, True),
        ({"origin": OURS}, True),
        ({"sec-fetch-site": "same-site", "origin": "https://other.example.org"}, False),
        ({"sec-fetch-site": "cross-site", "origin": OURS}, False),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "same-origin", "origin": "https://evil.example"}, False),
        ({"sec-fetch-site": "none", "origin": "https://evil.example"}, False),
        ({"sec-fetch-site": ""}, False),
        ({"origin": "https://evil.example"}, False),
        ({"origin": "null"}, False),
        ({"origin": f"http://{HOST}"}, False),
        ({"origin": "https://monitor.example.org"}, False),
        ({"origin": f"{OURS}/path"}, False),
        ({"origin": f"https://evil.example@{HOST}"}, False),
        ({}, False),
    ],
)
def test_a_change_comes_from_a_page_of_this_origin_by_what_the_browser_says(
    headers: dict[str, str], is_ours: bool
) -> None:
    assert is_from_our_page({"host": HOST, **headers}, "https") is is_ours


@pytest.mark.parametrize(
    ("origin", "scheme", "host", "same"),
    [
        ("https://a.example", "https", "a.example:443", True),
        ("http://a.example:80", "http", "a.example", True),
        ("http://A.example", "http", "a.EXAMPLE", True),
        ("http://[::1]:9786", "http", "[::1]:9786", True),
        ("http://a.example:443", "https", "a.example", False),
        ("http://a.example:99999", "http", "a.example:99999", False),
        ("", "http", "", False),
        ("http://", "http", "", False),
    ],
)
def test_a_default_port_may_be_written_or_left_out(origin: str, scheme: str, host: str, same: bool) -> None:
    assert is_same_origin(origin, scheme, host) is same


def test_a_form_carries_the_secret_of_its_session_and_nothing_else_will_do() -> None:
    assert is_token_of("abc", "abc")
    assert not is_token_of("abd", "abc")
    assert not is_token_of("", "abc")
    assert not is_token_of("\ud800", "abc")
    assert not is_token_of("", ""), "without a session nothing fits"


@given(st.text("abcdefghijABCDEFGHIJ0123456789-_", min_size=1, max_size=64))
def test_a_page_carries_the_secret_in_other_letters_each_time(secret: str) -> None:
    one, other = masked(secret), masked(secret)
    assert secret not in one or len(secret) < 3
    assert one != other or len(secret) < 3
    assert is_token_of(one, secret)
    assert is_token_of(other, secret)


def test_the_mask_of_another_secret_is_no_token() -> None:
    assert not is_token_of(masked("another-secret"), "a-secret-of-ours")
    assert not is_token_of("", "a-secret-of-ours")
    assert not is_token_of(masked("x"), "")
    assert masked("") == ""
