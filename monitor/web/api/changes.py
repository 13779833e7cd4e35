"""Do what programs change: once for each Idempotency-Key, and only to the version that was seen."""

import hashlib
import json
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from starlette.responses import Response

from monitor.domain.message import message
from monitor.store import idempotent_rows
from monitor.store.models import IdempotentAnswer
from monitor.store.work import Work
from monitor.web.api.answers import JSON, Found, written
from monitor.web.api.asked import Asked
from monitor.web.api.problems import Problem
from monitor.web.api.versions import Wanted, if_match, tag_of

_KEY = re.compile(r"[\x21-\x7e]{1,200}")


@dataclass(frozen=True, slots=True)
class _Answer:
    """An answer as it is kept for whoever repeats the request."""

    status: int
    headers: dict[str, str]
    body: str
    is_repeated: bool = False


def version_wanted(asked: Asked) -> Wanted:
    """Return the versions that If-Match names; raises Problem without it."""
    given = asked.request.headers.getlist("if-match")
    if not given:
        raise Problem("no-version")
    try:
        return if_match(", ".join(given))
    except ValueError:
        raise Problem("malformed", message("If-Match is no list of entity tags")) from None


async def do(
    asked: Asked,
    job: Callable[[Work], Found],
    changed: Collection[str] = (),
    fields: Mapping[str, str] = MappingProxyType({}),
) -> Response:
    """Do ``job`` in one transaction and answer with what it found; raises Problem, and has changed nothing then.

    ``changed`` and ``fields``: as for `Api.act`. With an Idempotency-Key that was used within a day for the same
    request, answer as then, and do nothing.
    """
    key, body_hash = _key_of(asked), _body_hash(asked)

    def does(work: Work) -> _Answer:
        return once(work, key, body_hash, job)

    answer = await asked.api.act(asked, does, changed, fields)
    headers = {**answer.headers, **({"idempotent-replayed": "true"} if answer.is_repeated else {})}
    return Response(answer.body.encode(), answer.status, headers, JSON if answer.body else None)


def once(work: Work, key: bytes | None, body_hash: bytes, job: Callable[[Work], Found]) -> _Answer:
    """Return the answer that was given to ``key``; without one do ``job``, and keep what it found. Raises Problem."""
    if key is not None:
        known = idempotent_rows.answer_of(work.session, key, work.now_utc)
        if known is not None and known.body_hash != body_hash:
            raise Problem("key-used")
        if known is not None:
            return _Answer(known.status, dict(known.headers), known.body, is_repeated=True)
    found = job(work)
    headers = dict(found.headers)
    if found.version is not None:
        headers["etag"] = tag_of(found.version)
    answer = _Answer(found.status, headers, "" if found.document is None else written(found.document).decode())
    if key is not None:
        kept = {"status": answer.status, "headers": answer.headers, "body": answer.body}
        row = IdempotentAnswer(key_hash=key, body_hash=body_hash, at_utc=work.now_utc, **kept)
        idempotent_rows.keep(work.session, row)
    return answer


def _key_of(asked: Asked) -> bytes | None:
    """Return the hash of the key and of who sent it; None without a key. Raises Problem for what is no key."""
    given = asked.request.headers.getlist("idempotency-key")
    if not given:
        return None
    if len(given) > 1 or not _KEY.fullmatch(given[0]):
        raise Problem("malformed", message("Idempotency-Key is no text of 1 to 200 visible characters"))
    return _hash(asked.caller.name, given[0])


def _body_hash(asked: Asked) -> bytes:
    """Return the hash of a request: method, address and body."""
    request = asked.request
    body: bytes = request._body  # the guard has read it
    return _hash(request.method, str(request.url.path), request.url.query, hashlib.sha256(body).hexdigest())


def _hash(*parts: str) -> bytes:
    return hashlib.sha256(json.dumps(parts).encode()).digest()
