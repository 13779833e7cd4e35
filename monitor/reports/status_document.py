"""Define the state of the whole office, for `status --json` and /api/v1/status. Keys are public.

The running daemon makes `LiveStatus`; a command that finds none makes `LastKnownStatus` of the database. Times are in
ISO 8601, UTC.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NotRequired, TypedDict, cast

from monitor.domain.message import Message, Said, message, messages
from monitor.settings.fleet import Site
from monitor.store.documents import OutageDocument, PublicTicketDocument, ReasonDocument, TimelineDocument, iso_or_none

BRIEFS_MISSED: Mapping[str, Message] = {
    "morning": message("the morning brief has not been sent"),
    "weekly": message("the weekly brief has not been sent"),
}


class DeviceDocument(TypedDict):
    """A device with its last ICMP sample."""

    name: str
    address: str
    state: str
    verdict: str | None
    reason: ReasonDocument | None
    reason_text: str
    rtt_ms: float | None
    loss: float | None


class SiteReasonDocument(TypedDict):
    """Why a site is degraded; ``device``: empty for its own gateway or link."""

    device: str
    reason: ReasonDocument | None


class WorkstationsDocument(TypedDict):
    """How many of a lab's workstations answer."""

    answering: int
    total: int


class SiteDocument(TypedDict):
    """A site and its state; fields that are not required are known to the running daemon only."""

    id: str
    kind: str
    name_bn: str
    name_en: str
    union: str | None
    state: str
    since: str | None
    rtt_ms: float | None
    loss: float | None
    parent: NotRequired[str | None]
    position: NotRequired[tuple[float, float] | None]
    why: NotRequired[str]
    reasons: NotRequired[list[SiteReasonDocument]]
    devices: NotRequired[list[DeviceDocument]]
    workstations: NotRequired[WorkstationsDocument | None]


class ConfigurationDocument(TypedDict):
    """Since when the configuration is in force, and where a later one on disk was wrong."""

    accepted: str
    refused: str


class UnreadDocument(TypedDict):
    """A device that SNMP does not reach although its site answers."""

    device: str
    outcome: str
    why: str
    reason: ReasonDocument | None


class OutboxDocument(TypedDict):
    """The outbox's totals: pending notices, since when the oldest is due, and results of the others."""

    owed: int
    oldest_due: str | None
    dead: int
    faulty: int
    sent: int


class MailDocument(TypedDict):
    """What is wrong with the mail path; ``wrong``: `mail_faults` in English.

    ``late``: the oldest pending notice waits longer than `late_after_s`. ``away``: why channels cannot be used now, as
    the daemon last said that sends; ``sends``: that is this one.
    ``fault``: why letters wait that this program cannot render.
    """

    late_s: int
    missed: dict[str, bool]
    wrong: list[str]
    officers_confirmed: bool
    late: NotRequired[bool]
    away: NotRequired[dict[str, str]]
    sends: NotRequired[bool]
    fault: NotRequired[str]


class LastKnownStatus(TypedDict):
    """The stored state; ``generated``: the daemon's last heartbeat."""

    generated: str | None
    sites: list[SiteDocument]
    outages: list[OutageDocument]
    tickets: list[PublicTicketDocument]


class LiveStatus(TypedDict):
    """The running daemon's state, as /api/v1/status gives it out."""

    generated: str
    version: str
    uptime_s: int
    clock_suspect: bool
    store_refuses: str
    store_faults: list[str]
    store_readable: bool
    instance: str
    configuration: ConfigurationDocument
    sites: list[SiteDocument]
    counts: dict[str, dict[str, int]]
    snmp: list[UnreadDocument]
    outages: list[OutageDocument]
    tickets: list[PublicTicketDocument]
    events: list[TimelineDocument]
    outbox: OutboxDocument | None
    mail: MailDocument | None


def site_document(site: Site, state: str, since_utc: datetime | None) -> SiteDocument:
    """Make the document of a site without its devices."""
    return {
        "id": site.id,
        "kind": site.kind,
        "name_bn": site.name_bn,
        "name_en": site.name_en,
        "union": site.union,
        "state": state,
        "since": iso_or_none(since_utc),
        "rtt_ms": None,
        "loss": None,
    }


def mail_faults(
    mail: MailDocument, outbox: OutboxDocument | None, away: Mapping[str, Said] | None = None
) -> Iterator[Said]:
    """Yield what is wrong with the mail path, a line each; of a daemon of before in its English.

    ``away``: why channels cannot be used, to be rendered; without it as the document has it, in English.
    """
    if outbox is None or "away" not in mail:
        yield from mail["wrong"]
        return
    known = mail["away"] if away is None else away
    yield from (message("{where}: {fault}", where=channel, fault=why) for channel, why in sorted(known.items()))
    yield from (BRIEFS_MISSED[kind] for kind, is_missed in mail["missed"].items() if is_missed)
    if mail.get("late"):
        yield messages(
            "{count} letter is pending, for {length:lasting}",
            "{count} letters are pending, the oldest for {length:lasting}",
            outbox["owed"],
            length=mail["late_s"],
        )
    if outbox["faulty"]:
        yield messages(
            "{count} letter cannot be made, by a fault of this program ({fault}): it is sent after an upgrade. "
            "upazila-monitor outbox --owed",
            "{count} letters cannot be made, by a fault of this program ({fault}): they are sent after an upgrade. "
            "upazila-monitor outbox --owed",
            outbox["faulty"],
            fault=mail.get("fault", ""),
        )
    if outbox["dead"]:
        yield messages(
            "{count} letter could not be delivered: upazila-monitor outbox --dead",
            "{count} letters could not be delivered: upazila-monitor outbox --dead",
            outbox["dead"],
        )


def live_status(said: Mapping[str, Any]) -> LiveStatus:
    """Read a daemon's status; fields that an older version lacks get defaults."""
    silent: LiveStatus = {
        "generated": "",
        "version": "",
        "uptime_s": 0,
        "clock_suspect": False,
        "store_refuses": "",
        "store_faults": [],
        "store_readable": True,
        "instance": "",
        "configuration": {"accepted": "", "refused": ""},
        "sites": [],
        "counts": {},
        "snmp": [],
        "outages": [],
        "tickets": [],
        "events": [],
        "outbox": None,
        "mail": None,
    }
    return cast("LiveStatus", {**silent, **said})
