"""What the pages of log-ins, users and tokens answer to whom."""

from tests.web.matrix.rows import ADMIN, EVERYBODY, VIEWER, Row

TRIED = "failed tries are counted"
AWAY = {"deputy": "far-officer", "away_from": "2026-12-01T10:00", "away_until": "2026-12-02T10:00"}


def _mine(path: str, form: "dict[str, str] | None" = None, done: int = 303, notes: str = "") -> tuple[Row, Row]:
    """A change of one's own account, whose path leads to the page when it is only looked at."""
    return (
        Row("GET", path, VIEWER, done=303, anonymous=303),
        Row("POST", path, VIEWER, "", form or {}, done, get=303, notes=notes),
    )


def _of_user(act: str, done: int = 303, stale: int | None = None) -> tuple[Row, Row]:
    """A change of another's account."""
    path, to = f"/users/{{name}}/{act}", f"/users/{{user}}/{act}"
    return Row("GET", path, ADMIN, to, done=303), Row("POST", path, ADMIN, to, done=done, stale=stale, get=303)


USERS = (
    Row("GET", "/login", EVERYBODY, anonymous=200, done=303),  # who is in goes on
    Row("POST", "/login", EVERYBODY, "", {"name": "nobody", "password": "x"}, 401, get=0, notes=TRIED, secret=False),
    Row("GET", "/setup", EVERYBODY, done=404),  # there is a user
    Row("POST", "/setup", EVERYBODY, "", {"code": "7kq2-m9xd-hc04-wz8e"}, 404, get=404, secret=False),
    Row("GET", "/invite/{code}", EVERYBODY, "/invite/7kq2-m9xd-hc04-wz8e", done=404),
    Row("POST", "/invite/{code}", EVERYBODY, "/invite/7kq2-m9xd-hc04-wz8e", done=404, get=404, secret=False),
    Row("GET", "/me", VIEWER, anonymous=303),
    Row("POST", "/me", VIEWER, "", {"lang": "bn", "name_en": "A. Name"}, 303, get=200),
    *_mine("/me/password", {"present": "x", "password": "y", "again": "y"}, 401, TRIED),
    Row("GET", "/me/second-factor", VIEWER, anonymous=303),
    Row("POST", "/me/second-factor", VIEWER, "", {"code": "000000"}, 422, get=200),
    *_mine("/me/second-factor/off"),
    *_mine("/me/second-factor/codes", done=409),
    *_mine("/me/away", AWAY),
    *_mine("/me/back"),
    *_mine("/me/sessions", {"session": "others"}),
    Row("GET", "/me/prove", VIEWER, anonymous=303),
    Row("POST", "/me/prove", VIEWER, "", {"password": "x"}, 401, get=200, notes=TRIED),
    Row("GET", "/users", ADMIN),
    Row("POST", "/users", ADMIN, "", {"name": "karim", "role": "officer"}, get=200),
    Row("GET", "/users/{name}", ADMIN, "/users/{user}"),
    Row("POST", "/users/{name}", ADMIN, "/users/{user}", {"role": "officer"}, 303, stale=409, get=200),
    *_of_user("invite", 200),
    *_of_user("disable", stale=409),
    *_of_user("enable", stale=409),
    *_of_user("sessions"),
    *_of_user("second-factor"),
    Row("GET", "/tokens", ADMIN),
    Row("POST", "/tokens", ADMIN, "", {"name": "a-program", "scopes": "status:read", "days": "10"}, get=200),
    Row("GET", "/tokens/{name}/revoke", ADMIN, "/tokens/{token}/revoke", done=303),
    Row("POST", "/tokens/{name}/revoke", ADMIN, "/tokens/{token}/revoke", done=303, get=303),
)

LAST = (Row("POST", "/logout", EVERYBODY, done=303, notes="the session ends", secret=False),)
"""After it nobody has a session any more."""
