"""Collect the office's whole state as plain values, for the page and /api/v1/status."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from importlib.metadata import version
from typing import TypedDict

from monitor.domain.clock import Clock
from monitor.domain.message import Said
from monitor.domain.reasons import Reason, as_json
from monitor.i18n.catalogue import render
from monitor.i18n.languages import SOURCE, Lang
from monitor.i18n.reasons import reason_text
from monitor.judging.health import State
from monitor.metrics.notices import MailPath, mail_path
from monitor.reports.status_document import (
    ConfigurationDocument,
    DeviceDocument,
    LiveStatus,
    MailDocument,
    OutboxDocument,
    SiteDocument,
    UnreadDocument,
    WorkstationsDocument,
    mail_faults,
    site_document,
)
from monitor.runtime.live import RuntimeView
from monitor.settings.fleet import Site
from monitor.store import queries
from monitor.store.database import Store
from monitor.store.documents import (
    OutageDocument,
    PublicTicketDocument,
    TimelineDocument,
    iso_or_none,
    outage_document,
    public_ticket_document,
    timeline_document,
)
from monitor.store.errors import SQLAlchemyError


def status(live: RuntimeView, store: Store, clock: Clock) -> LiveStatus:
    """Collect sites with their states, open outages and tickets, and the outbox, as plain values.

    Called in a thread beside the probing loop; raises nothing while the database does not answer, and says so in it.
    """
    now_utc = clock.utc()
    sites = [live_site(live, site) for site in live.fleet.sites.values()]
    counts: dict[str, dict[str, int]] = {}
    for site in sites:
        counts.setdefault(site["kind"], Counter())[site["state"]] += 1
    found: LiveStatus = {
        "generated": now_utc.isoformat(),
        "version": version("upazila-monitor"),
        "uptime_s": round((clock.mono_ns() - live.started_mono_ns) / 1e9),
        "clock_suspect": live.clock_suspect,
        "store_refuses": live.store_refuses,
        "store_faults": list(live.store_faults),
        "instance": live.instance,
        "configuration": _configuration(live),
        "sites": sites,
        "counts": counts,
        "snmp": not_read(live, {site["id"] for site in sites if site["state"] in ("up", "degraded")}.__contains__),
        "store_readable": False,
        "outages": [],
        "tickets": [],
        "events": [],
        "outbox": None,
        "mail": None,
    }
    try:
        path = mail_path(store, live, now_utc)
        outbox = _outbox(path)
        stored = _stored(store, sites)
        return {
            **found,
            **stored,
            "store_readable": True,
            "outbox": outbox,
            "mail": _mail(path, outbox, live, now_utc),
        }
    except SQLAlchemyError:  # what is on the network is shown even while the database is not
        return found


def monitor_faults(live: RuntimeView, store: Store, now_utc: datetime) -> list[Said]:
    """Return what is wrong with the mail path, a line each; raises SQLAlchemyError."""
    path = mail_path(store, live, now_utc)
    outbox = _outbox(path)
    return list(mail_faults(_mail(path, outbox, live, now_utc), outbox, live.channels_away))


def channels_away(live: RuntimeView) -> dict[str, str]:
    """Return in English why channels cannot be reached."""
    return {channel: str(why) for channel, why in sorted(live.channels_away.items())}


def _configuration(live: RuntimeView) -> ConfigurationDocument:
    """Return since when the configuration is in force, and where a later one is wrong; never a value of it."""
    verdict = live.verdict
    return {"accepted": verdict.accepted_utc.isoformat(), "refused": verdict.refused}


def not_read(live: RuntimeView, answers: Callable[[str], bool]) -> list[UnreadDocument]:
    """Return the devices that SNMP does not reach although their sites answer, as ``answers`` says of a site's id."""
    unread = [(device, state) for device, state in dict(live.snmp).items() if state.outcome != "ok"]  # fed meanwhile
    return [
        {
            "device": device,
            "outcome": state.outcome,
            "why": reason_text(state.why, "en"),
            "reason": as_json(state.why),
        }
        for device, state in sorted(unread)
        if answers(device.partition("/")[0])
    ]


class _Stored(TypedDict):
    outages: list[OutageDocument]
    tickets: list[PublicTicketDocument]
    events: list[TimelineDocument]


def _stored(store: Store, sites: list[SiteDocument]) -> _Stored:
    with store.read_briefly() as session:
        known = queries.site_states(session)
        outages = queries.outages(session, open_only=True, limit=1_000)
        tickets = queries.tickets(session, open_only=True, limit=1_000)
        events = queries.events(session, limit=10)
    for site in sites:
        state, since_utc = known.get(site["id"], ("", None))
        site["since"] = iso_or_none(since_utc if state == site["state"] else None)
    return {
        "outages": [outage_document(outage) for outage in outages],
        "tickets": [public_ticket_document(ticket) for ticket in tickets],
        "events": [timeline_document(event) for event in events],
    }


def _outbox(path: MailPath) -> OutboxDocument:
    outbox = path.outbox
    return {
        "owed": outbox.owed,
        "oldest_due": iso_or_none(outbox.oldest_due_utc),
        "dead": outbox.dead,
        "faulty": outbox.faulty,
        "sent": path.sent,
    }


def _mail(path: MailPath, outbox: OutboxDocument, live: RuntimeView, now_utc: datetime) -> MailDocument:
    """Return what is wrong with the mail path, as values and in English."""
    late_s = path.late_s(now_utc)
    found: MailDocument = {
        "late_s": round(late_s),
        "missed": dict(path.missed),
        "wrong": [],
        "officers_confirmed": live.office.charter.officers_confirmed,
        "late": late_s > live.office.notices.late_after_s,
        "away": channels_away(live),
        "sends": live.sends,
        "fault": path.fault,
    }
    return {**found, "wrong": [render(each, SOURCE) for each in mail_faults(found, outbox)]}


def live_site(live: RuntimeView, site: Site) -> SiteDocument:
    """Return a site with its devices.

    From another thread: the fleet may be replaced meanwhile, and the board not know the site any more.
    """
    reasons = list(_reasons(live, site))
    devices = [_device(live, device.id, device.name, str(device.address)) for device in site.devices]
    return {
        **site_document(site, live.board.state(site.id), None),
        "parent": site.parent,
        "position": site.position,
        "why": joined(reasons, "en"),
        "reasons": [{"device": device, "reason": as_json(why)} for device, why in reasons],
        "rtt_ms": devices[0]["rtt_ms"],
        "loss": devices[0]["loss"],
        "devices": devices,
        "workstations": _workstations(live, site.id),
    }


def _reasons(live: RuntimeView, site: Site) -> Iterator[tuple[str, Reason]]:
    """Yield why a site is degraded, apart from loss or time; an outage has its own reason.

    Each with the name of its device, empty for the site's own gateway or link.
    """
    if live.board.state(site.id) is not State.DEGRADED:
        return
    for each in (*site.vital, *site.others):
        last = live.board.last(each)
        if last is not None and live.board.health(each).state in {State.DOWN, State.DEGRADED}:
            why = last.poor or last.reason
            if why is not None:
                yield "" if each in site.vital else each.removeprefix(f"{site.id}/"), why


def joined(reasons: Iterable[tuple[str, Reason | None]], lang: Lang) -> str:
    """Return reasons with the names of their devices, in one line."""
    named = ((device, reason_text(why, lang)) for device, why in reasons)
    return "; ".join(f"{device}: {words}" if device else words for device, words in named)


def _workstations(live: RuntimeView, site_id: str) -> WorkstationsDocument | None:
    """Count a lab's answering workstations; None where there are none, or not all are judged yet."""
    found = live.board.lab(site_id)
    return None if found is None else {"answering": found.answering, "total": found.total}


def _device(live: RuntimeView, id_: str, name: str, address: str) -> DeviceDocument:
    sample = live.echoes.get(id_)
    rtt_ns = sample.rtt_ns if sample else None
    return {
        "name": name,
        "address": address,
        "state": live.board.health(id_).state,
        "verdict": sample.verdict if sample else None,
        "reason": as_json(sample.reason) if sample else None,
        "reason_text": reason_text(sample.reason, "en") if sample else "",
        "rtt_ms": None if rtt_ns is None else round(rtt_ns / 1e6, 3),
        "loss": round(sample.loss, 3) if sample and sample.sent else None,
    }
