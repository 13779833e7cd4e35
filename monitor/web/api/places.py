"""Answer what is watched: the whole state, sites, outages, events, and the monitor's own health."""

import json
from bisect import bisect_right
from collections.abc import Collection
from datetime import datetime
from importlib.metadata import version
from typing import Annotated, TypedDict

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from monitor.alerts.cases import publishing
from monitor.domain.api_scopes import ADMIN, STATUS_READ, TICKETS_WRITE
from monitor.domain.message import message
from monitor.domain.roles import Right
from monitor.reports.availability import figures
from monitor.reports.charter_documents import SiteSharesDocument, availability_document
from monitor.reports.status_document import ConfigurationDocument, LiveStatus, SiteDocument
from monitor.runtime.part import stale
from monitor.settings.fleet import Site
from monitor.store import keyset_queries
from monitor.store.documents import (
    OutageDocument,
    TimelineDocument,
    iso_or_none,
    outage_document,
    timeline_document,
)
from monitor.store.keyset_queries import Page, Within
from monitor.store.session import Session
from monitor.store.work import Work
from monitor.web.api import keyset
from monitor.web.api.answers import (
    JSON,
    After,
    Counted,
    Found,
    IfMatch,
    Limit,
    change,
    made,
    page,
    reading,
    route,
    span_of,
    written,
)
from monitor.web.api.asked import Asked, Asking, AskingOfTheWhole, GuardedRoute
from monitor.web.api.bodies import OutageChange
from monitor.web.api.changes import do, version_wanted
from monitor.web.api.daemons import LeasesDocument, leases_document
from monitor.web.api.keyset import USUAL
from monitor.web.api.moments import From, To, span
from monitor.web.api.problems import Problem, bad_field, without_scope
from monitor.web.status import channels_away, live_site

router = APIRouter(route_class=GuardedRoute, tags=["status"])

SiteId = Annotated[str | None, Query(max_length=64, description="Only of this site.")]


OutageNumber = Annotated[int, Path(ge=1, le=keyset.LARGEST_ID)]


class SpanDocument(TypedDict):
    """Figures of a site between two times."""

    begins: str
    ends: str
    availability: SiteSharesDocument


class HealthDocument(TypedDict):
    """The monitor's own condition. Null: ``leases`` of a database file."""

    ready: bool
    version: str
    instance: str
    uptime_s: int
    parts: dict[str, float]
    late_parts: list[str]
    clock_suspect: bool
    store_refuses: str
    store_faults: list[str]
    decisions_waiting: int
    leases: LeasesDocument | None
    configuration: ConfigurationDocument
    notice_channels: dict[str, str]
    icmp_rounds: int
    snmp_readings: dict[str, int]


@router.get("/status", **route(STATUS_READ, LiveStatus))
async def status(asked: Asking) -> Response:
    """Read the whole office's state: sites, open outages and tickets, the outbox."""
    whole = await asked.api.status()
    if not asked.caller.scope.is_all:
        whole = await asked.api.run(lambda: written(_within(asked, json.loads(whole))))
    return Response(whole, media_type=JSON)


def _within(asked: Asked, now: LiveStatus) -> LiveStatus:
    """Return of the state what is within the caller's scope."""
    sites = [site for site in now["sites"] if asked.sees_site(site["id"])]
    counts: dict[str, dict[str, int]] = {}
    for site in sites:
        of_kind = counts.setdefault(site["kind"], {})
        of_kind[site["state"]] = of_kind.get(site["state"], 0) + 1
    return {
        **now,
        "sites": sites,
        "counts": counts,
        "snmp": [each for each in now["snmp"] if asked.sees_site(each["device"].partition("/")[0])],
        "outages": [each for each in now["outages"] if asked.sees_site(each["site"])],
        "tickets": [each for each in now["tickets"] if asked.sees_ticket(each["site"])],
        "events": [each for each in now["events"] if asked.sees_site(each["site"] or None)],
    }


@router.get("/sites", **route(STATUS_READ, SiteDocument, of_list=True))
async def sites(
    asked: Asking,
    kind: Annotated[str | None, Query(max_length=32)] = None,
    union: Annotated[str | None, Query(max_length=200)] = None,
    state: Annotated[str | None, Query(max_length=32)] = None,
    text: Annotated[str | None, Query(max_length=200, description="A part of the id or a name.")] = None,
    limit: Limit = USUAL,
    after: After = "",
    count: Counted = False,
) -> Response:
    """List sites by their ids."""
    wanted = span_of(limit, after, count, (str,))
    overview = await asked.api.overview(asked.caller.scope)
    index = overview.index

    def chosen() -> list[str]:
        """Return the ids in their order; all of them, or those of the smallest set that has all that are wanted."""
        sets: list[Collection[str]] = [] if asked.caller.scope.is_all else [overview.sites]
        if text is not None:
            sets.append(index.called(text))
        if kind is not None:
            sets.append(index.of_kind(kind))
        if union is not None:
            sets.append(index.of_union(union))
        if state is not None:
            sets.append(overview.in_state.get(state, ()))
        if not sets:
            return index.by_id
        least, *others = sorted(sets, key=len)
        return sorted(set(least).intersection(*others))

    def read(session: Session) -> Found:
        ids = chosen()
        begins = 0 if wanted.after is None else bisect_right(ids, wanted.after[0])
        ends = begins + wanted.limit
        shown = [index.fleet.sites[id_] for id_ in ids[begins:ends]]
        more = (shown[-1].id,) if shown and len(ids) > ends else None
        found = Page(_documents(asked, session, shown), more, len(ids) if count else None)
        return page(asked, found, lambda document: document)

    return await reading(asked, read)


@router.get("/sites/{site_id}", **route(STATUS_READ, SiteDocument, "not-found"))
async def one_site(asked: Asking, site_id: str) -> Response:
    """Read a site with its devices by their last samples."""
    site = asked.site(site_id)
    return await reading(asked, lambda session: Found(_documents(asked, session, [site])[0]))


def _documents(asked: Asked, session: Session, sites: list[Site]) -> list[SiteDocument]:
    known = keyset_queries.states_of(session, [site.id for site in sites])
    found = []
    for site in sites:
        document = live_site(asked.api.live, site)
        state, since_utc = known.get(site.id, ("", None))
        document["since"] = iso_or_none(since_utc if state == document["state"] else None)
        found.append(document)
    return found


@router.get("/sites/{site_id}/availability", **route(STATUS_READ, SpanDocument, "not-found"))
async def availability(asked: Asking, site_id: str, from_utc: From = None, to_utc: To = None) -> Response:
    """Read for how long a site was up, down, unmonitored and paused; without times, this month."""
    site = asked.site(site_id)
    window = span(from_utc, to_utc, asked.now_utc)

    def read(session: Session) -> Found:
        found = availability_document(figures(session, asked.office, site.id, window, asked.now_utc))
        return Found({"begins": window[0].isoformat(), "ends": window[1].isoformat(), "availability": found})

    return await reading(asked, read)


@router.get("/sites/{site_id}/timeline", **route(STATUS_READ, TimelineDocument, "not-found", of_list=True))
async def timeline(
    asked: Asking, site_id: str, from_utc: From = None, to_utc: To = None, limit: Limit = USUAL, after: After = ""
) -> Response:
    """List what happened at a site, starts and ends of outages included; the newest first."""
    site = asked.site(site_id)
    wanted = span_of(limit, after, False, keyset.BY_RANK)
    within = Within([site.id], from_utc, to_utc)

    def read(session: Session) -> Found:
        return page(asked, keyset_queries.timeline(session, wanted, within), timeline_document)

    return await reading(asked, read)


@router.get("/events", **route(STATUS_READ, TimelineDocument, "not-found", of_list=True))
async def events(
    asked: Asking,
    site: SiteId = None,
    kind: Annotated[str | None, Query(max_length=32)] = None,
    from_utc: From = None,
    to_utc: To = None,
    limit: Limit = USUAL,
    after: After = "",
    count: Counted = False,
) -> Response:
    """List events of sites and devices that are no outages; the newest first."""
    wanted = span_of(limit, after, count, keyset.BY_TIME)
    within = within_scope(asked, site, from_utc, to_utc)

    def read(session: Session) -> Found:
        return page(asked, keyset_queries.events(session, wanted, within, kind=kind), timeline_document)

    return await reading(asked, read)


@router.get("/outages", **route(STATUS_READ, OutageDocument, "not-found", of_list=True))
async def outages(
    asked: Asking,
    site: SiteId = None,
    is_open: Annotated[
        bool | None, Query(alias="open", description="Only those that last, or only the others.")
    ] = None,
    cause: Annotated[str | None, Query(max_length=32)] = None,
    from_utc: From = None,
    to_utc: To = None,
    limit: Limit = USUAL,
    after: After = "",
    count: Counted = False,
) -> Response:
    """List outages; the newest first."""
    wanted = span_of(limit, after, count, keyset.BY_TIME)
    within = within_scope(asked, site, from_utc, to_utc)

    def read(session: Session) -> Found:
        found = keyset_queries.outages(session, wanted, within, is_open=is_open, cause=cause)
        return page(asked, found, outage_document)

    return await reading(asked, read)


@router.get("/outages/{number}", **route(STATUS_READ, OutageDocument, "not-found"))
async def one_outage(asked: Asking, number: OutageNumber) -> Response:
    """Read an outage."""
    return await reading(asked, lambda session: outage_found(asked, session, number))


@router.patch("/outages/{number}", **change(TICKETS_WRITE, OutageDocument, "not-found", "stale-version", "no-version"))
async def change_outage(asked: Asking, number: OutageNumber, body: OutageChange, if_match: IfMatch = "") -> Response:
    """Say something of an outage to the public, or let it count against nobody."""
    wanted = version_wanted(asked)
    if body.excuse is not None and Right.RAISE not in asked.caller.rights:
        raise without_scope(ADMIN)
    if body.note is None and body.excuse is None:
        raise bad_field("", message("what is to be changed? Expected 'note' or 'excuse'"))

    def changes(work: Work) -> Found:
        before = keyset_queries.outage(work.session, number)
        if before is None or not asked.sees_site(before.site):
            raise Problem("not-found")
        seen = wanted.seen(before.version)
        if body.note is not None:
            publishing.note_outage(work, number, body.note, seen=seen)
            seen = None
        if body.excuse is not None:
            publishing.excuse_outage(work, number, body.excuse, seen=seen)
        work.session.flush()
        return outage_found(asked, work.session, number)

    return await do(asked, changes, fields={"text": "excuse" if body.note is None else "note"})


def within_scope(
    asked: Asked, site: str | None, from_utc: datetime | None = None, to_utc: datetime | None = None
) -> Within:
    """Return what a list is narrowed to: a site that was asked for, else the caller's scope; and two times.

    Raises Problem for a site outside the scope. One removed from the configuration is known to who may see all.
    """
    if site is not None and not asked.sees_site(site):
        raise Problem("not-found")
    sites = asked.caller.sites(asked.api.live.fleet) if site is None else [site]
    return Within(sites, from_utc, to_utc, site is not None)


def outage_found(asked: Asked, session: Session, number: int) -> Found:
    """Return an outage within the caller's scope; raises Problem."""
    found = keyset_queries.outage(session, number)
    if found is None or not asked.sees_site(found.site):
        raise Problem("not-found")
    return Found(outage_document(found), version=found.version)


@router.get("/health", **route(STATUS_READ, HealthDocument))
async def health(asked: AskingOfTheWhole) -> Response:
    """Read the monitor's own condition."""
    live, api, ages = asked.api.live, asked.api, asked.api.ages()
    document: HealthDocument = {
        "ready": live.is_judged,
        "version": version("upazila-monitor"),
        "instance": live.instance,
        "uptime_s": round((api.clock.mono_ns() - live.started_mono_ns) / 1e9),
        "parts": {part: round(age_s, 1) for part, age_s in ages.items()},
        "late_parts": stale(ages),
        "clock_suspect": live.clock_suspect,
        "store_refuses": live.store_refuses,
        "store_faults": list(live.store_faults),
        "decisions_waiting": live.decisions_waiting,
        "leases": None if live.leases.is_sole else leases_document(live.leases),
        "configuration": {"accepted": live.verdict.accepted_utc.isoformat(), "refused": live.verdict.refused},
        "notice_channels": channels_away(live),
        "icmp_rounds": live.taken.get("icmp", 0),
        "snmp_readings": dict(live.snmp_readings),
    }
    return await made(asked, lambda: Found(document))
