"""Answer which daemons work on this database: to whoever reads the monitor's health, and to Prometheus."""

from typing import TypedDict

from fastapi import APIRouter
from starlette.responses import Response

from monitor.domain.api_scopes import STATUS_READ
from monitor.domain.leases import shard_of
from monitor.runtime.leases import Leases
from monitor.web.api.answers import ALWAYS, NAMED, Found, digest_tag, response, written
from monitor.web.api.asked import SCOPE, AskingOfTheWhole, GuardedRoute
from monitor.web.api.schemas import problems, schema_of

router = APIRouter(route_class=GuardedRoute, tags=["readers"])


class TargetDocument(TypedDict):
    """A target for Prometheus, as its http_sd wants it."""

    targets: list[str]
    labels: dict[str, str]


class DaemonDocument(TypedDict):
    """One of several daemons on this database; ``shards``: how many of the 64 shards of sites it judges.

    ``lost_uplinks``: those beyond which nothing answers it; ``other_configuration``: its sites or offices are others
    than this daemon's, for longer than reloading both takes.
    """

    name: str
    url: str
    shards: int
    clock_trusted: bool
    is_this: bool
    lost_uplinks: list[str]
    other_configuration: bool


class LeasesDocument(TypedDict):
    """What this daemon does among several: its shards of sites, and its duties."""

    shards: list[int]
    duties: list[str]
    daemons: list[DaemonDocument]


def leases_document(leases: Leases) -> LeasesDocument:
    """Return what this daemon does, and which others there are."""
    duties = sorted(lease.name for lease in leases.own() if shard_of(lease.name) is None)
    daemons: list[DaemonDocument] = [
        {
            "name": each.name,
            "url": each.url,
            "shards": each.shards,
            "clock_trusted": each.fit,
            "is_this": each.is_self,
            "lost_uplinks": sorted(each.lost),
            "other_configuration": each.watches_another,
        }
        for each in leases.members()
    ]
    return {"shards": sorted(leases.shards()), "duties": duties, "daemons": daemons}


@router.get(
    "/sd/daemons",
    responses={
        200: {
            "description": "All targets.",
            "content": {"application/json": {"schema": {"type": "array", "items": schema_of(TargetDocument, NAMED)}}},
        },
        304: {"description": "The same as before."},
        **problems(*ALWAYS),
    },
    openapi_extra={SCOPE: STATUS_READ},
    response_model=None,
)
async def daemons(asked: AskingOfTheWhole) -> Response:
    """List the daemons on this database for Prometheus (http_sd): each exposes the sites that it judges."""
    members = [(each.name, each.url) for each in asked.api.live.leases.members()]

    def make() -> tuple[Found, bytes]:
        body = written([_daemon(name, url) for name, url in members or [("", asked.api.settings_of().page_url)]])
        return Found(None, headers={"etag": digest_tag(body)}), body

    return response(asked.request, *await asked.api.run(make))


def _daemon(name: str, url: str) -> TargetDocument:
    scheme, _, address = url.partition("://")
    return {"targets": [address], "labels": {"__scheme__": scheme, "__meta_upazila_daemon": name}}
