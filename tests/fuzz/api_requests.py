"""Throw requests at the API: made of its own OpenAPI document and then spoilt, and bytes that are hardly HTTP.

``python -m tests.fuzz.api_requests PORT REQUESTS SEED < TOKENS`` asks 127.0.0.1:PORT over one connection that it keeps,
and prints as JSON what came: how often each status, what took longest, and every fault. The seed says what is asked.
"""

import http.client
import json
import random
import socket
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

PREFIX = "/api/v1"
LATEST_S = 30.0  # then the answer is a fault, however busy the machine
ASKED_AGAIN = 5  # times, of who is told by 503 that the machine is busy and when to ask again; then it is a fault
COSTLY = ("/letter", "/sheet", "/public/events.atom")  # set as pages, or of all sites: a tenth of a second and more
OTHERS_PER_COSTLY = 10
GARBAGE = 12  # one request in so many is hardly HTTP
SPOILT = 12  # one value in so many is none that the document allows
MOST_FAULTS = 20
TEXTS = (
    *("", " ", "0", "-1", "x" * 300, "নেট নেই", "২০২৬-১১-২৪", "ড়", "a\u0301" * 40, "9" * 40),
    *("\u202e\u0000\ud83d\ude00", "\r\nX: y", "%00", "../../etc/passwd", "'; DROP TABLE tickets;--"),
    *("<script>alert(1)</script>", "{{7*7}}", "1e309", "NaN", "null"),
)
KNOWN = (
    *("udc-juniadaha", "backbone-north", "BHR-2026-000001", "BHR-2026-000002", "1", "2", "citizen:8", "official:1"),
    *("open", "down", "udc", "juniadaha", "2026-11-24T09:00:00+06:00", "2026-11-24", "2026-11", "true"),
)
NAMED: Mapping[str, Sequence[str]] = {
    **dict.fromkeys(("service",), ("citizen:8", "citizen:5", "official:1")),
    **dict.fromkeys(("site", "site_id", "sites", "behind"), ("udc-juniadaha", "backbone-north", "lab-juniadaha-girls")),
    **dict.fromkeys(("dated", "date", "first", "last"), ("2026-11-24", "2026-12-24", "2027-01-03")),
    **dict.fromkeys(
        ("received", "begins", "ends", "until"), ("2026-11-24T09:00:00+06:00", "2026-12-01T09:00:00+06:00")
    ),
    **dict.fromkeys(("period_kind",), ("month",)),
    **dict.fromkeys(("period",), ("2026-10", "2026-11")),
    **dict.fromkeys(("scope",), ("office", "site")),
    **dict.fromkeys(("files",), ("bn.json", "en.csv")),
    **dict.fromkeys(("scope_id",), ("udc-juniadaha", "")),
    **dict.fromkeys(("number", "ticket"), ("1", "2", "BHR-2026-000001", "BHR-2026-000002")),
    **dict.fromkeys(("asker", "bn", "en", "text", "note", "order"), ("Rahima", "নেট নেই", "১২৩/২০২৬")),
}
WRONG: tuple[object, ...] = (None, True, 0, -1, 2**63, 10**30, 1.5, float("1e300"), [], {}, [[]], {"a": {"b": []}})
VALUES = (*WRONG, *TEXTS)
NUMBERS: Mapping[str, Sequence[object]] = {
    "integer": (0, 1, 2, 3, 50, 100, 1_000, -5, 2**31),
    "number": (0, 1.5, -2.25, 1e9),
    "boolean": (False, True),
    "null": (None,),
}
SPLICES = (b"\r\n", b"\0", b"transfer-encoding: chunked\r\n", b"x" * 9_000, b"\xff\xfe")


@dataclass(slots=True)
class Tally:
    """What has come."""

    statuses: Counter[str] = field(default_factory=Counter)
    slowest_s: float = 0.0
    slowest: str = ""
    faults: list[str] = field(default_factory=list)

    def fault(self, what: str, request: bytes) -> None:
        """Note a fault, with what was asked."""
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(f"{what}: {request[:600]!r}")


class Maker:
    """Makes requests of a document and a source of chance."""

    def __init__(self, document: Mapping[str, Any], chance: random.Random, tokens: Sequence[str]) -> None:
        self._document, self._chance, self._tokens = document, chance, tokens
        self._operations = [
            (method.upper(), path, operation)
            for path, item in document["paths"].items()
            for method, operation in item.items()
            if isinstance(operation, dict)
            for _ in range(1 if path.endswith(COSTLY) else OTHERS_PER_COSTLY)
        ]

    def request(self) -> tuple[str, bytes]:
        """Return the next request: its method, and its bytes."""
        chance = self._chance
        method, path, operation = chance.choice(self._operations)
        query, headers = list[str](), {"host": "localhost", "authorization": f"Bearer {chance.choice(self._tokens)}"}
        for parameter in operation.get("parameters", ()):
            name, where = parameter["name"], parameter["in"]
            if where == "path":
                path = path.replace(f"{{{name}}}", quoted(self._text(name, parameter.get("schema", {}))) or "x")
            elif parameter.get("required") or chance.random() < 0.3:
                value = self._text(name, parameter.get("schema", {}))
                if where == "query":
                    query.append(f"{quote(name)}={quoted(value)}")
                else:
                    headers[name] = value.encode("ascii", "replace").decode().translate({10: " ", 13: " ", 0: " "})
        body = b""
        if wanted := operation.get("requestBody"):
            body = self._body(next(iter(wanted["content"].values())).get("schema", {}))
            headers |= {"content-type": chance.choice(("application/json",) * 9 + ("text/plain",))}
            headers |= {"content-length": str(len(body))}
            if chance.random() < 0.5:
                headers.setdefault("if-match", chance.choice(('"1"', '"2"', "*", '"x"', 'W/"1"')))
        target = PREFIX + path.removeprefix(PREFIX) + ("?" + "&".join(query) if query else "")
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return method, f"{method} {target} HTTP/1.1\r\n{head}\r\n".encode("latin-1", "replace") + body

    def garbage(self) -> bytes:
        """Return a request in which bytes were changed, left out, doubled or cut."""
        chance, raw = self._chance, bytearray(self.request()[1])
        for _ in range(chance.randrange(1, 6)):
            at = chance.randrange(len(raw) + 1)
            match chance.randrange(5):
                case 0:
                    raw[at : at + 1] = bytes([chance.randrange(256)])
                case 1:
                    del raw[at : at + chance.randrange(40)]
                case 2:
                    raw[at:at] = raw[max(0, at - 60) : at]
                case 3:
                    raw[at:at] = chance.choice(
                        (b"\r\n", b"\0", b"transfer-encoding: chunked\r\n", b"x" * 9_000, b"\xff\xfe")
                    )
                case _:
                    del raw[at:]
        return bytes(raw)

    def _text(self, name: str, schema: Mapping[str, Any]) -> str:
        value = self._value(name, schema, 0)
        return value if isinstance(value, str) else json.dumps(value)

    def _body(self, schema: Mapping[str, Any]) -> bytes:
        body = json.dumps(self._value("", schema, 0), ensure_ascii=self._chance.random() < 0.5)
        raw = body.encode("utf-8", "surrogatepass")
        if self._chance.random() < 0.05:
            raw = self._chance.choice((raw[: len(raw) // 2], raw + b"]", b"[" * 500, b"\xff" + raw, b"", b"x" * 70_000))
        return raw

    def _value(self, name: str, schema: Mapping[str, Any], depth: int) -> Any:
        """Return a value that the schema allows, or now and then one that it does not."""
        chance = self._chance
        if depth > 6 or chance.randrange(SPOILT) == 0:
            return chance.choice(VALUES)
        if "$ref" in schema:
            found: Any = self._document
            for step in schema["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            return self._value(name, found, depth + 1)
        if several := schema.get("anyOf") or schema.get("oneOf"):
            return self._value(name, chance.choice(several), depth + 1)
        kind = schema.get("type")
        if kind == "object":
            return self._fields(schema, depth)
        if kind == "array":
            return [self._value(name, schema.get("items", {}), depth + 1) for _ in range(chance.randrange(4))]
        some = schema.get("enum") or NUMBERS.get(str(kind))
        return chance.choice(some or (TEXTS if chance.randrange(SPOILT) == 0 else NAMED.get(name, KNOWN)))

    def _fields(self, schema: Mapping[str, Any], depth: int) -> dict[str, Any]:
        chance, needed = self._chance, schema.get("required", ())
        fields = schema.get("properties", {}).items()
        made = {k: self._value(k, v, depth + 1) for k, v in fields if k in needed or chance.random() < 0.4}
        if chance.randrange(SPOILT) == 0:
            made[chance.choice(TEXTS)] = chance.choice(VALUES)
        return made


def ask(port: int, requests: int, maker: Maker, chance: random.Random) -> Tally:
    """Ask so many times, one after another."""
    tally, line, again = Tally(), connected(port), 0
    for _ in range(requests):
        if not again:
            is_garbage = chance.randrange(GARBAGE) == 0
            method, raw = ("GET", maker.garbage()) if is_garbage else maker.request()
        begun_s = time.perf_counter()
        try:
            line.sendall(raw)
            if is_garbage:
                line.shutdown(socket.SHUT_WR)  # nothing more will come: no half request is waited for
            answer = http.client.HTTPResponse(line, method=method)
            answer.begin()
            answer.read()
            status = str(answer.status)
            is_busy = answer.status == 503 and answer.headers["retry-after"] is not None and again < ASKED_AGAIN
            again = again + 1 if is_busy else 0
            if answer.status >= 500 and not is_busy:
                tally.fault(status, raw)
            is_over = is_garbage or answer.will_close
            answer.close()
        except (http.client.HTTPException, ConnectionError) as error:
            status, is_over, again = "closed", True, 0
            if not is_garbage:
                tally.fault(repr(error), raw)
        except TimeoutError:
            status, is_over, again = "none", True, 0
            tally.fault(f"nothing within {LATEST_S} s", raw)
        took_s = time.perf_counter() - begun_s
        tally.statuses["garbage " * is_garbage + status] += 1
        if took_s > tally.slowest_s:
            tally.slowest_s, tally.slowest = took_s, repr(raw[:300])
        if is_over:
            line.close()
            line = connected(port)
    line.close()
    return tally


def quoted(text: str) -> str:
    """Return a text as a part of a URL."""
    return quote(text.encode("utf-8", "replace"), safe="")


def connected(port: int) -> socket.socket:
    """Return a connection."""
    return socket.create_connection(("127.0.0.1", port), LATEST_S)


def asked_here(port: int, tokens: Sequence[str], requests: int, seed: int) -> Tally:
    """Ask so many of 127.0.0.1:``port``, made of its own document."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=LATEST_S)
    line.request("GET", f"{PREFIX}/openapi.json")
    document = json.loads(line.getresponse().read())
    line.close()
    chance = random.Random(seed)
    return ask(port, requests, Maker(document, chance, tokens), chance)


def main(port: int, requests: int, seed: int) -> None:
    """Ask, and print what came."""
    tally = asked_here(port, sys.stdin.read().split(), requests, seed)
    print(
        json.dumps(
            {
                "statuses": tally.statuses,
                "slowest_s": round(tally.slowest_s, 3),
                "slowest": tally.slowest,
                "faults": tally.faults,
            }
        )
    )


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:4]))
