"""A gateway for short messages on loopback: keeps what it is asked, and answers as it is told to."""

import json
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Asked:
    """One request: what stood in its address, its form or its JSON."""

    method: str
    path: str
    headers: dict[str, str]
    fields: Any


@dataclass
class SmsGateway:
    """``with SmsGateway() as gateway`` starts and stops it; what it answers may change at any time."""

    status: int = 200
    answer: str = '{"response_code": 202, "success_message": "SMS Submitted Successfully"}'
    headers: dict[str, str] = field(default_factory=dict)
    pause_s: float = 0.0
    asked: list[Asked] = field(default_factory=list)

    def __enter__(self) -> Self:
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._take(_of_a_form(urlsplit(self.path).query))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                is_json = self.headers["Content-Type"].startswith("application/json")
                self._take(json.loads(body) if is_json else _of_a_form(body))

            def _take(self, fields: Any) -> None:
                path = urlsplit(self.path).path
                gateway.asked.append(Asked(self.command, path, dict(self.headers.items()), fields))
                time.sleep(gateway.pause_s)
                said = gateway.answer.encode()
                self.send_response(gateway.status)
                for name, value in gateway.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, *words: object) -> None:
                """Says nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]  # clients hang up here on purpose
        Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/api/send"


def _of_a_form(text: str) -> dict[str, str]:
    return {key: values[0] for key, values in parse_qs(text, keep_blank_values=True, strict_parsing=True).items()}
