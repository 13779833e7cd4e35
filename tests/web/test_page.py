"""The page says everything in its reader's language, in the order and with the times that people use."""

import html
import json
import re

import pytest

from monitor.i18n.languages import own_name
from monitor.i18n.sorting import name_key
from monitor.i18n.terms import EVENTS, STATES, TICKET_STATES
from monitor.reports.status_document import LiveStatus
from monitor.store.documents import TimelineDocument
from monitor.web.page import render
from monitor.web.status import status
from tests.i18n.pseudo import LANG, escaped, pseudo, pseudo_locales
from tests.web.asking import ask
from tests.web.desk import Desk

__all__ = ["pseudo", "pseudo_locales"]


async def test_what_is_wrong_with_the_mail_is_said_in_the_pages_language(office: Desk, port: int) -> None:
    office.live.mail_trouble = {"email": "mail.example.org:587: connection refused"}
    office.goes_down("backbone-north")  # its letter is pending
    office.clock.advance(3 * 3_600)

    assert "চিঠি অপেক্ষমাণ, সবচেয়ে পুরোনোটি ৩ ঘণ্টা ধরে" in (await ask(port, "/?lang=bn")).text
    assert "letters are pending, the oldest for 3 hours" in (await ask(port, "/?lang=en")).text
    mail = json.loads((await ask(port, "/api/status")).body)["mail"]
    assert (mail["late"], mail["away"]) == (True, dict(office.live.mail_trouble))
    assert mail["wrong"][0] == "email: mail.example.org:587: connection refused"
    assert any("letters are pending, the oldest for 3 hours" in line for line in mail["wrong"])


async def test_times_are_said_by_today_and_in_full_where_one_points(office: Desk, port: int) -> None:
    office.goes_down("udc-juniadaha")  # on Tuesday at 09:00
    office.clock.advance(90 * 60)
    today = (await ask(port, "/?lang=bn")).text
    assert 'title="মঙ্গলবার, ২৪ নভেম্বর ২০২৬, ০৯:০০">আজ ০৯:০০</time>' in today
    assert ">today 09:00</time> (1 hour 30 minutes)" in (await ask(port, "/?lang=en")).text

    office.clock.advance(86_400)
    assert ">গতকাল ০৯:০০</time>" in (await ask(port, "/?lang=bn")).text


async def test_sites_of_a_kind_stand_in_the_order_of_the_alphabet(office: Desk, port: int) -> None:
    sites = [site for site in office.settings.fleet.sites.values() if site.kind == "udc"]
    for lang, name in (("bn", "name_bn"), ("en", "name_en")):
        page = (await ask(port, f"/?lang={lang}")).text
        shown = re.findall(r'<span class="name">(.*?)</span>', page)
        names = [getattr(site, name) for site in sites]
        assert [each for each in shown if each in names] == sorted(names, key=name_key)
    assert names != sorted(names, key=name_key), "else this says nothing"


@pytest.mark.parametrize("lang", ["bn", LANG])
def test_no_word_of_the_page_comes_past_the_catalogue(office: Desk, pseudo: str, lang: str) -> None:
    office.goes_down("backbone-north")
    office.round("udc-chandgram", lost=1)
    office.clock.advance(3 * 3_600)
    now = status(office.live, office.store, office.clock)
    charter = office.office.charter
    with_everything_wrong(now)

    page = render(now, charter, lang)

    names = [
        *(name for site in now["sites"] for name in (site["name_bn"], site["name_en"])),
        *(charter.name_bn, charter.name_en, f"upazila-monitor {now['version']}"),
        *("upazila-monitor status", "upazila-monitor outbox --owed", "upazila-monitor outbox --dead"),
        *(
            "upazila-monitor check",
            "upazila-monitor backup verify",
            "charter.toml",
            "officers_confirmed",
            "— upazila-monitor",
        ),
        *("/metrics", "English", "BHR-", " ms", "SNMP", "NAMED", own_name("bn"), pseudo),
    ]
    left = escaped(html.unescape(re.sub("<[^>]*>", " ", page)), names)
    assert [word for word in left if lang == LANG or word.isascii()] == []
    # Attributes are read out and shown, too.
    shown = " ".join(re.findall('(?:title|aria-label|data-label)="([^"]*)"', page))
    assert [word for word in escaped(html.unescape(shown), names) if lang == "bn" and word.isascii()] == []


def with_everything_wrong(now: LiveStatus) -> None:
    """Every banner, cause, state, event and figure that the page can show; what comes from outside says 'NAMED'."""
    now["clock_suspect"], now["store_readable"] = True, False
    now["configuration"]["refused"] = now["store_refuses"] = "NAMED"
    now["store_faults"] = ["NAMED"]
    outcomes = ("silent", "credentials", "error", "unread", "cut")
    now["snmp"] = [{"device": "NAMED", "outcome": each, "why": "", "reason": None} for each in outcomes]
    assert now["mail"] is not None
    assert now["outbox"] is not None
    missed = {"morning": True, "weekly": True}
    now["mail"] = {**now["mail"], "officers_confirmed": False, "late": True, "missed": missed, "fault": "NAMED"}
    now["outbox"] = {**now["outbox"], "dead": 2, "faulty": 3}
    now["outages"] = [{**outage, "cause": "power", "affected": ["NAMED"]} for outage in now["outages"]]
    for site, state in zip(now["sites"], STATES, strict=False):
        site["state"], site["since"], site["loss"] = state, now["generated"], 0.25
        site["workstations"] = {"answering": 3, "total": 10}
    (ticket,) = now["tickets"]
    now["tickets"] = [{**ticket, "state": state} for state in TICKET_STATES]
    now["events"] = [event(now["generated"], kind) for kind in EVENTS]


def event(at_utc: str, kind: str) -> TimelineDocument:
    """A line of the timeline."""
    return {
        "at_utc": at_utc,
        "site": "udc-chandgram",
        "device": "NAMED",
        "kind": kind,
        "reason": None,
        "reason_text": "",
        "end_reason": None,
        "ticket": None,
        "text": "NAMED",
    }
