"""A program that asks the API of three offices, with tokens of its own."""

import http.client
import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from monitor.accounts import tokens
from monitor.accounts.nodes import Places
from monitor.alerts.cases.entered import Entered
from monitor.configuration import load_installation
from monitor.domain.api_scopes import ADMIN, PERSONAL_READ, STATUS_READ, TICKETS_READ, TICKETS_WRITE
from monitor.settings.installation import Installation
from monitor.settings.offices_file import Tree
from monitor.store.work import Work
from monitor.web.app import make_app
from tests.lab.waiting import patient
from tests.settings.many_offices import installation as made
from tests.store.migrated import new_store
from tests.web.console.offices_desk import OfficesDesk
from tests.web.serving import Serving

_NUMBERS = count(1)


class Asking:
    """A program with a token of all scopes that it needs."""

    def __init__(self, desk: OfficesDesk, installation: Installation) -> None:
        self.desk = desk
        with desk.store.write() as session:
            work = Work(session, desk.office, desk.clock.utc(), "cli:test", via="cli")
            scopes = [STATUS_READ, TICKETS_READ, TICKETS_WRITE, PERSONAL_READ]
            self._token = tokens.give_out(work, tokens.Wanted("program", scopes))
        app = make_app(
            *(desk.live, desk.exposition, desk.store, lambda: desk.settings, desk.ages, desk.clock),
            installation_of=lambda: installation,
        )
        self.serving = Serving(app)

    def token_at(self, node: str, *scopes: str, feed: bool = False) -> str:
        """A token for what is below a place; of all scopes, unless some are said."""
        with self.desk.store.write() as session:
            work = Work(session, self.desk.office, self.desk.clock.utc(), "cli:test", via="cli")
            name = f"of-{node or 'all'}-{next(_NUMBERS)}"
            wanted = tokens.Wanted(name, scopes or [ADMIN], feed=feed, node=node)
            return tokens.give_out(work, wanted, AnyPlace(Tree({}), whole=True))

    def ask(self, method: str, path: str, body: object = None, token: str = "") -> tuple[int, Any]:
        status, text = self.text(method, path, body, token)
        return status, json.loads(text or "null")

    def text(self, method: str, path: str, body: object = None, token: str = "") -> tuple[int, str]:
        self.desk.clock.advance(10)  # so that no rate is reached
        bearer = f"Bearer {token or self._token}"
        headers = {"Authorization": bearer, "Content-Type": "application/json", "If-Match": "*"}
        with closing(http.client.HTTPConnection("127.0.0.1", self.serving.port, timeout=patient(30))) as connection:
            connection.request(method, f"/api/v1{path}", None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode("utf-8", "replace")


class AnyPlace(Places):
    """Gives out any place, also one that is not in the tree any more."""

    def refuse_beyond(self, node: str) -> None:
        pass


@contextmanager
def asking_offices(home: Path) -> Iterator[Asking]:
    """The API of the three offices, served."""
    installation = load_installation(made(home))
    store = new_store(home)
    desk = OfficesDesk(installation.host, store)
    desk.live.offices = Entered().offices(installation)
    found = Asking(desk, installation)
    with found.serving:
        yield found
    store.close()
