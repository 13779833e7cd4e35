"""Programs ask for a district's report, and read it with a token of that place or of one above it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.domain.api_scopes import REPORTS_MAKE, REPORTS_READ
from tests.web.api.offices_asking import Asking, asking_offices
from tests.web.console.offices_desk import SEES

KUSHTIA = "/offices/kushtia/reports"
OCTOBER = {"period_kind": "month", "period": "2026-10"}


@pytest.fixture
def asking(tmp_path: Path) -> Iterator[Asking]:
    with asking_offices(tmp_path) as found:
        yield found


def test_a_districts_report_is_asked_for_and_read_at_its_place(asking: Asking) -> None:
    token = asking.token_at("kushtia", REPORTS_READ, REPORTS_MAKE)
    status, made = asking.ask("POST", KUSHTIA, {**OCTOBER, "files": ["bn.pdf"]}, token)
    assert status == 202, made
    assert (made["scope"], made["state"], made["period"]) == ("place:kushtia", "queued", "2026-10")
    assert asking.ask("GET", f"{KUSHTIA}/{made['id']}", token=token) == (200, made)
    assert asking.ask("GET", KUSHTIA, token=token)[1]["items"] == [made]
    assert asking.ask("GET", f"{KUSHTIA}/{made['id']}/file", token=token)[0] == 409, "it is not made yet"
    for wrong in (f"/offices/khulna/reports/{made['id']}", "/offices/jashore/reports", f"{KUSHTIA}/999"):
        assert asking.ask("GET", wrong, token=asking.token_at("", REPORTS_READ))[0] == 404
    # A list of all offices has it too, an office's has not.
    everything = asking.token_at("", REPORTS_READ)
    assert [each["scope"] for each in asking.ask("GET", "/reports", token=everything)[1]["items"]] == ["place:kushtia"]
    assert asking.ask("GET", "/reports?office=mirpur", token=everything)[1]["items"] == []


@pytest.mark.parametrize("node", SEES)
def test_a_token_of_another_place_finds_none(asking: Asking, node: str) -> None:
    sees = node in {"", "khulna", "kushtia"}
    token = asking.token_at(node, REPORTS_READ, REPORTS_MAKE)
    assert asking.ask("POST", KUSHTIA, OCTOBER, token)[0] == (202 if sees else 404)
    for path in (KUSHTIA, f"{KUSHTIA}/1"):
        assert asking.ask("GET", path, token=token)[0] == (200 if sees else 404)


def test_what_is_wrong_is_told_with_the_field_that_it_stands_in(asking: Asking) -> None:
    token = asking.token_at("", REPORTS_READ, REPORTS_MAKE)
    status, problem = asking.ask("POST", KUSHTIA, {**OCTOBER, "period": "2026-13"}, token)
    assert (status, problem["errors"][0]["pointer"]) == (422, "#/period")
    status, problem = asking.ask("POST", "/offices/meherpur/reports", OCTOBER, token)
    assert status == 422
    assert "has one office" in str(problem)
    status, problem = asking.ask(
        "POST", "/reports?office=mirpur", {**OCTOBER, "scope": "place", "scope_id": "kushtia"}, token
    )
    assert (status, problem["errors"][0]["pointer"]) == (422, "#/scope")
