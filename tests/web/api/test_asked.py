"""Who may ask the API, how often, and how much."""

import asyncio

import pytest

from monitor.accounts import tokens
from monitor.domain.api_scopes import SCOPES, STATUS_READ, TICKETS_READ, TICKETS_WRITE
from monitor.store import token_rows
from monitor.store.work import Work
from monitor.web.api.limits import MOST_BODY_BYTES
from tests.web.api.calling import call, token_for
from tests.web.desk import Desk


@pytest.mark.parametrize("given", ["Bearer", "Bearer upm_x", "Basic dXBt", "Bearer upm_" + "0" * 49, "upm_x"])
async def test_a_token_that_is_none_is_refused_even_where_nobody_needs_one(office: Desk, port: int, given: str) -> None:
    said = await call(port, "/status", authorization=given)
    assert (said.status, said.problem) == (401, "no-token")
    assert said.headers["www-authenticate"].startswith("Bearer")


async def test_a_token_holds_until_it_expires_or_is_revoked(office: Desk, port: int) -> None:
    token, other = token_for(office, STATUS_READ, days=1), token_for(office, STATUS_READ)
    assert (await call(port, "/health", token=token)).status == 200
    office.clock.advance(86_400)
    assert (await call(port, "/health", token=token)).status == 401
    assert (await call(port, "/health", token=other)).status == 200
    with office.store.write() as session:
        name = token_rows.tokens(session)[-1].name
        tokens.revoke(Work(session, office.office, office.clock.utc(), "an administrator"), name)
    assert (await call(port, "/health", token=other)).status == 401


async def test_a_token_without_the_scope_is_told_which_it_needs(office: Desk, port: int) -> None:
    said = await call(port, "/tickets", token=token_for(office, STATUS_READ))
    assert (said.status, said.document["scope"]) == (403, TICKETS_READ)
    assert "tickets:read" in said.document["detail"]


async def test_nobody_without_a_name_changes_anything(office: Desk, port: int) -> None:
    for path, method in (("/tickets", "POST"), ("/maintenance", "POST"), ("/outages/1", "PATCH")):
        assert (await call(port, path, method, {})).status == 401


async def test_when_a_token_was_last_used_is_noted_now_and_then(office: Desk, port: int) -> None:
    token = token_for(office, STATUS_READ)
    used = []
    for _ in range(3):
        await call(port, "/health", token=token)
        async with asyncio.timeout(10):
            while (found := last_used(office)) is None:  # noqa: ASYNC110 (it is noted after the answer)
                await asyncio.sleep(0.01)
        used.append(found)
        office.clock.advance(120)
    assert used[0] == used[1] == used[2]


def last_used(office: Desk) -> object:
    with office.store.read() as session:
        return token_rows.tokens(session)[-1].used_utc


async def test_a_token_may_ask_ten_times_a_second_and_is_told_when_to_come_back(office: Desk, port: int) -> None:
    token, other = token_for(office, STATUS_READ), token_for(office, STATUS_READ)
    said = [await call(port, "/health", token=token) for _ in range(11)]
    assert [each.status for each in said] == [200] * 10 + [429]
    assert (said[-1].problem, said[-1].headers["retry-after"]) == ("too-many", "1")
    assert (await call(port, "/health", token=other)).status == 200
    office.clock.advance(0.1)
    assert [(await call(port, "/health", token=token)).status for _ in range(2)] == [200, 429]


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"{", "malformed"),
        (b'{"service": NaN}', "malformed"),
        (b"\xff\xfe", "malformed"),
        (b"[" * 100_000, "malformed"),
        (b'{"a":' * 21 + b"1" + b"}" * 21, "malformed"),
        (b"9" * 10_000, "malformed"),
        (b"[]", "bad-values"),
        (b'"text"', "bad-values"),
        (b"", "bad-values"),
        (b'{"text": "\\ud800"}', "bad-values"),
        (b" " * (MOST_BODY_BYTES + 1), "too-large"),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{len(value)}-bytes-{value[:8].hex()}",
)
async def test_a_body_that_is_no_object_of_ours_is_refused(office: Desk, port: int, body: bytes, problem: str) -> None:
    said = await call(port, "/tickets", "POST", body, token_for(office, TICKETS_WRITE))
    assert said.problem == problem


async def test_a_body_of_another_kind_is_not_read(office: Desk, port: int) -> None:
    said = await call(port, "/tickets", "POST", b"{}", token_for(office, TICKETS_WRITE), content_type="text/plain")
    assert (said.status, said.problem) == (415, "no-json")


async def test_who_may_not_is_told_so_before_the_body_is_read(office: Desk, port: int) -> None:
    assert (await call(port, "/tickets", "POST", b"{", token_for(office, STATUS_READ))).status == 403
    assert (await call(port, "/tickets", "POST", b"{")).status == 401


async def test_a_problem_is_said_in_the_language_that_was_asked_for(office: Desk, port: int) -> None:
    bn = await call(port, "/sites/x", accept_language="bn-BD,en;q=0.5")
    en = await call(port, "/sites/x", accept_language="fr")
    assert (bn.document["title"], en.document["title"]) == ("এখানে কিছু নেই", "There is nothing here")
    assert en.document["type"] == "/problems/not-found"


@pytest.mark.parametrize(
    ("path", "method", "status"), [("/x", "GET", 404), ("/status", "POST", 405), ("/status", "PUT", 405)]
)
async def test_an_unknown_path_or_method_is_a_problem_too(
    office: Desk, port: int, path: str, method: str, status: int
) -> None:
    said = await call(port, path, method)
    assert (said.status, said.document["status"]) == (status, status)


async def test_every_path_in_the_documentation_names_a_scope_that_there_is(office: Desk, port: int) -> None:
    document = (await call(port, "/openapi.json")).document
    assert document["openapi"] == "3.1.0"
    named = {
        scope
        for path in document["paths"].values()
        for operation in path.values()
        for need in operation["security"]
        for scope in need["token"]
    }
    assert named <= SCOPES.keys()
    page = (await call(port, "/docs")).body.decode()
    assert all(f"/api/v1{path}" in page for path in document["paths"])
