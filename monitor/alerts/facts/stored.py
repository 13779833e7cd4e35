"""Convert notices to and from the outbox: typed facts out as JSON with their version, any released version in.

A notice may wait for weeks, so those written by earlier versions of this program must still be sent. `unpack` upgrades
them step by step; what cannot be read (a kind or a version of a later program, damage) is a FactsError, never a dead
notice.
"""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from monitor.alerts.facts.briefs import DigestFacts, MorningFacts, ReportFacts, WeeklyFacts
from monitor.alerts.facts.case import CaseFacts
from monitor.alerts.facts.moved import MovedFacts
from monitor.domain.evidence import Evidence
from monitor.domain.json_text import parse_json
from monitor.domain.notice_kinds import DIGEST, MORNING, MOVED, OF_ONE_CASE, REPORT, WEEKLY
from monitor.domain.reasons import as_json
from monitor.domain.stored_sentences import from_sentence

Facts = CaseFacts | MorningFacts | WeeklyFacts | DigestFacts | MovedFacts | ReportFacts

VERSION = 7
KEY = "v"

Stored = Mapping[str, Any]
SHAPES: Mapping[str, type[Facts]] = {
    **dict.fromkeys(OF_ONE_CASE, CaseFacts),
    MORNING: MorningFacts,
    WEEKLY: WeeklyFacts,
    DIGEST: DigestFacts,
    REPORT: ReportFacts,
    MOVED: MovedFacts,
}
DAMAGED: Stored = {KEY: "damaged"}
"""Stands for facts that are no JSON any more."""


_adapters: dict[type[Facts | Evidence], TypeAdapter[Any]] = {}


def adapter_of(shape: type[Facts | Evidence]) -> TypeAdapter[Any]:
    """Return the (de)serialiser of a shape; made when it is first asked for, which most commands never do."""
    if shape not in _adapters:
        _adapters[shape] = TypeAdapter(shape)
    return _adapters[shape]


class FactsError(ValueError):
    """A stored notice that this program cannot read; the message says what it found and what it knows."""


def pack(facts: Facts) -> dict[str, Any]:
    """Return the facts as plain JSON values, with their version."""
    body: dict[str, Any] = adapter_of(type(facts)).dump_python(facts, mode="json")
    return {KEY: VERSION, **body}


def read_json(stored: str) -> Stored:
    """Return the stored text as JSON; DAMAGED when it is none."""
    try:
        found = parse_json(stored)
    except ValueError:
        return DAMAGED
    return found if isinstance(found, dict) else DAMAGED


def unpack(kind: str, stored: Stored) -> Facts:
    """Return the facts of a notice of that kind, from any released version; raises FactsError."""
    shape = SHAPES.get(kind)
    if shape is None:
        raise FactsError(f"a notice of the kind '{kind}', which this program does not know")
    version = stored.get(KEY, 1)
    if not isinstance(version, int) or not 1 <= version <= VERSION:
        raise FactsError(f"facts of version {version!r} of a notice '{kind}'; this program knows 1 to {VERSION}")
    try:
        body = dict(stored)
        for upgrade in UPGRADES[version - 1 :]:
            body = upgrade(body)
        read: Facts = adapter_of(shape).validate_python(body)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise FactsError(f"facts of a notice '{kind}', version {version}: {where}: {first['msg']}") from None
    except (TypeError, AttributeError, KeyError, ValueError) as error:  # an upgrade met what it did not expect
        raise FactsError(f"facts of a notice '{kind}', version {version}: {type(error).__name__}: {error}") from error
    return read


def unpack_case(kind: str, stored: Stored) -> CaseFacts:
    """Return the facts as `unpack` does, for kinds about one case; raises FactsError for the others too."""
    facts = unpack(kind, stored)
    if not isinstance(facts, CaseFacts):
        raise FactsError(f"a notice of the kind '{kind}' is about no single matter")
    return facts


def pack_evidence(evidence: Evidence) -> dict[str, Any]:
    """Return the evidence for an outage's row: plain JSON values with their version, without what was not observed."""
    body: dict[str, Any] = adapter_of(Evidence).dump_python(evidence, mode="json", exclude_defaults=True)
    return {KEY: VERSION, **body}


def evidence_of(stored: Stored) -> Evidence:
    """Return the evidence of an outage's row, of any version, without what cannot be read."""
    try:
        body = dict(stored)
        if body.pop(KEY, 1) == 1:
            body = _evidence_from_1(body)
        read: Evidence = adapter_of(Evidence).validate_python(body)
    except (ValidationError, TypeError, AttributeError, KeyError, ValueError):
        return Evidence()
    return read


def _from_1(body: dict[str, Any]) -> dict[str, Any]:
    """Upgrade version 1, which had no version in it and grew key by key; evidence was partly English sentences."""
    if "service" not in body:  # briefs and digests have not changed
        return body
    outage = body.get("outage")
    explained = outage if outage and "explanation_bn" in outage else body
    return {
        **body,
        "service": {"section": "citizen", **body["service"]},
        "overdue": body.get("overdue", True),  # at first there were only letters about missed targets
        "explanation_bn": explained["explanation_bn"],
        "explanation_en": explained["explanation_en"],
        "outage": outage and {**outage, "evidence": _evidence_from_1(outage.get("evidence") or {})},
    }


def _from_2(body: dict[str, Any]) -> dict[str, Any]:
    """Upgrade version 2, whose reasons were English sentences."""
    if not (outage := body.get("outage")):
        return body
    reasons = {name: as_json(from_sentence(outage.get(name) or "")) for name in ("reason", "cause_why")}
    return {**body, "outage": {**outage, **reasons}}


def _from_3(body: dict[str, Any]) -> dict[str, Any]:
    """Upgrade version 3, in which no request had a code."""
    return body


def _from_4(body: dict[str, Any]) -> dict[str, Any]:
    """Upgrade version 4, in which no letter had a file with it."""
    return body


def _from_5(body: dict[str, Any]) -> dict[str, Any]:
    """Upgrade version 5, in which no letter said which of several offices it is about, and no brief was of several."""
    return body


def _from_6(body: dict[str, Any]) -> dict[str, Any]:
    """Upgrade version 6, in which every report was an office's own."""
    return body


def _evidence_from_1(stored: Stored) -> dict[str, Any]:
    found = dict(stored)
    if "last_good_utc" in found:
        keys = {"at": "last_good_utc", "rtt_ms": "last_good_rtt_ms", "loss": "last_good_loss"}
        found["last_good"] = {name: found.pop(key) for name, key in keys.items()}
    if isinstance(found.get("snmp"), str):
        found["snmp_en"] = found.pop("snmp")
    if any(isinstance(way, str) for way in found.get("ways", ())):
        found["ways_en"] = found.pop("ways")
    return found


UPGRADES: tuple[Callable[[dict[str, Any]], dict[str, Any]], ...] = (
    _from_1,
    _from_2,
    _from_3,
    _from_4,
    _from_5,
    _from_6,
)
"""The n-th lifts version n to n + 1."""
