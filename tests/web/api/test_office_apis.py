"""The API of several offices: readers get one or all of them, and whoever changes something says which."""

import http.client
import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from monitor.accounts import tokens
from monitor.alerts.cases.entered import Entered
from monitor.configuration import load_installation
from monitor.domain.api_scopes import PERSONAL_READ, STATUS_READ, TICKETS_READ, TICKETS_WRITE
from monitor.settings.installation import Installation
from monitor.store.models import Ticket
from monitor.store.work import Work
from monitor.web.app import make_app
from tests.settings.many_offices import installation as made
from tests.store.migrated import new_store
from tests.web.console.offices_desk import OfficesDesk
from tests.web.serving import Serving


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

    def ask(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json", "If-Match": "*"}
        with closing(http.client.HTTPConnection("127.0.0.1", self.serving.port, timeout=30)) as connection:
            connection.request(method, f"/api/v1{path}", None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read() or b"null")


@pytest.fixture
def asking(tmp_path: Path) -> Iterator[Asking]:
    installation = load_installation(made(tmp_path))
    store = new_store(tmp_path)
    desk = OfficesDesk(installation.host, store)
    desk.live.offices = Entered().offices(installation)
    found = Asking(desk, installation)
    with found.serving:
        yield found
    store.close()


def ids(document: Any) -> set[str]:
    return {each["id"] for each in document["items"]}


def test_a_reader_gets_all_offices_or_the_one_that_is_said(asking: Asking) -> None:
    status, whole = asking.ask("GET", "/sites?limit=500")
    assert status == 200
    assert {"mirpur.udc", "gangni.udc", "udc-juniadaha"} <= ids(whole)
    assert ids(asking.ask("GET", "/sites?office=mirpur")[1]) == {"mirpur.pop", "mirpur.udc"}
    assert asking.ask("GET", "/sites/gangni.udc?office=mirpur")[0] == 200  # the id names its office


def test_whoever_changes_something_says_in_which_office(asking: Asking) -> None:
    body = {"service": "citizen:8", "way": "phone", "asker": "A teacher", "text": "No internet"}
    status, problem = asking.ask("POST", "/tickets", body)
    assert status == 422
    assert "Expected ?office=ID" in json.dumps(problem)
    status, ticket = asking.ask("POST", "/tickets?office=gangni", body)
    assert status == 201, ticket
    assert ticket["number"].startswith("GNG-")
    # Its number names the office from then on.
    acted = asking.ask("POST", f"/tickets/{ticket['number']}/actions", {"action": "comment", "text": "On the way"})
    assert acted[0] == 200, acted
    with asking.desk.store.read() as session:
        assert [row.office for row in session.scalars(select(Ticket))] == ["gangni"]
    numbers = [each["number"] for each in asking.ask("GET", "/tickets?office=mirpur")[1]["items"]]
    assert numbers == []
