"""The cookies of the console."""

from monitor.web.auth.cookies import LANGUAGE, SESSION, read_cookie, set_cookie


def test_over_tls_a_cookie_is_bound_to_this_host_and_to_tls() -> None:
    written = set_cookie(SESSION, "abc-1_", 43_200, secure=True)
    assert written == "__Host-session=abc-1_; Path=/; Max-Age=43200; HttpOnly; SameSite=Lax; Secure"
    assert "Domain" not in written, "'__Host-' forbids it"


def test_on_loopback_it_has_a_name_that_counts_there_alone() -> None:
    assert set_cookie(SESSION, "abc", 60, secure=False) == (
        "upazila-session=abc; Path=/; Max-Age=60; HttpOnly; SameSite=Lax"
    )
    assert read_cookie("upazila-session=abc", SESSION, secure=False) == "abc"
    assert read_cookie("upazila-session=abc", SESSION, secure=True) == ""
    assert read_cookie("__Host-session=abc", SESSION, secure=False) == ""


def test_a_cookie_is_found_among_others_and_one_that_is_there_twice_is_none() -> None:
    header = "a=1; __Host-session=abc; upazila-lang=bn"
    assert read_cookie(header, SESSION, secure=True) == "abc"
    assert read_cookie(header, LANGUAGE, secure=False) == "bn"
    assert read_cookie("__Host-session=abc; __Host-session=def", SESSION, secure=True) == ""
    for nothing in ("", ";;;", "=", "__Host-session", "x__Host-session=abc"):
        assert read_cookie(nothing, SESSION, secure=True) == ""
