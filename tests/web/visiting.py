"""A person with a browser: real requests with cookies, forms as the pages draw them, nothing of a script."""

import http.client
import re
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import urlencode, urlsplit

from tests.lab.waiting import patient


@dataclass(frozen=True)
class Page:
    """What came back. ``to``: where a redirect leads."""

    status: int
    headers: Mapping[str, str]
    text: str
    cookies: tuple[str, ...] = ()

    @property
    def to(self) -> str:
        return self.headers.get("location", "")

    def hidden(self, name: str) -> str:
        """The value of a hidden field; '' when there is none."""
        found = re.search(rf'<input type="hidden" name="{name}" value="([^"]*)"', self.text)
        return unescape(found[1]) if found else ""

    @property
    def toast(self) -> str:
        found = re.search(r'<p class="toast" role="status">(.*?)</p>', self.text)
        return unescape(found[1]) if found else ""


@dataclass
class Browser:
    """One browser at 127.0.0.1:``port``."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> Page:
        return self.ask("GET", path, "", headers)

    def post(self, path: str, **fields: Any) -> Page:
        """Send a form with the secret of the page ``drawn``, or of that at ``path``; then ``follow`` it."""
        follow = fields.pop("follow", False)
        drawn = fields.pop("drawn", None) or self.get("/me" if path in {"/logout", "/me/prove"} else path)
        given = {"csrf": drawn.hidden("csrf"), "version": drawn.hidden("version"), **fields}
        body = urlencode({key: value for key, value in given.items() if value != ""}, doseq=True)
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://127.0.0.1:{self.port}"}
        answer = self.ask("POST", path, body, {**headers, "Sec-Fetch-Site": "same-origin"})
        return self.get(answer.to) if follow and answer.status == 303 else answer

    def log_in(self, name: str, password: str, **fields: Any) -> Page:
        return self.post("/login", name=name, password=password, **fields)

    def ask(self, method: str, path: str, body: str, headers: Mapping[str, str]) -> Page:
        sent = {key.replace("_", "-"): value for key, value in headers.items()}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        place = urlsplit(path)
        target = place.path + (f"?{place.query}" if place.query else "")
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=patient(20))) as connection:
            connection.request(method, target, body.encode() or None, sent)
            answer = connection.getresponse()
            given = tuple(value for name, value in answer.getheaders() if name.lower() == "set-cookie")
            text = answer.read().decode()
            found = {name.lower(): value for name, value in answer.getheaders()}
        for cookie in given:
            name, _, value = cookie.partition(";")[0].partition("=")
            if "Max-Age=0" in cookie:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        return Page(answer.status, found, text, given)
