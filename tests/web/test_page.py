"""The page says everything in its reader's language, in the order and with the times that people use."""

import html
import json
import re

import pytest

from monitor.i18n.languages import own_name
from monitor.i18n.sorting import name_key
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
async def test_no_word_of_the_page_comes_past_the_catalogue(office: Desk, port: int, pseudo: str, lang: str) -> None:
    office.goes_down("backbone-north")
    office.round("udc-chandgram", lost=1)
    office.live.clock_suspect = True
    office.live.mail_trouble = {"email": "mail.example.org"}
    office.clock.advance(3 * 3_600)

    page = (await ask(port, f"/?lang={lang}")).text

    fleet = office.settings.fleet.sites.values()
    charter = office.office.charter
    names = [
        *(name for site in fleet for name in (site.name_bn, site.name_en)),
        *(
            charter.name_bn,
            charter.name_en,
            *(service.name(each) for service in charter.services.values() for each in ("bn", "en")),
        ),
        *(
            "upazila-monitor status",
            "upazila-monitor outbox --owed",
            "upazila-monitor outbox --dead",
            "upazila-monitor",
        ),
        *("charter.toml", "officers_confirmed", "email: mail.example.org", "/metrics", "English", "BHR-", " ms"),
        *(own_name("bn"), pseudo),
    ]
    words = re.sub(r"<head>.*?</head>|<[^>]*>", " ", page, flags=re.DOTALL)
    left = escaped(html.unescape(words), names)
    assert [word for word in left if lang == LANG or word.isascii()] == []
