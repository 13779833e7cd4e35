"""An office with users of every role and scope, served for real, and what of it a request may be about."""

import hashlib
import http.client
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from starlette.applications import Starlette

from monitor.accounts import sessions, users
from monitor.accounts.users import Profile
from monitor.alerts.cases import actions
from monitor.alerts.cases.complaints import Request
from monitor.configuration import load
from monitor.domain.roles import Role
from monitor.store.models import Ticket, UserSession
from monitor.store.work import Work
from tests.places import SHIPPED
from tests.store.migrated import new_store
from tests.web.desk import Desk
from tests.web.matrix.rows import ROLES, Asker, Row
from tests.web.serving import Serving

COOKIE = "upazila-session"  # what it is called without TLS
SITE, UNION, FAR_UNION = "udc-juniadaha", "juniadaha", "bahirchar"
VOLATILE = {
    ("user_sessions", "seen_utc"),
    ("user_sessions", "lang"),
    ("users", "seen_utc"),
    ("users", "looked_utc"),
    ("api_tokens", "used_utc"),
}
"""What a reader may leave behind: when somebody was last seen."""


@dataclass(frozen=True)
class Login:
    """A session: its cookie, and the token that its forms carry."""

    cookie: str
    csrf: str


class Gaps(dict[str, str]):
    """What fills the gaps of one request's path and form: each thing is made once, when it is first named."""

    def __init__(self, made: Mapping[str, Callable[["Gaps"], str]]) -> None:
        super().__init__()
        self._made = made

    def __missing__(self, name: str) -> str:
        self[name] = self._made[name](self)
        return self[name]


class World:
    """The office, its application at 127.0.0.1:``port``, and the sessions of its users."""

    def __init__(self, desk: Desk, app: Starlette, serving: Serving) -> None:
        self.desk, self.app, self._serving, self.port = desk, app, serving, serving.port
        self.logins = {name: self._login(name, role, union) for name, role, union in self._users()}

    @staticmethod
    def _users() -> Iterator[tuple[str, str, str]]:
        for role in ROLES:
            yield role, role, ""
            yield f"far-{role}", role, FAR_UNION

    def _login(self, name: str, role: str, union: str) -> Login:
        with self.desk.store.write() as session:
            work = Work(session, self.desk.office, self.desk.clock.utc(), "test")
            user = users.add(work, name, Profile(role=Role(role), unions=[union] if union else []))
            token = sessions.begin(work, user, "127.0.0.1", "a test")
            session.flush()
            csrf = session.query(UserSession).filter_by(user_id=user.id).one().csrf
        return Login(f"{COOKIE}={token}", csrf)

    def gaps(self) -> Gaps:
        """New things for one request."""
        return Gaps({"ticket": self._ticket, "version": self._version, "old": _older})

    def _ticket(self, _: Gaps) -> str:
        with self.desk.store.write() as session:
            work = Work(session, self.desk.office, self.desk.clock.utc(), "officer")
            request = Request("citizen:8", "phone", "A. Teacher", "No line since morning", work.now_utc, site=SITE)
            made = actions.register(work, request)
            return actions.act(work, made.number, "comment", "a call came").number

    def _version(self, gaps: Gaps) -> str:
        with self.desk.store.read() as session:
            return str(session.query(Ticket).filter_by(number=gaps["ticket"]).one().version)

    def ask(self, row: Row, asker: Asker) -> int:
        """Ask as that asker does; return the status."""
        gaps = self.gaps()
        path = row.asked.format_map(gaps)
        role = {Asker.NOBODY: "", Asker.FAR: f"far-{row.least}"}.get(asker, asker.value)
        if asker in {Asker.ORIGIN, Asker.NO_CSRF, Asker.GET, Asker.STALE}:
            role = row.least if row.least in ROLES else ""
        login = self.logins.get(role)
        headers = {"Cookie": login.cookie} if login else {}
        if asker == Asker.GET or not row.changes:
            return self.status("GET", path, headers, "")
        form = {name: value.format_map(gaps) for name, value in row.form.items()}
        if login and asker != Asker.NO_CSRF:
            form["csrf"] = login.csrf
        if asker == Asker.STALE:
            form["version"] = gaps["old"]
        elsewhere = asker == Asker.ORIGIN
        headers["Origin"] = "http://evil.example" if elsewhere else f"http://127.0.0.1:{self.port}"
        headers["Sec-Fetch-Site"] = "cross-site" if elsewhere else "same-origin"
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        return self.status(row.method, path, headers, urlencode(form))

    def changed(self, *names: str) -> None:
        """Tell open pages of a change."""
        self._serving.call(lambda: self.desk.changes.publish(names))

    def status(self, method: str, path: str, headers: Mapping[str, str], body: str) -> int:
        """Ask, and return the status alone: a stream has no end."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)) as connection:
            connection.request(method, path, body.encode() if body else None, dict(headers))
            return connection.getresponse().status

    def stored(self) -> str:
        """A digest of all that is in the database, but for what a reader may leave behind."""
        digest = hashlib.sha256()
        with closing(sqlite3.connect(self.desk.store.path)) as connection:
            tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            for table in sorted(tables):
                columns = [column[1] for column in connection.execute(f"PRAGMA table_info({table})")]
                kept = ", ".join(f'"{name}"' for name in columns if (table, name) not in VOLATILE)
                for line in connection.execute(f'SELECT {kept} FROM "{table}"'):
                    digest.update(repr((table, line)).encode())
        return digest.hexdigest()


def _older(gaps: Gaps) -> str:
    return str(int(gaps["version"]) - 1)


@contextmanager
def world(folder: Path) -> Iterator[World]:
    """Make one in ``folder``."""
    desk = Desk(load(SHIPPED), new_store(folder))
    for device in desk.settings.fleet.devices.values():
        desk.round(device.site, device=device.name)
    desk.live.judged.set()
    desk.goes_down(SITE)
    desk.turned_mono_ns = dict.fromkeys(desk.turned_mono_ns, desk.clock.mono_ns())
    app = desk.app()
    serving = Serving(app)
    try:
        with serving:
            yield World(desk, app, serving)
    finally:
        desk.store.close()
