"""What somebody writes into a name, a complaint or a remark stays text: no element, no script, no broken page."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Page

from monitor.alerts.cases import actions
from monitor.alerts.cases.complaints import Request
from monitor.domain.reasons import ReasonCode, reason
from monitor.settings.fleet import Fleet
from monitor.settings.load import Settings
from monitor.store.models import Event, Outage, SiteNote
from monitor.store.work import Work
from tests.browser.chromium import Chromium
from tests.browser.payloads import PAYLOADS, RESULT
from tests.web.world import World
from tests.web.world import world as made_world

LISTS = ("/",)
OF_A_SITE = "/sites/{site}"
OF_A_TICKET = "/tickets/{ticket}"
"""Pages with a gap, each asked for with every hostile site or ticket."""


def renamed(settings: Settings) -> Settings:
    """Every site with two of the texts for names, whatever the loading of files would refuse."""
    texts = iter(PAYLOADS * 4)
    sites = {
        id_: replace(site, name_bn=next(texts), name_en=next(texts), operator=next(texts), feeder=next(texts))
        for id_, site in settings.fleet.sites.items()
    }
    return replace(settings, fleet=Fleet(sites, settings.fleet.groups))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, list[str]]]:
    """An office of such names, with a request of every text; and the numbers of those."""
    with made_world(tmp_path_factory.mktemp("hostile"), renamed) as world:
        yield world, [_planted(world, number, text) for number, text in enumerate(PAYLOADS)]


def _planted(world: World, number: int, text: str) -> str:
    """Have it in a complaint, its asker, remarks, a site's note, an outage's note, and in what a device said."""
    desk, sites = world.desk, list(world.desk.settings.fleet.sites)
    site = sites[number % len(sites)]
    with desk.store.write() as session:
        work = Work(session, desk.office, desk.clock.utc(), "karim")
        words = text if any(letter.isalnum() for letter in text) else f"a {text}"
        request = Request("citizen:6", "phone", words, words, work.now_utc, site=site)
        ticket = actions.register(work, request)
        actions.act(work, ticket.number, "comment", words)
        ticket.memo, ticket.public_note, ticket.asker_phone = text[:90], text[:900], text[:30]
        session.add(SiteNote(site=site, at_utc=work.now_utc, actor=text[:90], text=text[:4_000]))
        said = reason(ReasonCode.TRAP, name=text[:900])
        session.add(Event(at_utc=work.now_utc, kind="trap", site=site, device=f"{site}/gateway", reason=said))
        for outage in session.query(Outage).filter_by(site=site):
            outage.note = outage.excuse = text[:900]
        return ticket.number


def is_calm(page: Page) -> bool:
    """Whether no result of a sum is read on it."""
    return RESULT not in page.inner_text("body")


@pytest.mark.parametrize("width", [360, 1366])
def test_no_text_becomes_more_than_text_on_any_page(
    hostile: tuple[World, list[str]], chromium: Chromium, width: int
) -> None:
    world, tickets = hostile
    sites = list(world.desk.settings.fleet.sites)
    of_sites = (OF_A_SITE.format(site=each) for each in sites)
    of_tickets = (OF_A_TICKET.format(ticket=each) for each in tickets)
    pages = [*LISTS, *of_sites, *of_tickets]
    faults = list[str]()
    with chromium.looking(world.port, width=width) as seen:
        seen.log_in(world.logins["admin"])
        for number, path in enumerate(pages):
            lang = ("bn", "en")[number % 2]
            status = seen.go(f"{path}?lang={lang}")
            faults += seen.faults(f"{path} in {lang}") + ([] if status == 200 else [f"{path}: {status}"])
            if not is_calm(seen.page):
                faults.append(f"{path}: a sum was done")
    assert faults == []
