"""Show the page of a site, take notes about it, probe it when asked, and print the label for its door."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import segno
from markupsafe import Markup
from starlette.responses import Response

from monitor.alerts.cases.actions import note_site
from monitor.domain.message import Message, message, messages
from monitor.domain.reasons import Reason
from monitor.domain.roles import Right
from monitor.domain.sample import Sample, Verdict
from monitor.i18n.catalogue import render as rendered
from monitor.i18n.formats import digits, ms_text
from monitor.i18n.languages import Lang
from monitor.i18n.reasons import reason_text
from monitor.judging.availability import Availability
from monitor.reports.site_strips import in_minutes, service_hours, stretches
from monitor.runtime.asked_probes import Busy, TooSoon
from monitor.settings.fleet import Site
from monitor.store.session import Session
from monitor.web.console import strips
from monitor.web.console.asked import Asked, NotFound, PageRoute
from monitor.web.console.console import Console
from monitor.web.console.site_view import (
    SiteStored,
    ahead_of,
    fault_of,
    inside,
    path_to,
    promise_of,
    read_site,
)

A_DAY = timedelta(hours=24)


def routes(console: Console) -> list[PageRoute]:
    """Return the routes of this page."""

    async def show(asked: Asked) -> Response:
        site = console.site(asked, asked.path("id"))
        before = asked.query("before")
        older_than = int(before) if before.isascii() and before.isdigit() and len(before) < 10 else 0

        def ask(session: Session) -> SiteStored:
            return read_site(session, console.office, site.id, asked.now_utc, older_than)

        stored = await console.read(ask)
        return console.page(asked, "site.html.j2", **values_of(console, asked, site, stored))

    async def note(asked: Asked) -> Response:
        site = console.site(asked, asked.path("id"))
        await console.act(asked, lambda work: note_site(work, site.id, asked.field("text")), (f"site:{site.id}",))
        return console.back(asked, f"/sites/{site.id}#notes", message("The note is kept"))

    async def probe(asked: Asked) -> Response:
        site = console.site(asked, asked.path("id"))
        if console.probes is None:
            raise NotFound
        try:
            said = _probed(await console.probes.probe(site), asked.lang)
        except TooSoon as early:
            said = _too_soon(early)
        return console.back(asked, f"/sites/{site.id}", said)

    async def trace(asked: Asked) -> Response:
        site = console.site(asked, asked.path("id"))
        if console.probes is None:
            raise NotFound
        said = message("The way is being traced; that takes up to half a minute, and then stands on this page")
        try:
            console.probes.trace(site)
        except TooSoon as early:
            said = _too_soon(early)
        except Busy:
            said = message("Another way is being traced at the moment; try again in half a minute")
        return console.back(asked, f"/sites/{site.id}#way", said)

    async def label(asked: Asked) -> Response:
        site = console.site(asked, asked.path("id"))
        monitor = console.settings_of().monitor
        home = monitor.mail.page_url.rstrip("/")
        url = monitor.public.url or (f"{home}/public" if home else "")
        code = Markup(segno.make(url, error="m").svg_inline(scale=6, border=2, omitsize=True)) if url else ""
        phone = next((officer.printed_phone for officer in console.office.charter.officers.values()), "")
        return console.page(asked, "site_label.html.j2", site=site, url=url, code=code, phone=phone)

    return [
        PageRoute("/sites/{id}", Right.READ, get=show),
        PageRoute("/sites/{id}/note", Right.TICKETS, post=note),
        PageRoute("/sites/{id}/probe", Right.PROBE, post=probe),
        PageRoute("/sites/{id}/trace", Right.PROBE, post=trace),
        PageRoute("/sites/{id}/label", Right.READ, get=label),
    ]


def values_of(console: Console, asked: Asked, site: Site, stored: SiteStored) -> Mapping[str, Any]:
    """Return what the template shows."""
    live, office, now_utc, lang = console.live, console.office, asked.now_utc, asked.lang
    day = (now_utc - A_DAY, now_utc)
    seen_day = stretches(stored.times, day)
    hour = live.hours.get(site.gateway.id)
    path = path_to(live, site)
    sample = live.echoes.get(site.gateway.id)
    probes = console.probes
    return {
        "site": site,
        "here_url": f"/sites/{site.id}",
        "state": live.board.state(site.id),
        "watcher": live.watcher(site.id),
        "stored": stored,
        "path": path,
        "live_names": " ".join(f"site:{step.site.id}" for step in path),
        "fault": fault_of(path),
        "sample": sample,
        "inside": inside(live, site),
        "words": lambda each: reason_text(each, lang) if isinstance(each, Reason) else rendered(each, lang),
        "service": office.service_of(site.id),
        "charter": office.charter,
        "promise": lambda outage: promise_of(outage, now_utc),
        "gone": _gone(stored, asked),
        "ahead": ahead_of(office, site.id, now_utc),
        "seen_day": seen_day,
        "day_boxes": strips.hours_strip(seen_day, day),
        "service_boxes": strips.hours_line(service_hours(stored.times, day), day),
        "day_begins": day[0],
        "day_middle": now_utc - A_DAY / 2,
        "days": strips.day_strip(stored.days),
        "troubled": strips.troubled(stored.days),
        "hour": None if hour is None else strips.hour_chart(hour.before(now_utc.timestamp())),
        "in_hours": [(span.title, *_column(span.in_hours, lang)) for span in stored.sums],
        "always": [(span.title, *_column(span.always, lang)) for span in stored.sums],
        "can_probe": probes is not None and live.watcher(site.id) is None and asked.visitor.may(Right.PROBE),
        "traced": None if probes is None else probes.traces.get(site.id),
        "is_tracing": probes is not None and probes.is_tracing,
        "known": live.fleet.sites,
    }


def _gone(stored: SiteStored, asked: Asked) -> float:
    """Return how much of the promised time of the open outage is gone, 0 to 1."""
    outage = stored.outage
    if outage is None:
        return 0.0
    promised = (outage.deadline_utc - outage.started_utc).total_seconds()
    gone = (asked.now_utc - outage.started_utc).total_seconds()
    return 1.0 if gone >= promised else max(gone / promised, 0.0)


def _column(found: Availability, lang: Lang) -> tuple[list[str], float | None]:
    """Return four parts and their sum in hours and minutes that add up, and the share."""
    return [digits(f"{minutes // 60}:{minutes % 60:02}", lang) for minutes in in_minutes(found)], found.share


def _probed(sample: Sample | None, lang: Lang) -> Message:
    if sample is None:
        return message("No answer of the probe has come yet; the last round stands below")
    if sample.verdict is Verdict.UNKNOWN:
        return message("The monitor itself could not probe: {why}", why=reason_text(sample.reason, lang))
    if sample.rtt_ns is None:
        return message("It does not answer: none of {sent} echoes came back", sent=sample.sent)
    return message(
        "It answers: {got} of {sent} echoes came back, in {time}",
        got=sample.received,
        sent=sample.sent,
        time=ms_text(sample.rtt_ns / 1e6, lang),
    )


def _too_soon(early: TooSoon) -> Message:
    return messages(
        "It was asked a moment ago: try again in {count} second",
        "It was asked a moment ago: try again in {count} seconds",
        max(1, round(early.seconds)),
    )
