"""Request web servers: the one HTTP client, for checks, help desks, heartbeat, Alertmanager and the command line.

One deadline holds for the whole exchange (name, connecting, TLS, every hop of a redirect, headers, body), and nothing
is read without a limit. `requests` prepares each request and keeps the cookies between hops, `http.client` reads the
response; the connection beneath both is a `Stream`. Proxies and .netrc of this machine's environment are not used.

::

    HttpError
    ├── TooSlow        no whole answer before the deadline
    ├── Unreachable    no such name, nobody there, or the connection broke
    ├── TlsFailed      no trust, or no way of encrypting, between the server and us
    ├── TooLong        more came than we read
    ├── NotHttp        what came is no answer, or leads to no page
    └── OwnFault       we cannot ask: too many names are being looked up, a file of authorities cannot be read
"""

import errno
import http.client
import io
import ssl
import zlib
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.cookiejar import CookieJar
from pathlib import Path
from typing import TYPE_CHECKING, cast
from urllib.parse import unquote, urljoin, urlsplit

from monitor.domain.hiding import hide, secrets_in
from monitor.domain.reasons import Reason, ReasonCode, reason, text
from monitor.domain.text import clean
from monitor.i18n.reasons import reason_text
from monitor.net import http_answer, tls
from monitor.net.deadline import Cancelled, Deadline, DeadlinePassed
from monitor.net.names import NAMES, Names, NamesBusy, NoSuchName
from monitor.net.stream import Stream, TooMuch

if TYPE_CHECKING:
    import requests

MOST_BYTES = 1024 * 1024
MOST_HEAD_BYTES = 128 * 1024  # status and headers, those of interim answers too
MOST_REDIRECTS = 10
AGENT = "upazila-monitor"
LEADS_ELSEWHERE = frozenset({301, 302, 303, 307, 308})


class HttpError(Exception):
    """No answer that can be used; ``reason`` says why, the message is its English words."""

    def __init__(self, reason: Reason | None) -> None:
        super().__init__(reason_text(reason, "en"))
        self.reason = reason


class TooSlow(HttpError):
    """No whole answer before the deadline."""


class Unreachable(HttpError):
    """No such name, nobody there, or the connection broke."""


class TlsFailed(HttpError):
    """No trust, or no way of encrypting, between the server and us."""


class TooLong(HttpError):
    """More came than we read."""


class NotHttp(HttpError):
    """What came is no answer, or leads to no page."""


class OwnFault(HttpError):
    """We cannot ask: too many look-ups, or an unreadable file of authorities."""


@dataclass(frozen=True, slots=True)
class Hop:
    """One request of an exchange: its URL, the status, and the certificates of that connection (none without TLS)."""

    url: str
    status: int
    certificates: tuple[tls.Certificate, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """The last response. ``body``: decompressed, not decoded to text; ``is_whole``: it is complete."""

    status: int
    reason: str
    headers: Mapping[str, str]
    body: bytes
    is_whole: bool
    hops: tuple[Hop, ...]


def preload() -> None:
    """Import what `request` needs, which takes a fifth of a second.

    For callers whose first request must not take that longer.
    """
    import requests  # noqa: F401

    tls.preload()


def request(
    method: str,
    url: str,
    deadline: Deadline,
    *,
    headers: Mapping[str, str] | None = None,
    parameters: Mapping[str, object] | None = None,
    body: bytes | None = None,
    most_bytes: int = MOST_BYTES,
    redirects: int = 0,
    verify: bool = True,
    ca_file: Path | None = None,
    names: Names = NAMES,
    local: Path | None = None,
    secrets: Collection[str] = (),
) -> Answer:
    """Request a URL; raises an HttpError. Blocks until the deadline at most.

    ``redirects``: how many are followed, with GET and cookies and without ``body``; the last response is the answer.
    ``most_bytes``: of the body, both as received and decompressed; 0 reads none. ``ca_file``: trusted besides the
    machine's authorities. ``local``: the file of a socket of this machine that is asked instead of each host.
    ``secrets``: of the request, which no error tells, even if the server repeats them.
    """
    import requests  # here, so that commands without requests do not wait for it

    hops: list[Hop] = []
    hidden = (*secrets, *secrets_in(url))
    asking = _Exchange(deadline, most_bytes, redirects > 0, verify, ca_file, names, local, hidden)
    with requests.Session() as session:
        session.trust_env = False
        session.headers.clear()
        while True:
            try:
                wanted = session.prepare_request(
                    requests.Request(
                        method,
                        url,
                        headers={"User-Agent": AGENT, "Accept": "*/*", **(headers or {})} | _ALWAYS,
                        params=cast("dict[str, str]", parameters or {}),
                        data=body,
                    )
                )
            except (requests.RequestException, ValueError) as error:
                said = hide(f"'{url}' is not the address of a page: {error}", hidden)
                raise NotHttp(text(clean(said, 300))) from None
            answer, hop = asking.ask(wanted, session.cookies)
            hops.append(hop)
            target = _target(answer, url, redirects, hidden)
            if target is None:
                return Answer(answer.status, answer.reason, answer.headers, answer.body, answer.is_whole, tuple(hops))
            if len(hops) > redirects:
                raise NotHttp(reason(ReasonCode.REDIRECTS_TOO_OFTEN, count=redirects))
            url, method, body, parameters = target, "GET", None, None


_ALWAYS = {"Accept-Encoding": "identity", "Connection": "close"}


@dataclass(frozen=True, slots=True)
class _Exchange:
    """The limits of one exchange, the same for each hop."""

    deadline: Deadline
    most_bytes: int
    follows: bool
    verify: bool
    ca_file: Path | None
    names: Names
    local: Path | None
    secrets: Collection[str]

    def ask(self, wanted: "requests.PreparedRequest", cookies: CookieJar) -> tuple[Answer, Hop]:
        """Make one request over a connection of its own; raises an HttpError."""
        assert wanted.url is not None
        try:
            return self._ask(wanted, wanted.url, cookies)
        except DeadlinePassed as error:
            raise TooSlow(text(str(error))) from None
        except Cancelled as error:
            raise Unreachable(text(str(error))) from None
        except NamesBusy:
            raise OwnFault(reason(ReasonCode.RESOLVER_BUSY)) from None
        except tls.NoAuthority as error:
            raise OwnFault(reason(ReasonCode.NO_AUTHORITY, fault=str(error))) from None
        except TooMuch as error:
            raise TooLong(reason(ReasonCode.ANSWER_TOO_LONG, kib=error.kib)) from None
        except NoSuchName as error:
            raise Unreachable(error.reason) from None
        except ssl.SSLError as error:
            raise TlsFailed(tls.fault_of(error)) from None
        except http.client.RemoteDisconnected:
            raise Unreachable(reason(ReasonCode.CLOSED_EARLY)) from None
        except http.client.HTTPException as error:
            raise NotHttp(reason(ReasonCode.NOT_HTTP, fault=http_answer.describe_fault(error, self.secrets))) from None
        except OSError as error:
            raise Unreachable(_of_system(error)) from None
        except (ValueError, zlib.error) as error:
            raise NotHttp(reason(ReasonCode.NOT_HTTP, fault=clean(hide(str(error), self.secrets), 200))) from None

    def _ask(self, wanted: "requests.PreparedRequest", url: str, cookies: CookieJar) -> tuple[Answer, Hop]:
        from requests.cookies import extract_cookies_to_jar
        from requests.structures import CaseInsensitiveDict

        parts = urlsplit(url)
        host = unquote(parts.hostname or "")
        is_tls = parts.scheme == "https"
        port = parts.port or (443 if is_tls else 80)
        certificates: tuple[tls.Certificate, ...] = ()
        context = tls.client_context(self.ca_file, self.verify) if is_tls else None
        with self._connected(host, port) as stream:
            if context is not None:
                certificates = tls.chain(stream.start_tls(context, host.partition("%")[0].rstrip(".")))
            connection = http.client.HTTPConnection(host, port)
            connection.response_class = http_answer.Response
            connection.sock = _SharedStream(stream)
            headers = {**wanted.headers, "Host": _host_header(host, parts.port)}
            with _sent(connection, wanted, headers) as found:
                hop = Hop(url, found.status, certificates)
                extract_cookies_to_jar(cookies, wanted, _Cookies(found))  # type: ignore[no-untyped-call]
                body, is_whole = b"", False
                leads_on = self.follows and found.status in LEADS_ELSEWHERE and found.headers.get("Location")
                if self.most_bytes and not leads_on:
                    stream.most = stream.received + 2 * self.most_bytes + MOST_HEAD_BYTES  # chunks have heads of theirs
                    body, is_whole = http_answer.body_of(found, self.most_bytes)
                return Answer(
                    found.status, found.reason, CaseInsensitiveDict(found.headers.items()), body, is_whole, ()
                ), hop

    def _connected(self, host: str, port: int) -> Stream:
        if self.local is not None:
            return Stream.open_local(self.local, self.deadline, MOST_HEAD_BYTES)
        return Stream.open(host, port, self.deadline, MOST_HEAD_BYTES, self.names)


def _sent(
    connection: http.client.HTTPConnection, wanted: "requests.PreparedRequest", headers: Mapping[str, str]
) -> http.client.HTTPResponse:
    """Send the request and return the start of its response.

    A server may refuse before it has read the request and close: then sending fails, and the response says why.
    """
    unsent: OSError | None = None
    try:
        connection.request(wanted.method or "GET", wanted.path_url, cast("bytes | None", wanted.body), headers)
    except (ConnectionError, ssl.SSLEOFError) as error:
        unsent = error
    try:
        return connection.getresponse()
    except (ConnectionError, ssl.SSLEOFError):
        if unsent is not None:
            raise unsent from None
        raise


def _of_system(error: OSError) -> Reason | None:
    """Return the reason of a system's error: by its errno where it has one."""
    if (name := errno.errorcode.get(error.errno or 0)) is not None:
        return reason(ReasonCode.OS_ERROR, error=name)
    return text((error.strerror or str(error) or type(error).__name__).lower())


class _SharedStream:
    """A stream for http.client, which closes its socket while it still reads from it."""

    def __init__(self, stream: Stream) -> None:
        self.sendall, self._stream = stream.sendall, stream

    def makefile(self, mode: str) -> io.BufferedReader:
        """Return a buffered reader of the stream."""
        return self._stream.makefile(mode)

    def close(self) -> None:
        """Do nothing: the stream ends with its exchange."""


class _Cookies:
    """The interface in which `requests` looks for cookies."""

    def __init__(self, found: http.client.HTTPResponse) -> None:
        self._original_response = found


def _target(answer: Answer, url: str, redirects: int, secrets: Collection[str]) -> str | None:
    """Return the URL this response redirects to, if it is to be followed; raises NotHttp when it is none.

    The error is without ``secrets``, even if the server repeats them.
    """
    location = answer.headers.get("Location")
    if not redirects or answer.status not in LEADS_ELSEWHERE or not location:
        return None
    with suppress(UnicodeError):
        location = location.encode("latin-1").decode()  # http.client reads headers as Latin-1, people write UTF-8
    try:
        target = urljoin(url, location)
        parts = urlsplit(target)
        is_page = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_page, target = False, location
    if not is_page:
        raise NotHttp(reason(ReasonCode.REDIRECTS_NOWHERE, target=clean(hide(target, secrets), 100)))
    return target


def _host_header(host: str, port: int | None) -> str:
    """Return the Host header (RFC 9110, 7.2), without the zone of an address, which is local (RFC 6874)."""
    plain = host.partition("%")[0]
    return (f"[{plain}]" if ":" in plain else plain) + (f":{port}" if port else "")
