"""Passwords, codes and tokens that people type or are given: nowhere afterwards but as a hash.

Excepted, because it is needed as it is: `users.totp_secret`, from which the codes of an authenticator are computed, and
`user_sessions.csrf`, which is no proof without the cookie.
"""

import logging
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pyotp
import pytest

from monitor.accounts import first_user
from monitor.settings.storage_section import Place
from monitor.store.retention import back_up
from monitor.store.work import Work
from tests.web.desk import Desk, office
from tests.web.serving import Serving
from tests.web.visiting import Browser, Page

__all__ = ["office"]

FIRST, SECOND, GUESSED = (f"canary-{word}-rice-boat" for word in ("first", "second", "guessed"))
ACCESS_LOG = "uvicorn.access"  # of the test's own server; the program's writes none
IN_CLEAR = ("users", "totp_secret")


class Watched(Browser):
    """A browser that keeps all it was shown, and each cookie that it got."""

    seen: list[Page]

    def ask(self, *asked: object) -> Page:
        page = super().ask(*asked)  # type: ignore[arg-type]
        self.__dict__.setdefault("seen", []).append(page)
        return page


@pytest.fixture
def browser(office: Desk) -> Iterator[Watched]:
    with Serving(office.app()) as serving:
        yield Watched(serving.port)


def code_of_setup(office: Desk) -> str:
    with office.store.write() as session:
        return first_user.new_code(Work(session, office.office, office.clock.utc()))


def test_what_people_type_and_are_given_is_stored_as_a_hash_and_shown_once(
    office: Desk, browser: Watched, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    setup, state = code_of_setup(office), tmp_path
    form = {"name": "rahim", "password": FIRST, "again": FIRST}
    browser.post("/setup", code=setup, **{**form, "again": GUESSED})
    browser.post("/setup", code=setup, **form)
    for name, password in (("rahim", GUESSED), (GUESSED, "x"), ("rahim", FIRST * 200)):
        assert browser.log_in(name, password).status in {401, 413, 422, 429}
    assert browser.log_in("rahim", FIRST).status == 303
    (cookie,) = browser.cookies.values() if len(browser.cookies) == 1 else [max(browser.cookies.values(), key=len)]
    drawn = browser.get("/me")
    browser.post("/me/password", drawn=drawn, present=GUESSED, password=SECOND, again=SECOND)
    browser.post("/me/password", drawn=drawn, present=FIRST, password=SECOND, again=GUESSED)
    assert browser.post("/me/password", drawn=drawn, present=FIRST, password=SECOND, again=SECOND).to == "/me"
    drawn = browser.get("/me/second-factor")
    totp = drawn.hidden("secret")
    browser.post("/me/second-factor", drawn=drawn, secret=totp, code="000000")
    on = browser.post("/me/second-factor", drawn=drawn, secret=totp, code=pyotp.TOTP(totp).at(office.clock.utc()))
    recovery = re.findall(r"<li><code>([^<]+)</code>", on.text)
    made = browser.post("/tokens", name="district", scopes=["status:read"], days="30")
    (token,) = re.findall(r"<code>(upm_\w+)</code>", made.text)
    invited = browser.post("/users", name="salma", role="officer", follow=True)
    links = re.findall(r"/invite/([\w-]{8,})", invited.text)
    browser.get("/api/v1/status", Authorization=f"Bearer {token}", Cookie="")
    browser.get("/api/v1/status", Authorization=f"Bearer {token[:-2]}xx", Cookie="")
    browser.get(f"/invite/{setup}")
    assert (len(recovery), len(links) > 0) == (10, True)

    once = {"setup": setup, "token": token, **{f"recovery {n}": code for n, code in enumerate(recovery)}}
    once |= {f"invitation {n}": code for n, code in enumerate(links)}
    never = {"first": FIRST, "second": SECOND, "guessed": GUESSED, "cookie": cookie}
    shown_again = "".join(
        browser.get(path).text for path in ("/me", "/tokens", "/users", "/audit", "/metrics", "/", "/health")
    )
    pages = "".join(page.text for page in browser.seen)
    back_up(Place(state), tmp_path / "copies", datetime.now(UTC), 3)
    logged = "\n".join(record.getMessage() for record in caplog.records if record.name != ACCESS_LOG)
    for what, secret in {**never, **once}.items():
        assert secret not in shown_again, what
        assert secret not in logged, what
        assert found_in_files(secret, tmp_path) == [], what
    for what in ("first", "second", "cookie"):
        assert never[what] not in pages, what
    assert totp not in shown_again + logged
    assert columns_with(totp, state / "monitor.db") == [IN_CLEAR]


def found_in_files(secret: str, *folders: Path) -> list[Path]:
    forms = {form.encode() for form in (secret, secret.replace("-", ""), secret.encode().hex())}
    files = {path for folder in folders for path in folder.rglob("*") if path.is_file()}
    return [path for path in files if any(form in path.read_bytes() for form in forms)]


def columns_with(text: str, database: Path) -> list[tuple[str, str]]:
    """The columns of a database in which that stands, each as (table, column)."""
    found = []
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            for (column,) in connection.execute("SELECT name FROM pragma_table_info(?)", (table,)).fetchall():
                asked = f'SELECT count(*) FROM "{table}" WHERE instr(CAST("{column}" AS BLOB), ?) > 0'
                if connection.execute(asked, (text.encode(),)).fetchone()[0]:
                    found.append((table, column))
    return found
