"""What somebody writes into a name, a complaint or a remark stays text: no element, no script, no broken page."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import quote

import pytest
from playwright.sync_api import Page

from monitor.alerts.cases import actions
from monitor.alerts.cases.complaints import Request
from monitor.domain.reasons import ReasonCode, reason
from monitor.settings.fleet import Fleet
from monitor.settings.load import Settings
from monitor.store.models import Event, Outage, SiteNote, User
from monitor.store.work import Work
from tests.browser.chromium import Chromium
from tests.browser.payloads import CSS, HTML, PAYLOADS, RESULT, TEMPLATES
from tests.web.world import SITE, World
from tests.web.world import world as made_world

LISTS = ("/", "/sites", "/tickets", "/maintenance", "/audit", "/users", "/me", "/public", "/calendar", "/charter")
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
        _planted_elsewhere(world)
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


def _planted_elsewhere(world: World) -> None:
    """Have all of them in planned work, and in the names of users."""
    desk, now_utc = world.desk, world.desk.clock.utc()
    begins = now_utc.replace(tzinfo=None) + timedelta(days=1)
    with desk.store.write() as session:
        work = Work(session, desk.office, now_utc, "rahima")
        for number, text in enumerate(PAYLOADS):
            entry = {"text": text[:200], "sites": [SITE], "begins": begins, "ends": begins + timedelta(hours=1)}
            actions.plan_work(work, f"hostile-{number}", entry)
        for user, text in zip(session.query(User).order_by(User.id), PAYLOADS, strict=False):
            user.name_bn = user.name_en = text[:200]
            user.email = text[:200]


def is_calm(page: Page) -> bool:
    """Whether no result of a sum is read on it."""
    return RESULT not in page.inner_text("body")


@pytest.mark.long
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
    assert faults == [], "\n".join(faults)


ECHOES = (
    "/sites?text={}",
    "/tickets?text={}",
    "/tickets?tab=all&period={}",
    "/audit?about={}&kind={}&actor={}",
    "/maintenance/new?text={}&q={}&begins={}&see=1",
    "/calendar/order?what=closed&date={}&bn={}&order={}",
    "/login?next={}",
    "/me/prove?next={}",
    "/?lang={}",
    "/{}",
)
"""Where what was asked is shown again."""


def test_what_is_asked_for_is_shown_again_as_text_only(hostile: tuple[World, list[str]], chromium: Chromium) -> None:
    world, _ = hostile
    every, faults = "".join(HTML), list[str]()
    with chromium.looking(world.port, width=360) as seen:
        for login in ("", "admin"):
            if login:
                seen.log_in(world.logins[login])
            for path in ECHOES:
                for text in (every, *CSS, *TEMPLATES) if "sites" in path else (every,):
                    status = seen.go(path.replace("{}", quote(text)))
                    faults += seen.faults(path) + ([] if status < 500 else [f"{path}: {status}"])
                    assert seen.page.url.startswith(seen.base + "/"), "it leads elsewhere"
                    if not is_calm(seen.page):
                        faults.append(f"{path}: a sum was done")
    assert faults == [], "\n".join(faults)


def test_what_was_typed_comes_back_as_text_when_the_form_is_not_right(
    hostile: tuple[World, list[str]], chromium: Chromium
) -> None:
    world, _ = hostile
    faults = list[str]()
    with chromium.looking(world.port, width=360) as seen:
        seen.log_in(world.logins["admin"])
        for text in ("".join(HTML), *TEMPLATES):
            seen.go("/tickets/new")
            for name in ("where", "text", "asker"):
                seen.page.locator(f"[name={name}]").fill(text[:200] if name == "asker" else text[:3_900])
            with seen.page.expect_navigation():
                seen.page.locator("button[value=register]").click()
            assert seen.page.locator("[name=text]").input_value().strip() == text[:3_900].strip()
            faults += seen.faults("/tickets/new") + ([] if is_calm(seen.page) else ["/tickets/new: a sum was done"])
    assert faults == [], "\n".join(faults)
