"""Exchange JSON over HTTP with hard limits on time and size, without redirects: a token goes to one address."""

import json
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from monitor.alerts.helpdesks.base import DeskRefused, DeskUnavailable, Helpdesk
from monitor.domain.hiding import hide
from monitor.domain.json_text import parse_json
from monitor.domain.message import message
from monitor.domain.text import clean
from monitor.net import http
from monitor.net.deadline import Cancellation, Deadline
from monitor.settings.helpdesk_section import Helpdesk as Section
from monitor.settings.secrets import Secret

LONGEST_REASON = 200


class AnswerTooLong(DeskRefused):
    """The answer is longer than we read."""


@dataclass(frozen=True)
class Access:
    """How one help desk is reached, and its queue; ``cancellation`` ends what is under way.

    ``further``: the secrets from the files of other keys than ``token_file``, by key.
    """

    url: str
    queue: str
    user: str
    token: Secret
    ca_file: Path | None
    timeout_s: float
    cancellation: Cancellation = field(default_factory=Cancellation)
    further: Mapping[str, Secret] = field(default_factory=dict)

    def rest(self, path: str, scheme: str, headers: Mapping[str, str] | None = None) -> "Rest":
        """Return a client below ``path``; ``scheme``: the word before an access token in the header."""
        login = f"{self.user}:{self.token.reveal()}".encode()
        proof = f"Basic {b64encode(login).decode()}" if self.user else f"{scheme}{self.token.reveal()}"
        return self.anonymous(path, {"Authorization": proof, **(headers or {})})

    def anonymous(self, path: str, headers: Mapping[str, str]) -> "Rest":
        """Return a client below ``path`` that authenticates by ``headers`` of its own."""
        return Rest(self, path, headers)


@dataclass(frozen=True, slots=True)
class DeskKind:
    """One kind of help desk, whole: a file of this package, and a line in `registry.DESKS`.

    ``settings``: the model of [helpdesk]; each key's docstring explains it in the docs. ``doc``: its section of
    docs/helpdesks.md, in Markdown, without the heading ``title``.
    """

    settings: type[Section]
    open: Callable[[Access], Helpdesk]
    title: str
    doc: str


class Rest:
    """The client below one address; ``headers`` go with each request and never into an error."""

    def __init__(self, access: Access, path: str, headers: Mapping[str, str]) -> None:
        self._url = access.url + path
        self._headers = headers
        self._secrets = [access.token.reveal(), *(each.reveal() for each in access.further.values())]
        self._ca_file = access.ca_file
        self._timeout_s = access.timeout_s
        self._cancellation = access.cancellation

    def get(self, path: str, headers: Mapping[str, str] | None = None, /, **parameters: Any) -> Any:
        """Return the JSON at ``path``."""
        return self._ask("GET", path, headers, parameters, None)[0]

    def get_tagged(self, path: str) -> tuple[Any, str]:
        """Return the JSON at ``path``, and its ETag, which changes with it."""
        return self._ask("GET", path, None, {}, None)

    def post(self, path: str, body: Any, headers: Mapping[str, str] | None = None) -> Any:
        """Post ``body``; return the server's answer."""
        return self._ask("POST", path, headers, {}, body)[0]

    def put(self, path: str, body: Any, headers: Mapping[str, str] | None = None) -> Any:
        """Put ``body``; return the server's answer."""
        return self._ask("PUT", path, headers, {}, body)[0]

    def _ask(
        self, method: str, path: str, headers: Mapping[str, str] | None, parameters: Mapping[str, Any], body: Any
    ) -> tuple[Any, str]:
        what = f"{method} {path}"
        hidden = [*self._secrets, *_parts([*self._headers.values(), *(headers or {}).values()])]
        try:
            answer = http.request(
                method,
                self._url + path,
                Deadline.after(self._timeout_s, self._cancellation),
                headers={
                    "Accept": "application/json",
                    "Content-Type": "application/json",
                    **self._headers,
                    **(headers or {}),
                },
                parameters=parameters,
                body=None if body is None else json.dumps(body, ensure_ascii=False).encode(),
                ca_file=self._ca_file,
                secrets=hidden,
            )
        except http.HttpError as error:
            raise DeskUnavailable(clean(f"{what}: {error}", LONGEST_REASON)) from None
        if not answer.is_whole:
            raise AnswerTooLong(
                message("{what}: the answer is longer than {kib} KiB", what=what, kib=http.MOST_BYTES >> 10)
            )
        return _understood(what, answer.status, answer.body, hidden), answer.headers.get("ETag", "")


def _parts(values: Iterable[str]) -> set[str]:
    """Return what of these headers a server may repeat: each whole value and its last word."""
    return {part for value in values for part in (value, value.split()[-1], value.rpartition("=")[2]) if part}


def _understood(what: str, status: int, content: bytes, hidden: Iterable[str]) -> Any:
    """Return the answer as JSON; raises by its status, without anything of ``hidden`` even if the server repeats it."""
    if 200 <= status < 300:
        try:
            return parse_json(content) if content.strip() else None
        except ValueError:
            raise DeskRefused(
                message("{what}: the answer is no JSON. Is the address that of the help desk?", what=what)
            ) from None
    if 300 <= status < 400:
        raise DeskRefused(
            message(
                "{what}: it redirects us ({status}). Expected the address itself in 'url'", what=what, status=status
            ),
            to_all=True,
        )
    reason = clean(f"{what}: {status} {hide(_reason(content), hidden)}", LONGEST_REASON)
    if status in {429, 502, 503, 504}:
        raise DeskUnavailable(reason)
    raise DeskRefused(reason, to_all=status == 401)


def _reason(content: bytes) -> str:
    """Return the server's own reason; only out of JSON, since a page of HTML has none in one line."""
    try:
        said = parse_json(content)
    except ValueError:
        return ""
    if isinstance(said, dict):
        said = said.get("message") or said.get("error_human") or said.get("error") or ""
    if isinstance(said, list):
        said = ": ".join(str(part) for part in said[:3])
    return str(said)
