"""A program's part: one real request to the API with a token, off the event loop that serves it."""

import asyncio
import http.client
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from monitor.accounts import tokens
from monitor.accounts.tokens import Wanted
from monitor.store.work import Work
from tests.lab.waiting import patient
from tests.web.desk import Desk

_NUMBERS = count(1)


@dataclass(frozen=True)
class Said:
    """An answer. ``document``: its JSON, or None."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def document(self) -> Any:
        return json.loads(self.body) if self.body else None

    @property
    def problem(self) -> str:
        """The kind of problem, by its page."""
        assert self.headers["content-type"] == "application/problem+json"
        name: str = self.document["type"]
        return name.removeprefix("/problems/")

    @property
    def pointers(self) -> list[str]:
        """What the errors point at."""
        return [error["pointer"] for error in self.document.get("errors", [])]


def token_for(office: Desk, *scopes: str, unions: Sequence[str] = (), feed: bool = False, days: int = 30) -> str:
    """A token that holds, with these scopes."""
    with office.store.write() as session:
        work = Work(session, office.office, office.clock.utc(), "an administrator")
        return tokens.give_out(work, Wanted(f"program-{next(_NUMBERS)}", scopes, days, unions, feed=feed))


async def call(port: int, path: str, method: str = "GET", body: object = None, token: str = "", **headers: str) -> Said:
    """One request; ``body``: as JSON, unless it is bytes."""
    raw = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    if raw is not None:
        sent.setdefault("content-type", "application/json")
    if token:
        sent["authorization"] = f"Bearer {token}"
    return await asyncio.to_thread(_call, port, f"/api/v1{path}", method, raw, sent)


def _call(port: int, path: str, method: str, body: bytes | None, headers: Mapping[str, str]) -> Said:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=patient(10))
    try:
        connection.request(method, path, body, dict(headers))
        answer = connection.getresponse()
        return Said(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
    finally:
        connection.close()
