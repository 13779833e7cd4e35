"""Who may ask the API, how often, and how much."""

import asyncio
import socket

import pytest

from monitor.accounts import sessions, tokens, users
from monitor.accounts.users import Profile
from monitor.domain.api_scopes import ADMIN, AUDIT_READ, SCOPES, STATUS_READ, TICKETS_READ, TICKETS_WRITE
from monitor.domain.roles import Role
from monitor.store import token_rows
from monitor.store.work import Work
from monitor.web.api.limits import MOST_BODY_BYTES
from monitor.web.auth.cookies import SESSION, set_cookie
from tests.web.api.calling import call, token_for
from tests.web.desk import Desk


async def test_a_token_that_is_none_is_refused_even_where_nobody_needs_one(office: Desk, port: int) -> None:
    for given in ["Bearer", "Bearer upm_x", "Basic dXBt", "Bearer upm_" + "0" * 49, "upm_x"]:
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


async def test_a_body_that_is_no_object_of_ours_is_refused(office: Desk, port: int) -> None:
    for body, problem in [
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
    ]:
        said = await call(port, "/tickets", "POST", body, token_for(office, TICKETS_WRITE))
        assert said.problem == problem


async def test_a_body_without_a_length_is_read_no_further_than_its_limit(office: Desk, port: int) -> None:
    def send() -> bytes:
        token = token_for(office, TICKETS_WRITE)
        head = f"POST /api/v1/tickets HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
        head += "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            connection.sendall(head.encode())
            for _ in range(MOST_BODY_BYTES // 65_536 + 1):
                connection.sendall(b"10000\r\n" + b" " * 65_536 + b"\r\n")
            return connection.recv(4_096)

    assert (await asyncio.to_thread(send)).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize("ends", ["half", "gone"])
@pytest.mark.parametrize(
    ("path", "media"), [("/api/v1/tickets", "application/json"), ("/login", "application/x-www-form-urlencoded")]
)
async def test_a_body_that_ends_too_early_is_refused_at_once_and_is_no_fault_of_ours(
    office: Desk, port: int, caplog: pytest.LogCaptureFixture, path: str, media: str, ends: str
) -> None:
    token = token_for(office, TICKETS_WRITE)
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nContent-Length: 100\r\n"

    def cut() -> bytes:
        with socket.create_connection(("127.0.0.1", port), 60) as line:
            line.sendall(f'{head}Content-Type: {media}\r\n\r\n{{"service":'.encode())
            if ends == "gone":
                return b""
            line.shutdown(socket.SHUT_WR)
            return line.recv(65_536)

    told = await asyncio.to_thread(cut)
    assert told == b"" or told.startswith(b"HTTP/1.1 400 ")
    assert (told == b"") == (ends == "gone")
    assert (await call(port, "/health", token=token_for(office, STATUS_READ))).status == 200
    assert "Traceback" not in caplog.text
    assert "Exception" not in caplog.text


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


async def test_an_unknown_path_or_method_is_a_problem_too(office: Desk, port: int) -> None:
    for path, method, status in [
        ("/x", "GET", 404),
        ("/sites/a%0Ab/timeline", "GET", 404),
        ("/status", "POST", 405),
        ("/status", "PUT", 405),
    ]:
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


def logged_in(office: Desk, role: Role) -> tuple[str, str]:
    """The cookie of a session of a new user, and its secret for changes."""
    with office.store.write() as session:
        work = Work(session, office.office, office.clock.utc(), "an administrator")
        user = users.add(work, f"karim-{role}", Profile(role=role))
        session.flush()
        token = sessions.begin(work, user, "127.0.0.1", "")
        row = sessions.find(session, token, office.clock.utc())
        assert row is not None
        return set_cookie(SESSION, token, 60, secure=False).partition(";")[0], row.csrf


async def test_a_session_changes_something_only_from_a_page_of_ours_and_with_its_own_secret(
    office: Desk, port: int
) -> None:
    cookie, secret = logged_in(office, Role.OFFICER)
    ours = {"cookie": cookie, "origin": f"http://127.0.0.1:{port}"}
    complaint = {"service": "citizen:8", "way": "phone", "text": "ইন্টারনেট নেই"}
    for headers in (
        {"cookie": cookie, "x_csrf_token": secret},
        {**ours, "x_csrf_token": "another"},
        ours,
        {"cookie": cookie, "x_csrf_token": secret, "origin": "http://elsewhere.example"},
        {**ours, "x_csrf_token": secret, "sec_fetch_site": "cross-site"},
    ):
        said = await call(port, "/tickets", "POST", complaint, **headers)
        assert (said.status, said.problem) == (403, "foreign-form")
    done = await call(port, "/tickets", "POST", complaint, **ours, x_csrf_token=secret)
    assert done.status == 201
    history = await call(port, f"/tickets/{done.document['number']}/history", cookie=cookie)
    assert [line["actor"] for line in history.document["items"]] == ["karim-officer"]


async def test_a_session_may_what_its_users_role_allows(office: Desk, port: int) -> None:
    viewer, secret = logged_in(office, Role.VIEWER)
    assert (await call(port, "/tickets", cookie=viewer)).status == 200
    assert (await call(port, "/audit", cookie=viewer)).document["scope"] == AUDIT_READ
    ours = {"cookie": viewer, "origin": f"http://127.0.0.1:{port}", "x_csrf_token": secret}
    assert (await call(port, "/tickets", "POST", {}, **ours)).status == 403
    officer, _ = logged_in(office, Role.OFFICER)
    acts = (await call(port, "/audit?kind=session.begin", cookie=officer)).document
    assert acts["items"] == []  # of those that began without an address
    assert (await call(port, "/audit/verify", cookie=officer)).document["is_whole"] is True
    assert (await call(port, "/users", cookie=officer)).status == 403
    admin, _ = logged_in(office, Role.ADMIN)
    names = [user["name"] for user in (await call(port, "/users", cookie=admin)).document["items"]]
    assert names == ["karim-admin", "karim-officer", "karim-viewer"]


@pytest.mark.parametrize("path", ["/users", "/tokens"])
async def test_who_is_for_a_part_of_the_sites_reads_neither_users_nor_tokens(
    office: Desk, port: int, path: str
) -> None:
    assert (await call(port, path, token=token_for(office, ADMIN))).status == 200
    assert (await call(port, path, token=token_for(office, ADMIN, unions=["juniadaha"]))).status == 403


async def test_what_a_program_did_stands_in_the_audit_log_with_its_name_and_address(office: Desk, port: int) -> None:
    token = token_for(office, TICKETS_WRITE, AUDIT_READ)
    complaint = {"service": "citizen:8", "way": "phone", "text": "ইন্টারনেট নেই"}
    done = await call(port, "/tickets", "POST", complaint, token)
    found = (await call(port, f"/audit?about={done.document['number']}", token=token)).document["items"]
    assert [(each["kind"], each["via"], each["address"]) for each in found] == [("ticket.register", "api", "127.0.0.1")]
    assert found[0]["actor"].startswith("token:program-")
