"""Send short messages through a web gateway: one request made from the template that the office's contract requires.

Blanks in braces in the template are filled in. Redirects are not followed: the request holds a secret.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlencode

from pydantic import Field, model_validator

from monitor.alerts.channels.base import ChannelUnavailable, DeliveryFailure, PermanentFailure, TemporaryFailure
from monitor.domain import page_text
from monitor.domain.hiding import hide
from monitor.domain.message import message, said_by
from monitor.domain.text import clean
from monitor.net import http
from monitor.net.deadline import Deadline
from monitor.settings.base import Model, PlainPath, SecretFile, matching
from monitor.settings.hosts import has_credentials_or_query, is_unencrypted, page_fault
from monitor.settings.problems import no_such
from monitor.settings.secrets import Secret, SecretError, read_secret

FILLED = ("number", "e164", "local", "text", "id", "coding")
MOST_BYTES = 16_384  # of an answer
LONGEST_SAID = 200
AWAY = frozenset({401, 402, 403, 407, 408, 429})
_BLANK = re.compile(r"\{([a-z][a-z0-9_]*)\}")

BlankName = Annotated[str, matching(r"[a-z][a-z0-9_]{0,31}", "small letters, digits and '_', a letter first")]
HeaderName = Annotated[str, matching(r"[A-Za-z0-9-]{1,64}", "the name of a header")]


class Gateway(Model):
    """[channels.sms.http]: the request to the gateway, and how its answers are interpreted."""

    url: Annotated[str, Field(max_length=1_000)]
    """The address that takes messages, without parameters: those stand in `fields`."""
    send_as: Literal["query", "form", "json"] = "form"
    """How `fields` travel: in the address of a GET, as the form or as the JSON of a POST."""
    fields: Annotated[dict[str, Any], Field(min_length=1)]
    """What is sent, as the gateway calls it; with send_as = "json" also tables and lists. Blanks are filled in."""
    headers: dict[HeaderName, str] = Field(default_factory=dict)
    """Headers that go with it, such as Authorization = "Bearer {key}". Blanks are filled in."""
    secret_files: dict[BlankName, SecretFile] = Field(default_factory=dict)
    """NAME = a file (mode 0600) that holds a secret: it fills the blank {NAME}."""
    coding: Annotated[tuple[str, ...], Field(min_length=2, max_length=2)] = ("text", "unicode")
    """What fills the blank {coding}: for texts of the GSM alphabet, and for others."""
    status: tuple[Annotated[int, Field(ge=200, le=599)], ...] = ()
    """The statuses that mean success; any from 200 to 299, if left out."""
    success: Annotated[str, Field(max_length=200)] = ""
    """A word that the answer must hold as well. Most gateways say 200 to everything: without it, nothing is proved."""
    refused: tuple[Annotated[str, Field(min_length=1, max_length=200)], ...] = ()
    """Words by which the answer says that this message will never be taken: it is not tried again."""
    ca_file: PlainPath | None = None
    """The authority of the gateway's certificate, when it is not a public one."""
    allow_http: bool = False
    """true sends the secret in the clear."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if fault := page_fault(self.url):
            raise ValueError(message("'url' {fault}", fault=fault))
        if has_credentials_or_query(self.url):
            raise ValueError(
                message("'url' carries more than an address. Expected https://HOST/PATH, and the rest in 'fields'")
            )
        if is_unencrypted(self.url) and not self.allow_http:
            raise ValueError(
                message("over http:// the secret would travel in the clear. Expected https://…, or allow_http = true")
            )
        if self.send_as != "json" and (key := next((key for key, each in self.fields.items() if _is_nested(each)), "")):
            raise ValueError(
                message("'fields.{key}' is no text or number. Expected one, or send_as = \"json\"", key=key)
            )
        known = {*FILLED, *self.secret_files}
        used = [blank for text in _texts([self.fields, self.headers]) for blank in _BLANK.findall(text)]
        if unknown := [blank for blank in used if blank not in known]:
            raise ValueError(message("there is {fault}", fault=no_such("blank", unknown[0], known)))
        if "text" in _BLANK.findall(" ".join(self.headers.values())):
            raise ValueError(message("'headers' cannot carry the message. Expected {text} among 'fields'"))
        if not {"text"} <= {*used} or not {"number", "e164", "local"} & {*used}:
            raise ValueError(message("the message itself is missing. Expected {text} and {number} among 'fields'"))
        return self

    def ask(self, filled: Mapping[str, str], home: Path, deadline: Deadline) -> str:
        """Send one message and return the gateway's answer; raises a DeliveryFailure."""
        secrets = {name: self._secret(name, home / file).reveal() for name, file in self.secret_files.items()}
        blanks = {**filled, **secrets}
        fields, headers = _filled(self.fields, blanks), _filled(self.headers, blanks)
        body, kind = _body(self.send_as, fields)
        try:
            answer = http.request(
                "GET" if self.send_as == "query" else "POST",
                self.url,
                deadline,
                headers={**({"Content-Type": kind} if kind else {}), **headers},
                parameters=fields if self.send_as == "query" else None,
                body=body,
                most_bytes=MOST_BYTES,
                ca_file=home / self.ca_file if self.ca_file else None,
                secrets=[*secrets.values()],
            )
        except http.HttpError as error:
            raise ChannelUnavailable(message("{url}: {fault}", url=self.url, fault=said_by(error))) from None
        text = page_text.decoded(answer.body, answer.headers.get("Content-Type", ""))
        said = clean(f"{answer.status} {hide(text, secrets.values())}", LONGEST_SAID)
        if (failure := self._failure(answer.status, text)) is not None:
            raise failure(said)
        return said

    def _failure(self, status: int, text: str) -> type[DeliveryFailure] | None:
        """Return the kind of failure an answer means; None if it is none."""
        if status in http.LEADS_ELSEWHERE:
            return ChannelUnavailable
        if status in AWAY or status >= 500:
            return ChannelUnavailable if status not in self.status else None
        if any(page_text.contains(text, word) for word in self.refused):
            return PermanentFailure
        is_right = status in self.status if self.status else 200 <= status < 300
        return None if is_right and page_text.contains(text, self.success) else TemporaryFailure

    def _secret(self, name: str, file: Path) -> Secret:
        try:
            found = read_secret(file, f"channels.sms.http.secret_files.{name}")
        except SecretError as error:
            raise ChannelUnavailable(said_by(error)) from None
        return found


def _is_nested(value: object) -> bool:
    return not isinstance(value, str | int | float) or isinstance(value, bool)


def _texts(value: object) -> Iterator[str]:
    """Yield every text in a template."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)


def _filled(value: Any, blanks: Mapping[str, str]) -> Any:
    """Return the template with its blanks filled in; values are not expanded again."""
    if isinstance(value, str):
        return _BLANK.sub(lambda blank: blanks[blank[1]], value)
    if isinstance(value, Mapping):
        return {key: _filled(each, blanks) for key, each in value.items()}
    return [_filled(each, blanks) for each in value] if isinstance(value, list | tuple) else value


def _body(send_as: str, fields: Mapping[str, Any]) -> tuple[bytes | None, str]:
    if send_as == "json":
        return json.dumps(fields, ensure_ascii=False).encode(), "application/json; charset=utf-8"
    return (urlencode(fields).encode(), "application/x-www-form-urlencoded") if send_as == "form" else (None, "")
