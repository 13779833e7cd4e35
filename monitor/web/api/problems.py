"""Say why the API refuses: RFC 9457, with the same words as the command line's, in the caller's language.

Each kind of problem has a page under /problems that explains it.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from monitor.alerts.cases.refusals import BadInput, ClockWrong, NotAllowed, Refused, StaleVersion
from monitor.domain.message import N_, Message, Said, message, said_by
from monitor.i18n.catalogue import render, tr
from monitor.i18n.languages import Lang
from monitor.settings.validate import described

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem: its status, what it is called, and what to do about it."""

    status: int
    title: str
    advice: str


KINDS: Mapping[str, Kind] = {
    "malformed": Kind(
        400,
        N_("The request cannot be read"),
        N_(
            "The body is no JSON, is nested too deep, a header is not as HTTP has it, or a parameter has two values. "
            "Correct the request."
        ),
    ),
    "no-token": Kind(
        401,
        N_("Who asks is not known"),
        N_("Send a token: Authorization: Bearer upm_… An administrator makes one with `upazila-monitor token add`."),
    ),
    "no-scope": Kind(
        403,
        N_("The token or user may not do this"),
        N_("The scope that is needed is named in the answer. An administrator can make a token that has it."),
    ),
    "foreign-form": Kind(
        403,
        N_("The request does not come from a page of ours"),
        N_("A session may change something only from this console's own pages. Programs use a token."),
    ),
    "not-found": Kind(
        404,
        N_("There is nothing here"),
        N_("There is no such thing, or it lies outside the scope of the token or user."),
    ),
    "no-such-method": Kind(
        405,
        N_("This cannot be done here"),
        N_("The header Allow names the methods that can be used here."),
    ),
    "not-allowed": Kind(
        409,
        N_("Its state does not allow this"),
        N_("Look at its present state; the answer says which one is needed."),
    ),
    "stale-version": Kind(
        412,
        N_("It has changed since it was read"),
        N_("Read it again, decide again, and send the new entity tag in If-Match. Nothing was changed."),
    ),
    "too-large": Kind(413, N_("The request is too large"), N_("A body may have 1 MiB.")),
    "no-json": Kind(415, N_("The body is no JSON"), N_("Send Content-Type: application/json.")),
    "bad-values": Kind(
        422,
        N_("Something in the request is not valid"),
        N_("Each error names the field and what was expected there. Nothing was changed."),
    ),
    "key-used": Kind(
        422,
        N_("The Idempotency-Key was used for another request"),
        N_("A key belongs to one request and its repetitions for a day. Take a new key for a new request."),
    ),
    "no-version": Kind(
        428,
        N_("It is not said which version is meant"),
        N_("Read it first, and send the entity tag of the answer (ETag) in If-Match."),
    ),
    "too-many": Kind(
        429,
        N_("Too many requests"),
        N_("A token may ask ten times a second. Wait as long as Retry-After says."),
    ),
    "fault": Kind(
        500,
        N_("A fault of this program"),
        N_("It is in the daemon's log. Please report it; nothing was changed."),
    ),
    "database-away": Kind(
        503,
        N_("The database does not answer"),
        N_("Ask again as Retry-After says. With an Idempotency-Key nothing is done twice."),
    ),
    "busy": Kind(503, N_("The monitor is busy"), N_("Ask again as Retry-After says. Nothing was changed.")),
}
"""All kinds of problems, by the names of their pages."""

FIELDS = {"until_utc": "until", "ends_utc": "ends", "received_utc": "received"}
"""What the API calls the arguments of acts, where that is another name."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One error: ``where``, a JSON pointer into the body, or the name of a parameter; ``said``: what is wrong."""

    where: str
    said: Said


class Problem(Exception):
    """The request is refused. ``kind``: one of KINDS; ``members``: further ones of the answer."""

    def __init__(
        self,
        kind: str,
        detail: Said = "",
        faults: Sequence[Fault] = (),
        headers: Mapping[str, str] | None = None,
        **members: object,
    ) -> None:
        super().__init__(kind)
        self.kind, self.detail, self.faults, self.members = kind, detail, faults, members
        self.headers = dict(headers or {})

    @property
    def status(self) -> int:
        return KINDS[self.kind].status

    def document(self, lang: Lang, path: str) -> dict[str, Any]:
        """Return the answer's body; ``path``: of the request."""
        kind = KINDS[self.kind]
        found: dict[str, Any] = {
            "type": f"/problems/{self.kind}",
            "title": tr(lang, kind.title),
            "status": kind.status,
            "detail": render(self.detail, lang) or tr(lang, kind.advice),
            "instance": path,
        }
        if self.faults:
            found["errors"] = [{"pointer": fault.where, "detail": render(fault.said, lang)} for fault in self.faults]
        return {**found, **self.members}

    def answer(self, lang: Lang, path: str) -> Response:
        """Return the answer."""
        body = json.dumps(self.document(lang, path), ensure_ascii=False).encode("utf-8", "replace")
        return Response(body, self.status, self.headers, MEDIA_TYPE)


def bad_parameter(name: str, said: Said) -> Problem:
    """Return the problem of one wrong parameter of the URL."""
    return Problem("bad-values", faults=(Fault(name, said),))


def bad_field(name: str, said: Said) -> Problem:
    """Return the problem of one wrong field of the body."""
    return Problem("bad-values", faults=(Fault(f"#/{name}" if name else "#", said),))


def refusal(refused: Refused, fields: Mapping[str, str]) -> Problem:
    """Return the problem of an act that was refused; ``fields``: what the route calls arguments of the act."""
    said = said_by(refused)
    match refused:
        case BadInput():
            name = {**FIELDS, **fields}.get(refused.field, refused.field)
            return bad_field(name.replace(".", "/"), said)
        case StaleVersion():
            seen, now = refused.seen.version, refused.now.version
            return Problem("stale-version", said, seen_version=seen, version=now, now=dict(refused.now.content))
        case ClockWrong() | NotAllowed():
            return Problem("not-allowed", said)
    return Problem("not-allowed", said)


def invalid(errors: Iterable[Mapping[str, Any]]) -> Problem:
    """Return the problem of what pydantic found wrong with parameters and body."""
    faults = []
    for error in errors:
        where, *path = error["loc"]
        if error["type"] == "json_invalid":
            return Problem("malformed", message("the body is no JSON"))
        if where == "body":
            pointer = "/".join(["#", *(str(part).replace("~", "~0").replace("/", "~1") for part in path)])
        else:
            pointer = str(path[0]) if path else str(where)
        faults.append(Fault(pointer, _said(error)))
    return Problem("bad-values", faults=tuple(faults))


def _said(error: Mapping[str, Any]) -> Said:
    match error["type"]:
        case "extra_forbidden":
            return message("unknown field. Expected one that the documentation has")
        case "missing":
            return message("is missing")
    return described(error)


def late(kind: str, wait_s: float = 2, detail: Said = "") -> Problem:
    """Return the problem of a request that may be repeated after ``wait_s`` seconds."""
    return Problem(kind, detail, headers={"retry-after": str(max(1, round(wait_s + 0.5)))})


def without_scope(scope: str) -> Problem:
    """Return the problem of a caller who lacks ``scope``."""
    said = Message(N_("this needs the scope {scope}"), {"scope": scope})
    return Problem("no-scope", said, scope=scope)


def without_token(said: Said = "") -> Problem:
    """Return the problem of a caller who is not known."""
    return Problem("no-token", said, headers={"www-authenticate": 'Bearer realm="upazila-monitor"'})
