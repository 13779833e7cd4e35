"""Define what a check of a service is: one request to one server, answered in time or not."""

import errno
import re
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from monitor.domain.message import message
from monitor.domain.reasons import TIMEOUT, Reason, ReasonCode, reason, text
from monitor.domain.sample import Sample, Verdict
from monitor.domain.text import ascii_digits
from monitor.net import tls
from monitor.net.deadline import Deadline
from monitor.net.names import NoSuchName
from monitor.settings.hosts import is_address
from monitor.settings.services_section import ServiceCheck

S = TypeVar("S", bound=ServiceCheck)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a check. ``details`` are plain JSON values.

    ``reason``: why it failed; ``poor``: what is wrong although it succeeded; ``own_fault``: why we could not ask.
    """

    took_ns: int | None = None
    reason: Reason | None = None
    poor: Reason | None = None
    own_fault: Reason | None = None
    details: Mapping[str, object] = field(default_factory=dict)

    @property
    def verdict(self) -> Verdict:
        """Return the verdict: an own fault makes it unknown, a reason failed."""
        if self.own_fault:
            return Verdict.UNKNOWN
        return Verdict.FAILED if self.reason else Verdict.OK

    def sample(self, device: str, kind: str, started_utc: datetime, started_mono_ns: int) -> Sample:
        """Return the outcome as a sample for judging."""
        took = () if self.took_ns is None or self.verdict != Verdict.OK else (self.took_ns,)
        why = self.own_fault or self.reason
        return Sample(device, kind, started_utc, started_mono_ns, self.verdict, 1, len(took), took, why, self.poor)


@dataclass(frozen=True, slots=True)
class ByHand:
    """The usage of `upazila-monitor probe KIND`. ``does``: what it does, in a sentence.

    ``target``: the one argument, as it stands in the usage, and ``target_says`` about it. ``entry``: (argument, options
    by key) → the keys of a section; raises ValueError with what was expected. ``options``: which keys are options, with
    their help ('': the key's docstring). ``unless``: keys that are true unless a flag is given, with that flag and its
    help. ``timeout_s``: how long an answer may take by default.
    """

    does: str
    target: str
    entry: Callable[[str, dict[str, Any]], dict[str, Any]]
    target_says: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    unless: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    timeout_s: float = 5.0


@dataclass(frozen=True, slots=True)
class CheckKind(Generic[S]):
    """One kind of check, whole: a file of this package, and a line in `checks.CHECKS`.

    ``settings``: the model of [sites.ID.services.NAME]; each key's docstring explains it in the docs. ``check``: (what
    to check, deadline) → outcome. Blocks until the deadline at most; raises what `checks.outcome_of` turns into an
    outcome: DeadlinePassed, OSError, ValueError, NamesBusy. ``by_hand``: its command. ``doc``: its section of
    docs/checking-services.md, in Markdown, without the heading ``title`` and the table of keys.
    """

    settings: type[S]
    check: Callable[[S, Deadline], Outcome]
    by_hand: ByHand
    title: str
    doc: str


def plain(error: BaseException) -> Reason | None:
    """Return an error's message without addresses of objects: the system's for an errno, else its own."""
    if isinstance(error, TimeoutError):
        return TIMEOUT
    if isinstance(error, ssl.SSLError):
        return tls.fault_of(error)
    if isinstance(error, NoSuchName):
        return error.reason
    if isinstance(error, OSError) and error.errno is not None and error.errno in errno.errorcode:
        return reason(ReasonCode.OS_ERROR, error=errno.errorcode[error.errno])
    if isinstance(error, OSError) and (error.strerror or str(error)):
        return text(error.strerror.lower() if error.strerror else str(error)[:150])
    return text(_named(error))


def program_fault(error: BaseException) -> Reason:
    """Return the reason that a fault of this program stopped the check."""
    return reason(ReasonCode.PROGRAM_FAULT, fault=_named(error))


def _named(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:150]


def host_and_port(target: str, port: int | None = None) -> dict[str, Any]:
    """Parse HOST:PORT into the keys ``host`` and ``port``; raises ValueError. ``port``: the default for HOST alone."""
    plain = ascii_digits(target)
    if port is not None and (is_address(plain) or ":" not in plain or plain.endswith("]")):
        plain = f"[{plain.strip('[]')}]:{port}"
    host, _, digits = plain.rpartition(":")
    if not host or not re.fullmatch("[0-9]{1,19}", digits) or host.startswith("[") != host.endswith("]"):
        expected = "HOST:PORT" if port is None else "HOST or HOST:PORT"
        raise ValueError(
            message(
                "'{target}' is no host and port. Expected {expected}, for IPv6 [ADDRESS]:PORT",
                target=target,
                expected=expected,
            )
        )
    return {"host": host.strip("[]"), "port": int(digits)}
