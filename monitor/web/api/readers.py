"""Answer standing readers: a Prometheus that looks for targets, and calendars that subscribe to feeds."""

import re
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from monitor.alerts.cases import downtimes
from monitor.domain.api_scopes import STATUS_READ, TICKETS_READ
from monitor.i18n.languages import BOTH, languages
from monitor.settings.fleet import Device, Site
from monitor.store import keyset_queries
from monitor.store.keyset_queries import Span, Within
from monitor.store.session import Session
from monitor.web.api import feeds
from monitor.web.api.answers import ALWAYS, NAMED, Found, digest_tag, response, written
from monitor.web.api.asked import SCOPE, Asking, GuardedRoute
from monitor.web.api.daemons import TargetDocument
from monitor.web.api.maintenance import plans_of
from monitor.web.api.problems import Problem, late
from monitor.web.api.schemas import problems, schema_of

router = APIRouter(route_class=GuardedRoute, tags=["readers"])

MOST_DEADLINES = 1_000  # the latest tickets: a calendar of more is read by nobody
_DTSTAMP = re.compile(rb"DTSTAMP:[^\r\n]*")

Feed = Literal["deadlines", "maintenance", "holidays"]


@router.get(
    "/sd/prometheus",
    responses={
        200: {
            "description": "All targets, or none.",
            "content": {"application/json": {"schema": {"type": "array", "items": schema_of(TargetDocument, NAMED)}}},
        },
        304: {"description": "The same as before."},
        **problems(*ALWAYS),
    },
    openapi_extra={SCOPE: STATUS_READ},
    response_model=None,
)
async def prometheus(asked: Asking) -> Response:
    """List all devices for Prometheus (http_sd); while the configuration on disk is wrong, those of the one before."""
    sites = asked.api.live.fleet.sites.values()

    def make() -> tuple[Found, bytes]:
        found = [each for site in sites if asked.caller.sees(site) for each in _targets(site)]
        body = written(found)
        return Found(None, headers={"etag": digest_tag(body)}), body

    return response(asked.request, *await asked.api.run(make))


def _targets(site: Site) -> list[TargetDocument]:
    """Return each device of a site for the exporter of echoes, and again for that of SNMP where it is read."""
    found = []
    for device in site.devices:
        found.append(_target(site, device, "icmp", str(device.address)))
        if device.snmp:
            host = f"[{device.address}]" if device.address.version == 6 else str(device.address)
            address = str(device.address) if device.snmp_port == 161 else f"{host}:{device.snmp_port}"
            found.append(_target(site, device, "if_mib", address))
    return found


def _target(site: Site, device: Device, module: str, address: str) -> TargetDocument:
    return {
        "targets": [address],
        "labels": {
            "__meta_upazila_site": site.id,
            "__meta_upazila_kind": site.kind,
            "__meta_upazila_union": site.union or "",
            "__meta_upazila_device": device.name,
            "__param_module": module,
        },
    }


@router.get(
    "/feeds/{token}/{name}.ics",
    responses={
        200: {"description": "The calendar.", "content": {"text/calendar": {"schema": {"type": "string"}}}},
        304: {"description": "The same as before."},
        **problems("malformed", "not-found", "bad-values", "busy", "database-away"),
    },
    openapi_extra={SCOPE: ""},
    response_model=None,
)
async def feed(
    asked: Asking,
    token: Annotated[str, Path(max_length=100, description="A feed's own token; it is good for nothing else.")],
    name: Feed,
    lang: Annotated[str, Query(max_length=8, description="bn or en.")] = "",
) -> Response:
    """Read a calendar: deadlines of unsettled tickets, planned work, or holidays."""
    caller = await asked.api.feed_of(asked.request, token)
    needed = TICKETS_READ if name == "deadlines" else STATUS_READ
    if caller is None or not caller.may(needed):
        raise Problem("not-found")
    if wait_s := asked.api.rates.wait_s(caller.name, asked.api.clock.mono_ns()):
        raise late("too-many", wait_s)
    words = lang if lang in languages() else BOTH[0]
    asked = asked.of_caller(caller)
    office, fleet = asked.office, asked.api.live.fleet

    def made_of(session: Session) -> bytes:
        if name == "holidays":
            return feeds.holidays(office, asked.now_utc, words)
        if name == "deadlines":
            within = Within(caller.sites(fleet))
            found = keyset_queries.tickets(session, Span(MOST_DEADLINES), within, is_open=True)
            return feeds.deadlines(office, found.entries, asked.now_utc, words)
        every = plans_of(asked, session)
        return feeds.planned_work(office, every, downtimes.plan_versions(session), asked.now_utc, words)

    def make(session: Session) -> tuple[Found, bytes]:
        body = made_of(session)
        tag = digest_tag(_DTSTAMP.sub(b"", body))  # which is the time at which it was made
        return Found(None, headers={"etag": tag}), body

    return response(asked.request, *await asked.api.read(make), feeds.MEDIA_TYPE)
