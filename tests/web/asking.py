"""A browser's part: one real HTTP request, off the event loop that serves it."""

import asyncio
import http.client
from collections.abc import Mapping
from dataclasses import dataclass

from tests.lab.waiting import patient


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


async def ask(port: int, path: str, method: str = "GET", **headers: str) -> Answer:
    return await asyncio.to_thread(_ask, port, path, method, {k.replace("_", "-"): v for k, v in headers.items()})


def _ask(port: int, path: str, method: str, headers: Mapping[str, str]) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=patient(10))
    try:
        connection.request(method, path, headers=dict(headers))
        answer = connection.getresponse()
        return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
    finally:
        connection.close()
