"""The API of several offices: readers get one or all of them, and whoever changes something says which."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from monitor.alerts.cases.entered import Entered
from monitor.configuration import load_installation
from monitor.domain.api_scopes import STATUS_READ, TICKETS_READ
from monitor.settings.installation import Installation
from monitor.store.models import Ticket
from tests.settings.many_offices import installation as made
from tests.store.migrated import new_store
from tests.web.api.offices_asking import Asking, asking_offices
from tests.web.console.offices_desk import SEES, SITE, OfficesDesk, marks_of, with_a_ticket_each, with_people


@pytest.fixture
def asking(tmp_path: Path) -> Iterator[Asking]:
    with asking_offices(tmp_path) as found:
        yield found


def ids(document: Any) -> set[str]:
    return {each["id"] for each in document["items"]}


def test_a_reader_gets_all_offices_or_the_one_that_is_said(asking: Asking) -> None:
    status, whole = asking.ask("GET", "/sites?limit=500")
    assert status == 200
    assert {"mirpur.udc", "gangni.udc", "udc-juniadaha"} <= ids(whole)
    assert ids(asking.ask("GET", "/sites?office=mirpur")[1]) == {"mirpur.pop", "mirpur.udc"}
    assert asking.ask("GET", "/sites/gangni.udc?office=mirpur")[0] == 200  # the id names its office


@pytest.mark.parametrize("query", ["office=mirpur&office=gangni", "office=mirpur&limit=2&limit=3"])
def test_a_request_that_says_two_things_at_once_is_refused_and_changes_nothing(asking: Asking, query: str) -> None:
    status, problem = asking.ask("GET", f"/sites?{query}")
    assert (status, problem["type"]) == (400, "/problems/malformed")
    assert problem["detail"].endswith("is given twice, with two values. Expected one")
    body = {"service": "citizen:8", "way": "phone", "asker": "A teacher", "text": "No internet"}
    assert asking.ask("POST", f"/tickets?{query}", body)[0] == 400
    with asking.desk.store.read() as session:
        assert session.scalars(select(Ticket)).all() == []
    assert asking.ask("GET", "/sites?office=mirpur&office=mirpur")[0] == 200


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


@dataclass(frozen=True)
class Busy:
    """The API of three offices, each with a ticket, users and tokens."""

    asking: Asking
    installation: Installation
    numbers: dict[str, str]


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Busy]:
    home = tmp_path_factory.mktemp("offices")
    installation = load_installation(made(home))
    store = new_store(home)
    desk = OfficesDesk(installation.host, store)
    desk.live.offices = Entered().offices(installation)
    with_people(desk, installation)
    numbers = with_a_ticket_each(desk)
    asking = Asking(desk, installation)
    with asking.serving:
        yield Busy(asking, installation, numbers)
    store.close()


def tickets(busy: Busy) -> int:
    with busy.asking.desk.store.read() as session:
        return len(session.scalars(select(Ticket.id)).all())


@pytest.mark.parametrize("node", SEES)
def test_a_token_of_a_place_reads_and_changes_the_offices_below_it_and_no_other(busy: Busy, node: str) -> None:
    token = busy.asking.token_at(node)
    comment = {"action": "comment", "text": f"by somebody at {node}:"}
    asked = {"service": "citizen:8", "way": "phone", "asker": "A teacher", "text": "No internet"}
    for office, site in SITE.items():
        mine = office in SEES[node]
        for path in (f"/sites?office={office}", f"/sites/{site}?office={office}"):
            assert busy.asking.ask("GET", path, token=token)[0] == (200 if mine else 404), (node, path)
        number = busy.numbers[office]
        assert busy.asking.ask("GET", f"/tickets/{number}", token=token)[0] == (200 if mine else 404), node
        acted = busy.asking.ask("POST", f"/tickets/{number}/actions", comment, token)[0]
        assert acted == (200 if mine else 404), (node, office)
        history = busy.asking.text("GET", f"/tickets/{number}/history")[1]
        assert (f'"by somebody at {node}:"' in history) == mine
        before = tickets(busy)
        assert busy.asking.ask("POST", f"/tickets?office={office}", asked, token)[0] == (201 if mine else 404)
        assert tickets(busy) == before + mine


def test_a_token_for_several_offices_says_which_one_and_one_for_a_single_office_need_not(busy: Busy) -> None:
    status, problem = busy.asking.ask("GET", "/sites", token=busy.asking.token_at("kushtia"))
    assert status == 422
    assert "Expected ?office=ID" in json.dumps(problem)
    assert ids(busy.asking.ask("GET", "/sites", token=busy.asking.token_at("meherpur"))[1]) == {
        "gangni.pop",
        "gangni.udc",
    }
    assert busy.asking.ask("GET", "/sites", token=busy.asking.token_at("gone"))[0] == 404


def later(node: str) -> Any:
    """The same for another place, in the long tier."""
    return pytest.param(node, marks=pytest.mark.long)


@pytest.mark.parametrize("node", ["mirpur", "gone", *map(later, ["meherpur", "kushtia"])])
def test_no_answer_has_anything_of_offices_elsewhere(busy: Busy, node: str) -> None:
    token = busy.asking.token_at(node)
    foreign = set().union(*(marks_of(busy.installation, office) for office in SITE.keys() - SEES[node]))
    schema = busy.asking.ask("GET", "/openapi.json", token=token)[1]
    paths = [path for path, operations in schema["paths"].items() if "get" in operations]
    wanted = [""] if len(SEES[node]) < 2 else [f"?office={office}" for office in sorted(SEES[node])]
    numbers = list(range(1, 25))  # of outages, letters, reports: of all offices
    answered = 0
    for path in paths:
        for each in numbers if "{number}" in path and not {"tickets", "{place}"} & {*path.split("/")} else [0]:
            filled = (
                path.replace("{place}", "kushtia")
                .replace("{number}", str(each))
                .replace("{month}", "2026-12")
                .replace("{service}", "citizen:8")
            )
            for said in wanted:
                status, text = busy.asking.text("GET", filled.replace("{site_id}", "gangni.udc") + said, token=token)
                assert status < 500, filled
                answered += status == 200
                if "{site_id}" not in path or status == 200:
                    assert not {mark for mark in foreign if mark in text}, (filled, text[:300])
    assert answered > 15 or node == "gone"


@pytest.mark.parametrize(("path", "kind"), [("/users", "user"), ("/tokens", "program")])
def test_users_and_tokens_are_listed_to_those_above_them(busy: Busy, path: str, kind: str) -> None:
    def listed(node: str) -> set[str]:
        found = busy.asking.ask("GET", f"{path}?office=mirpur" if node else path, token=busy.asking.token_at(node))[1]
        return {each["name"].removeprefix(f"{kind}-") for each in found["items"] if each["name"].startswith(kind)}

    everywhere = set(busy.installation.tree.nodes)
    assert listed("") - {""} >= everywhere
    assert listed("kushtia") & everywhere == {"kushtia", "bheramara", "mirpur"}
    assert listed("mirpur") & everywhere == {"mirpur"}


@pytest.mark.parametrize("path", ["/health", "/doctor", "/sd/daemons"])
def test_what_concerns_the_whole_installation_is_not_for_a_part_of_it(busy: Busy, path: str) -> None:
    assert busy.asking.ask("GET", path, token=busy.asking.token_at(""))[0] == 200
    assert busy.asking.ask("GET", path, token=busy.asking.token_at("mirpur"))[0] == 403


def test_a_calendar_feed_has_the_deadlines_of_its_place_alone(busy: Busy) -> None:
    token = busy.asking.token_at("mirpur", STATUS_READ, TICKETS_READ, feed=True)
    for asked in ("", "?office=mirpur"):
        status, text = busy.asking.text("GET", f"/feeds/{token}/deadlines.ics{asked}")
        assert status == 200
        assert busy.numbers["mirpur"] in text
        assert busy.numbers["gangni"] not in text
    assert busy.asking.ask("GET", f"/feeds/{token}/deadlines.ics?office=gangni")[0] == 404
