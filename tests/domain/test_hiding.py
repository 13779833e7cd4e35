"""A secret is hidden in each form in which a server repeats it, and a URL is shown without what it carries."""

import json
from base64 import b64encode
from urllib.parse import quote, quote_plus

import pytest

from monitor.domain.hiding import bare_url, hide, secrets_in

SECRET = 'k3y & "canary"/+'


@pytest.mark.parametrize(
    "repeated",
    [
        SECRET,
        quote(SECRET),
        quote_plus(SECRET),
        quote(SECRET, safe=""),
        json.dumps(SECRET)[1:-1],
        b64encode(SECRET.encode()).decode(),
    ],
)
def test_a_secret_is_hidden_however_it_is_repeated(repeated: str) -> None:
    assert hide(f"wrong key {repeated}, again", [SECRET]) == "wrong key ***, again"


def test_a_secret_within_a_longer_one_leaves_nothing_of_that_and_no_secret_hides_nothing() -> None:
    assert hide("karim:p4ss p4ss", ["p4ss", "karim:p4ss"]) == "*** ***"
    assert hide("as it was", ["", "p4ss"]) == "as it was"


def test_a_url_is_shown_without_user_password_query_and_fragment() -> None:
    url = "https://me:pa55@ping.example:8443/5f1c?key=hidden#part"
    assert bare_url(url) == "https://ping.example:8443/5f1c"
    assert bare_url(url, keeps_path=False) == "https://ping.example:8443/"
    assert bare_url("http://[::1]:9093/") == "http://[::1]:9093/"


def test_of_a_url_its_query_must_be_hidden_and_each_value_that_is_long_enough_to_be_a_secret() -> None:
    query = "key=s3cr%20et&page=7"
    assert secrets_in(f"https://ping.example/?{query}") == [query, "key=s3cr et&page=7", "s3cr et"]
    assert secrets_in("https://ping.example/?") == []


def test_of_a_url_its_password_must_be_hidden_alone_and_with_its_user() -> None:
    assert secrets_in("https://me:pa%2055@ping.example/") == ["pa 55", "me:pa 55"]
    assert secrets_in("https://me@ping.example/") == secrets_in("https://ping.example/") == []
