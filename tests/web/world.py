"""An office with users of every role and scope, served for real, and what of it a request may be about."""

import hashlib
import http.client
import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from urllib.parse import urlencode

from starlette.applications import Starlette

from monitor.accounts import sessions, tokens, users
from monitor.accounts.users import Profile
from monitor.alerts.cases import actions, calendar_orders, editions
from monitor.alerts.cases.complaints import Request
from monitor.alerts.cases.edition_jobs import MadeFile
from monitor.domain.api_scopes import ADMIN, SCOPES, STATUS_READ
from monitor.domain.roles import Role
from monitor.settings.load import Settings
from monitor.store.models import Notice, Outage, PlannedWork, Ticket, User, UserSession
from monitor.store.opening import DATABASE
from monitor.store.work import Work
from monitor.web.papers import Papers
from tests.lab.waiting import patient
from tests.store.migrated import new_store
from tests.web.day import confirmed_office, something_of_everything
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
        self._watching = sqlite3.connect(desk.store.state / DATABASE)
        self._digest = (-1, "")
        self._numbers = count(1)
        self._tokens: dict[str, str] = {}
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

    def _token_without(self, scope: str) -> str:
        """A token that may do everything but what needs that scope."""
        if scope not in self._tokens:
            with self.desk.store.write() as session:
                work = Work(session, self.desk.office, self.desk.clock.utc(), "test")
                others = [each for each in SCOPES if each not in {scope, ADMIN}]
                name = f"without-{scope.replace(':', '-')}"
                self._tokens[scope] = tokens.give_out(work, tokens.Wanted(name, others))
        return self._tokens[scope]

    def _feed(self, gaps: Gaps) -> str:
        with self.desk.store.write() as session:
            work = Work(session, self.desk.office, self.desk.clock.utc(), "test")
            return tokens.give_out(work, tokens.Wanted(gaps["new"], [STATUS_READ], feed=True))

    def _user(self, gaps: Gaps) -> str:
        with self.desk.store.write() as session:
            work = Work(session, self.desk.office, self.desk.clock.utc(), "test")
            return users.add(work, gaps["new"], Profile(role=Role.VIEWER)).name

    def _token(self, gaps: Gaps) -> str:
        with self.desk.store.write() as session:
            work = Work(session, self.desk.office, self.desk.clock.utc(), "test")
            tokens.give_out(work, tokens.Wanted(gaps["new"], [STATUS_READ]))
        return gaps["new"]

    def publish(self, names: list[str]) -> None:
        """Tell open pages what changed."""
        self._serving.call(lambda: self.desk.changes.publish(names))

    def gaps(self) -> Gaps:
        """New things for one request."""
        return Gaps(
            {
                "new": lambda _: f"new-{next(self._numbers)}",
                "ticket": self._ticket,
                "code": self._code,
                "plan": self._plan,
                "site": lambda _: SITE,
                "outage": lambda _: "1",
                "notice": self._notice,
                "report": self._report,
                "official": self._official,
                "feed": self._feed,
                "user": self._user,
                "token": self._token,
                "holiday": lambda _: f"{date(2026, 11, 29) + timedelta(days=next(self._numbers))}",
                "version": lambda gaps: str(self.version(gaps)),
            }
        )

    def _ticket(self, _: Gaps) -> str:
        with self.desk.store.write() as session:
            work = Work(session, self.desk.office, self.desk.clock.utc(), "officer")
            request = Request("citizen:8", "phone", "A. Teacher", "No line since morning", work.now_utc, site=SITE)
            made = actions.register(work, request)
            return actions.act(work, made.number, "comment", "a call came").number

    def _code(self, gaps: Gaps) -> str:
        with self.desk.store.read() as session:
            return session.query(Ticket).filter_by(number=gaps["ticket"]).one().code

    def _official(self, _: Gaps) -> str:
        with self.desk.store.write() as session:
            work = Work(session, self.desk.office, self.desk.clock.utc(), "officer")
            request = Request("official:1", "letter", "UNO's office", "The report of October", work.now_utc)
            return actions.register(work, request).number

    def _report(self, _: Gaps) -> str:
        """A report of its own days that was made, with one file."""
        begins = date(2026, 1, 1) + timedelta(days=next(self._numbers))
        with self.desk.store.write() as session:
            work = Work(session, self.desk.office, self.desk.clock.utc(), "officer")
            row = editions.ask(work, editions.Wanted("days", f"{begins}..{begins}", begins))
            row.state, row.number, row.value = "made", 1, b""
            editions.keep(row, "bn.json", MadeFile("report.json", "application/json", b"{}"))
            return str(row.id)

    def _plan(self, gaps: Gaps) -> str:
        begins = self.desk.clock.utc().replace(tzinfo=None) + timedelta(days=20)
        entry = {"text": "A new fibre", "sites": [SITE], "begins": begins, "ends": begins + timedelta(hours=3)}
        with self.desk.store.write() as session:
            actions.plan_work(Work(session, self.desk.office, self.desk.clock.utc(), "officer"), gaps["new"], entry)
        return gaps["new"]

    def _notice(self, gaps: Gaps) -> str:
        number = gaps["ticket"]
        with self.desk.store.read() as session:
            found = session.query(Notice).join(Ticket).filter(Ticket.number == number).first()
            assert found is not None
            return str(found.id)

    def version(self, gaps: Gaps) -> int:
        """The version of what the gaps name."""
        with self.desk.store.read() as session:
            if "holiday" in gaps:
                return calendar_orders.version(session)
            if "user" in gaps:
                return session.query(User).filter_by(name=gaps["user"]).one().version
            if "plan" in gaps:
                return session.query(PlannedWork).filter_by(name=gaps["plan"]).one().version
            if "ticket" in gaps:
                return session.query(Ticket).filter_by(number=gaps["ticket"]).one().version
            if "outage" in gaps:
                return session.query(Outage).filter_by(id=int(gaps["outage"])).one().version
        return 1

    def ask(self, row: Row, asker: Asker) -> tuple[int, bool]:
        """Ask as that asker does; return the status, and whether it changed anything."""
        gaps = self.gaps()
        path = row.asked.format_map(gaps)
        role = {Asker.NOBODY: "", Asker.FAR: f"far-{row.least}"}.get(asker, asker.value)
        if asker in {Asker.ORIGIN, Asker.NO_CSRF, Asker.GET, Asker.STALE}:
            role = row.least if row.least in ROLES else ""
        login = self.logins.get(role)
        headers = {"Cookie": login.cookie} if login else {}
        if asker == Asker.TOKEN:
            headers = {"Authorization": f"Bearer {self._token_without(row.scope)}"}
        method, sent = row.method, ""
        if asker == Asker.GET or not row.changes:
            method = "GET"
        else:
            elsewhere = asker == Asker.ORIGIN
            headers["Origin"] = "http://evil.example" if elsewhere else f"http://127.0.0.1:{self.port}"
            headers["Sec-Fetch-Site"] = "cross-site" if elsewhere else "same-origin"
            csrf = login.csrf if login and asker != Asker.NO_CSRF else ""
            _filled(dict(row.form) | dict(row.body), gaps)  # names what it is about, whose version is then known
            version = "" if row.stale is None else str(self.version(gaps) - (asker == Asker.STALE))
            more, sent = _json(row, gaps, csrf, version) if row.is_api else _form(row, gaps, csrf, version)
            headers |= more
        before = self.stored()
        status = self.status(method, path, headers, sent)
        return status, self.stored() != before

    def close(self) -> None:
        """Look at the database no more."""
        self._watching.close()

    def changed(self, *names: str) -> None:
        """Tell open pages of a change."""
        self._serving.call(lambda: self.desk.changes.publish(names))

    def status(self, method: str, path: str, headers: Mapping[str, str], body: str) -> int:
        """Ask, and return the status alone: a stream has no end."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=patient(20))) as connection:
            connection.request(method, path, body.encode() if body else None, dict(headers))
            return connection.getresponse().status

    def stored(self) -> str:
        """A digest of all that is in the database, but for what a reader may leave behind."""
        (version,) = self._watching.execute("PRAGMA data_version").fetchone()
        if version != self._digest[0]:
            self._digest = (version, self._read())
        return self._digest[1]

    def _read(self) -> str:
        digest = hashlib.sha256()
        with closing(sqlite3.connect(self.desk.store.state / DATABASE)) as connection:
            tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            for table in sorted(tables):
                columns = [column[1] for column in connection.execute(f"PRAGMA table_info({table})")]
                kept = ", ".join(f'"{name}"' for name in columns if (table, name) not in VOLATILE)
                for line in connection.execute(f'SELECT {kept} FROM "{table}"'):
                    digest.update(repr((table, line)).encode())
        return digest.hexdigest()


def _json(row: Row, gaps: Gaps, csrf: str, version: str) -> tuple[dict[str, str], str]:
    """Headers and body of a change by the API."""
    headers = {"Content-Type": "application/json", "X-CSRF-Token": csrf, "If-Match": f'"{version}"'}
    return headers, json.dumps(_filled(row.body, gaps)) if row.body else ""


def _form(row: Row, gaps: Gaps, csrf: str, version: str) -> tuple[dict[str, str], str]:
    """Headers and body of a form that is sent."""
    filled = {name: value.format_map(gaps) for name, value in row.form.items()}
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return headers, urlencode(filled | {"csrf": csrf} | ({"version": version} if version else {}))


def _filled(value: object, gaps: Gaps) -> object:
    """The same JSON with its gaps filled."""
    if isinstance(value, str):
        return value.format_map(gaps)
    if isinstance(value, Mapping):
        return {name: _filled(each, gaps) for name, each in value.items()}
    return [_filled(each, gaps) for each in value] if isinstance(value, list) else value


@contextmanager
def world(folder: Path, altered: Callable[[Settings], Settings] = lambda same: same) -> Iterator[World]:
    """Make one in ``folder``, on a day with something of everything; ``altered``: changes its configuration first."""
    desk = Desk(altered(confirmed_office(folder)), new_store(folder / "var"), papers=Papers(lambda _: b"%PDF-1.7"))
    something_of_everything(desk)
    app = desk.app()
    serving = Serving(app)
    try:
        with serving:
            made = World(desk, app, serving)
            yield made
            made.close()
    finally:
        desk.store.close()
