"""Somebody who is logged in, asking one page after the other as a browser would."""

import http.client
from contextlib import closing
from urllib.parse import urlencode

from tests.lab.waiting import patient
from tests.web.asking import Answer
from tests.web.world import World


class SignedIn:
    """A user of that name in the world; its forms carry the session's token."""

    def __init__(self, world: World, name: str) -> None:
        self._port, self._login = world.port, world.logins[name]

    def get(self, path: str, **query: str) -> Answer:
        """Ask for a page."""
        sign = "&" if "?" in path else "?"
        return self._ask("GET", f"{path}{sign}{urlencode(query)}" if query else path, "")

    def post(self, path: str, **form: str) -> Answer:
        """Send a form."""
        return self._ask("POST", path, urlencode({"csrf": self._login.csrf, **form}))

    def _ask(self, method: str, path: str, body: str) -> Answer:
        headers = {
            "Cookie": self._login.cookie,
            "Origin": f"http://127.0.0.1:{self._port}",
            "Sec-Fetch-Site": "same-origin",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        with closing(http.client.HTTPConnection("127.0.0.1", self._port, timeout=patient(20))) as connection:
            connection.request(method, path, body.encode() or None, headers)
            answer = connection.getresponse()
            return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
