"""JSON over HTTP with hard limits: in time, in size, and in whom we follow.

requests' time-outs are for one silence each, so that a server that drips byte after byte never runs into them. Here
every request has one deadline: at it, the connection is cut from outside, wherever it hangs.
"""

import json
import socket
import threading
from base64 import b64encode
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

from monitor.alerts.helpdesks.base import DeskAway, DeskRefused
from monitor.domain.text import clean
from monitor.settings.secrets import Secret

MOST_BYTES = 1_048_576
CHUNK = 16_384
LONGEST_REASON = 200


class AnswerTooLong(DeskRefused):
    """There is more to an answer than we read."""


class Line:
    """What all requests go through; `cut` ends the one under way and lets no other begin."""

    def __init__(self) -> None:
        self._is_cut = threading.Event()
        self._deadline: _Deadline | None = None

    def cut(self) -> None:
        self._is_cut.set()
        if (deadline := self._deadline) is not None:
            deadline.cut()

    def take(self, deadline: "_Deadline") -> None:
        """The request that is under way now."""
        self._deadline = deadline
        if self._is_cut.is_set():
            deadline.cut()


@dataclass(frozen=True)
class Access:
    """How one help desk is reached, and where tickets go there."""

    url: str
    queue: str
    user: str
    token: Secret
    app_token: Secret | None
    ca_file: Path | None
    timeout_s: float
    line: Line = field(default_factory=Line)

    def rest(self, path: str, scheme: str, headers: Mapping[str, str] | None = None) -> "Rest":
        """Requests below ``path``; ``scheme`` is what stands before an access token in the header."""
        login = f"{self.user}:{self.token.reveal()}".encode()
        proof = f"Basic {b64encode(login).decode()}" if self.user else f"{scheme}{self.token.reveal()}"
        return self.anonymous(path, {"Authorization": proof, **(headers or {})})

    def anonymous(self, path: str, headers: Mapping[str, str]) -> "Rest":
        """Requests below ``path`` that prove who we are by ``headers`` of their own."""
        return Rest(self, path, headers)


class Rest:
    """Requests below one address; ``headers`` go with each of them and never into an error."""

    def __init__(self, access: Access, path: str, headers: Mapping[str, str]) -> None:
        self._url = access.url + path
        self._headers = headers
        self._verify: bool | str = str(access.ca_file) if access.ca_file else True
        self._timeout_s = access.timeout_s
        self._line = access.line

    def get(self, path: str, headers: Mapping[str, str] | None = None, /, **parameters: Any) -> Any:
        """What stands at ``path``."""
        return self._ask("GET", path, headers, parameters, None)[0]

    def get_tagged(self, path: str) -> tuple[Any, str]:
        """What stands at ``path``, and the tag (ETag) that is another whenever that has changed."""
        return self._ask("GET", path, None, {}, None)

    def post(self, path: str, body: Any, headers: Mapping[str, str] | None = None) -> Any:
        """What the server answers to ``body``."""
        return self._ask("POST", path, headers, {}, body)[0]

    def put(self, path: str, body: Any, headers: Mapping[str, str] | None = None) -> Any:
        """What the server answers to ``body``."""
        return self._ask("PUT", path, headers, {}, body)[0]

    def _ask(
        self, method: str, path: str, headers: Mapping[str, str] | None, parameters: Mapping[str, Any], body: Any
    ) -> tuple[Any, str]:
        what = f"{method} {path}"
        with _Deadline(self._timeout_s) as deadline, requests.Session() as session:
            self._line.take(deadline)
            session.trust_env = False  # no proxy, no netrc: the token goes to this address alone
            for scheme in ("http://", "https://"):
                session.mount(scheme, _CuttableAdapter(deadline))
            try:
                answer = session.request(
                    method,
                    self._url + path,
                    params=parameters,
                    data=None if body is None else json.dumps(body, ensure_ascii=False).encode(),
                    headers={
                        "Accept": "application/json",
                        "Accept-Encoding": "identity",
                        "Content-Type": "application/json",
                        "Connection": "close",
                        **self._headers,
                        **(headers or {}),
                    },
                    verify=self._verify,
                    timeout=self._timeout_s,
                    allow_redirects=False,
                    stream=True,
                )
                status, content = answer.status_code, _read(answer, what)
            except (requests.RequestException, HTTPError, OSError) as error:
                raise DeskAway(f"{what}: {deadline.words() or _cause(error)}") from None
            if deadline.passed.is_set():
                raise DeskAway(f"{what}: {deadline.words()}")
        hidden = _secrets([*self._headers.values(), *(headers or {}).values()])
        return _understood(what, status, content, hidden), answer.headers.get("ETag", "")


def _read(answer: requests.Response, what: str) -> bytes:
    """The whole body, or AnswerTooLong as soon as it is too much."""
    content = b""
    for chunk in answer.raw.stream(CHUNK, decode_content=False):  # what is packed small cannot grow large here
        content += chunk
        if len(content) > MOST_BYTES:
            raise AnswerTooLong(f"{what}: the answer is longer than {MOST_BYTES >> 10} KiB")
    return content


def _secrets(values: Iterable[str]) -> set[str]:
    """What in these headers nobody may read: the whole and its last word."""
    return {part for value in values for part in (value, value.split()[-1], value.rpartition("=")[2]) if part}


def _understood(what: str, status: int, content: bytes, hidden: Iterable[str]) -> Any:
    """The answer as JSON; raises what the status means, with nothing of ``hidden`` even if the server repeats it."""
    if 200 <= status < 300:
        try:
            return json.loads(content) if content.strip() else None
        except (ValueError, RecursionError):
            raise DeskRefused(f"{what}: the answer is no JSON. Is the address that of the help desk?") from None
    if 300 <= status < 400:
        raise DeskRefused(
            f"{what}: it sends us elsewhere ({status}). Expected the address itself in 'url'", to_all=True
        )
    said = _reason(content)
    for secret in sorted(hidden, key=len, reverse=True):
        said = said.replace(secret, "***")
    reason = clean(f"{what}: {status} {said}", LONGEST_REASON)
    if status in {429, 502, 503, 504}:
        raise DeskAway(reason)
    raise DeskRefused(reason, to_all=status == 401)


def _reason(content: bytes) -> str:
    """What the server says went wrong; only out of JSON, since a page of HTML says nothing in one line."""
    try:
        said = json.loads(content)
    except (ValueError, RecursionError):
        return ""
    if isinstance(said, dict):
        said = said.get("message") or said.get("error_human") or said.get("error") or ""
    if isinstance(said, list):
        said = ": ".join(str(part) for part in said[:3])
    return str(said)


def _cause(error: BaseException) -> str:
    """The innermost reason, in few words: neither addresses nor headers."""
    while (inner := error.__cause__ or error.__context__) is not None:
        error = inner
    text = getattr(error, "strerror", None) or (error if isinstance(error, OSError) else type(error).__name__)
    return clean(str(text), LONGEST_REASON)


class _Deadline:
    """Cuts the connection of one request when its time is over."""

    def __init__(self, timeout_s: float) -> None:
        self.passed = threading.Event()
        self._timeout_s = timeout_s
        self._lock = threading.Lock()
        self._watched: list[socket.socket] = []
        self._timer = threading.Timer(timeout_s, self.cut)
        self._timer.daemon = True

    def __enter__(self) -> "_Deadline":
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        with self._lock:
            for own in self._watched:
                own.close()
            self._watched.clear()

    def watch(self, connected: socket.socket) -> None:
        """A second handle on the same connection: it stays valid whatever TLS makes of the first."""
        with self._lock:
            self._watched.append(connected.dup())
        if self.passed.is_set():
            self.cut()

    def words(self) -> str:
        return f"no whole answer within {self._timeout_s:g} s" if self.passed.is_set() else ""

    def cut(self) -> None:
        """Ends the request, whatever it waits for."""
        self.passed.set()
        with self._lock:
            for own in self._watched:
                with suppress(OSError):
                    own.shutdown(socket.SHUT_RDWR)


class _CuttableAdapter(HTTPAdapter):
    """Lets the deadline know every connection from the moment when it stands."""

    def __init__(self, deadline: _Deadline) -> None:
        self._deadline = deadline
        super().__init__()

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = _pools(self._deadline)


def _pools(deadline: _Deadline) -> dict[str, type[HTTPConnectionPool]]:
    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            made = super()._new_conn()
            deadline.watch(made)
            return made

    class Secured(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            made = super()._new_conn()
            deadline.watch(made)
            return made

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecuredPool(HTTPSConnectionPool):
        ConnectionCls = Secured

    return {"http": PlainPool, "https": SecuredPool}
