"""Write and read the cookies of the console: the session, and the language and the office that were chosen.

Over TLS their names begin with '__Host-', so that no other host of the domain and nobody on an open line can set them.
"""

SESSION, LANGUAGE, OFFICE = "session", "lang", "office"
YEAR_S = 365 * 24 * 3_600
MOST_CHARACTERS = 8_192


def cookie_name(name: str, *, secure: bool) -> str:
    """Return what a cookie is called on a line; ``secure``: over TLS."""
    return f"__Host-{name}" if secure else f"upazila-{name}"


def set_cookie(name: str, value: str, lasts_s: int, *, secure: bool) -> str:
    """Return the value of Set-Cookie for ``value``, of letters, digits, '-' and '_'; ``lasts_s``: 0 removes it."""
    return f"{cookie_name(name, secure=secure)}={value}; Path=/; Max-Age={lasts_s}; HttpOnly; SameSite=Lax" + (
        "; Secure" if secure else ""
    )


def read_cookie(header: str, name: str, *, secure: bool) -> str:
    """Return a cookie of the Cookie header; '' when it is not there, or there twice with different values."""
    wanted = cookie_name(name, secure=secure)
    found = set()
    for pair in header[:MOST_CHARACTERS].split(";"):
        key, equals, value = pair.strip().partition("=")
        if equals and key == wanted:
            found.add(value.strip().strip('"'))
    return found.pop() if len(found) == 1 else ""
