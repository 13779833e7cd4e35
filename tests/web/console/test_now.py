"""The first page says everything in its reader's language, in the order and with the times that people use."""

import json
import re

from monitor.i18n.sorting import name_key
from tests.web.asking import ask
from tests.web.desk import Desk


async def test_what_is_wrong_with_the_mail_is_said_in_the_pages_language(office: Desk, port: int) -> None:
    office.live.mail_trouble = {"email": "mail.example.org:587: connection refused"}
    office.goes_down("backbone-north")  # its letter is pending
    office.clock.advance(3 * 3_600)

    assert "চিঠি অপেক্ষমাণ, সবচেয়ে পুরোনোটি ৩ ঘণ্টা ধরে" in (await ask(port, "/?lang=bn")).text
    assert "letters are pending, the oldest for 3 hours" in (await ask(port, "/?lang=en")).text
    mail = json.loads((await ask(port, "/api/v1/status")).body)["mail"]
    assert (mail["late"], mail["away"]) == (True, dict(office.live.mail_trouble))
    assert mail["wrong"][0] == "email: mail.example.org:587: connection refused"
    assert any("letters are pending, the oldest for 3 hours" in line for line in mail["wrong"])


async def test_times_are_said_by_today_and_in_full_where_one_points(office: Desk, port: int) -> None:
    office.goes_down("udc-juniadaha")  # on Tuesday at 09:00
    office.clock.advance(90 * 60)
    today = (await ask(port, "/?lang=bn")).text
    assert "আজ ০৯:০০ থেকে" in today
    assert "no connection · 1 hour 30 minutes" in (await ask(port, "/?lang=en")).text

    office.clock.advance(86_400)
    assert "গতকাল ০৯:০০ থেকে" in (await ask(port, "/?lang=bn")).text


async def test_sites_of_a_kind_stand_in_the_order_of_the_alphabet(office: Desk, port: int) -> None:
    sites = [site for site in office.settings.fleet.sites.values() if site.kind == "udc"]
    for lang, name in (("bn", "name_bn"), ("en", "name_en")):
        page = (await ask(port, f"/?lang={lang}")).text
        shown = re.findall(r'<span class="hidden">(.*?): [^<]*</span>', page)
        names = [getattr(site, name) for site in sites]
        assert [each for each in shown if each in names] == sorted(names, key=name_key)
    assert names != sorted(names, key=name_key), "else this says nothing"
