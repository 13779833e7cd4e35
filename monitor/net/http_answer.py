"""Read an HTTP response by `http.client`, within limits: interim responses before it, and its body decompressed."""

import http.client
import re
import zlib
from collections.abc import Iterable
from typing import cast

from monitor.domain.hiding import hide
from monitor.domain.text import clean

CHUNK = 65_536
MOST_CODINGS = 3
MOST_INTERIM = 20  # 1xx before the final response (RFC 9110, 15.2); each costs time of the interpreter
END_OF_HEADERS = (b"\r\n", b"\n", b"")
GZIP = b"\x1f\x8b"
MOST_MEMBERS = 1_000  # of one gzip body (RFC 1952, 2.2)


class Response(http.client.HTTPResponse):
    """A response that may follow interim ones (103, 102, 100), which http.client would take for it."""

    def begin(self) -> None:
        """Read status and headers; also 'chunked' with blanks around it, which http.client does not recognise."""
        super().begin()
        if _words(self.headers.get("Transfer-Encoding", ""))[-1] == "chunked" and not self.chunked:
            self.chunked, self.chunk_left, self.length = True, None, None

    def _read_status(self) -> tuple[str, int, str]:
        for _ in range(MOST_INTERIM + 1):
            found = cast("tuple[str, int, str]", super()._read_status())  # type: ignore[misc]
            if found[1] >= 200 or found[1] == http.client.SWITCHING_PROTOCOLS:
                return found
            while self.fp.readline(CHUNK) not in END_OF_HEADERS:
                pass
        raise http.client.HTTPException(f"more than {MOST_INTERIM} interim responses")


def body_of(found: http.client.HTTPResponse, most: int) -> tuple[bytes, bool]:
    """Return the body up to ``most`` bytes, decompressed, and whether that is all of it."""
    parts, size = [], 0
    while size <= most:
        part = found.read(min(CHUNK, most + 1 - size))
        if not part:
            break
        parts.append(part)
        size += len(part)
    packed, is_whole = b"".join(parts)[:most], size <= most
    if is_whole and found.length:
        raise http.client.IncompleteRead(packed, found.length)
    transfer = [word for word in _words(found.headers.get("Transfer-Encoding", "")) if word != "chunked"]
    codings = [word for word in (*_words(found.headers.get("Content-Encoding", "")), *transfer) if word]
    if len(codings) > MOST_CODINGS:
        raise http.client.HTTPException(f"the body is packed {len(codings)} times")
    for coding in reversed(codings):
        if coding in {"gzip", "x-gzip", "deflate"}:
            packed, fits = _unpacked(packed, coding, most)
            is_whole = is_whole and fits
        elif coding != "identity":
            raise http.client.HTTPException(f"the body is packed as '{clean(coding, 20)}', for which we did not ask")
    return packed, is_whole


def _unpacked(packed: bytes, coding: str, most: int) -> tuple[bytes, bool]:
    """Decompress at most ``most`` bytes."""
    raw = coding == "deflate" and packed[:1] and (packed[0] & 0x0F != 8 or int.from_bytes(packed[:2]) % 31)
    body = b""
    for _ in range(MOST_MEMBERS):
        unpacker = zlib.decompressobj(-zlib.MAX_WBITS if raw else zlib.MAX_WBITS | 32)
        body += unpacker.decompress(packed, most + 1 - len(body))
        packed = unpacker.unused_data
        if len(body) > most or not packed.startswith(GZIP):
            break
    return body[:most], len(body) <= most


def _words(header: str) -> list[str]:
    """Return the words of a comma-separated list, at least one, which may be empty."""
    return re.split(r"[\s,]+", header.strip(" \t,").lower())


def describe_fault(error: http.client.HTTPException, secrets: Iterable[str] = ()) -> str:
    """Return what is wrong with a response, for people, without ``secrets`` that it repeats."""
    if isinstance(error, http.client.IncompleteRead):
        return f"the body breaks off after {len(error.partial)} bytes"
    if isinstance(error, http.client.BadStatusLine):
        return f"it begins with {hide(str(error), secrets).strip()[:40]!r}"
    return clean(hide(str(error), secrets), 150) or type(error).__name__
