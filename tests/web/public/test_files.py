"""All files of a publication: what is never in any of them, how heavy they are, and that they stand alone."""

import gzip
import json
import random
import re
import shutil
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest

from monitor.alerts.cases import actions
from monitor.alerts.cases.complaints import Request
from monitor.alerts.facts.stored import pack_evidence
from monitor.charter.office import Office
from monitor.configuration import load
from monitor.domain.evidence import Evidence
from monitor.domain.reasons import Names, text
from monitor.domain.text import bangla_digits
from monitor.settings.areas_file import read_areas
from monitor.settings.public_section import Public
from monitor.store.models import AffectedSite, Outage, SiteNote, SiteState, SuppressedOutage, User
from monitor.web.areas import drawing
from monitor.web.public.files import copy, pages
from monitor.web.public.model import Publication, Word
from monitor.web.public.rendering import Place
from tests.desk import Desk
from tests.places import SHIPPED, TESTS
from tests.store.migrated import new_store
from tests.web.public.told import published, told, watched

CANARY, PHONE = "canary", "01755987654"
LARGEST_BYTES = 30_000


def planted(home: Path) -> Desk:
    """An office in which everything that is not for the public has a canary in it."""
    config = shutil.copytree(SHIPPED, home / "config")
    sites = (config / "sites.toml").read_text()
    sites = sites.replace("devices.gateway]", "devices.canary-gateway]").replace("devices.switch]", "devices.canary-2]")
    sites = re.sub(r"^(parent = .*)$", r'\1\noperator = "canary operator"\nfeeder = "canary feeder"', sites, flags=re.M)
    contact = f'{{ role = "head", name_bn = "canary", name_en = "canary", phone = "{PHONE}" }}'
    sites = sites.replace('union = "chandgram"', f'union = "chandgram"\ncontacts = [{contact}]', 1)
    (config / "sites.toml").write_text(sites)
    office = Office.of(load(config))
    desk = Desk(office, new_store(home))
    desk.goes_down("backbone-north")
    desk.goes_down("udc-chandgram")
    desk.look()
    now = desk.clock.utc()
    with desk.store.write() as session:
        work = desk.work(session, "canary actor")
        for number in (1, 2):
            outage = session.get_one(Outage, number)
            outage.reason = outage.cause_why = text("canary reason from 127.77.3.3")
            outage.evidence = pack_evidence(Evidence(snmp_en="canary evidence"))
        session.add(AffectedSite(outage_id=1, site="udc-juniadaha", since_utc=now - timedelta(minutes=1)))
        session.add(SuppressedOutage(site="lab-bahirchar-1", kind="maintenance", why=text("canary why"), since_utc=now))
        session.add(SiteNote(site="udc-juniadaha", at_utc=now, actor="canary", text="canary note"))
        session.add(User(name="canary-user", role="admin", created_utc=now, phone="canary", email="canary@x.org"))
        actions.excuse_outage(work, 2, "canary excuse")
        request = Request("citizen:8", "phone", "Canary Asker", "canary words", now, "canary@example.org")
        ticket = actions.register(work, replace(request, memo="canary memo", why_late=""))
        ticket.asker_phone = "canary phone"
        ticket.code = "CANARY77"
        actions.act(work, ticket.number, "comment", "canary comment")
        actions.plan_work(
            work,
            "canary-plan",
            {
                "text": "canary text of the plan",
                "unions": ["bahirchar"],
                "begins": now + timedelta(hours=4),
                "ends": now + timedelta(hours=5),
                "announce": True,
                "public_en": "A line is replaced",
            },
        )
        actions.note_outage(work, 1, "A team is on its way")
    with desk.store.read() as session:
        from monitor.alerts.cases.downtimes import plans_in_force

        desk.office = Office.of(load(config), plans_in_force(session, now))
    watched(desk)
    return desk


def test_nothing_that_is_not_for_the_public_is_in_any_file(tmp_path: Path) -> None:
    desk = planted(tmp_path)
    files = copy(published(desk), desk.office, None, Public(), {})
    addresses = {str(device.address) for device in desk.office.fleet.devices.values()}
    assert len(addresses) > 20
    whole = b"\n".join(files.values()).decode()
    # The canaries are there to be found: what is told of the same outages is.
    assert "A team is on its way" in whole
    assert "A line is replaced" in whole
    assert CANARY not in whole.lower()
    assert PHONE not in whole
    assert bangla_digits(PHONE) not in whole
    assert not [address for address in addresses if address in whole]
    ids = {id_ for id_ in desk.office.fleet.sites if id_ in re.sub(r"badges/\S+", "", files["en.html"].decode())}
    assert ids == set(), "ids of sites are words of the office"
    names = json.dumps(sorted(files))
    assert CANARY not in names


def test_a_canary_would_be_found(tmp_path: Path) -> None:
    desk = planted(tmp_path)
    with desk.store.write() as session:
        actions.note_outage(desk.work(session, "x"), 1, "canary note")
    assert CANARY in told(desk).lower()


class Links(HTMLParser):
    """The files that a page names."""

    def __init__(self) -> None:
        super().__init__()
        self.named: set[str] = set()
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.named |= {value or "" for name, value in attrs if name in {"href", "src", "action"}}


def test_a_copy_needs_nothing_but_itself(tmp_path: Path) -> None:
    desk = planted(tmp_path)
    files = copy(published(desk), desk.office, None, Public(), {"data/datapackage.json": b"{}"})
    assert b'href="data/datapackage.json"' in files["index.html"]
    for name in ("index.html", "en.html"):
        found = Links()
        found.feed(files[name].decode())
        inner = {link for link in found.named if not link.startswith(("#", "data:", "tel:", "http://doict"))}
        assert inner <= files.keys()
        assert not found.tags & {"script", "iframe", "object", "img", "form"}
    assert list(files)[-1] == "index.html", "who finds the page finds what it names"


@pytest.mark.parametrize("seed", [1])
def test_the_page_of_a_country_weighs_no_more_than_that_of_an_upazila(tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)
    desk = planted(tmp_path)
    found = published(desk)
    trouble = replace(
        found.troubles[0],
        name=Names("ভেড়ামারা–কুষ্টিয়া ব্যাকবোন সংযোগ (উদাহরণ)" * 2, "Backbone link" * 4),
        notes=("মেরামতের দল রওনা হয়েছে, বিকালের মধ্যে ঠিক হবে। " * 8,),
        unions=tuple(Names(f"ইউনিয়ন {n}", f"Union {n}") for n in range(400)),
        kinds=("udc", "lab", "office"),
    )
    day = [replace(found.strips[0].days[0], down=timedelta(hours=draw.random())) for _ in range(90)]
    days = tuple(replace(each, up=timedelta(hours=9), unmonitored=timedelta(hours=draw.random())) for each in day)
    groups = [
        replace(
            found.unions[0], key=str(n), word=draw.choice(list(Word)), name=Names(f"ভেড়ামারা ইউনিয়ন {n}", f"Union {n}")
        )
        for n in range(4_500)
    ]
    works = tuple(
        replace(found.planned[0], key=str(n), text=Names("লাইন বদলের কাজ চলবে। " * 10, "x"), unions=trouble.unions)
        for n in range(300)
    )
    country = replace(
        found,
        troubles=(trouble,) * 500,
        unions=tuple(groups),
        strips=tuple(replace(strip, days=days) for strip in found.strips),
        planned=works,
        latest=(trouble,) * 50,
    )
    areas = read_areas(TESTS / "web" / "sample_areas.json", "areas.json")
    assert areas is not None
    made = pages(country, desk.office, drawing(areas[0]), Public(), Place(tracks=True))
    weights = {name: (len(content), len(gzip.compress(content, 9))) for name, content in made.items()}
    assert weights["index.html"][0] <= LARGEST_BYTES, weights
    assert weights["en.html"][0] <= LARGEST_BYTES, weights
    assert weights["public.css"][0] <= 8_192


HOSTILE = "</p><script>alert(1)</script><img src=x onerror=y>\"'&{{7*7}}"


def test_what_people_write_is_text_in_every_file(tmp_path: Path) -> None:
    desk = planted(tmp_path)
    found = published(desk)
    evil = Names(HOSTILE, HOSTILE)
    trouble = replace(found.troubles[0], name=evil, notes=(HOSTILE,), unions=(evil,), kinds=("udc",))
    work = replace(found.planned[0], text=evil, unions=(evil,))
    groups = tuple(replace(group, name=evil) for group in found.unions)
    made = copy(
        replace(found, troubles=(trouble,), latest=(trouble,), planned=(work,), unions=groups),
        desk.office,
        None,
        Public(),
        {},
    )
    for name in ("index.html", "en.html"):
        seen = Links()
        seen.feed(made[name].decode())
        assert not seen.tags & {"script", "img"}
        assert "49" not in re.findall(r"\{\{7\*7\}\}|49", made[name].decode())


def test_a_copy_for_a_country_has_no_badge_for_every_site(tmp_path: Path) -> None:
    desk = planted(tmp_path)
    one = next(iter(desk.office.fleet.sites.values()))
    many = {f"site-{n}": replace(one, id=f"site-{n}") for n in range(501)}
    office = replace(desk.office, fleet=replace(desk.office.fleet, sites=many))
    found: Publication = replace(published(desk), words=dict.fromkeys(many, Word.UP))
    files = copy(found, office, None, Public(), {})
    assert [name for name in files if name.startswith("badges/")] == [
        "badges/office.svg",
        "badges/office-en.svg",
        "badges/office.json",
    ] or sorted(name for name in files if name.startswith("badges/")) == [
        "badges/office-en.svg",
        "badges/office.json",
        "badges/office.svg",
    ]


def test_a_site_that_was_not_watched_is_not_told_to_be_up(tmp_path: Path) -> None:
    desk = planted(tmp_path)
    with desk.store.write() as session:
        session.query(SiteState).delete()
    page = told(desk)
    assert "■ up" not in page.split("The last 90 days")[0]
    assert "unmonitored" in page
