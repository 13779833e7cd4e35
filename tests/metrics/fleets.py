"""Fleets of many sites, and their rounds."""

import time
from dataclasses import replace

from monitor.domain.sample import Sample, Verdict
from monitor.settings.fleet import Fleet, Site
from tests.web.desk import Desk


def many(office: Desk, count: int) -> Fleet:
    model = office.settings.fleet.sites["udc-juniadaha"]

    def site(id_: str) -> Site:
        gateway = replace(model.gateway, id=f"{id_}/gateway", site=id_)
        return replace(model, id=id_, devices=(gateway,), parent=None)

    return Fleet({f"site-{number}": site(f"site-{number}") for number in range(count)})


def judged(office: Desk, site: str, verdict: Verdict) -> None:
    """A round of a site, of which nothing is stored."""
    sample = Sample(f"{site}/gateway", "icmp", office.clock.utc(), time.monotonic_ns(), verdict, 3, 3, (4_000_000,) * 3)
    office.live.observe(sample)
    office.board.observe(sample)
